"""Every query of the reports against rows made by hand, and against plain loops over hundreds of generated tickets."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import pytest
from django.utils.translation import override

from accounts.models import Shop
from aftersales.states import Status
from orders.models import Order
from reports import queries
from reports.queries import Durations, Scope
from tests.world import DAY, NOW, SECOND, World

from .rows import Decision, Rows, decided_by, percentile, scope

START = datetime.fromisoformat("2026-02-24T00:00:00+08:00")  # of the seven days that end NOW
BEFORE_START, BEFORE_END = START - 7 * DAY, NOW - 7 * DAY
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
SEEDS = [1, 2]
OPEN = [
    "pending_review", "pending_supplement", "pending_return", "pending_refund", "pending_reship", "reshipped",
    "rejected",
]  # fmt: skip
EDGES = [  # of the range and of the one before it
    (START - TICK, False, False),
    (START, True, False),
    (START + TICK, True, False),
    (NOW - TICK, True, False),
    (NOW, True, False),
    (NOW + TICK, False, False),
    (BEFORE_START - TICK, False, False),
    (BEFORE_START, False, True),
    (BEFORE_END, False, True),
    (BEFORE_END + TICK, False, False),
]


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


class Made(NamedTuple):
    shop: Shop
    created: datetime
    decisions: list[Decision]
    status: str
    ended: datetime | None


def generated(rows: Rows, seed: int, number: int = 80) -> list[Made]:
    """Over three weeks in both shops, on whole hours, so that the edges are met often."""
    random, world = Random(seed), rows.world
    people = [(world.mei, "merchant"), (world.wen, "merchant"), (world.sun, "support"), (None, "clock"), (None, "rule")]
    made = []
    for _ in range(number):
        created = NOW - random.randrange(0, 22 * 24) * HOUR
        decisions = []
        for _ in range(random.choice([0, 1, 1, 2])):
            user, kind = random.choice(people)
            moment = created + random.randrange(0, 100) * HOUR + random.randrange(60) * SECOND
            action = random.choice(["approve", "reject"])
            decision = decided_by(user, action, moment, kind) if user else Decision(action, moment, kind, kind, None)
            decisions.append(decision)
        status = random.choice(["pending_review", "rejected", "completed", "closed", "cancelled"])
        ended = created + random.randrange(0, 200) * HOUR if status in {"completed", "closed", "cancelled"} else None
        one = Made(random.choice([world.lantern, world.harbor]), created, decisions, status, ended)
        ticket = rows.ticket(created, shop=one.shop, status=status, ended_at=ended)
        rows.history(ticket, Decision("take", created))  # of no weight here
        for decision in decisions:
            rows.history(ticket, decision)
        made.append(one)
    return made


def hours(span: timedelta) -> float:
    return span / HOUR


def by_hand(measured: list[tuple[float | None, bool]]) -> Durations:
    took = [hours for hours, _ in measured if hours is not None]
    return Durations(
        len(measured), len(took), percentile(took, 0.5), percentile(took, 0.9),
        sum(hours <= 48 for hours in took), sum(late for _, late in measured),
    )  # fmt: skip


def same(found: Durations, expected: Durations) -> bool:
    floats = [(found.median, expected.median), (found.ninety, expected.ninety)]
    whole = found._replace(median=None, ninety=None) == expected._replace(median=None, ninety=None)
    return whole and all(one == (other if other is None else pytest.approx(other)) for one, other in floats)


def check_spans(found: queries.DurationStatistics, measured: list[tuple[datetime, float | None, bool]]) -> None:
    """`measured`: when, how many hours, whether it is late."""
    now = [row for row in measured if START <= row[0] <= NOW]
    before = [row for row in measured if BEFORE_START <= row[0] <= BEFORE_END]
    assert same(found.now, by_hand([row[1:] for row in now]))
    assert same(found.before, by_hand([row[1:] for row in before]))
    days: dict[datetime, list[tuple[float | None, bool]]] = {}
    for moment, took, late in now:
        days.setdefault(datetime.combine(moment.astimezone(NOW.tzinfo).date(), time.min), []).append((took, late))
    assert set(found.fine) == set(days)
    for day, those in days.items():
        assert same(found.fine[day], by_hand(those)), day
    assert found.coarse == found.fine  # by day too, up to two weeks


# --- decisions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mine", [True, False])
def test_decided_is_what_a_loop_over_the_tickets_finds(rows: Rows, seed: int, mine: bool) -> None:
    measured = []
    for one in generated(rows, seed):
        first = one.decisions[0] if one.decisions else None
        took = hours(first.at - one.created) if first and first.kind != "rule" else None
        late = first is None and one.status == "pending_review" and NOW - one.created > 48 * HOUR
        if not mine or one.shop == rows.world.lantern:
            measured.append((one.created, took, late))
    check_spans(queries.decided(scope(rows.world.lantern) if mine else scope()), measured)


@pytest.mark.parametrize(("created", "now", "before"), EDGES)
def test_both_ends_of_both_ranges_belong_to_them(rows: Rows, created: datetime, now: bool, before: bool) -> None:
    rows.ticket(created)
    found = queries.decided(scope())
    assert (found.now.tickets, found.before.tickets) == (int(now), int(before))
    assert sum(durations.tickets for durations in found.fine.values()) == int(now)


@pytest.mark.parametrize(("after", "in_time"), [(-SECOND, 1), (0 * SECOND, 1), (SECOND, 0)])
def test_exactly_48_hours_is_in_time(rows: Rows, after: timedelta, in_time: int) -> None:
    created = NOW - 4 * DAY
    rows.ticket(created, Decision("approve", created + 48 * HOUR + after))
    now = queries.decided(scope()).now
    assert (now.measured, now.in_time, now.still_late, now.share_in_time) == (1, in_time, 0, float(in_time))


@pytest.mark.parametrize(("older", "late"), [(-SECOND, 0), (0 * SECOND, 0), (SECOND, 1)])
def test_undecided_for_exactly_48_hours_is_not_late(rows: Rows, older: timedelta, late: int) -> None:
    rows.ticket(NOW - 48 * HOUR - older)
    assert queries.decided(scope()).now.still_late == late


@pytest.mark.parametrize("status", [status for status in Status if status != "pending_review"])
def test_only_what_waits_for_a_review_is_late(rows: Rows, status: str) -> None:
    rows.ticket(START, status=status)
    assert queries.decided(scope()).now == Durations(tickets=1)


@pytest.mark.parametrize(("kind", "measured"), [("merchant", 1), ("support", 1), ("clock", 1), ("rule", 0)])
def test_whose_decision_is_measured(rows: Rows, kind: str, measured: int) -> None:
    rows.ticket(START, Decision("approve", START + HOUR, kind))
    now = queries.decided(scope()).now
    assert (now.measured, now.still_late) == (measured, 0)


@pytest.mark.parametrize("action", ["take", "apply", "receive", "close", "approve_more"])
def test_another_act_is_no_decision(rows: Rows, action: str) -> None:
    rows.ticket(START, Decision(action, START + HOUR))
    assert queries.decided(scope()).now.measured == 0


def test_a_decision_on_an_order_of_the_same_id_is_none_on_the_ticket(rows: Rows) -> None:
    rows.history(rows.ticket(START), Decision("approve", START + HOUR), machine="order")
    assert queries.decided(scope()).now.measured == 0


def test_the_first_decision_counts_and_what_a_rule_did_first_stays_unmeasured(rows: Rows) -> None:
    rows.ticket(START, Decision("reject", START + 5 * HOUR), Decision("approve", START + 30 * HOUR))
    rows.ticket(START, Decision("approve", START, "rule"), Decision("reject", START + HOUR))
    now = queries.decided(scope()).now
    assert (now.tickets, now.measured, now.median) == (2, 1, 5.0)


@pytest.mark.parametrize(
    ("in_time", "measured", "still_late", "share"),
    [(0, 0, 0, None), (0, 0, 1, 0.0), (1, 1, 0, 1.0), (1, 1, 1, 0.5), (3, 4, 2, 0.5)],
)
def test_the_share_counts_what_is_still_late_against_the_shop(
    in_time: int, measured: int, still_late: int, share: float | None
) -> None:
    assert Durations(9, measured, in_time=in_time, still_late=still_late).share_in_time == share


# --- the end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_finished_is_what_a_loop_over_the_tickets_finds(rows: Rows, seed: int) -> None:
    measured: list[tuple[datetime, float | None, bool]] = []
    for one in generated(rows, seed):
        if one.ended is not None and one.shop == rows.world.harbor:
            took = hours(one.ended - one.created) if one.status == "completed" else None
            measured.append((one.ended, took, False))
    check_spans(queries.finished(scope(rows.world.harbor)), measured)


@pytest.mark.parametrize(("ended", "now", "before"), EDGES)
def test_what_ended_counts_by_its_end(rows: Rows, ended: datetime, now: bool, before: bool) -> None:
    rows.ticket(BEFORE_START - DAY, status="completed", ended_at=ended)
    found = queries.finished(scope())
    assert (found.now.tickets, found.before.tickets) == (int(now), int(before))


@pytest.mark.parametrize(("status", "measured"), [("completed", 1), ("cancelled", 0), ("closed", 0)])
def test_only_what_was_completed_took_its_time(rows: Rows, status: str, measured: int) -> None:
    rows.ticket(START - 6 * HOUR, status=status, ended_at=START)
    now = queries.finished(scope()).now
    assert (now.tickets, now.measured, now.median) == (1, measured, 6.0 if measured else None)


# --- who waits, who works -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [str(status) for status in Status])
def test_a_status_waits_unless_it_is_an_end(rows: Rows, status: str) -> None:
    rows.ticket(NOW, status=status)
    rows.ticket(NOW - 400 * DAY, status=status, overdue_since=NOW)  # whatever the range is
    rows.ticket(NOW, status=status, shop=rows.world.harbor)
    found = queries.waiting(scope(rows.world.lantern, days="today"))
    assert [row.status for row in found] == OPEN
    assert {row.status: row[1:] for row in found if row.waiting} == ({status: (2, 1)} if status in OPEN else {})


def test_the_load_has_the_busiest_first_and_then_the_alphabet(rows: Rows) -> None:
    world = rows.world
    world.mei.first_name, world.mei.last_name = "Mei", "Lin"
    world.mei.save()
    for user, late in ((world.wen, 1), (world.rui, 0), (world.mei, 0), (world.mei, 2)):
        rows.ticket(NOW, assignee=user, overdue_since=NOW if late else None)
    rows.ticket(NOW, status="completed", assignee=world.wen, overdue_since=NOW)
    rows.ticket(NOW)  # nobody's
    assert queries.load(scope()) == [("Mei Lin", 2, 1), ("rui", 1, 0), ("wen", 1, 1)]
    assert queries.load(scope(world.harbor)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_people_is_what_a_loop_over_the_tickets_finds(rows: Rows, seed: int) -> None:
    took: dict[str, list[float]] = {}
    actions: Counter[tuple[str, str]] = Counter()
    for one in generated(rows, seed):
        first = one.decisions[0] if one.decisions else None
        if one.shop == rows.world.lantern and one.created >= START and first and first.kind == "merchant":
            took.setdefault(first.name, []).append(hours(first.at - one.created))
            actions[first.name, first.action] += 1
    found = queries.people(scope(rows.world.lantern))
    assert [(-row.decisions, row.name) for row in found] == sorted((-len(those), name) for name, those in took.items())
    for row in found:
        assert (row.approved, row.rejected) == (actions[row.name, "approve"], actions[row.name, "reject"])
        assert row.median == pytest.approx(percentile(took[row.name], 0.5))


def test_a_person_with_two_names_is_one_and_two_of_one_name_are_two(rows: Rows) -> None:
    for name, user_id in (("Lin", 7), ("Mei", 7), ("Mei", 8)):
        rows.ticket(START, Decision("approve", START + HOUR, name=name, user_id=user_id))
    assert [row[:2] for row in queries.people(scope())] == [("Mei", 2), ("Mei", 1)]


# --- reasons --------------------------------------------------------------------------------------------


def test_reasons_have_the_most_frequent_first_and_the_rest_by_their_words(rows: Rows) -> None:
    for reason, kind, fault in (
        ("quality", "", "merchant"), ("quality", "", "courier"), ("quality", "", "merchant"),
        ("damaged", "", "courier"),
        ("not_as_described", "colour", "merchant"), ("not_as_described", "defect", "merchant"),
    ):  # fmt: skip
        rows.ticket(START, reason=reason, kind=kind, fault=fault)
    assert queries.reasons(scope()) == [
        ("Quality problem", "merchant", 2),
        ("Damaged in transit", "courier", 1),
        ("Not as described · Colour, style or size", "merchant", 1),
        ("Not as described · Defect", "merchant", 1),
        ("Quality problem", "courier", 1),
    ]


@pytest.mark.parametrize(
    ("language", "label"), [("zh-hans", "参数与描述不符 · 做工瑕疵"), ("en", "Not as described · Defect")]
)
def test_reasons_are_in_the_language_of_the_reader(rows: Rows, language: str, label: str) -> None:
    rows.ticket(START, reason="not_as_described", kind="defect")
    with override(language):
        assert [row.label for row in queries.reasons(scope())] == [label]


@pytest.mark.parametrize("ask", [queries.reasons, queries.people, queries.products])
@pytest.mark.parametrize(("created", "now", "_before"), EDGES)
def test_what_was_applied_for_outside_the_range_is_left_out(
    rows: Rows, ask: Callable[[Scope], Any], created: datetime, now: bool, _before: bool
) -> None:
    ticket = rows.ticket(created, Decision("approve", created + HOUR))
    rows.units(ticket, (ticket.order.lines.get(), 1))
    assert len(ask(scope())) == int(now)
    assert ask(scope(rows.world.harbor)) == []


# --- goods ----------------------------------------------------------------------------------------------


def sold(rows: Rows, *lines: tuple[str, int], shop: Shop | None = None, placed: datetime = START, **more: Any) -> Order:
    wanted = [(sku, "10.00", quantity) for sku, quantity in lines]
    return rows.world.place_order(shop=shop, lines=wanted, placed_at=placed, **more)


def asked_back(rows: Rows, order: Order, *quantities: int, reason: str = "quality") -> None:
    """A ticket with so many units of the order's first, second … line; 0: not of this one."""
    ticket = rows.ticket(START, order=order, reason=reason)
    for line, units in zip(rows.world.lines(order), quantities, strict=True):
        if units:
            rows.units(ticket, (line, units))


