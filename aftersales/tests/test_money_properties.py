"""In whatever order and grouping it comes back: what was paid, to the cent, and never more (F-2…F-5, F-8)."""

from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import OverRefund
from kernel.money import split, unit_of, unit_share
from orders import services as orders
from orders.content import OrderContent
from orders.models import Order, Payment
from orders.pricing import price
from refunds.amounts import tenders
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

from ..rules.application import Application, LineRequest
from . import books

D = Decimal
counts = st.integers(0, 100_000)
# F-1: one with two places and one without a smaller unit; amounts are drawn as counts of it.
currencies = st.sampled_from(["CNY", "JPY"])
some_units = st.integers(1, 30)
QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@QUICK
@given(currency=currencies, count=counts, counted=st.lists(counts, min_size=1, max_size=8))
def test_shares_add_up_and_never_exceed_their_weight(currency: str, count: int, counted: list[int]) -> None:
    unit = unit_of(currency)
    weights = [n * unit for n in counted]
    total = min(count * unit, sum(weights, D(0)))
    shares = split(total, weights, unit)
    assert sum(shares) == total
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@QUICK
@given(currency=currencies, count=counts, quantity=some_units, data=st.data())
def test_units_in_any_grouping_with_claims_given_up_in_between(
    currency: str, count: int, quantity: int, data: st.DataObject
) -> None:
    """The arithmetic of taking, letting go and settling units, without a database."""
    unit = unit_of(currency)
    paid = count * unit
    taken: list[tuple[int, Decimal]] = []
    while (units := quantity - sum(n for n, _ in taken)) > 0:
        if taken and data.draw(st.integers(0, 3)) == 0:
            taken.pop(data.draw(st.integers(0, len(taken) - 1)))
            continue
        n = data.draw(st.integers(1, units))
        share = unit_share(paid, quantity, quantity - units, sum((s for _, s in taken), D(0)), n, unit)
        taken.append((n, max(share, D(0))))
    assert sum(share for _, share in taken) == paid


@QUICK
@given(currencies, st.lists(counts, min_size=1, max_size=3), st.data())
def test_tenders_get_their_shares_and_never_more(currency: str, captured: list[int], data: st.DataObject) -> None:
    unit = unit_of(currency)
    payments = [Payment(pk=i, purpose="order", captured=count * unit) for i, count in enumerate(captured)]
    left = sum(captured) * unit
    parts_left = 6
    while left:
        parts_left -= 1
        amount = min((data.draw(counts) + 1) * unit, left) if parts_left else left
        parts = tenders(payments, amount, unit)
        assert sum(part for _, part in parts) == amount
        for payment, part in parts:
            assert 0 < part <= payment.left
            assert part % unit == 0
            payment.refunded += part
        left -= amount
    assert [payment.left for payment in payments] == [0] * len(payments)
    with pytest.raises(OverRefund):
        tenders(payments, unit, unit)


lines_ = st.lists(st.tuples(st.integers(0, 9999), some_units, st.integers(0, 100)), min_size=1, max_size=8)


@st.composite
def bought(draw: st.DrawFn) -> dict[str, Any]:
    """1–8 lines of 1–30 units, discounts of lines, order and points, freight, 1–3 tenders, with or without cents."""
    currency = draw(currencies)
    unit, lines = unit_of(currency), []
    for position, (price_, quantity, off) in enumerate(draw(lines_)):
        whole = price_ * unit * quantity
        discount = (whole * off / 300).quantize(unit)
        line: dict[str, Any] = {"sku": f"S{position}", "unit_price": price_ * unit}
        line |= {"quantity": quantity, "discount": discount}
        lines.append(line | {"title": "T", "spec": "", "category": "", "image_url": "", "exempt_confirmed": False})
    goods = sum((x["unit_price"] * x["quantity"] - x["discount"] for x in lines), D(0))
    discount = (goods * draw(st.integers(0, 100)) / 150).quantize(unit, rounding="ROUND_DOWN")
    points = ((goods - discount) * draw(st.integers(0, 100)) / 200).quantize(unit, rounding="ROUND_DOWN")
    freight = draw(st.integers(0, 2000)) * unit
    payable = goods - discount - points + freight
    weights = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    return {
        "lines": lines, "discount": discount, "points_deduction": points, "points_used": draw(st.integers(0, 500)),
        "freight": freight, "coupons": ["C"], "tenders": split(payable, weights, unit),
        "currency": currency, "payments": [],
    }  # fmt: skip


