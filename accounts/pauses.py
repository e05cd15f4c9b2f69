"""Holiday pauses of a shop (part C): times during which its clocks stand still. Pure functions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from .models import Shop

MAX_A_YEAR = timedelta(days=31)
Stop = tuple[datetime, datetime]
"""A time during which deadlines do not run: from, until."""


def pauses_of(shop: "Shop") -> list[Stop]:
    """All that were announced, past ones too: a deadline may count from a date before them. In order, none overlaps."""
    stops = [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in shop.pauses]
    if shop.pause_starts_at is not None and shop.pause_ends_at is not None:
        stops.append((shop.pause_starts_at, shop.pause_ends_at))
    merged: list[Stop] = []
    for begins, ends in sorted(stops):
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(ends, merged[-1][1])
        else:
            merged.append((begins, ends))
    return merged


def runs_out(start: datetime, length: timedelta, stops: Iterable[Stop]) -> datetime:
    """`length` after `start`, not counting the stops. Stops may overlap: each moment counts once."""
    due, counted_until = start + length, start
    for begins, ends in sorted(stops):
        begins = max(begins, counted_until)
        # Each stop moves the deadline, possibly into the next stop. One that begins after the deadline changes nothing.
        if begins < due and begins < ends:
            due += ends - begins
            counted_until = ends
    return due


def paused(shop: "Shop", start: datetime, due: datetime) -> datetime:
    """A deadline with the shop's pauses left out: what was left when one began is left when it ends."""
    return runs_out(start, due - start, pauses_of(shop))


def left(shop: "Shop", now: datetime, due: datetime) -> timedelta:
    """What a clock that runs out at `due` has left at `now`, without the pauses in between; zero once it is over.
    `paused(shop, now, now + left(shop, now, due))` is `due` again."""
    paused_time = sum(
        (max(min(ends, due) - max(begins, now), timedelta(0)) for begins, ends in pauses_of(shop)), timedelta(0)
    )
    return max(due - now - paused_time, timedelta(0))


def in_year(stops: Iterable[Stop], year: int) -> timedelta:
    """How much of the local calendar year they take."""
    zone = timezone.get_current_timezone()
    first, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    return sum((max(min(ends, end) - max(begins, first), timedelta(0)) for begins, ends in stops), timedelta(0))