def test_goods_are_counted_by_tickets_and_by_units(rows: Rows) -> None:
    order = sold(rows, ("A", 5), ("A", 5), ("B", 7))
    asked_back(rows, order, 1, 2, 4)  # two lines of A in one ticket are one ticket
    asked_back(rows, order, 0, 3, 0, reason="damaged")
    asked_back(rows, order, 0, 1, 0, reason="damaged")
    assert queries.products(scope()) == [
        ("A", "A", 3, 7, "Damaged in transit"),
        ("B", "B", 1, 4, "Quality problem"),
    ]


def test_the_same_code_in_another_shop_is_another_product(rows: Rows) -> None:
    asked_back(rows, sold(rows, ("A", 4)), 1)
    asked_back(rows, sold(rows, ("A", 6), shop=rows.world.harbor), 2)
    assert [row.units for row in queries.products(scope())] == [2, 1]
    assert [row.units for row in queries.products(scope(rows.world.lantern))] == [1]


@pytest.mark.parametrize(("goods", "shown"), [(9, 9), (10, 10), (11, 10)])
def test_the_ten_goods_with_the_most_tickets(rows: Rows, goods: int, shown: int) -> None:
    """The fewest units fall out where all have one ticket; the code orders only what else is equal."""
    order = sold(rows, *[(f"G{number:02}", 20) for number in range(goods)])
    asked_back(rows, order, *[min(number + 1, 5) for number in range(goods)])
    codes = [f"G{number:02}" for number in range(goods)]
    expected = codes[4:] + [codes[3], codes[2], codes[1], codes[0]]
    assert [row.code for row in queries.products(scope())] == expected[:shown]


