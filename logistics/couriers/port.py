"""What a source of traces has to offer: questions, and where it pushes news, a reader of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from kernel.calls import Deadline


@dataclass(frozen=True, slots=True)
class Scan:
    """`status`: a status of the parcel machine; `in_transit` for every scan that says nothing finer."""

    at: datetime
    status: str
    text: str


class Fault(StrEnum):
    """Why a parcel, or any, cannot be followed; `wording` has a sentence for each."""

    COURIER = "courier"  # the number does not fit the courier, or it is not known there
    PHONE = "phone"  # the courier tells only who knows the last digits of a phone
    KEY = "key"  # the key, its quota or the signature was refused
    DOWN = "down"  # no answer, or none that can be read


# Of the parcel itself: it will not be known there as it is.
OF_PARCEL = (Fault.COURIER, Fault.PHONE)


class CourierError(Exception):
    """No scan was learned. `fault`: of one parcel (`OF_PARCEL`) or of all. `retry_after`: how long to leave it alone;
    None: the usual wait, longer each time. `looked`: to a question, that the number is not known there as the buyer or
    the shop gave it; not where `unasked`, by what we left out of the question, or may not ask there."""

    def __init__(
        self, message: str, fault: Fault, *, retry_after: timedelta | None = None, unasked: bool = False
    ) -> None:
        super().__init__(message)
        self.fault, self.retry_after = fault, retry_after
        self.looked = fault in OF_PARCEL and not unasked


class PushRefused(Exception):
    """The signature is wrong, or what was signed is no push."""


@dataclass(frozen=True, slots=True)
class Push:
    """`couriers`: the codes it may be about; a source may find out another one than it was given. `scans`: all that
    are known. `over`: the source tells no more of it by itself; `in_vain`: because the courier tells it nothing."""

    couriers: frozenset[str]
    tracking_no: str
    scans: tuple[Scan, ...]
    over: bool = False
    in_vain: bool = False


class Courier(Protocol):
    """A source of traces. `name`: as in `courier_settings` and in the address of its pushes, `POST /notify/{name}/`.
    `codes`: the couriers that it asks, by code (`names.COURIERS`). `max_push`: bytes of a push."""

    @property
    def name(self) -> str: ...

    @property
    def codes(self) -> frozenset[str]: ...

    @property
    def max_push(self) -> int: ...

    @property
    def pushes(self) -> bool:
        """Whether it can be subscribed to, and has an address for its pushes."""
        ...

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        """All scans; empty where nobody has scanned it yet. `phone`: of sender or receiver. Raises CourierError."""
        ...

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        """Asked for twice, it is one subscription. Raises CourierError."""
        ...

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> tuple[Push, ...]:
        """What it holds of each parcel; empty: genuine, and about none. Raises PushRefused."""
        ...

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        """The fields of our answer to a push, sent with this HTTP status. `reason`: why it is not taken; empty with
        200, which is the only one after which it does not come again."""
        ...


@runtime_checkable
class Recogniser(Protocol):
    """A source that says whose a number is; not every one does."""

    @property
    def name(self) -> str: ...

    def recognise(self, *, tracking_no: str, deadline: Deadline) -> tuple[str, ...]:
        """The couriers whose it may be, by code (`names.COURIERS`), likeliest first. Empty: it names none, or none that
        is known here. Raises CourierError."""
        ...
