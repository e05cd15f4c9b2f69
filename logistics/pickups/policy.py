"""Slots and clocks of pickups: pure (docs/pickups.md)."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

# What the page offers; any slot of an hour and more within these hours is taken.
SLOTS = ("09:00-11:00", "11:00-13:00", "13:00-15:00", "15:00-17:00", "17:00-19:00")
OPENS, CLOSES = time(8), time(21)
DAYS_AHEAD = 2  # today, tomorrow, the day after: what couriers take
SHORTEST = timedelta(hours=1)
LEAD = timedelta(hours=1)  # before the end of the slot
BOOKINGS = 3  # of one return

# How long after the slot nothing heard means that nobody came.
GIVE_UP = timedelta(hours=24)
AFTER_SLOT, BETWEEN = timedelta(hours=1), timedelta(hours=4)
# Collected, and by which number it travels is not said yet.
FOR_NUMBER, FOR_NUMBER_LATER = timedelta(minutes=5), BETWEEN
NUMBER_SOON, NUMBER_GIVEN_UP = timedelta(days=1), timedelta(days=14)  # after the slot
# The source gives the first booking back where the same number comes again within 48 hours; an hour is left for clocks.
SAME_BOOKING = timedelta(hours=47)
# What the buyer has left after a pickup that failed.
TO_SEND_OTHERWISE = timedelta(hours=48)
FIRST_DELAY, MAX_DELAY = timedelta(minutes=1), timedelta(hours=1)
ATTEMPT_SECONDS = 15.0
RUN_SECONDS = 10.0
# Longer than a run of the job: what it did not come to is due again by itself.
LEASE = timedelta(minutes=10)

_SLOT = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})", re.ASCII)


def slot_times(day: date, slot: str) -> tuple[datetime, datetime] | None:
    """ "09:00-11:00" of a day, in the time zone of the installation. None: it cannot be read, is too short, or outside
    the hours in which couriers come."""
    match = _SLOT.fullmatch(slot.strip())
    if match is None:
        return None
    hours = [int(part) for part in match.groups()]
    try:
        begins, ends = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        return None
    zone = timezone.get_default_timezone()
    starts_at, ends_at = (datetime.combine(day, at, zone) for at in (begins, ends))
    if begins < OPENS or ends > CLOSES or ends_at - starts_at < SHORTEST:
        return None
    return starts_at, ends_at


def days(now: datetime) -> list[date]:
    today = timezone.localtime(now, timezone.get_default_timezone()).date()
    return [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]


def is_in_time(ends_at: datetime, now: datetime) -> bool:
    return now <= ends_at - LEAD


def slots(day: date, now: datetime) -> list[str]:
    """Those of a day that can still be booked."""
    times = {slot: slot_times(day, slot) for slot in SLOTS}
    return [slot for slot, at in times.items() if at is not None and is_in_time(at[1], now)]


def after_failures(failures: int) -> timedelta:
    return min(FIRST_DELAY * 2 ** min(failures - 1, 12), MAX_DELAY)


def next_question(ends_at: datetime, wall: datetime) -> datetime:
    """While nothing is heard: an hour after the slot, then every four hours, and when it is given up."""
    after = ends_at + AFTER_SLOT
    if wall < after:
        return after
    return max(wall, min(wall + BETWEEN, ends_at + GIVE_UP))


def next_for_number(ends_at: datetime, wall: datetime) -> datetime | None:
    """While a collected parcel has no number: every five minutes for a day after the slot, then every four hours. None:
    after 14 days it is asked for no more."""
    if wall >= ends_at + NUMBER_GIVEN_UP:
        return None
    return wall + (FOR_NUMBER if wall < ends_at + NUMBER_SOON else FOR_NUMBER_LATER)


def may_send(starts_at: datetime, ends_at: datetime, sent_at: datetime | None, wall: datetime) -> bool:
    """Whether a booking may be asked for: the first time before its slot has ended. Again, because the answer was lost,
    on its day (couriers are told "today"), and while the source still takes it for the same booking."""
    if sent_at is None:
        return wall < ends_at
    zone = timezone.get_default_timezone()
    passed = timezone.localtime(wall, zone).date() > timezone.localtime(starts_at, zone).date()
    return not passed and wall < sent_at + SAME_BOOKING
