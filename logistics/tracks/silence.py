"""A courier that says nothing of a parcel, and not we who did not ask, or were not answered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q

from orders.models import Order

from .. import couriers
from ..couriers import OF_PARCEL, Scan
from ..machine import ON_THE_WAY, UNSEEN
from ..models import Parcel, ParcelEvent
from . import policy

# Goods that somebody only says to have sent back: by the buyer, or by the shop that refused them (part C, B-20).
KINDS = (Parcel.Kind.RETURN, Parcel.Kind.SEND_BACK)
# A fault of the number itself is told by who has looked for it. While our account, an outage or our own mistake stands
# in the way, nobody has.
FAULTS_OF_NUMBER = ("", *(fault.value for fault in OF_PARCEL))


def quiet_since(parcel: Parcel) -> datetime:
    """When it was last heard of: its newest scan, or when it was sent."""
    newest = parcel.events.aggregate(at=Max("at"))["at"]
    return max(newest or parcel.sent_at, parcel.sent_at)


def tells_of_goods(scans: Iterable[Scan]) -> bool:
    """Whether somebody had the goods in their hands."""
    return any(scan.status not in UNSEEN for scan in scans)


def was_seen(parcel: Parcel) -> bool:
    return not parcel.is_on_the_way or parcel.events.exclude(status__in=UNSEEN).exists()


def counts_from(parcel: Parcel, order: Order) -> datetime:
    """From when on it means something that nobody has scanned the parcel. `order`: of the parcel, with its policy."""
    return parcel.sent_at + timedelta(hours=order.policy.tracking_hours)


def is_silent(parcel: Parcel, *, since: datetime) -> bool:
    """The source has told at `since` or later that there is no scan, no new one, or does not know the number, and
    no fault stands by which nobody looks. `parcel`: without a scan since then, and with its `tracking`."""
    row = getattr(parcel, "tracking", None)
    if row is None or row.answered_at is None or couriers.code_of(parcel.courier) not in couriers.connected():
        return False
    return row.fault in FAULTS_OF_NUMBER and bool(row.answered_at >= since)


def silent(after: Any, *, path: str = "") -> Q:
    """The same in a query. `after`: how long it may be silent after it was sent, as an expression of a duration;
    `path`: from the rows of the query to the parcel, `parcel__`."""
    if not couriers.connected():
        return Q(pk__in=[])
    scans = ParcelEvent.objects.filter(shop_id=OuterRef(f"{path}shop_id"), parcel=OuterRef(f"{path}pk"))
    conditions: dict[str, object] = {
        "status__in": ON_THE_WAY,
        "tracking__fault__in": FAULTS_OF_NUMBER,
        "tracking__answered_at__gte": F(f"{path}sent_at") + after,
    }
    unseen = Q(~Exists(scans.exclude(status__in=UNSEEN)))
    return unseen & Q(**{f"{path}{name}": value for name, value in conditions.items()})


def asked_by_then(parcel: Parcel, at: datetime | None, wall: datetime, *, tried_at: datetime | None) -> datetime | None:
    """When to ask about a number whose goods nobody has seen: `at`, or as soon as silence counts, so that what was told
    before, or stood in the way, does not stand for it. `parcel`: with order and policy. `tried_at`: the last answer or
    try; None: there was none."""
    if at is None or parcel.kind not in KINDS:
        return at
    counts = counts_from(parcel, parcel.order)
    if tried_at is not None and tried_at >= counts:
        return at
    return min(at, max(counts, wall + policy.APART))
