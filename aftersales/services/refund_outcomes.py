"""What became of the refunds of a ticket: it completes when all have arrived, and shows which of them need a person."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import BooleanField, ExpressionWrapper, Sum
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.machine import record
from kernel.money import ZERO
from orders import services as orders
from refunds.machine import Status as RefundStatus
from refunds.models import Refund
from refunds.worklist import UNRESOLVED

from ..conditions import refund_failed
from ..ledger.allocation import lines_of
from ..ledger.owed import COUNTED, recount_owed
from ..models import Ticket, TicketPayable, TicketRefund
from ..states import Alert, Status
from .chargebacks import with_marks
from .refunding import OF_TICKET, complete

if TYPE_CHECKING:
    from django.db.models import QuerySet

# While a refund of the ticket has this status, and was neither settled by hand nor tried again.
ALERTS = {RefundStatus.FAILED: Alert.REFUND_FAILED, RefundStatus.RETURNED: Alert.REFUND_RETURNED}


def on_settled(refunds: Sequence[Refund], *, actor: Actor, now: datetime) -> None:
    """Refunds have arrived: a ticket completes once all of its refunds have. The sender has their orders locked, each
    another one: two copies of a line must not be written one after the other."""
    orders_of = {refund.pk: refund.payment.order for refund in refunds}
    by_hand = {refund.pk for refund in refunds if refund.confirmed_by is not None}
    counts = ExpressionWrapper(COUNTED, BooleanField())
    links = list(_links([refund.shop_id for refund in refunds], orders_of).annotate(counts=counts))
    tickets = {row.pk: row for row in Ticket.locked_all((link.shop_id, link.ticket_id) for link in links)}
    counted = {(link.shop_id, tickets[link.ticket_id].order_id) for link in links if link.counts}
    for shop_id, order_id in sorted(counted):
        recount_owed(shop_id, order_id)
    for link in links:
        ticket = tickets[link.ticket_id]
        ticket.order = orders_of[link.refund_id].ensure_locked()
        if refund_failed(ticket):
            _set_failed_alert(ticket)
        if link.refund_id in by_hand:
            settled_by_hand(link, ticket, now)
    paying = [tickets[pk] for pk in dict.fromkeys(link.ticket_id for link in links if link.kind == OF_TICKET)]
    arrived = refunded_so_far(paying)
    # Several tenders arrive in any order: the last one completes the ticket. A report that comes twice finds it
    # completed (F19).
    paid_in_full = [row for row in paying if _is_paid(row, arrived[row.pk]) and can_proceed(row.settle)]
    for ticket, items in zip(paid_in_full, lines_of(paid_in_full), strict=True):
        complete(ticket, ticket.order, items, arrived[ticket.pk], actor=actor, now=now)
    for ticket in paying:
        # After a settlement that was void: what is paid now has been owed since.
        if ticket not in paid_in_full and ticket.status == Status.COMPLETED:
            rows = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
            rows.update(refunded_amount=arrived[ticket.pk])


def settled_by_hand(link: TicketRefund | TicketPayable, ticket: Ticket, now: datetime) -> None:
    """The buyer may object from now on."""
    link.by_hand_at = ticket.by_hand_at = now
    link.save(update_fields=["by_hand_at"])
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(by_hand_at=now)


def _refunds(ticket: Ticket) -> "QuerySet[Refund]":
    return Refund.objects.filter(shop_id=ticket.shop_id, ticket_refund__ticket=ticket)


def _links(shop_ids: Collection[int], refund_ids: Collection[int]) -> "QuerySet[TicketRefund]":
    return TicketRefund.objects.filter(shop_id__in=set(shop_ids), refund_id__in=refund_ids).order_by("refund_id")


def link_of(refund: Refund) -> TicketRefund | None:
    """None: the money goes back for another reason than a ticket."""
    return _links([refund.shop_id], [refund.pk]).first()


def refunded_so_far(tickets: Sequence[Ticket]) -> dict[int, Decimal]:
    """Ticket id → what has arrived of its own refunds."""
    links = TicketRefund.objects.filter(shop_id__in={ticket.shop_id for ticket in tickets}, ticket__in=tickets)
    arrived = links.filter(kind=OF_TICKET, refund__status=RefundStatus.SUCCEEDED)
    sums = dict(arrived.values_list("ticket_id").annotate(Sum("refund__amount")))
    return {ticket.pk: sums.get(ticket.pk, ZERO) for ticket in tickets}


def on_failed(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The gateway refused for good: the alert says that a person has to act."""
    ticket = _with_alert(refund)
    if ticket is not None and refund.charged_back:
        _on_charged_back(ticket, refund, actor=actor, now=now)
    elif ticket is not None:
        data = {"refund_no": refund.refund_no}
        record(ticket, "refund_failed", ticket.status, actor=actor, now=now, note=refund.failure_reason, data=data)


