"""Whether a conversion would pay for goods that the buyer keeps, by the facts of this moment (E-6). Pure functions."""

from collections.abc import Sequence

from orders.models import OrderLine

from ..models import Ticket, TicketLine
from ..states import RETURN_TYPES

# Reasons that say that nothing came.
NOTHING_CAME = frozenset({"not_received", "lost"})


def buyer_keeps(ticket: Ticket, lines: Sequence[TicketLine], to: str) -> bool:
    """Nothing has come back or will, and the goods were delivered. Fetch the lines with their order lines."""
    comes_back = to in RETURN_TYPES and not ticket.returnless
    if comes_back or ticket.received_at is not None or ticket.arrived_at is not None:
        return False
    return any(_delivered(ticket, item.line) for item in lines)


def _delivered(ticket: Ticket, line: OrderLine) -> bool:
    """The bare word of the shop never overrules a buyer who says that nothing came (contract §5)."""
    nothing_came = ticket.reason.code in NOTHING_CAME
    return line.delivery_proven if nothing_came else line.delivered_at is not None
