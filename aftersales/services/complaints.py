"""What a buyer's complaint to a payment channel means for the tickets of the order: they show it while it is open. It
stops nothing: a refund is how it is solved."""

from orders.models import Order

from ..models import Ticket
from ..states import ENDED, Alert

MARK = Alert.COMPLAINT_OPEN.value


def on_changed(order: Order) -> None:
    """The alerts of the order's tickets. The caller has the order locked. One that ends meanwhile keeps it: the
    complaint still has to be closed at the channel. One that had ended before gets none."""
    for ticket in Ticket.objects.filter(shop_id=order.shop_id, order=order):
        was_marked = MARK in ticket.alerts
        is_marked = order.complained and (was_marked or ticket.status not in ENDED)
        if is_marked != was_marked:
            alerts = [alert for alert in ticket.alerts if alert != MARK] + [MARK] * is_marked
            Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(alerts=alerts)