@QUICK
@given(bought())
def test_lines_and_freight_add_up_to_what_is_paid(content: dict[str, Any]) -> None:
    payable, lines = price(cast(OrderContent, content))
    assert sum((line.paid for line in lines), D(0)) + content["freight"] == payable == sum(content["tenders"])
    assert all(line.paid >= 0 and line.discount_share >= 0 and line.points_share >= 0 for line in lines)
    assert sum(line.points for line in lines) == content["points_used"]
    unit = unit_of(content["currency"])
    assert all(amount % unit == 0 for line in lines for amount in (line.paid, line.discount_share, line.points_share))


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(content=bought(), data=st.data())
def test_any_order_of_partial_refunds_sums_to_what_was_paid(
    desk: Desk, content: dict[str, Any], data: st.DataObject
) -> None:
    with undone():
        order = placed(desk, content)
        tickets: list[Ticket] = []
        for _ in range(12):
            if not (free := [line for line in order.lines.all() if line.free_quantity]):
                break
            tickets.append(one_application(desk, order, free, data))
        finish(desk, order)
        done = [t for t in Ticket.objects.filter(order=order) if t.status == "completed"]
        assert sum(t.refunded_amount for t in done) == order.amount
        assert sum(t.points_returned for t in done) == order.points_used
        assert [t.coupons_returned for t in done].count(["C"]) == 1
        assert [payment.left for payment in order.payments.all()] == [0] * len(content["tenders"])
        assert Order.objects.get(pk=order.pk).status == "closed"
        books.check(order)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def placed(desk: Desk, content: dict[str, Any]) -> Order:
    """Packed, so that each application waits for the merchant and may be given up again. It is not rejected: goods that
    never left are rejected only by shipping them (B-18)."""
    content = dict(content)
    amounts = content.pop("tenders")
    payments = [{"channel": "sandbox", "transaction_no": f"P{i}", "amount": a} for i, a in enumerate(amounts)]
    more = {"order_no": "E-PROPERTY", "buyer": "alice", "placed_at": NOW, "payments": payments}
    order, _ = orders.create(desk.world.lantern, content | more, actor=desk.integration, now=NOW)
    return orders.pack(order, actor=desk.integration, now=NOW)


def one_application(desk: Desk, order: Order, free: list[Any], data: st.DataObject) -> Ticket:
    chosen = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique_by=lambda line: line.pk))
    wanted = tuple(LineRequest(line.pk, data.draw(st.integers(1, line.free_quantity))) for line in chosen)
    application = Application("refund_only", "dont_want", wanted)
    promised = services.quote(order, application, actor=desk.buyer, now=NOW)
    ticket = services.apply(order, application, actor=desk.buyer, now=NOW)
    assert promised.total == ticket.requested_amount
    decide = data.draw(st.sampled_from(["approve", "approve", "approve", "withdraw", "wait"]))
    order.lines.update(failed_applications=0)
    if decide == "approve":
        return desk.pay_out(desk.approve(ticket))
    if decide == "withdraw":
        return services.withdraw(ticket, actor=desk.buyer, now=NOW)
    return ticket


def finish(desk: Desk, order: Order) -> None:
    """Everything still open is approved, everything still free applied for."""
    for ticket in Ticket.objects.filter(order=order, status="pending_review").order_by("-id"):
        desk.approve(ticket)
    rest = tuple(LineRequest(line.pk, line.free_quantity) for line in order.lines.all() if line.free_quantity)
    if rest:
        order.lines.update(failed_applications=0)
        wanted = Application("refund_only", "dont_want", rest)
        desk.approve(services.apply(order, wanted, actor=desk.buyer, now=NOW))
    desk.send_refunds()
