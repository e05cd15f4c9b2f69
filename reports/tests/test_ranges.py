"""Where a span begins and ends, the one before it, and its hours, days and weeks, against plain counting."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.ranges import CHOICES, MANY_DAYS, USUAL, Range, span, zone
from tests.world import DAY, NOW, SECOND

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
MOMENTS = st.integers(1_000_000_000, 3_800_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
KEYS = st.sampled_from(sorted(CHOICES))
DAYS = {"today": 1, "7": 7, "14": 14, "30": 30, "90": 90}


def at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).replace(tzinfo=SHANGHAI)


def local(stamp: str) -> datetime:
    """Without zone, as SQL answers it."""
    return datetime.fromisoformat(stamp)


def counted(range_: Range, unit: str) -> list[datetime]:
    """Hour by hour through the span: every day on its own, a week on its Monday."""
    found: list[datetime] = []
    moment, end = range_.start.replace(tzinfo=None), range_.end.replace(tzinfo=None)
    while moment <= end:
        slot = moment
        if unit != "hour":
            slot = datetime.combine(moment.date(), time.min)
        if unit == "week":
            slot = datetime.combine(date.fromisocalendar(*moment.isocalendar()[:2], 1), time.min)
        if slot not in found:
            found.append(slot)
        moment += HOUR
    return found


@pytest.mark.parametrize(
    ("key", "begins"),
    [
        ("today", "2026-03-02"),
        ("7", "2026-02-24"),
        ("14", "2026-02-17"),
        ("30", "2026-02-01"),
        ("90", "2025-12-03"),
    ],
)
def test_today_is_the_last_of_the_days(key: str, begins: str) -> None:
    range_ = span(key, NOW)
    assert (range_.key, range_.days, range_.start, range_.end) == (key, DAYS[key], at(begins), NOW)


@pytest.mark.parametrize("key", ["", "0", "8", "TODAY", "07", " 7", "365", "\0"])
def test_an_unknown_key_is_the_usual_span(key: str) -> None:
    assert span(key, NOW) == span(USUAL, NOW)
    assert (span(key, NOW).key, span(key, NOW).days) == ("14", 14)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-03-01T15:59:59+00:00", "2026-03-01"),
        ("2026-03-01T16:00:00+00:00", "2026-03-02"),  # midnight in Shanghai
        ("2026-03-01T16:00:01+00:00", "2026-03-02"),
    ],
)
def test_the_day_changes_at_midnight_in_the_shops_zone(now: str, begins: str) -> None:
    assert span("today", datetime.fromisoformat(now)).start == at(begins)


@pytest.mark.parametrize(
    ("key", "before"),
    [
        ("today", ("2026-03-01T00:00", "2026-03-01T10:00")),
        ("7", ("2026-02-17T00:00", "2026-02-23T10:00")),
        ("14", ("2026-02-03T00:00", "2026-02-16T10:00")),
        ("30", ("2026-01-02T00:00", "2026-01-31T10:00")),
        ("90", ("2025-09-04T00:00", "2025-12-02T10:00")),
    ],
)
def test_half_a_day_is_compared_with_half_a_day(key: str, before: tuple[str, str]) -> None:
    range_ = span(key, NOW)
    assert (range_.before_start, range_.before_end) == (at(before[0]), at(before[1]))


@pytest.mark.parametrize(
    ("days", "fine", "coarse"),
    [
        (1, "hour", "day"),
        (2, "day", "day"),
        (MANY_DAYS - 1, "day", "day"),
        (MANY_DAYS, "day", "day"),
        (MANY_DAYS + 1, "day", "week"),
        (90, "day", "week"),
    ],
)
def test_the_units_of_a_span(days: int, fine: str, coarse: str) -> None:
    range_ = Range("x", days, at("2026-02-01"), NOW)
    assert (range_.fine, range_.coarse) == (fine, coarse)


@pytest.mark.parametrize(
    ("end", "hours"),
    [("00:00:00", 1), ("00:59:59", 1), ("01:00:00", 2), ("01:00:01", 2), ("23:00:00", 24), ("23:59:59", 24)],
)
def test_an_hour_counts_from_its_first_moment(end: str, hours: int) -> None:
    slots = span("today", at(f"2026-03-02T{end}")).slots("hour")
    assert slots == [local(f"2026-03-02T{hour:02}:00") for hour in range(hours)]


@pytest.mark.parametrize(
    ("today", "mondays"),
    [
        ("2026-03-01", ["2026-02-23"]),  # Sunday, and six days from Monday on
        ("2026-03-02", ["2026-02-23", "2026-03-02"]),  # Monday, from Tuesday on
        ("2026-03-03", ["2026-02-23", "2026-03-02"]),
        ("2026-03-07", ["2026-02-23", "2026-03-02"]),
        ("2026-03-08", ["2026-03-02"]),
    ],
)
def test_a_week_is_that_of_its_monday(today: str, mondays: list[str]) -> None:
    for moment in (at(today), at(today) + DAY - SECOND):
        assert span("7", moment).slots("week") == [local(monday) for monday in mondays]


def test_a_day_of_a_leap_year_is_a_day() -> None:
    range_ = span("7", at("2028-03-02T10:00"))
    assert range_.start == at("2028-02-25")
    assert range_.slots("day")[4:] == [local("2028-02-29"), local("2028-03-01"), local("2028-03-02")]


def test_the_zone_is_that_of_the_settings(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    assert zone() == ZoneInfo("Pacific/Auckland")
    # 15:00 there, and 13 hours ahead of UTC: its midnight was at 11:00 UTC of the day before.
    assert span("today", NOW).start == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_the_night_in_which_the_clock_is_put_forward_leaves_midnights_where_they_are(settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"  # 8 March 2026, 02:00 is 03:00
    range_ = span("7", datetime(2026, 3, 9, 14, tzinfo=UTC))
    assert (range_.start, range_.end) == (
        datetime(2026, 3, 3, 5, tzinfo=UTC),  # winter time
        datetime(2026, 3, 9, 14, tzinfo=UTC),
    )
    assert range_.slots("day") == [local(f"2026-03-{day:02}") for day in range(3, 10)]


@given(KEYS, MOMENTS)
def test_a_span_is_as_many_dates_as_it_says(key: str, now: datetime) -> None:
    range_ = span(key, now)
    days = range_.slots("day")
    assert len(days) == range_.days == DAYS[key]
    assert days[-1].date() == now.astimezone(SHANGHAI).date()
    assert days[0] == range_.start.replace(tzinfo=None)
    assert range_.end == now


@given(KEYS, MOMENTS)
def test_the_span_before_ends_before_this_one_begins(key: str, now: datetime) -> None:
    range_ = span(key, now)
    assert range_.before_end < range_.start
    assert range_.start - range_.before_end <= DAY
    assert range_.before_end - range_.before_start == range_.end - range_.start


@given(st.sampled_from(["today", "7", "14"]), MOMENTS, st.sampled_from(["hour", "day", "week"]))
def test_the_slots_are_those_that_counting_hours_meets(key: str, now: datetime, unit: str) -> None:
    range_ = span(key, now)
    assert range_.slots(unit) == counted(range_, unit)
