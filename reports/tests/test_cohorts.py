"""Rates of orders against plain loops over generated orders and tickets: never above 100 %, whatever the dates."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.utils.translation import override

from aftersales.models import Ticket
from orders.models import Order
from reports import cohorts
from reports.cohorts import Rates
from tests.world import DAY, NOW, SECOND, World

from .rows import Rows, scope

START = datetime.fromisoformat("2026-02-24T00:00:00+08:00")  # of the seven days that end NOW
SEEDS = [1, 2, 3]


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


@dataclass
class Case:
    reason: str
    goods: tuple[str, ...]
    refunded: bool
    returned: bool


@dataclass
class Sale:
    shop: str
    placed: datetime
    paid: bool
    goods: tuple[str, ...]
    finished: bool
    cases: list[Case] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return self.paid and START <= self.placed <= NOW


def finish(order: Order, **values: Any) -> None:
    Order.objects.filter(pk=order.pk).update(**({"window_ends_at": NOW, "window_closed_at": NOW} | values))


def case(rows: Rows, order: Order, made: Case, at: datetime) -> Ticket:
    values: dict[str, Any] = {"status": "completed", "ended_at": at, "completed_at": at}
    if made.refunded:
        values |= {"approved_amount": Decimal(5), "refunded_amount": Decimal(5)}
    ticket = rows.ticket(at, order=order, reason=made.reason, received_at=at if made.returned else None, **values)
    rows.units(ticket, *[(line, 1) for line in order.lines.all() if line.sku.code in made.goods])
    return ticket


def generated(rows: Rows, seed: int, number: int = 40) -> list[Sale]:
    """Orders of two weeks, most of them in the range, with tickets that are often later than the range."""
    random, world = Random(seed), rows.world
    sales = []
    for _ in range(number):
        placed = NOW + DAY - random.randrange(0, 11 * 24) * timedelta(hours=1)
        goods = tuple(random.sample(["A", "B", "C"], random.randint(1, 2)))
        sale = Sale(random.choice(["lantern", "harbor"]), placed, random.random() < 0.85, goods, random.random() < 0.5)
        order = world.place_order(
            shop=getattr(world, sale.shop), lines=[(code, "10.00", 3) for code in goods], placed_at=placed,
            paid=sale.paid, now=placed,
        )  # fmt: skip
        if sale.finished:
            finish(order)
        for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
            part = tuple(random.sample(goods, random.randint(1, len(goods))))
            reason = random.choice(["quality", "damaged"])
            sale.cases.append(Case(reason, part, random.random() < 0.6, random.random() < 0.5))
            case(rows, order, sale.cases[-1], max(placed, NOW) + random.randrange(0, 40) * DAY)
        sales.append(sale)
    return sales


def rates(sales: list[Sale], of: Callable[[Case], bool] = lambda one: True) -> Rates:
    """By hand: each order once, by those of its cases that count."""
    cases = [[one for one in sale.cases if of(one)] for sale in sales]
    return Rates(
        len(sales), sum(bool(those) for those in cases), sum(any(one.refunded for one in those) for those in cases),
        sum(any(one.returned for one in those) for those in cases), sum(not sale.finished for sale in sales),
    )  # fmt: skip


def check_shares(*found: Rates) -> None:
    for one in found:
        for rate in (one.ticket_rate, one.refund_rate, one.return_rate):
            assert rate is None or 0 <= rate <= 1, one
        assert 0 <= one.unfinished <= one.orders


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_are_what_a_loop_over_the_orders_finds(rows: Rows, seed: int) -> None:
    sales = [sale for sale in generated(rows, seed) if sale.counts]
    days: dict[datetime, list[Sale]] = defaultdict(list)
    for sale in sales:
        days[datetime.combine(sale.placed.date(), time.min)].append(sale)
    found = cohorts.cohorts(scope())
    assert found.total == rates(sales)
    assert found.slots == {day: rates(those) for day, those in days.items()}
    by_shop = {name: rates([sale for sale in sales if sale.shop == name.lower()]) for name in ("Lantern", "Harbor")}
    assert dict(found.shops) == by_shop
    check_shares(found.total, *found.slots.values(), *by_shop.values())
    with override("en"):
        reasons = dict(cohorts.by_reason(scope(), found.total))
    labels = {"Quality problem": "quality", "Damaged in transit": "damaged"}
    assert reasons == {
        label: rates(sales, lambda one, code=code: one.reason == code)  # type: ignore[misc]
        for label, code in labels.items()
    }
    check_shares(*reasons.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_product_is_divided_by_the_orders_it_is_in(rows: Rows, seed: int) -> None:
    sales = [sale for sale in generated(rows, seed) if sale.counts and sale.shop == "lantern"]
    found = {row.code: row.rates for row in cohorts.by_product(scope(rows.world.lantern))}
    expected = {}
    for code in "ABC":
        those = rates([sale for sale in sales if code in sale.goods], lambda one, code=code: code in one.goods)  # type: ignore[misc]
        if those.tickets:
            expected[code] = those
    assert found == expected
    check_shares(*found.values())


@pytest.mark.parametrize(
    ("placed", "counts"), [(START - SECOND, 0), (START, 1), (START + SECOND, 1), (NOW - SECOND, 1), (NOW, 1),
                           (NOW + SECOND, 0)]
)  # fmt: skip
def test_orders_of_the_range_by_when_they_were_placed(rows: Rows, placed: datetime, counts: int) -> None:
    rows.world.place_order(placed_at=placed)
    rows.world.place_order(placed_at=placed, paid=False)
    assert cohorts.cohorts(scope()).total.orders == counts


def test_many_tickets_on_few_orders_stay_below_a_hundred_percent(rows: Rows) -> None:
    """Tickets of today over orders of today were 300 %: two of them were on an order of last month."""
    old, new = (rows.world.place_order(placed_at=placed) for placed in (START - 30 * DAY, START))
    for order in (old, old, new):
        case(rows, order, Case("quality", ("TEE",), True, True), START + DAY)
    assert cohorts.cohorts(scope()).total == Rates(1, 1, 1, 1, 1)
    assert [row.rates for row in cohorts.by_product(scope())] == [Rates(1, 1, 1, 1, 1)]


@pytest.mark.parametrize(("left", "unfinished"), [(-SECOND, 0), (0 * SECOND, 0), (SECOND, 1)])
def test_an_order_is_finished_when_its_window_is_over(rows: Rows, left: timedelta, unfinished: int) -> None:
    finish(rows.world.place_order(placed_at=START), window_ends_at=NOW + left, window_closed_at=None)
    assert cohorts.cohorts(scope()).total.unfinished == unfinished


def test_an_open_ticket_keeps_an_order_unfinished_after_its_window(rows: Rows) -> None:
    finish(rows.world.place_order(placed_at=START), open_cases=1)
    assert cohorts.cohorts(scope()).total.unfinished == 1


def test_goods_of_an_exchange_that_came_back_are_no_return(rows: Rows) -> None:
    order = rows.world.place_order(placed_at=START)
    rows.ticket(START, order=order, type="exchange", received_at=START + DAY)
    assert cohorts.cohorts(scope()).total == Rates(1, 1, 0, 0, 1)


def test_without_orders_there_is_no_rate(rows: Rows) -> None:
    found = cohorts.cohorts(scope(rows.world.lantern))
    assert (found.slots, found.shops, found.total) == ({}, [], Rates())
    assert found.total.refund_rate is None
    assert cohorts.by_product(scope()) == []
    assert cohorts.by_reason(scope(), found.total) == []
