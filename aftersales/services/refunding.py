"""The refunds of a ticket: reserved on the payments of its order. What became of them: refund_outcomes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from kernel.actors import GATEWAY, RULE, Actor
from kernel.machine import advance
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order, Payment
from orders.models.payment import Purpose
from refunds import services as refunds
from refunds.amounts import along_differences, by_payment, tenders

from ..ledger import benefits, repairs
from ..ledger.allocation import Allocation, start_keeping
from ..ledger.exchange import Settled
from ..ledger.owed import recount_owed
from ..models import Benefit, Ticket, TicketLine, TicketRefund
from ..rules.amounts import paid_of
from . import courier_claims

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
    courier_claims.on_refunded(ticket, allocation.lines, now=now)
    if ticket.takes_units:
        order = orders.close_if_refunded(order, now=now)
        # These units may have been the last that the order waited to ship.
        if any(item.unshipped for item in allocation.lines):
            orders.settle_fulfilment(order, now=now)
    return ticket
