"""The refunds of a ticket: reserved on the payments of its order; the ticket completes when all have arrived."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Sum
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import GATEWAY, RULE, Actor
from kernel.errors import Forbidden
from kernel.machine import advance, record
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order
from refunds import services as refunds
from refunds.amounts import tenders
from refunds.machine import Status as RefundStatus
from refunds.models import Refund

from ..ledger.allocation import Allocation
from ..models import Ticket, TicketRefund
from ..rules.amounts import all_refunded, points_of
from ..states import Alert

if TYPE_CHECKING:
    from django.db.models import QuerySet

ALERT_FAILED = Alert.REFUND_FAILED.value


def check_limit(actor: Actor, amount: Decimal | None) -> None:
    """An agent pays out up to their limit, by whichever action (S-044, S-161)."""
    if actor.limit is not None and amount is not None and amount > actor.limit:
        raise Forbidden(
            _("The amount is above your limit of %(limit)s. Ask a manager to do it.") % {"limit": actor.limit}
        )


def start(ticket: Ticket, order: Order, *, actor: Actor, now: datetime) -> Ticket:
    """Reserves the refunds of a ticket in pending_refund. Zero completes it at once, without asking a gateway."""
    total = ticket.approved_amount or ZERO
    # No gateway accepts a refund of 0.
    if total == 0:
        return complete(ticket, order, actor=RULE, now=now)
    for payment, amount in tenders(list(order.payments.all()), total):
        refund = refunds.reserve(payment, amount, actor=actor, now=now)
        TicketRefund.objects.create(ticket=ticket, refund=refund)
    return ticket


def pay_difference_back(ticket: Ticket, order: Order, total: Decimal, *, actor: Actor, now: datetime) -> None:
    """Refunds a negative difference when the replacement is sent (F-9)."""
    for payment, amount in tenders(list(order.payments.all()), total):
        refund = refunds.reserve(payment, amount, actor=actor, now=now)
        TicketRefund.objects.create(ticket=ticket, refund=refund, kind=TicketRefund.Kind.DIFFERENCE)


def give_difference_back(ticket: Ticket, *, actor: Actor, now: datetime) -> None:
    """Refunds the paid difference in full when no replacement will be sent for it."""
    payment = ticket.difference_payment
    # Nothing is left where the difference was refunded by an earlier conversion.
    if payment is None or payment.left <= 0:
        return
    refund = refunds.reserve(payment, payment.left, actor=actor, now=now)
    TicketRefund.objects.create(ticket=ticket, refund=refund, kind=TicketRefund.Kind.DIFFERENCE)


def on_settled(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """A refund has arrived: the ticket completes once all of its refunds have. The sender has the order locked."""
    link = _link(refund)
    if link is None:
        return
    ticket = Ticket.locked(link.ticket_id, shop_id=link.shop_id)
    if ALERT_FAILED in ticket.alerts:
        _update_failed_alert(ticket)
    if link.kind != TicketRefund.Kind.TICKET:
        return
    ticket.order = order = refund.payment.order.ensure_locked()
    arrived = refunded_so_far(ticket)
    # Several tenders arrive in any order: the last one completes the ticket. A report that comes twice finds it
    # completed (F19).
    if arrived == ticket.approved_amount and can_proceed(ticket.settle):
        complete(ticket, order, actor=actor, now=now)


def _refunds(ticket: Ticket) -> "QuerySet[Refund]":
    return Refund.objects.filter(shop_id=ticket.shop_id, ticket_refund__ticket=ticket)


def _link(refund: Refund) -> TicketRefund | None:
    """None: the money goes back for another reason than a ticket."""
    return TicketRefund.objects.filter(shop_id=refund.shop_id, refund=refund).first()


def refunded_so_far(ticket: Ticket) -> Decimal:
    rows = _refunds(ticket).filter(ticket_refund__kind=TicketRefund.Kind.TICKET, status=RefundStatus.SUCCEEDED)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def on_failed(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The gateway refused for good: the alert says that a person has to act."""
    link = _link(refund)
    if link is None:
        return
    ticket = Ticket.locked(link.ticket_id, shop_id=link.shop_id)
    _update_failed_alert(ticket)
    data = {"refund_no": refund.refund_no}
    record(ticket, "refund_failed", ticket.status, actor=actor, now=now, note=refund.failure_reason, data=data)


def on_retried(old: Refund, new: Refund) -> None:
    link = _link(old)
    if link is not None:
        TicketRefund.objects.create(shop_id=link.shop_id, ticket_id=link.ticket_id, refund=new, kind=link.kind)
        _update_failed_alert(Ticket.locked(link.ticket_id, shop_id=link.shop_id))


def _update_failed_alert(ticket: Ticket) -> None:
    """The alert is set while any refund of the ticket, whatever it is for, is failed and neither settled by hand nor
    tried again. Computed from the refunds each time, because each of several tenders has to be seen to."""
    unresolved = _refunds(ticket).filter(status=RefundStatus.FAILED, retried_as__isnull=True)
    failed = unresolved.exists()
    ticket.alerts = [alert for alert in ticket.alerts if alert != ALERT_FAILED] + [ALERT_FAILED] * failed
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(alerts=ticket.alerts)


def complete(ticket: Ticket, order: Order, *, actor: Actor = GATEWAY, now: datetime) -> Ticket:
    """All refunds have arrived: the allocation is settled, the order's case ends, and points go back in kind."""
    allocation = Allocation.of(ticket, order)
    # Before `settle`, which adds the units of this ticket to `refunded_quantity`, from which the points are counted.
    in_kind = _return_in_kind(allocation)
    allocation.settle()
    total = ticket.approved_amount or ZERO
    ticket = advance(ticket.settle, actor=actor, now=now, refunded_amount=total, **in_kind)
    orders.end_case(order, succeeded=True, now=now)
    if ticket.takes_units:
        order = orders.close_if_refunded(order, now=now)
        # These units may have been the last that the order waited to ship.
        if any(item.unshipped for item in allocation.lines):
            orders.settle_fulfilment(order, now=now)
    return ticket


class InKind(TypedDict, total=False):
    points_returned: int
    coupons_returned: list[str]


def _return_in_kind(allocation: Allocation) -> InKind:
    """B-03, F-7: points by share, coupons when the whole order is refunded; never as cash."""
    order = allocation.order
    if not allocation.ticket.takes_units or not (order.points_used or order.coupons):
        return {}
    back, lines = allocation.returned(), [item.line for item in allocation.lines]
    points = sum(points_of(line, line.refunded_quantity, back[line.pk]) for line in lines)
    undone = order.coupons and all_refunded(order.lines.all(), back, {})
    return {"points_returned": points, "coupons_returned": list(order.coupons) if undone else []}
