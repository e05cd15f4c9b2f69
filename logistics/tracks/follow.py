"""Which parcels are followed."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kernel.calls import clock
from kernel.jobs import Outcome

from .. import couriers
from ..machine import ON_THE_WAY
from ..models import Parcel, Tracking
from ..numbers import borrowed, no_number
from .policy import OVER_AFTER

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 1000


def follow(parcels: Iterable[Parcel]) -> int:
    """Those whose courier is connected and whose number is their own; followed twice, it is once. Two statements, none
    where no courier is connected."""
    connected, wall = couriers.connected(), clock.wall()
    candidates = [
        parcel
        for parcel in parcels
        if couriers.code_of(parcel.courier) in connected and not no_number(parcel.tracking_no)
    ]
    others = borrowed(candidates)
    rows = [
        Tracking(shop_id=parcel.shop_id, parcel_id=parcel.pk, next_at=wall)
        for parcel in candidates
        if parcel.pk not in others
    ]
    Tracking.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def unfollowed(wall: datetime) -> "QuerySet[Parcel]":
    rows = Parcel.objects.filter(status__in=ON_THE_WAY, tracking=None, sent_at__gt=wall - OVER_AFTER)
    return rows.order_by("pk")


def follow_parcels(now: datetime, dry_run: bool) -> Outcome:
    """Those that were sent before a courier was connected."""
    wall, last, outcome = clock.wall(), 0, Outcome()
    if not couriers.connected():
        return outcome
    while parcels := list(unfollowed(wall).filter(pk__gt=last)[:BATCH]):
        last = parcels[-1].pk
        if not dry_run:
            outcome += Outcome(done=follow(parcels))
    return outcome
