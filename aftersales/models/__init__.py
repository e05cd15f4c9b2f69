"""Tickets, their lines, evidence, messages, offers, and what the back office maintains: reasons and keywords."""

from .benefit import Benefit, BenefitKind
from .evidence import Evidence
from .extra_goods import ExtraGoods
from .given import Given, SecondApproval
from .message import Message
from .noted_consent import NotedConsent
from .offer import Offer
from .override import EmergencyOverride, OverrideAlarm
from .read_mark import ReadMark
from .reference import CannedResponse, Keyword, Reason, Use, canned_responses, reasons_of
from .ticket import Ticket
from .ticket_line import Inspection, TicketLine
from .ticket_money import TicketPayable, TicketRefund
from .ticket_parcel import TicketParcel

__all__ = [
    "Benefit",
    "BenefitKind",
    "CannedResponse",
    "EmergencyOverride",
    "Evidence",
    "ExtraGoods",
    "Given",
    "Inspection",
    "Keyword",
    "Message",
    "NotedConsent",
    "Offer",
    "OverrideAlarm",
    "ReadMark",
    "Reason",
    "SecondApproval",
    "Ticket",
    "TicketLine",
    "TicketParcel",
    "TicketPayable",
    "TicketRefund",
    "Use",
    "canned_responses",
    "reasons_of",
]
