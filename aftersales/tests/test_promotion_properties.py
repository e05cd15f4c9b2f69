"""F-6 for any order and any tickets: their order makes no difference, all of them give back exactly what was paid, and
nobody gets more than that, or less than nothing."""

from decimal import Decimal
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Policy
from aftersales.rules.promotions import Deductions, Keeping, Position, TicketUnits
from kernel.money import split, unit_share
from orders.models import Order, OrderLine, Promotion

CENT = Decimal("0.01")
Lines = list[tuple[int, int]]
"""Unit price in cents, units."""
Steps = list[tuple[int, int]]
"""Threshold as percent of the goods, discount as percent of the goods."""


class Shop:
    """One order in memory. `pay` carries a ticket out as the services do, by the same rules."""

    def __init__(self, lines: Lines, steps: Steps, gift: int, freight: int) -> None:
        amounts = [price * units * CENT for price, units in lines]
        whole = sum(amounts, Decimal(0))
        self.discounts = [(whole * share / 100).quantize(CENT) for _from, share in steps]
        shares = split(sum(self.discounts, Decimal(0)), amounts, CENT)
        self.lines = [
            OrderLine(
                pk=number, kind="goods", unit_price=price * CENT, quantity=units, discount=Decimal(0),
                discount_share=share, paid_amount=amount - share, shipped_quantity=units,
            )
            for number, ((price, units), amount, share) in enumerate(zip(lines, amounts, shares, strict=True), 1)
        ]  # fmt: skip
        self.lines.append(
            OrderLine(
                pk=99, kind="gift", unit_price=gift * CENT, quantity=1, discount=gift * CENT, paid_amount=Decimal(0),
                shipped_quantity=1,
            )
        )  # fmt: skip
        self.order = Order(currency="CNY", has_promotions=True, promotion_kept=Decimal(0))
        self.order._state.fields_cache["policy"] = Policy(
            promotion_refund="recalculate", free_shipping_deducted=freight > 0
        )
        self.promotions = [
            Promotion(kind="threshold", code=str(at), threshold=(whole * limit / 100).quantize(CENT), discount=amount)
            for at, ((limit, _share), amount) in enumerate(zip(steps, self.discounts, strict=True))
            if amount
        ]
        if freight:
            self.promotions.append(Promotion(kind="free_shipping", threshold=whole, freight=freight * CENT))
        self.position = Position(self.order, self.lines, self.promotions)
        self.given: dict[int, tuple[int, Decimal]] = {}

    @property
    def paid(self) -> Decimal:
        return sum((line.paid_amount for line in self.lines), Decimal(0))

    def pay(self, taken: TicketUnits) -> Decimal:
        pays = sum((self._share(pk, units) for pk, units in taken.units.items()), Decimal(0))
        deductions = Keeping(self.position).of(taken, pays)
        self.order.promotion_kept += deductions.total
        assert self.order.promotion_kept >= 0
        assert taken.by_buyer or deductions.total <= 0
        self.position.certain.append(taken)
        before = self.position.certain_deductions
        self.position.certain_deductions = before.less(Deductions().less(deductions))
        return pays - deductions.total

    def _share(self, pk: int, units: int) -> Decimal:
        line = next(line for line in self.lines if line.pk == pk)
        before, worth = self.given.get(pk, (0, Decimal(0)))
        share = unit_share(line.paid_amount, line.quantity, before, worth, units, CENT)
        self.given[pk] = before + units, worth + share
        return share


lines_of = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 3)), min_size=1, max_size=4)
steps_of = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 20)), min_size=1, max_size=3)


@st.composite
def stories(draw: Any, gift: bool = True) -> tuple[Shop, Any, list[TicketUnits]]:
    """An order, how to make the same once more, and tickets that take all of its goods, each unit once."""
    lines, steps = draw(lines_of), draw(steps_of)
    price, freight = draw(st.integers(1, 3_000)) if gift else 0, draw(st.integers(0, 800)) if gift else 0

    def shop() -> Shop:
        return Shop(lines, steps, price, freight)

    units = [number for number, (_price, count) in enumerate(lines, 1) for _ in range(count)]
    count = draw(st.integers(1, 4))
    owners = [draw(st.integers(0, count - 1)) for _ in units]
    tickets = []
    for ticket in range(count):
        own = [pk for pk, owner in zip(units, owners, strict=True) if owner == ticket]
        if own:
            taken = {pk: own.count(pk) for pk in set(own)}
            tickets.append(TicketUnits(taken, {}, returned=True, by_buyer=draw(st.booleans())))
    return shop(), shop, tickets


@given(stories(gift=False), st.data())
@settings(max_examples=80, deadline=None)
def test_any_order_of_tickets_gives_the_same_total(story: Any, data: Any) -> None:
    _shop, make, tickets = story
    some = tickets[: data.draw(st.integers(1, len(tickets)))]
    totals = set()
    for order in permutations(some):
        shop = make()
        amounts = [shop.pay(taken) for taken in order]
        assert min(amounts) >= 0
        totals.add(sum(amounts, Decimal(0)))
    # Shares of units fall to the cent as they come (F-3), the sum of all does not.
    assert max(totals) - min(totals) <= CENT * len(some) * len(_shop.lines)
    if len(some) == len(tickets):
        assert totals == {_shop.paid}


@given(stories())
@settings(max_examples=80, deadline=None)
def test_with_everything_back_the_buyer_has_all_that_was_paid(story: Any) -> None:
    shop, _make, tickets = story
    amounts = [shop.pay(taken) for taken in tickets]
    assert min(amounts) >= 0
    assert sum(amounts, Decimal(0)) <= shop.paid
    # With the gift, whatever it was charged before.
    amounts.append(shop.pay(TicketUnits({99: 1}, {}, returned=True, by_buyer=True)))
    assert (sum(amounts, Decimal(0)), shop.order.promotion_kept) == (shop.paid, 0)


@given(stories(gift=False))
@settings(max_examples=80, deadline=None)
def test_one_ticket_gets_what_was_paid_less_the_price_of_what_is_kept(story: Any) -> None:
    """F-6 word by word, written a second time."""
    shop, _make, tickets = story
    taken = tickets[0]
    kept = [(line, line.quantity - taken.units.get(line.pk, 0)) for line in shop.lines if line.kind == "goods"]
    goods = sum((line.unit_price * line.quantity for line in shop.lines if line.kind == "goods"), Decimal(0))
    value = sum((line.unit_price * units for line, units in kept), Decimal(0))
    lost = sum((row.discount for row in shop.promotions if value < row.threshold), Decimal(0))
    price = sum((line.paid_amount * units / line.quantity for line, units in kept), Decimal(0)) + lost * value / goods
    own = sum((line.paid_amount * taken.units.get(line.pk, 0) / line.quantity for line in shop.lines), Decimal(0))
    expected = max(shop.paid - price, Decimal(0)) if taken.by_buyer else own
    assert abs(shop.pay(taken) - expected) <= CENT * (len(shop.lines) + len(shop.promotions))
