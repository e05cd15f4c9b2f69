"""What an order counts as refunded and no refund has paid: it failed, came back, or is on its way (again)."""

from django.db.models import F, Q, Sum

from kernel.money import ZERO
from orders import services as orders
from refunds.machine import Status as RefundStatus

from ..models import TicketRefund
from ..states import Status

# Of `TicketRefund`. The lines count the refunds of a ticket with its end, and what a cheaper replacement gives back
# when that is sent. What goes back of the payment of a difference is on no line.
COUNTED = Q(kind=TicketRefund.Kind.TICKET, ticket__status=Status.COMPLETED) | Q(
    kind=TicketRefund.Kind.DIFFERENCE, is_supplement=False
)


def recount_owed(shop_id: int, order_id: int) -> None:
    """Stores it. What the payer's bank gave instead is not owed. The caller has the order locked."""
    rows = TicketRefund.objects.filter(
        COUNTED, shop_id=shop_id, ticket__order_id=order_id, refund__retried_as=None
    ).exclude(refund__status=RefundStatus.SUCCEEDED)
    owed = rows.aggregate(sum=Sum(F("refund__amount") - F("refund__charged_back")))["sum"]
    orders.set_refund_owed(shop_id, order_id, owed or ZERO)
