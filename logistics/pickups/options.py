"""What a buyer can choose of a pickup now; read by the API and the form of the page."""

from dataclasses import dataclass
from datetime import date, datetime

from .. import couriers
from ..couriers import COURIERS
from . import policy


@dataclass(frozen=True, slots=True)
class Options:
    """`couriers`: codes, those that most people know first. `days`: those on which something is left, with the slots
    that are."""

    couriers: tuple[str, ...]
    days: tuple[tuple[date, tuple[str, ...]], ...]


def options(now: datetime) -> Options:
    """Empty where no courier comes."""
    source = couriers.pickups()
    codes = source.codes if source else frozenset()
    days = ((day, tuple(policy.slots(day, now))) for day in policy.days(now))
    return Options(tuple(code for code in COURIERS if code in codes), tuple(each for each in days if each[1]))
