"""Which of its amounts a ticket shows: the same one in the lists, on its page and at the desk."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ..models import Ticket
from ..states import Status
from .progress import BROKEN_OFF


class AmountKind(Enum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class ShownAmount:
    kind: AmountKind
    amount: Decimal


def shown_amount(ticket: Ticket) -> ShownAmount | None:
    """What was refunded in the end, before that what was approved, before that what was asked for. None: tickets of
    this type pay no money."""
    if not ticket.pays_money:
        return None
    if ticket.status == Status.COMPLETED:
        return ShownAmount(AmountKind.REFUNDED, ticket.refunded_amount)
    # An approval that came to nothing pays nothing: such a ticket shows what was asked for.
    if ticket.approved_amount is None or ticket.status in BROKEN_OFF:
        return ShownAmount(AmountKind.REQUESTED, ticket.requested_amount)
    return ShownAmount(AmountKind.APPROVED, ticket.approved_amount)
