"""What a source of pickups answers (architecture §5): outcomes, or an error that says whether anything is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from kernel.calls import Deadline


class PickupRefused(Exception):
    """A definite no to a request, in the words of the source."""


class AddressFault(StrEnum):
    """Why a source takes no such address."""

    TOO_LONG = "too_long"
    NO_DISTRICT = "no_district"  # it does not begin with province, city and district


class What(StrEnum):
    """What is said of a pickup."""

    BOOKED = "booked"
    ASSIGNED = "assigned"  # somebody is on their way
    COLLECTED = "collected"
    MISSED = "missed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    NOTHING = "nothing"  # nothing that changes it


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Booking:
    """`number`: ours; the same one again is the same pickup. `courier`: a code of `names.COURIERS`."""

    number: str
    courier: str
    sender: Contact
    receiver: Contact
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PickupNews:
    """`task_no`: what the source calls it. `number`: ours, where it names that and has signed it. `freight` (in CNY)
    and `weight` (in kg): what is charged to the shop; None: not said. Empty texts: not said."""

    task_no: str
    what: What
    booking_no: str = ""
    tracking_no: str = ""
    person_name: str = ""
    person_phone: str = ""
    freight: Decimal | None = None
    weight: Decimal | None = None
    reason: str = ""
    number: str = ""


class Pickups(Protocol):
    """A source of pickups. Each call raises CourierError where nothing was learned, and PickupRefused for a no."""

    @property
    def name(self) -> str:
        """As that of `port.Courier`."""
        ...

    @property
    def codes(self) -> frozenset[str]:
        """The couriers that come, by code."""
        ...

    def address_fault(self, address: str) -> AddressFault | None:
        """None: it takes it."""
        ...

    def price(self, booking: Booking, *, deadline: Deadline) -> Decimal:
        """In CNY, of one kilogram."""
        ...

    def book(self, booking: Booking, *, deadline: Deadline) -> PickupNews:
        """ValueError: on this day the source takes none."""
        ...

    def cancel(self, *, task_no: str, booking_no: str, deadline: Deadline) -> None:
        """PickupRefused: it is too late."""
        ...

    def ask(self, *, task_no: str, deadline: Deadline) -> PickupNews: ...

    def shares(self, form: Mapping[str, str]) -> bool:
        """Whether what came to the address of traces is about pickups: a source may have one address for both."""
        ...

    def read_notices(self, form: Mapping[str, str]) -> tuple[PickupNews, ...]:
        """Raises PushRefused."""
        ...

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        """As that of `port.Courier`."""
        ...
