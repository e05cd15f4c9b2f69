"""Parcels of which a courier that was asked tells nothing new for days: the shop has to chase them (S-143). No money
moves by it, and the next scan ends it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Greatest
from django_fsm import can_proceed

from kernel.actors import CLOCK, Actor
from kernel.jobs import Outcome, each
from kernel.machine import advance
from orders import services as orders

from .. import couriers
from ..machine import MAY_BE_LOST
from ..models import Parcel, ParcelEvent, Tracking
from .silence import FAULTS_OF_NUMBER, is_silent, quiet_since

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500


@transaction.atomic
def suspect_loss(parcel: Parcel, *, after: timedelta, actor: Actor, now: datetime) -> bool:
    """False, and nothing changes, where it is not on its way as it should be, was scanned for less than `after`, or
    where its courier was not asked since: our own silence is not the courier's."""
    # The order before the parcel, as every writer does.
    orders.lock(parcel.order_id, shop_id=parcel.shop_id)
    fresh = Parcel.locked(parcel.pk, shop_id=parcel.shop_id)
    if not can_proceed(fresh.suspect_loss):
        return False
    since = quiet_since(fresh)
    if since + after > now or not is_silent(fresh, since=since + after):
        return False
    advance(fresh.suspect_loss, actor=actor, now=now, data={"remark": "suspected_loss"}, since=since)
    return True


def suspect_losses(now: datetime, dry_run: bool) -> Outcome:
    """The job: after the days of the policy that the order was placed under."""
    rows = silent_parcels(now).select_related("parcel__order__policy").order_by("parcel__sent_at", "pk")[:BATCH]
    if dry_run:
        return Outcome(done=rows.count())

    def suspect(row: Tracking) -> bool:
        days = timedelta(days=row.parcel.order.policy.silent_days)
        return suspect_loss(row.parcel, after=days, actor=CLOCK, now=now)

    return each(rows, suspect, lambda row, error: None)


def silent_parcels(now: datetime) -> "QuerySet[Tracking]":
    """The same in a query, through what is followed."""
    if not couriers.connected():
        return Tracking.objects.none()
    scans = ParcelEvent.objects.filter(shop_id=OuterRef("shop_id"), parcel=OuterRef("parcel_id")).order_by()
    newest = Subquery(scans.values("parcel_id").annotate(newest=Max("at")).values("newest"))
    days = ExpressionWrapper(
        F("parcel__order__policy__silent_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    rows = Tracking.objects.filter(parcel__status__in=MAY_BE_LOST, parcel__sent_at__lte=Value(now) - days)
    # GREATEST passes over NULL: a parcel that was never scanned is silent since it was sent.
    counts = ExpressionWrapper(Greatest("parcel__sent_at", newest) + days, output_field=DateTimeField())
    return rows.alias(counts=counts).filter(fault__in=FAULTS_OF_NUMBER, counts__lte=now, answered_at__gte=F("counts"))