def on_returned(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The bank sent the money back, perhaps of a ticket that has ended: what was paid is less again."""
    ticket = _with_alert(refund)
    if ticket is None:
        return
    if ticket.status == Status.COMPLETED and ticket.pays_money:
        paid = refunded_so_far([ticket])[ticket.pk]
        Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(refunded_amount=paid)
    data = {"refund_no": refund.refund_no}
    record(ticket, "refund_returned", ticket.status, actor=actor, now=now, note=refund.failure_reason, data=data)


def on_redirected(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Two people have sent on what came back: it is under way again."""
    ticket = _with_alert(refund)
    if ticket is not None:
        data = {"refund_no": refund.refund_no}
        record(ticket, "refund_redirected", ticket.status, actor=actor, now=now, data=data)


def _with_alert(refund: Refund) -> Ticket | None:
    """Its ticket, locked; None: the money goes back for another reason."""
    link = link_of(refund)
    if link is None:
        return None
    ticket = Ticket.locked(link.ticket_id, shop_id=link.shop_id)
    update_failed_alert(ticket)
    return ticket


def _on_charged_back(ticket: Ticket, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The payer's bank has given them this money: it is not paid again, and the ticket ends once nothing else is
    owed."""
    data = {"refund_no": refund.refund_no, "charged_back": refund.charged_back}
    if Alert.CHARGED_BACK not in ticket.alerts:
        ticket.alerts = [*ticket.alerts, Alert.CHARGED_BACK.value]
        Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(alerts=ticket.alerts)
    record(ticket, "charged_back", ticket.status, actor=actor, now=now, data=data)
    if not can_proceed(ticket.settle):
        return
    arrived = refunded_so_far([ticket])[ticket.pk]
    if _is_paid(ticket, arrived):
        ticket.order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        complete(ticket, ticket.order, None, arrived, actor=actor, now=now)


def charged_back_of(ticket: Ticket) -> Decimal:
    """What the payer's bank has given them of the ticket's own refunds."""
    rows = _refunds(ticket).filter(ticket_refund__kind=OF_TICKET, charged_back__gt=0)
    return rows.aggregate(sum=Sum("charged_back"))["sum"] or ZERO


def _is_paid(ticket: Ticket, arrived: Decimal) -> bool:
    owed = (ticket.approved_amount or ZERO) - arrived
    # A chargeback is rare, and leaves its mark: nobody else is asked.
    by_bank = owed > 0 and Alert.CHARGED_BACK in ticket.alerts
    return owed == 0 or (by_bank and owed == charged_back_of(ticket))


def on_retried(old: Refund, new: Refund) -> None:
    link = link_of(old)
    if link is not None:
        TicketRefund.objects.create(
            shop_id=link.shop_id,
            ticket_id=link.ticket_id,
            refund=new,
            kind=link.kind,
            is_supplement=link.is_supplement,
        )
        update_failed_alert(Ticket.locked(link.ticket_id, shop_id=link.shop_id))


def update_failed_alert(ticket: Ticket) -> None:
    """The alert and what the order owes follow the refunds of the ticket."""
    _set_failed_alert(ticket)
    recount_owed(ticket.shop_id, ticket.order_id)


def _set_failed_alert(ticket: Ticket) -> None:
    """An alert is set while any refund of the ticket, whatever it is for, is failed or returned and neither settled by
    hand, tried again nor paid by a bank. Computed from the refunds each time, because each of several tenders has to be
    seen to."""
    rows = set(_refunds(ticket).filter(UNRESOLVED).order_by().values_list("status", "payment__disputed"))
    states = {status for status, _disputed in rows}
    others = [alert for alert in ticket.alerts if alert not in ALERTS.values()]
    ticket.alerts = others + [alert.value for status, alert in ALERTS.items() if status in states]
    ticket.alerts = with_marks(ticket)
    ticket.refund_held = bool(rows) and all(disputed for _status, disputed in rows)
    own = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
    own.update(alerts=ticket.alerts, refund_held=ticket.refund_held)
