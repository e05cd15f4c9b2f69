"""What a source of traces has to offer: one call, one scan, one error."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scan:
    """`status`: a status of the parcel machine; `in_transit` for every scan that ends nothing."""

    at: datetime
    status: str
    text: str


class CourierError(Exception):
    """`permanent`: this waybill will never be found there; otherwise ask again later."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Courier(Protocol):
    codes: frozenset[str]
    """The couriers that it asks, by code (`names.COURIERS`)."""

    def trace(self, *, courier: str, tracking_no: str) -> Sequence[Scan]: ...
