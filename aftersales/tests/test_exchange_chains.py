"""F-5, B-15 as a property: exchanges, returns and claims in any order and direction conserve money and stock, and never
pay out more than was paid in."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aftersales import services
from aftersales.audit import run
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from orders.models import Order, OrderLine, Stock
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

from . import books

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PRICES = {"A": 50, "B": 99, "C": 100, "D": 131, "E": 700}
ON_HAND = 60


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def placed(desk: Desk, data: st.DataObject) -> Order:
    """One or two lines of several units, with a discount, freight and two payments; in CNY with cents, or in JPY."""
    currency = data.draw(st.sampled_from(["CNY", "JPY"]))
    for code, price in PRICES.items():
        product = data.draw(st.sampled_from(["one", "two"]))
        desk.world.sku(code, price=str(price), product=product, currency=currency, on_hand=ON_HAND)
    codes = data.draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=2, unique=True))
    lines = [(code, str(PRICES[code]), data.draw(st.integers(1, 3))) for code in codes]
    goods = sum(Decimal(price) * units for _, price, units in lines)
    off = data.draw(st.integers(0, int(goods))) if data.draw(st.booleans()) else 0
    first = data.draw(st.integers(0, int(goods) - off))
    payments = [("P-1", str(first)), ("P-2", str(goods - off + 7 - first))]
    return desk.world.completed(
        lines=lines, discount=str(off), freight="7", payments=payments, currency=currency,
        points_used=data.draw(st.integers(0, 9)),
    )  # fmt: skip


def chosen(order: Order, data: st.DataObject) -> tuple[OrderLine, int] | None:
    free = [line for line in order.lines.order_by("position") if line.free_quantity]
    if not free:
        return None
    line = data.draw(st.sampled_from(free))
    return line, data.draw(st.integers(1, line.free_quantity))


def counted(line: OrderLine, units: int) -> list[dict[str, object]]:
    return [{"line_id": line.pk, "quantity": units, "condition": "as_new"}]


def exchange(desk: Desk, line: OrderLine, units: int, data: st.DataObject) -> None:
    sku, reason = data.draw(st.sampled_from(list(PRICES))), data.draw(st.sampled_from(["wrong_choice", "quality"]))
    asked = Application("exchange", reason, (LineRequest(line.pk, units, sku),), evidence=(desk.photo(),))
    ticket = desk.approve(services.apply(line.order, asked, actor=desk.buyer, now=NOW))
    if ticket.price_difference > 0:
        ticket = desk.pay_difference(ticket, str(ticket.price_difference))
    ticket = desk.reship(desk.receive(desk.ship_back(ticket), counted(line, data.draw(st.integers(1, units)))))
    if data.draw(st.integers(0, 4)) == 0:
        Ticket.objects.filter(pk=ticket.pk).update(lost_at=NOW)
        services.convert(Ticket.objects.get(pk=ticket.pk), to="return_refund", actor=desk.merchant, now=NOW)
    else:
        services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)


def give_back(desk: Desk, line: OrderLine, units: int) -> None:
    asked = Application("return_refund", "quality", (LineRequest(line.pk, units),), evidence=(desk.photo(),))
    ticket = desk.approve(services.apply(line.order, asked, actor=desk.buyer, now=NOW))
    desk.receive(desk.ship_back(ticket), counted(line, units))


def claim(desk: Desk, line: OrderLine, data: st.DataObject) -> None:
    """Money without units (S-058)."""
    if line.free_amount < 1:
        return
    amount = Decimal(data.draw(st.integers(1, int(line.free_amount))))
    asked = Application("refund_only", "compensation", (LineRequest(line.pk, 1),), claimed_amount=amount)
    desk.approve(services.apply(line.order, asked, actor=desk.buyer, now=NOW))


def conserved(order: Order) -> None:
    """Goods: what lies on the shelves and what the buyer holds. Money: what came in and what went out."""
    books.check(order)
    assert [str(difference) for difference in run()] == []
    held: Counter[str] = Counter()
    for line in order.lines.select_related("sku"):
        held[line.sku.code] += line.left_quantity
    shelves = dict(Stock.objects.values_list("sku__code", "on_hand"))
    lost: Counter[str] = Counter()
    for ticket in order.tickets.filter(type="return_refund", reshipped_at__isnull=False):  # its parcel never arrived
        for item in ticket.lines.select_related("exchange_sku"):
            if item.exchange_sku is not None:
                lost[item.exchange_sku.code] += item.sent_quantity or 0
    sold = {line.sku.code: line.quantity for line in order.lines.filter(replaces=None).select_related("sku")}
    assert {code: shelves[code] + held[code] + lost[code] for code in PRICES} == {
        code: ON_HAND + sold.get(code, 0) for code in PRICES
    }
    payments = list(order.payments.all())
    assert all(payment.refunded <= payment.captured for payment in payments)


# Without shrinking, which takes longer than reading what was drawn.
PHASES = [Phase.explicit, Phase.generate]


@settings(
    max_examples=8, deadline=None, derandomize=True, database=None, phases=PHASES,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_exchanges_of_any_length_and_direction(desk: Desk, data: st.DataObject) -> None:
    with undone():
        order = placed(desk, data)
        for _ in range(data.draw(st.integers(1, 6))):
            if (found := chosen(order, data)) is None:
                break
            step = data.draw(st.sampled_from(["exchange", "exchange", "exchange", "return", "claim"]))
            if step == "exchange":
                exchange(desk, *found, data)
            elif step == "return":
                give_back(desk, *found)
            else:
                claim(desk, found[0], data)
            desk.send_refunds()
            conserved(order)
        while (line := next((line for line in order.lines.all() if line.free_quantity), None)) is not None:
            give_back(desk, line, line.free_quantity)
            desk.send_refunds()
        conserved(order)
        # Everything came back: of all that was ever paid only freight is left that nobody owes (B-16).
        order = Order.objects.get(pk=order.pk)
        assert sum(payment.left for payment in order.payments.all()) == order.freight - order.freight_refunded
