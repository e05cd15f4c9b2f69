"""On what ground an application may be rejected (B-05, B-18). Each counts only where it is true. Pure functions."""

from collections.abc import Sequence

from ..models import Ticket, TicketLine
from ..states import RETURN_TYPES, RejectionGround, Type
from .eligibility import no_reason_ends, no_reason_return

Ground = RejectionGround


def needs_ground(ticket: Ticket, lines: Sequence[TicketLine]) -> bool:
    """A no-reason return in time is the buyer's right (B-05); so is the money for goods that never left (B-18)."""
    return bool(unshipped(lines)) or (no_reason_return(ticket) and not _late(ticket, lines))


def grounds_of(ticket: Ticket, lines: Sequence[TicketLine]) -> list[Ground]:
    """Those that are true: `not_intact` with evidence of it, `already_shipped` of goods that never left once they
    are shipped. Fetch the lines with their order lines."""
    facts = {
        Ground.EXEMPT_CONFIRMED: no_reason_return(ticket) and all(_exempt(item) for item in lines),
        Ground.NOT_INTACT: ticket.type in RETURN_TYPES and _goods_seen(ticket),
        Ground.LATE: no_reason_return(ticket) and _late(ticket, lines),
        Ground.ALREADY_SHIPPED: ticket.type == Type.REFUND_ONLY
        and bool(unshipped(lines) or any(item.line.shipped_quantity for item in lines)),
    }
    return [ground for ground, holds in facts.items() if holds]


def unshipped(lines: Sequence[TicketLine]) -> dict[int, int]:
    """Order line id → units that never left the house."""
    return {item.line_id: item.unshipped for item in lines if item.unshipped}


def _late(ticket: Ticket, lines: Sequence[TicketLine]) -> bool:
    ends = no_reason_ends(ticket.order, (item.line for item in lines))
    # The first application counts (B-17): the buyer loses no right while the merchant thinks, or by a change.
    return ends is not None and ticket.created_at >= ends


def _exempt(item: TicketLine) -> bool:
    return item.line.no_reason_exempt and item.line.exempt_confirmed


def _goods_seen(ticket: Ticket) -> bool:
    return ticket.arrived_at is not None or ticket.received_at is not None
