"""A courier that says nothing of a parcel, and not we who did not ask, or were not answered."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from orders.models import Order

from .. import couriers
from ..couriers import OF_PARCEL
from ..machine import Status
from ..models import Parcel
from . import policy

# Goods that somebody only says to have sent back: by the buyer, or by the shop that refused them (part C, B-20).
KINDS = (Parcel.Kind.RETURN, Parcel.Kind.SEND_BACK)
# A fault of the number itself is told by who has looked for it. While our account, an outage or our own mistake stands
# in the way, nobody has.
_FAULTS_OF_NUMBER = ("", *(fault.value for fault in OF_PARCEL))


def counts_from(parcel: Parcel, order: Order) -> datetime:
    """From when on it means something that nobody has scanned the parcel. `order`: of the parcel, with its policy."""
    return parcel.sent_at + timedelta(hours=order.policy.tracking_hours)


def is_silent(parcel: Parcel, *, since: datetime) -> bool:
    """The source has told at `since` or later that there is no scan, or that it does not know the number, and no fault
    stands by which nobody looks. `parcel`: in transit and not scanned, with its `tracking`."""
    row = getattr(parcel, "tracking", None)
    if row is None or row.answered_at is None or couriers.code_of(parcel.courier) not in couriers.connected():
        return False
    return row.fault in _FAULTS_OF_NUMBER and bool(row.answered_at >= since)


def silent(after: Any, *, path: str = "") -> Q:
    """The same in a query. `after`: how long it may be silent after it was sent, as an expression of a duration;
    `path`: from the rows of the query to the parcel, `parcel__`."""
    if not couriers.connected():
        return Q(pk__in=[])
    conditions: dict[str, object] = {
        "status": Status.IN_TRANSIT,
        "events__isnull": True,
        "tracking__fault__in": _FAULTS_OF_NUMBER,
        "tracking__answered_at__gte": F(f"{path}sent_at") + after,
    }
    return Q(**{f"{path}{name}": value for name, value in conditions.items()})


def asked_by_then(parcel: Parcel, at: datetime | None, wall: datetime, *, tried_at: datetime | None) -> datetime | None:
    """When to ask about a number that no scan is known of: `at`, or as soon as silence counts, so that what was told
    before, or stood in the way, does not stand for it. `parcel`: with order and policy. `tried_at`: the last answer or
    try; None: there was none."""
    if at is None or parcel.kind not in KINDS:
        return at
    counts = counts_from(parcel, parcel.order)
    if tried_at is not None and tried_at >= counts:
        return at
    return min(at, max(counts, wall + policy.APART))
