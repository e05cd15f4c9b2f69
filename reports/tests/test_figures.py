"""The figures that one scope gives: each asked for once, and money never added up over currencies."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import queries
from reports.figures import Figures
from reports.queries import Paid
from tests.world import DAY, NOW, World

from .rows import Decision, Rows, scope

SLOT = datetime.fromisoformat("2026-03-01T00:00:00")
QUERIES = ["waiting", "decided", "finished", "reasons", "products", "paid", "in_kind"]
OF_PEOPLE = ["people", "load"]
RATES = ["rates", "rates_of_reasons", "rates_of_products"]
ROWS = st.lists(
    st.builds(
        Paid,
        st.sampled_from([SLOT, SLOT + DAY, None]),
        st.sampled_from(["CNY", "JPY", "USD"]),
        st.just("refund_only"),
        st.just("buyer"),
        st.integers(1, 5),
        st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100),
    ),
    max_size=12,
)


def figures_of(rows: Sequence[Paid]) -> Figures:
    figures = Figures(scope(), None)
    figures.__dict__["paid"] = list(rows)  # where a cached property keeps what it found
    return figures


def paid(currency: str, refunds: int, amount: str, slot: datetime | None = SLOT) -> Paid:
    return Paid(slot, currency, "refund_only", "buyer", refunds, Decimal(amount))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Which query was asked, and for which scope."""
    calls: list[tuple[str, Any]] = []

    def answer(name: str, of: Any) -> list[str]:
        calls.append((name, of))
        return [name]

    for name in (*QUERIES, *OF_PEOPLE):
        monkeypatch.setattr(queries, name, partial(answer, name))
    return calls


@pytest.mark.parametrize("name", QUERIES)
def test_a_figure_is_asked_for_once_and_only_when_it_is_needed(asked: list[tuple[str, Any]], name: str) -> None:
    shops, people = scope(days="7"), scope(days="30")
    figures = Figures(shops, people)
    assert asked == []
    assert getattr(figures, name) == getattr(figures, name) == [name]
    assert asked == [(name, shops)]


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_people_are_asked_for_in_their_own_scope(asked: list[tuple[str, Any]], name: str) -> None:
    people = scope(days="30")
    figures = Figures(scope(days="7"), people)
    assert getattr(figures, name) == getattr(figures, name) == [name]
    assert asked == [(name, people)]


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_who_may_see_nobodys_people_is_answered_without_a_statement(asked: list[tuple[str, Any]], name: str) -> None:
    assert getattr(Figures(scope(), None), name) == []
    assert asked == []


def test_the_range_is_that_of_the_scope() -> None:
    assert Figures(scope(days="30"), scope(days="7")).range == scope(days="30").range


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        ([], ["CNY"]),
        ([paid("JPY", 1, "9")], ["JPY"]),
        ([paid("CNY", 1, "900"), paid("USD", 2, "1")], ["USD", "CNY"]),  # by refunds, not by amounts
        ([paid("USD", 2, "1"), paid("CNY", 2, "1")], ["CNY", "USD"]),  # equal: the alphabet
        ([paid("USD", 2, "1"), paid("JPY", 1, "1"), paid("JPY", 2, "1", None)], ["JPY", "USD"]),  # of both spans
        ([paid("USD", 10, "1"), paid("CNY", 9, "1")], ["USD", "CNY"]),  # as numbers
    ],
)
def test_the_currency_of_most_refunds_comes_first(rows: list[Paid], order: list[str]) -> None:
    assert figures_of(rows).currencies == order


@given(ROWS)
def test_each_currency_has_its_own_sum_of_both_spans(rows: list[Paid]) -> None:
    figures = figures_of(rows)
    now: dict[str, Decimal] = {}
    before: dict[str, Decimal] = {}
    for slot, currency, _type, _fault, _refunds, amount in rows:
        sums = before if slot is None else now
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    for currency in ("CNY", "JPY", "USD", "EUR"):
        assert figures.paid_now(currency) == now.get(currency, 0)
        assert figures.paid_before(currency) == before.get(currency, 0)
    assert set(figures.currencies) == ({row.currency for row in rows} or {"CNY"})


def test_all_figures_of_a_scope_are_one_statement_each(world: World, django_assert_num_queries: Any) -> None:
    rows = Rows(world)
    ticket = rows.ticket(NOW, Decision("approve", NOW), assignee=world.mei)
    rows.refund(ticket, "5.00", NOW)
    rows.refund(ticket, "3.00", NOW - 7 * DAY)
    figures = Figures(scope(world.lantern), scope(world.lantern))
    with django_assert_num_queries(12):
        for name in (*QUERIES, *OF_PEOPLE, *RATES) * 2:
            getattr(figures, name)
    assert [figures.paid_now("CNY"), figures.paid_before("CNY")] == [5, 3]
    assert ([row.name for row in figures.people], [row.name for row in figures.load]) == (["mei"], ["mei"])