# --- money ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_paid_is_what_a_loop_over_the_refunds_finds(rows: Rows, seed: int) -> None:
    random, world = Random(seed), rows.world
    sums: dict[tuple[datetime | None, str, str, str], list[Decimal]] = {}
    for _ in range(80):
        shop, currency = random.choice([world.lantern, world.harbor]), random.choice(["CNY", "JPY"])
        type_, fault = random.choice(["refund_only", "exchange"]), random.choice(["buyer", "courier"])
        settled = NOW - random.randrange(0, 15 * 24) * HOUR
        status = random.choice(["succeeded", "succeeded", "succeeded", "failed"])
        ticket = rows.ticket(settled, order=rows.order(shop, currency), type=type_, fault=fault)
        amount = Decimal(random.randrange(1, 900))
        rows.refund(ticket, str(amount), settled, status)
        in_range = settled >= START
        if status == "succeeded" and shop == world.lantern and (in_range or BEFORE_START <= settled <= BEFORE_END):
            day = datetime.combine(settled.date(), time.min) if in_range else None
            sums.setdefault((day, currency, type_, fault), []).append(amount)
    found = queries.paid(scope(world.lantern))
    assert {row[:4]: (row.refunds, row.amount) for row in found} == {
        key: (len(amounts), sum(amounts)) for key, amounts in sums.items()
    }
    assert len(found) == len(sums)


