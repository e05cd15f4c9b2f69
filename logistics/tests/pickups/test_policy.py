from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from logistics.pickups import policy

DAY = date(2026, 1, 5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-05T{text}+08:00")


@pytest.mark.parametrize("slot", ["09:00-11:00", "9:00 - 11:00", "09:00–11:00", "09:00~11:00"])
def test_a_slot_as_people_write_it(slot: str) -> None:
    assert policy.slot_times(DAY, slot) == (at("09:00"), at("11:00"))


@pytest.mark.parametrize(
    "slot",
    ["", "morning", "09:00", "25:00-26:00", "09:00-09:59", "11:00-09:00", "07:59-10:00", "19:00-21:01", "09:60-11:00"],
)
def test_what_is_no_slot(slot: str) -> None:
    assert policy.slot_times(DAY, slot) is None


@pytest.mark.parametrize("slot", ["08:00-09:00", "20:00-21:00"])
def test_the_first_and_the_last_hour(slot: str) -> None:
    assert policy.slot_times(DAY, slot) is not None


@pytest.mark.parametrize(("seconds", "free"), [(-1, True), (0, True), (1, False)])
def test_a_slot_is_free_until_an_hour_before_its_end(seconds: int, free: bool) -> None:
    now = at("10:00") + timedelta(seconds=seconds)
    assert policy.is_in_time(at("11:00"), now) is free
    assert ("09:00-11:00" in policy.slots(DAY, now)) is free


def test_the_days_are_those_of_the_installation() -> None:
    late = datetime.fromisoformat("2026-01-05T23:59:59+08:00")
    assert policy.days(late) == [DAY + timedelta(days=ahead) for ahead in range(3)]
    assert policy.days(late + timedelta(seconds=1))[0] == DAY + timedelta(days=1)
    with timezone.override("America/New_York"):
        assert policy.days(late)[0] == DAY


@pytest.mark.parametrize(
    ("after_end", "wait_until"),
    [
        (timedelta(hours=-3), timedelta(hours=1)),
        (timedelta(hours=1, seconds=-1), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(hours=5)),
        (timedelta(hours=22), timedelta(hours=24)),
        (timedelta(hours=24), timedelta(hours=24)),
    ],
)
def test_when_it_is_asked_for(after_end: timedelta, wait_until: timedelta) -> None:
    end = at("11:00")
    assert policy.next_question(end, end + after_end) == end + wait_until


def test_failures_back_off_to_an_hour() -> None:
    minutes = [policy.after_failures(number).total_seconds() / 60 for number in (1, 2, 3, 7, 1000)]
    assert minutes == [1, 2, 4, 60, 60]


@pytest.mark.parametrize(
    ("after_end", "wait"),
    [
        (timedelta(0), timedelta(minutes=5)),
        (timedelta(days=1, seconds=-1), timedelta(minutes=5)),
        (timedelta(days=1), timedelta(hours=4)),
        (timedelta(days=14, seconds=-1), timedelta(hours=4)),
        (timedelta(days=14), None),
        (timedelta(days=14, seconds=1), None),
    ],
)
def test_when_a_number_is_asked_for(after_end: timedelta, wait: timedelta | None) -> None:
    wall = at("11:00") + after_end
    assert policy.next_for_number(at("11:00"), wall) == (None if wait is None else wall + wait)


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False), (1, False)])
def test_the_first_request_leaves_before_the_slot_has_ended(seconds: int, may: bool) -> None:
    assert policy.may_send(at("09:00"), at("11:00"), None, at("11:00") + timedelta(seconds=seconds)) is may


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False), (1, False)])
def test_it_is_repeated_on_its_day_alone(seconds: int, may: bool) -> None:
    midnight = datetime.fromisoformat("2026-01-06T00:00:00+08:00")
    assert policy.may_send(at("09:00"), at("11:00"), at("08:00"), midnight + timedelta(seconds=seconds)) is may


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False), (1, False)])
def test_it_is_repeated_for_47_hours(seconds: int, may: bool) -> None:
    sent_at = at("10:00")
    later = DAY + timedelta(days=2)
    starts_at, ends_at = policy.slot_times(later, "15:00-17:00") or (sent_at, sent_at)
    wall = sent_at + timedelta(hours=47, seconds=seconds)
    assert policy.may_send(starts_at, ends_at, sent_at, wall) is may
