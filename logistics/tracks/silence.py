"""A courier that says nothing of a parcel, and not we who did not ask, or were not answered."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from .. import couriers
from ..machine import Status
from ..models import Parcel


def is_silent(parcel: Parcel, *, since: datetime) -> bool:
    """The source has told at `since` or later that there is no scan, and no fault stands. `parcel`: in transit and not
    scanned, with its `tracking`."""
    row = getattr(parcel, "tracking", None)
    if row is None or row.answered_at is None or couriers.code_of(parcel.courier) not in couriers.connected():
        return False
    return not row.fault and bool(row.answered_at >= since)


def silent(after: Any, *, path: str = "") -> Q:
    """The same in a query. `after`: how long it may be silent after it was sent, as an expression of a duration;
    `path`: from the rows of the query to the parcel, `parcel__`."""
    if not couriers.connected():
        return Q(pk__in=[])
    conditions: dict[str, Any] = {
        "status": Status.IN_TRANSIT,
        "events__isnull": True,
        "tracking__fault": "",
        "tracking__answered_at__gte": F(f"{path}sent_at") + after,
    }
    return Q(**{f"{path}{name}": value for name, value in conditions.items()})
