"""Tickets, their lines, evidence, messages, and what the back office maintains: reasons and keywords."""

from .evidence import Evidence
from .message import Message
from .reference import CannedResponse, Keyword, Reason, Use, canned_responses
from .ticket import Ticket, TicketRefund
from .ticket_line import Inspection, TicketLine
from .ticket_parcel import TicketParcel

__all__ = [
    "CannedResponse",
    "Evidence",
    "Inspection",
    "Keyword",
    "Message",
    "Reason",
    "Ticket",
    "TicketLine",
    "TicketParcel",
    "TicketRefund",
    "Use",
    "canned_responses",
]
