"""Tickets, their lines, evidence, messages, and what the back office maintains: reasons and keywords."""

from .evidence import Evidence
from .message import Message
from .reference import Keyword, ReadyText, Reason, Use, ready_texts
from .ticket import Ticket, TicketRefund
from .ticket_line import Inspection, TicketLine

__all__ = [
    "Evidence",
    "Inspection",
    "Keyword",
    "Message",
    "ReadyText",
    "Reason",
    "Ticket",
    "TicketLine",
    "TicketRefund",
    "Use",
    "ready_texts",
]
