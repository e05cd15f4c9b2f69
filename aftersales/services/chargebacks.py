"""What a chargeback of a payment means for the tickets of its order. What it does to their refunds is in `refunds`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from orders.models import Order, Payment

from ..conditions import refund_failed
from ..models import Ticket
from ..states import ENDED, Alert

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN, LOST = Alert.CHARGEBACK_OPEN.value, Alert.CHARGEBACK_LOST.value


def marks_of(payments: Iterable[Payment]) -> list[str]:
    """The alerts of a ticket of an order with these payments."""
    rows = list(payments)
    return [OPEN] * any(row.disputed for row in rows) + [LOST] * any(row.lost for row in rows)


def with_marks(ticket: Ticket) -> list[str]:
    """Its alerts, after those of its own refunds have changed: one that has ended is marked while it owes money."""
    if ticket.status not in ENDED:
        return ticket.alerts
    return _marked(ticket, marks_of(_payments(ticket.shop_id, ticket.order_id)) if refund_failed(ticket) else [])


def _marked(ticket: Ticket, marks: list[str]) -> list[str]:
    """Those that have ended, and owe nothing that failed, have none of `marks`."""
    alerts = [alert for alert in ticket.alerts if alert not in (OPEN, LOST)]
    return alerts + ([] if ticket.status in ENDED and not refund_failed(ticket) else marks)


def _payments(shop_id: int, order_id: int) -> "QuerySet[Payment]":
    return Payment.objects.filter(shop_id=shop_id, order_id=order_id)


def on_changed(order: Order) -> None:
    """The alerts of the order's tickets. The caller has the order locked."""
    marks = marks_of(_payments(order.shop_id, order.pk))
    for ticket in Ticket.objects.filter(shop_id=order.shop_id, order=order):
        alerts = _marked(ticket, marks)
        if alerts != ticket.alerts:
            Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(alerts=alerts)