@pytest.mark.parametrize(("settled", "now", "before"), EDGES)
def test_a_refund_counts_by_when_it_arrived(rows: Rows, settled: datetime, now: bool, before: bool) -> None:
    rows.refund(rows.ticket(NOW - 400 * DAY), "12.34", settled)
    found = [(row.slot is not None, row.amount) for row in queries.paid(scope())]
    assert found == ([(now, Decimal("12.34"))] if now or before else [])


@pytest.mark.parametrize(("ended", "now", "before"), EDGES)
def test_what_was_given_instead_of_money_counts_by_when_it_ended(
    rows: Rows, ended: datetime, now: bool, before: bool
) -> None:
    for currency, shop, cost in (("CNY", rows.world.lantern, 8), ("CNY", rows.world.lantern, 12), ("JPY", None, 300)):
        order = rows.order(shop or rows.world.lantern, currency)
        rows.ticket(
            ended, order=order, status="completed", completed_at=ended, ended_at=ended, outcome="voucher",
            outcome_cost=Decimal(cost),
        )  # fmt: skip
    rows.ticket(ended, status="completed", completed_at=ended, ended_at=ended)
    found = queries.in_kind(scope(rows.world.lantern))
    assert found == ([("CNY", 2, Decimal(20)), ("JPY", 1, Decimal(300))] if now else [])
    assert queries.in_kind(scope(rows.world.harbor)) == []


@pytest.mark.parametrize("status", ["pending", "processing", "failed"])
def test_money_that_did_not_arrive_is_not_counted(rows: Rows, status: str) -> None:
    rows.refund(rows.ticket(START), "5.00", START, status)
    assert queries.paid(scope()) == []


def test_refunds_of_one_day_are_counted_by_the_hour(rows: Rows) -> None:
    for minutes in (-1, 0, 59, 60):
        rows.refund(rows.ticket(START), "1.00", NOW - 2 * HOUR + timedelta(minutes=minutes))
    found = [(row.slot and row.slot.hour, row.refunds) for row in queries.paid(scope(days="today"))]
    assert found == [(7, 1), (8, 2), (9, 1)]
