"""The refunds of a ticket: reserved on the payments of its order; the ticket completes when all have arrived."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import BooleanField, ExpressionWrapper, Sum
from django_fsm import can_proceed

from kernel.actors import GATEWAY, RULE, Actor
from kernel.machine import advance, record
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order, Payment
from orders.models.payment import Purpose
from refunds import services as refunds
from refunds.amounts import along_differences, by_payment, tenders
from refunds.machine import Status as RefundStatus
from refunds.models import Refund
from refunds.worklist import UNRESOLVED

from ..conditions import refund_failed
from ..ledger import benefits, repairs
from ..ledger.allocation import Allocation, lines_of, start_keeping
from ..ledger.exchange import Settled
from ..ledger.owed import COUNTED, recount_owed
from ..models import Benefit, Ticket, TicketLine, TicketRefund
from ..rules.amounts import paid_of
from ..states import Alert, Status
from .chargebacks import with_marks

if TYPE_CHECKING:
    from django.db.models import QuerySet

# While a refund of the ticket has this status, and was neither settled by hand nor tried again.
ALERTS = {RefundStatus.FAILED: Alert.REFUND_FAILED, RefundStatus.RETURNED: Alert.REFUND_RETURNED}
OF_TICKET = TicketRefund.Kind.TICKET


def start(ticket: Ticket, order: Order, *, actor: Actor, now: datetime) -> Ticket:
    """Reserves the refunds of a ticket in pending_refund. Zero completes it at once, without asking a gateway."""
    total = ticket.approved_amount or ZERO
    start_keeping(ticket, order)
    # No gateway accepts a refund of 0.
    if total == 0:
        return complete(ticket, order, actor=RULE, now=now)
    if _pay(ticket, order, total, None, kind=TicketRefund.Kind.TICKET, actor=actor, now=now):
        ticket = Ticket.locked(ticket.pk, shop_id=ticket.shop_id)  # the bank had paid: it may have ended
        ticket.order = order
    return ticket


def add(
    ticket: Ticket, order: Order, total: Decimal, goods: dict[int, Decimal], *, actor: Actor, now: datetime
) -> None:
    """A further refund of the ticket, for units that came late: `total`, of which `goods` (line id → money) is of
    goods."""
    _pay(ticket, order, total, goods, kind=OF_TICKET, actor=actor, now=now)
    recount_owed(order.shop_id, order.pk)


def settle_difference(ticket: Ticket, order: Order, settled: Settled, *, actor: Actor, now: datetime) -> None:
    """F-9, when the replacement is sent: refunds what a cheaper one gives back, and what was paid for units that are
    not sent."""
    kind = TicketRefund.Kind.DIFFERENCE
    if total := sum(settled.back.values(), ZERO):
        _pay(ticket, order, total, settled.back, kind=kind, actor=actor, now=now)
        recount_owed(order.shop_id, order.pk)
    if settled.unused:
        _return_supplement(ticket, settled.unused, actor=actor, now=now)


def _pay(
    ticket: Ticket,
    order: Order,
    total: Decimal,
    amounts: dict[int, Decimal] | None,
    *,
    kind: TicketRefund.Kind,
    actor: Actor,
    now: datetime,
) -> bool:
    """`total`, of which `amounts` (line id → money) is of goods; None: as its lines say. True: a bank has, or may have,
    paid of it."""
    payments = list(order.payments.all())
    behind = _behind_bank(ticket, payments)
    claims = refunds.claims(payments, behind_bank=behind)
    differences: dict[int, Decimal] = {}
    # Mostly no difference was ever paid, and then no line has to be read.
    if any(payment.purpose == Purpose.DIFFERENCE for payment in payments):
        if amounts is None:
            amounts = dict(ticket.lines.values_list("line_id", "refund_amount"))
            amounts = paid_of(amounts, total - ticket.freight_amount, order.unit)
        lines = list(order.lines.all())
        along = along_differences(lines, amounts, payments, claims)
        differences = by_payment(lines, along)
        orders.use_differences(order.shop_id, along)
    for payment, amount in tenders(payments, total, order.unit, differences, claims):
        _reserve(ticket, payment, amount, behind, kind=kind, actor=actor, now=now)
    return behind


def _reserve(
    ticket: Ticket,
    payment: Payment,
    amount: Decimal,
    behind: bool,
    *,
    kind: TicketRefund.Kind,
    is_supplement: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    refund = refunds.reserve(payment, amount, actor=actor, now=now, behind_bank=behind)
    TicketRefund.objects.create(ticket=ticket, refund=refund, kind=kind, is_supplement=is_supplement)
    if behind:
        refunds.pay_by_bank(refund, payment, now=now)


def _behind_bank(ticket: Ticket, payments: Sequence[Payment]) -> bool:
    """The goods are back, or never left, and their money is with the bank, or may be: counting them, or stopping them,
    must not be refused for that. Nobody is paid twice: the refund waits for the bank, and makes way where it has paid
    (docs/chargebacks.md)."""
    with_shop = ticket.received_at is not None or ticket.unshipped
    return with_shop and any(payment.charged_back for payment in payments)


def difference_left(ticket: Ticket) -> Decimal:
    """What was paid for a dearer replacement and not refunded, as by an earlier conversion. What a bank holds is among
    it: won, it goes back to the buyer; lost, the buyer has it."""
    payment = ticket.difference_payment
    return ZERO if payment is None else refunds.claims([payment], behind_bank=True).free[payment.pk]


def give_difference_back(ticket: Ticket, *, actor: Actor, now: datetime) -> None:
    """Refunds the paid difference in full when no replacement will be sent for it."""
    if left := difference_left(ticket):
        _return_supplement(ticket, left, actor=actor, now=now)


def _return_supplement(ticket: Ticket, amount: Decimal, *, actor: Actor, now: datetime) -> None:
    """`amount` of what was paid for a dearer replacement."""
    payment, kind = ticket.difference_payment, TicketRefund.Kind.DIFFERENCE
    if payment is not None:
        behind = payment.charged_back > 0
        _reserve(ticket, payment, amount, behind, kind=kind, is_supplement=True, actor=actor, now=now)


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
            _settled_by_hand(link, ticket, now)
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


def _settled_by_hand(link: TicketRefund, ticket: Ticket, now: datetime) -> None:
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


def complete(
    ticket: Ticket,
    order: Order,
    items: list[TicketLine] | None = None,
    arrived: Decimal | None = None,
    *,
    actor: Actor = GATEWAY,
    now: datetime,
) -> Ticket:
    """All refunds have arrived: the allocation is settled, the order's case ends, and points go back in kind. `items`:
    the lines of the ticket, where the caller has read them. `arrived`: by refunds; the rest came from the payer's
    bank."""
    allocation = Allocation.of(ticket, order, items)
    # Before `settle`, which adds the units of this ticket to those that have left, from which the points are counted.
    moved = benefits.due(allocation, now=now)
    allocation.settle()
    total = ticket.approved_amount or ZERO if arrived is None else arrived
    ticket = advance(ticket.settle, actor=actor, now=now, data=moved.data, refunded_amount=total, **moved.columns)
    Benefit.objects.bulk_create(moved.rows)
    repairs.recount(ticket)
    orders.end_case(order, succeeded=True, now=now)
    if ticket.takes_units:
        order = orders.close_if_refunded(order, now=now)
        # These units may have been the last that the order waited to ship.
        if any(item.unshipped for item in allocation.lines):
            orders.settle_fulfilment(order, now=now)
    return ticket
