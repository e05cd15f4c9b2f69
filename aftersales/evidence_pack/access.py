"""Who takes the evidence on which chargeback."""

from django.utils.translation import gettext as _

from kernel.actors import INTEGRATION, SUPPORT, Actor
from kernel.errors import Forbidden, Invalid, NotFound
from orders.models import Order
from refunds.models import Chargeback


def may_take(actor: Actor) -> bool:
    """It has the address in full, and what was written on all of the order: for who answers the bank."""
    return actor.is_manager or actor.kind in (INTEGRATION, SUPPORT)


def check_may_take(actor: Actor) -> None:
    """403 for buyers and for agents of the shop."""
    if not may_take(actor):
        raise Forbidden(_("Only managers of the shop, its own system and support can download the evidence."))


def chargeback_of(order: Order, chargeback_no: str, channel: str = "") -> Chargeback:
    """404 where the order has none of this number; 400 where two have it and `channel` does not choose."""
    rows = Chargeback.objects.filter(shop_id=order.shop_id, payment__order=order, payment__shop_id=order.shop_id)
    rows = rows.filter(chargeback_no__same_number=chargeback_no)
    if channel:
        rows = rows.filter(channel=channel)
    try:
        several = list(rows.select_related("payment").order_by("pk"))
    except ValueError:  # a text that no column holds
        raise NotFound() from None
    if not several:
        raise NotFound()
    if len(several) > 1:
        raise Invalid(errors={"channel": [_("Two chargebacks of this order have this number. Name the channel.")]})
    several[0].payment.order = order
    return several[0]
