"""The books of an order, recomputed from the ticket lines alone, against what the rows store."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

from aftersales.models import Ticket
from aftersales.states import ENDED, MONEY_TYPES, RESERVING, STOCK_TYPES, Status
from kernel.models import History
from orders.models import Order, Reservation, Stock
from refunds.models import Refund

ZERO = Decimal("0.00")
PROMISED = (Status.PENDING_RETURN, Status.PENDING_REFUND, Status.COMPLETED)
OWED = ("pending", "processing", "succeeded")


def part(amount: Decimal, units: int, of: int, currency: str) -> Decimal:
    """Written a second time on purpose: half up, without the house's own function."""
    per_unit = 1 if currency == "JPY" else 100
    halves = amount * per_unit * units * 2 // of
    return Decimal(int(halves + 1) // 2) / per_unit


def returned(item: Any) -> int:
    return item.quantity if item.received_quantity is None else item.received_quantity


def expected_lines(order: Order) -> dict[int, dict[str, Any]]:
    """By line: every counter that tickets move."""
    found: dict[int, dict[str, Any]] = {
        line.pk: {
            "open_quantity": 0, "reserved_quantity": 0, "cancelled_quantity": 0, "refunded_quantity": 0,
            "open_amount": ZERO, "refunded_amount": ZERO, "allocated_share": ZERO,
            "exchanged_quantity": 0, "exchanged_amount": ZERO,
        }
        for line in order.lines.all()
    }  # fmt: skip
    for ticket in tickets_of(order):
        for item in ticket.lines.all():
            _add(found[item.line_id], ticket, item)
    return found


def tickets_of(order: Order) -> list[Ticket]:
    return list(order.tickets.order_by("id").prefetch_related("lines__replacement", "ticket_refunds__refund"))


def _add(books: dict[str, Any], ticket: Ticket, item: Any) -> None:
    if ticket.outcome:  # a voucher or a gift: nothing of the order was used up
        return
    units = ticket.claimed_amount is None
    books["refunded_amount"] += item.given_back  # by a cheaper replacement, when it was sent
    if item.replacement is not None:
        books["exchanged_quantity"] += item.sent_quantity
        books["exchanged_amount"] += item.replacement.paid_amount - item.replacement.difference_paid
        books["allocated_share"] += part(item.share_amount, item.sent_quantity, item.quantity, ticket.order.currency)
    if ticket.status in RESERVING:
        books["open_amount"] += item.refund_amount
        if units:
            books["open_quantity"] += item.quantity
            books["reserved_quantity"] += item.unshipped
            books["allocated_share"] += item.share_amount
    elif ticket.status == Status.COMPLETED and ticket.type in MONEY_TYPES:
        books["refunded_amount"] += item.refund_amount
        if units:
            books["refunded_quantity"] += returned(item)
            books["cancelled_quantity"] += item.unshipped
            books["allocated_share"] += part(item.share_amount, returned(item), item.quantity, ticket.order.currency)


def check(order: Order) -> None:
    """Everything that must hold after every step, whatever the story."""
    order = Order.objects.get(pk=order.pk)
    check_lines(order)
    check_order(order)
    check_money(order)
    check_tickets(order)
    check_stock()


def check_lines(order: Order) -> None:
    expected = expected_lines(order)
    for line in order.lines.all():
        stored = {name: getattr(line, name) for name in expected[line.pk]}
        assert stored == expected[line.pk], f"line {line.position}"
        assert line.refunded_amount + line.open_amount + line.exchanged_amount <= line.paid_amount
        assert 0 <= line.allocated_share <= line.paid_amount


def check_order(order: Order) -> None:
    tickets = tickets_of(order)
    assert order.open_cases == sum(t.status not in ENDED for t in tickets)
    assert order.succeeded_cases == sum(t.status == Status.COMPLETED for t in tickets)
    freight = sum((t.freight_amount for t in tickets if t.status in RESERVING), ZERO)
    done = [t for t in tickets if t.status == Status.COMPLETED and t.type in MONEY_TYPES and not t.outcome]
    assert order.freight_open == freight
    assert order.freight_refunded == sum((t.freight_amount for t in done), ZERO)
    going = [t for t in tickets if t.status == Status.PENDING_REFUND and t.takes_units]
    going = [t for t in going if t.type == "refund_only" or t.returnless or t.received_at]
    assert order.promotion_open == sum((t.promotion_amount for t in going), ZERO)
    assert order.promotion_kept == sum((t.promotion_amount for t in [*going, *done]), ZERO) >= 0
    if order.status != "shipped" or order.open_cases:
        assert order.receipt_due_at is None
    else:
        assert order.receipt_due_at is not None
    if order.status in ("paid", "shipped"):
        assert any(line.left_quantity for line in order.lines.all())


def check_money(order: Order) -> None:
    for payment in order.payments.all():
        owed = payment.refunds.filter(status__in=OWED)
        assert payment.refunded == sum((r.amount for r in owed), ZERO) <= payment.captured
    living = {t.difference_payment_id for t in tickets_of(order) if t.status not in ENDED or t.reshipped_at}
    for payment in order.payments.filter(purpose="difference"):
        assert payment.pk in living or payment.refunds.exists(), "a difference was kept though nothing was sent for it"
    back = sum((p.refunded for p in order.payments.filter(purpose="order")), ZERO)
    assert back <= order.amount
    counted = sum((line.refunded_amount for line in order.lines.all()), order.freight_refunded)
    assert 0 <= order.refund_owed <= counted - order.promotion_settled


def check_tickets(order: Order) -> None:
    for ticket in tickets_of(order):
        assert ticket.missing_quantity == sum(item.quantity - returned(item) for item in ticket.lines.all())
        own = [link.refund for link in ticket.ticket_refunds.all() if link.kind == "ticket"]
        arrived = sum((r.amount for r in own if r.status == "succeeded"), ZERO)
        again = {r.pk for r in own if Refund.objects.filter(retry_of=r).exists()}
        promised = sum((r.charged_back if r.pk in again else r.amount for r in own), ZERO)
        by_bank = sum((r.charged_back for r in own), ZERO)
        if ticket.status == Status.COMPLETED and ticket.type in MONEY_TYPES and not ticket.outcome:
            assert ticket.refunded_amount == arrived
            # After a settlement by hand that was void, or money that the bank sent back, the rest is owed again; units
            # that come late are paid later.
            undone = ("void_settlement", "return_money")
            void = History.objects.filter(machine="refund", action__in=undone, object_id__in=[r.pk for r in own])
            late = History.objects.filter(machine="ticket", object_id=ticket.pk, data__remark="late_units")
            assert ticket.approved_amount == (promised if void.exists() or late.exists() else arrived + by_bank)
            goods = sum((item.refund_amount for item in ticket.lines.all()), ZERO)
            assert goods + ticket.freight_amount - ticket.promotion_amount == ticket.approved_amount
        else:
            assert ticket.refunded_amount == ZERO
        if ticket.pays_money and ticket.status in PROMISED and not ticket.outcome:
            goods = sum((item.refund_amount for item in ticket.lines.all()), ZERO)
            assert goods + ticket.freight_amount - ticket.promotion_amount == ticket.approved_amount
        if ticket.status not in (Status.PENDING_REFUND, Status.COMPLETED):
            assert not own, "money set aside for a ticket that does not refund"
        elif own:
            assert promised == ticket.approved_amount
        assert ticket.status not in ENDED or ticket.due_at is None
        check_history(ticket)


def check_history(ticket: Ticket) -> None:
    rows = list(History.objects.filter(machine="ticket", object_id=ticket.pk).order_by("id"))
    assert rows[0].action == "apply"
    assert rows[-1].target == ticket.status
    for before, after in pairwise(rows):
        assert after.source == before.target, f"{after.action}: a move that nobody wrote down"


def check_stock() -> None:
    held: dict[int, int] = defaultdict(int)
    for row in Reservation.objects.filter(state="reserved"):
        ticket = Ticket.objects.get(ticket_no=row.holder)
        assert ticket.status in RESERVING
        assert ticket.type in STOCK_TYPES
        held[row.sku_id] += row.quantity
    for stock in Stock.objects.all():
        assert stock.reserved == held[stock.sku_id] <= stock.on_hand
