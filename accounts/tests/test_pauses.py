"""Pauses hour by hour: a clock that is counted on the fingers, and holidays at the second they begin and end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Holiday, Shop
from accounts.pauses import in_year, left, paused, pauses_of, runs_out

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
Hours = list[tuple[int, int]]

# Stops of whole hours; they may overlap, touch, be empty or lie on the wrong side of their own beginning.
stops = st.lists(
    st.tuples(st.integers(-6, 30), st.integers(0, 8)).map(lambda one: (one[0], one[0] + one[1])), max_size=5
)


def at(hour: int) -> datetime:
    return START + hour * HOUR


def moments(hours: Hours) -> list[tuple[datetime, datetime]]:
    return [(at(begins), at(ends)) for begins, ends in hours]


def shop(earlier: Hours, present: tuple[int, int] | None = None) -> Shop:
    written = [[begins.isoformat(), ends.isoformat()] for begins, ends in moments(earlier)]
    begins, ends = (at(present[0]), at(present[1])) if present else (None, None)
    return Shop(pauses=written, pause_starts_at=begins, pause_ends_at=ends)


def stands(hour: int, hours: Hours) -> bool:
    """Does the clock stand in the hour that begins then?"""
    return any(begins <= hour < ends for begins, ends in hours)


def counted(length: int, hours: Hours) -> int:
    """The hour in which the last of `length` running hours ends: one after the other, from nought."""
    hour = 0
    while length:
        length -= not stands(hour, hours)
        hour += 1
    return hour


@given(length=st.integers(0, 20), hours=stops)
def test_a_deadline_is_the_hour_in_which_the_last_running_hour_ends(length: int, hours: Hours) -> None:
    assert runs_out(START, length * HOUR, moments(hours)) == at(counted(length, hours))


@given(length=st.integers(0, 20), hours=stops, data=st.data())
def test_the_order_of_the_stops_does_not_matter(length: int, hours: Hours, data: st.DataObject) -> None:
    other = data.draw(st.permutations(moments(hours)))
    assert runs_out(START, length * HOUR, other) == runs_out(START, length * HOUR, moments(hours))


@given(now=st.integers(-5, 20), length=st.integers(0, 20), hours=stops)
def test_what_is_left_is_the_running_hours_until_then(now: int, length: int, hours: Hours) -> None:
    due = now + length
    running = sum(not stands(hour, hours) for hour in range(now, due))
    assert left(shop(hours), at(now), at(due)) == running * HOUR


@given(now=st.integers(0, 20), length=st.integers(0, 20), hours=stops)
def test_what_is_left_leads_back_to_the_deadline(now: int, length: int, hours: Hours) -> None:
    """Wherever a deadline may lie: not inside a stop, where no clock runs out."""
    owner = shop(hours)
    due = paused(owner, at(now), at(now + length))
    assert left(owner, at(now), due) == length * HOUR
    assert paused(owner, at(now), at(now) + left(owner, at(now), due)) == due


@pytest.mark.parametrize(
    ("begins", "ends", "due"),
    [
        (-3, 0, 4), (-3, 1, 5), (0, 2, 6), (3, 5, 6), (4, 6, 4), (5, 6, 4), (2, 2, 4), (-3, 10, 14), (0, 0, 4),
    ],
)  # fmt: skip
def test_one_stop_around_a_deadline_of_four_hours(begins: int, ends: int, due: int) -> None:
    """One that begins just when it runs out changes nothing; one that ends just when it begins neither."""
    assert runs_out(START, 4 * HOUR, moments([(begins, ends)])) == at(due)


@pytest.mark.parametrize(("seconds", "moved"), [(-1, True), (0, False), (1, False)])
def test_a_second_decides_whether_it_is_put_off(seconds: int, moved: bool) -> None:
    begins = at(4) + seconds * SECOND
    assert runs_out(START, 4 * HOUR, [(begins, begins + DAY)]) == at(4) + (DAY if moved else timedelta(0))


@pytest.mark.parametrize(("now", "hours"), [(4, 0), (5, 0), (3, 1), (2, 2), (1, 2), (0, 3)])
def test_nothing_is_left_of_what_is_over(now: int, hours: int) -> None:
    """Due after four hours; the clock stands in the second."""
    assert left(shop([(1, 2)]), at(now), at(4)) == hours * HOUR


@pytest.mark.parametrize(
    ("earlier", "present", "expected"),
    [
        ([], None, []),
        ([(1, 2)], None, [(1, 2)]),
        ([], (1, 2), [(1, 2)]),
        ([(1, 2)], (1, 2), [(1, 2)]),  # the present one is among those announced
        ([(5, 6), (1, 2)], None, [(1, 2), (5, 6)]),
        ([(1, 2), (2, 3)], None, [(1, 3)]),  # what touches is one
        ([(1, 2), (3, 4)], None, [(1, 2), (3, 4)]),
        ([(1, 9), (2, 3)], None, [(1, 9)]),  # one inside another does not end it
        ([(1, 9), (2, 3), (9, 10)], None, [(1, 10)]),
        ([(1, 4)], (3, 6), [(1, 6)]),
        ([(7, 8)], (1, 2), [(1, 2), (7, 8)]),
    ],
)
def test_the_pauses_of_a_shop(earlier: Hours, present: tuple[int, int] | None, expected: Hours) -> None:
    assert pauses_of(shop(earlier, present)) == moments(expected)


def test_half_a_pause_is_none() -> None:
    owner = shop([])
    owner.pause_starts_at = START
    assert pauses_of(owner) == []


# --- the year ------------------------------------------------------------------------------------------

NEW_YEAR = datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        (-2, -1, 1, 0), (-1, 0, 1, 0), (0, 1, 0, 1), (1, 2, 0, 1), (-1, 1, 1, 1), (-3, 5, 3, 5), (-400, 1, 365, 1),
        (-400, 400, 365, 365),
    ],
)  # fmt: skip
def test_a_pause_over_new_year_is_counted_in_both_years(before: int, after: int, old: int, new: int) -> None:
    """2026 and 2027 have 365 days; the year is the shop's, not that of UTC."""
    one = [(NEW_YEAR + before * DAY, NEW_YEAR + after * DAY)]
    assert [in_year(one, year) for year in (2026, 2027)] == [old * DAY, new * DAY]


def test_a_leap_year_has_a_day_more() -> None:
    always = [(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))]
    assert [in_year(always, year) / DAY for year in (2027, 2028, 2029)] == [365, 366, 365]


def test_pauses_add_up_and_no_pause_is_none() -> None:
    days = [(NEW_YEAR - 9 * DAY, NEW_YEAR - 8 * DAY), (NEW_YEAR - 5 * DAY, NEW_YEAR - 3 * DAY)]
    assert (in_year(days, 2026), in_year(days, 2025), in_year([], 2026)) == (3 * DAY, timedelta(0), timedelta(0))


# --- the days of a holiday -------------------------------------------------------------------------------


def test_a_holiday_lasts_from_midnight_to_midnight_of_the_site() -> None:
    one = Holiday(first=date(2026, 2, 27), last=date(2026, 3, 1))
    assert one.starts_at == datetime(2026, 2, 26, 16, tzinfo=UTC)
    assert one.ends_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    with timezone.override(UTC):
        assert one.starts_at == datetime(2026, 2, 27, tzinfo=UTC)
