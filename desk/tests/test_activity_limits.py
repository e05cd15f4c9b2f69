"""Where pages, days, cursors and exports of the activity begin and end."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from aftersales.models import Ticket
from kernel.models import History
from tests.desk import Desk
from tests.world import NOW, SECOND, World

from ..activity import queries


@pytest.fixture
def ticket(world: World) -> Ticket:
    return Desk(world).apply(world.delivered())


def rows(ticket: Ticket, count: int, **values: object) -> None:
    """`count` rows a second apart, v0 the newest."""
    History.objects.bulk_create(
        History(**{
            "shop_id": ticket.shop_id, "machine": "ticket", "object_id": ticket.pk, "action": f"v{n}", "target": "x",
            "actor_kind": "clock", "actor_name": "clock", "at": NOW + timedelta(hours=1) - n * SECOND,
        } | values)
        for n in range(count)
    )  # fmt: skip


def verbs(page: queries.HistoryPage) -> list[str]:
    return [entry.line.verb for entry in page.entries if entry.line.verb.startswith("v")]


@pytest.mark.parametrize(("count", "more"), [(-1, False), (0, False), (1, True)])
def test_a_full_page_has_a_next_one_only_when_there_is_something_on_it(
    world: World, ticket: Ticket, count: int, more: bool
) -> None:
    whole = queries.PAGE + count
    rows(ticket, whole, actor_kind="gateway")
    first = queries.page(world.mei, kind="gateway")
    assert verbs(first) == [f"v{n}" for n in range(min(whole, queries.PAGE))]
    assert bool(first.next_cursor) is more
    if more:
        assert verbs(queries.page(world.mei, first.next_cursor, kind="gateway")) == [f"v{queries.PAGE}"]


def test_rows_of_one_moment_are_split_between_pages_without_loss(world: World, ticket: Ticket) -> None:
    rows(ticket, queries.PAGE + 5, at=NOW + timedelta(hours=1))
    first = queries.page(world.mei, about="ticket")
    second = queries.page(world.mei, first.next_cursor, about="ticket")
    found = verbs(first) + verbs(second)
    assert found == [f"v{n}" for n in reversed(range(queries.PAGE + 5))]  # of one moment the last written comes first


@pytest.mark.parametrize(
    ("clock", "day"),
    [("2026-03-02T23:59:59+08:00", 2), ("2026-03-03T00:00:00+08:00", 3), ("2026-03-03T00:00:01+08:00", 3)],
)
def test_a_day_begins_at_midnight_of_the_house(world: World, ticket: Ticket, clock: str, day: int) -> None:
    rows(ticket, 1, at=clock)
    found = {n: verbs(queries.page(world.mei, day=date(2026, 3, n))) for n in (1, 2, 3, 4)}
    assert found == {n: ["v0"] if n == day else [] for n in (1, 2, 3, 4)}


@pytest.mark.parametrize("pk", ["-1", "1.5", "٣", "1" * 19, " 1", ""])
def test_a_cursor_whose_number_is_none_is_the_first_page(world: World, ticket: Ticket, pk: str) -> None:
    rows(ticket, 1)
    assert verbs(queries.page(world.mei, f"2026-01-01T00:00:00+00:00_{pk}")) == ["v0"]


def test_a_cursor_from_before_everything_is_an_empty_page(world: World, ticket: Ticket) -> None:
    rows(ticket, 1)
    for pk in ("0", "1" * 18):
        assert queries.page(world.mei, f"2026-01-01T00:00:00+00:00_{pk}") == queries.HistoryPage([])


def test_a_page_says_until_when_it_looked_when_it_did_not_look_at_everything(
    world: World, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rui may see none of the rows, and reads them two at a time all the same."""
    rows(ticket, 6)
    newest = NOW + timedelta(hours=1)
    monkeypatch.setattr(queries, "MAX_SCANNED", 2)
    first = queries.page(world.rui)
    second = queries.page(world.rui, first.next_cursor)
    assert (first.entries, first.until) == ([], newest - 1 * SECOND)
    assert (second.entries, second.until) == ([], newest - 3 * SECOND)
    monkeypatch.setattr(queries, "MAX_SCANNED", History.objects.count() + 1)
    assert queries.page(world.rui) == queries.HistoryPage([])


@pytest.mark.parametrize("scanned", [1, 2, 3, 7])
def test_however_little_a_page_reads_nothing_is_left_out(
    world: World, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, scanned: int
) -> None:
    rows(ticket, 6)
    monkeypatch.setattr(queries, "MAX_SCANNED", scanned)
    page = queries.page(world.mei, about="ticket")
    found = verbs(page)
    for _page in range(History.objects.count()):
        if not page.next_cursor:
            break
        page = queries.page(world.mei, page.next_cursor, about="ticket")
        found += verbs(page)
    assert (page.next_cursor, found) == ("", [f"v{n}" for n in range(6)])


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_an_export_has_every_row_once_whatever_the_batch(
    world: World, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.setattr(queries, "BATCH", 4)
    rows(ticket, 8 + more, actor_kind="gateway")
    found = [entry.line.verb for entry in queries.every(world.mei, kind="gateway")]
    assert found == [f"v{n}" for n in range(8 + more)]


def test_an_export_asks_for_numbers_once_a_batch(world: World, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    entries = queries.entries
    monkeypatch.setattr(queries, "BATCH", 4)

    def counted(batch: Sequence[History]) -> list[queries.Entry]:
        asked.append(len(batch))
        return entries(batch)

    monkeypatch.setattr(queries, "entries", counted)
    rows(ticket, 9, actor_kind="gateway")
    assert len(list(queries.every(world.mei, kind="gateway"))) == 9
    assert asked == [4, 4, 1]


def test_a_row_whose_object_is_gone_keeps_its_id(world: World, ticket: Ticket) -> None:
    rows(ticket, 1, object_id=10**9)
    entry = queries.page(world.mei, about="ticket").entries[0]
    assert (entry.number, entry.shop) == (f"#{10**9}", "")
    assert entry.url.endswith(f"/{10**9}/change/")


def test_a_machine_of_no_list_is_left_out(world: World, ticket: Ticket) -> None:
    rows(ticket, 1, machine="lighthouse")
    assert verbs(queries.page(world.sun)) == []
