"""Tickets, their lines, evidence, messages, offers, and what the back office maintains: reasons and keywords."""

from .benefit import Benefit, BenefitKind
from .evidence import Evidence
from .extra_goods import ExtraGoods
from .given import Given
from .message import Message
from .noted_consent import NotedConsent
from .offer import Offer
from .read_mark import ReadMark
from .reference import CannedResponse, Keyword, Reason, Use, canned_responses, reasons_of
from .ticket import Ticket
from .ticket_line import Inspection, TicketLine
from .ticket_parcel import TicketParcel
from .ticket_refund import TicketRefund

__all__ = [
    "Benefit",
    "BenefitKind",
    "CannedResponse",
    "Evidence",
    "ExtraGoods",
    "Given",
    "Inspection",
    "Keyword",
    "Message",
    "NotedConsent",
    "Offer",
    "ReadMark",
    "Reason",
    "Ticket",
    "TicketLine",
    "TicketParcel",
    "TicketRefund",
    "Use",
    "canned_responses",
    "reasons_of",
]
