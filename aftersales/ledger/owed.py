"""What an order counts as refunded and no refund has paid: it failed, came back, or is on its way (again)."""

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, Sum

from kernel.money import ZERO
from orders import services as orders
from refunds.machine import Status as RefundStatus

from ..models import TicketRefund
from ..states import Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Of `TicketRefund`. The lines count the refunds of a ticket with its end, and what a cheaper replacement gives back
# when that is sent. What goes back of the payment of a difference is on no line.
COUNTED = Q(kind=TicketRefund.Kind.TICKET, ticket__status=Status.COMPLETED) | Q(
    kind=TicketRefund.Kind.DIFFERENCE, is_supplement=False
)


def not_arrived(**orders: Any) -> "QuerySet[TicketRefund]":
    """Of `orders` (a filter), what counts and has not arrived. What the payer's bank gave instead is not owed
    (`charged_back` of the refund)."""
    rows = TicketRefund.objects.filter(COUNTED, refund__retried_as=None, **orders)
    return rows.exclude(refund__status=RefundStatus.SUCCEEDED)


def recount_owed(shop_id: int, order_id: int) -> None:
    """Stores it. The caller has the order locked."""
    rows = not_arrived(shop_id=shop_id, ticket__order_id=order_id)
    owed = rows.aggregate(sum=Sum(F("refund__amount") - F("refund__charged_back")))["sum"]
    orders.set_refund_owed(shop_id, order_id, owed or ZERO)
