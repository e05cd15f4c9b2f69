"""What a chargeback of a payment means for the tickets of its order. What it does to their refunds is in `refunds`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from orders.models import Order, Payment
from refunds.models import Refund
from refunds.worklist import UNRESOLVED

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


def refunds_held(tickets: Iterable[Ticket]) -> set[int]:
    """Ids of those whose refunds that failed or came back all go back along payments on which a bank decides. One
    statement."""
    rows = Refund.objects.filter(UNRESOLVED, ticket_refund__ticket__in=list(tickets)).order_by()
    free = rows.values_list("ticket_refund__ticket_id").annotate(free=Count("pk", filter=Q(payment__disputed=0)))
    return {pk for pk, number in free if not number}


def _payments(shop_id: int, order_id: int) -> "QuerySet[Payment]":
    return Payment.objects.filter(shop_id=shop_id, order_id=order_id)


def on_changed(order: Order) -> None:
    """The alerts of the order's tickets. The caller has the order locked."""
    marks = marks_of(_payments(order.shop_id, order.pk))
    tickets = list(Ticket.objects.filter(shop_id=order.shop_id, order=order))
    failed = [ticket for ticket in tickets if refund_failed(ticket)]
    by_bank = refunds_held(failed) if failed else set()
    for ticket in tickets:
        alerts, is_held = _marked(ticket, marks), ticket.pk in by_bank
        if (alerts, is_held) != (ticket.alerts, ticket.refund_held):
            rows = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
            rows.update(alerts=alerts, refund_held=is_held)
