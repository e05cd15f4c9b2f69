"""Subscribes to parcels, and asks for those of which nothing is pushed. No transaction is open while it waits."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from kernel.calls import Deadline
from kernel.jobs import Outcome
from kernel.watch.breaker import Breaker

from .. import clock, couriers
from ..couriers import Courier, CourierError, Fault, Scan
from ..machine import Status
from ..models import Parcel, Tracking
from ..services.report import report_trace
from . import policy

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 50
# Of the parcel itself: the source will not tell of it as it is.
OF_PARCEL = (Fault.COURIER, Fault.PHONE)
# While it is down, a process spends five calls in ten minutes on it, and the rest of its time on other work.
BREAKER = Breaker(rest=policy.LEASE.total_seconds())
log = logging.getLogger(__name__)


def due(wall: datetime) -> "QuerySet[Tracking]":
    return Tracking.objects.filter(next_at__lte=wall).order_by("next_at", "id")


def ask_couriers(now: datetime, dry_run: bool) -> Outcome:
    wall, courier = clock.wall(), couriers.get()
    if dry_run or not courier.codes:
        return Outcome(done=due(wall).count() if courier.codes else 0)
    if not BREAKER.allows():
        return Outcome()
    outcome, in_a_row = Outcome(), 0
    for tracking in _lease(wall):
        if in_a_row >= policy.BREAK_AFTER:
            # It is down. The rest is due again when its lease ends, and this queue has other work.
            outcome += Outcome(skipped=1)
            continue
        try:
            reached = ask(tracking, courier, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("parcel %s is asked for later", tracking.parcel_id)
            outcome += Outcome(failed=1)
            continue
        in_a_row = 0 if reached else in_a_row + 1
        if reached:
            BREAKER.succeeded()
        elif in_a_row == policy.BREAK_AFTER:
            BREAKER.failed()
        outcome += Outcome(done=1) if reached else Outcome(failed=1)
    return outcome


@transaction.atomic
def _lease(wall: datetime) -> list[Tracking]:
    rows = list(due(wall).select_for_update(skip_locked=True, no_key=True)[:BATCH])
    shops = {row.shop_id for row in rows}
    leased = Tracking.objects.filter(shop_id__in=shops, pk__in=[row.pk for row in rows])
    leased.update(next_at=wall + policy.LEASE)
    followed = Parcel.objects.filter(shop_id__in=shops, pk__in=[row.parcel_id for row in rows])
    parcels = {parcel.pk: parcel for parcel in followed.select_related("order")}
    for row in rows:
        row.parcel = parcels[row.parcel_id]
    return rows


def ask(tracking: Tracking, courier: Courier, *, now: datetime) -> bool:
    """Whether the source was reached, or did not have to be."""
    wall, parcel = clock.wall(), tracking.parcel
    if parcel.status != Status.IN_TRANSIT:
        _store(tracking, next_at=None)
        return True
    if tracking.asked_at and tracking.asked_at + policy.APART > wall:
        _store(tracking, next_at=tracking.asked_at + policy.APART)
        return True
    subscribes = courier.pushes and tracking.subscribed_at is None and tracking.fault not in OF_PARCEL
    try:
        scans = _question(courier, parcel, subscribes=subscribes)
    except CourierError as error:
        return _failed(tracking, error, wall)
    if scans:
        parcel = report_trace(parcel, scans, now=now)
    learned = {"subscribed_at": wall} if subscribes else {"asked_at": wall}
    subscribed = subscribes or tracking.subscribed_at is not None
    at = policy.after_answer(parcel.sent_at, wall, tracking.pk, subscribed=subscribed)
    _store(tracking, **learned, failures=0, fault="", next_at=at if parcel.status == Status.IN_TRANSIT else None)
    return True


def _question(courier: Courier, parcel: Parcel, *, subscribes: bool) -> tuple[Scan, ...]:
    """Raises CourierError."""
    code, phone = couriers.code_of(parcel.courier), parcel.order.receiver_phone
    deadline = Deadline.after(policy.ATTEMPT_SECONDS)
    if not subscribes:
        return courier.trace(courier=code, tracking_no=parcel.tracking_no, phone=phone, deadline=deadline)
    courier.subscribe(courier=code, tracking_no=parcel.tracking_no, phone=phone, deadline=deadline)
    return ()


def _failed(tracking: Tracking, error: CourierError, wall: datetime) -> bool:
    failures = tracking.failures + 1
    log.warning("parcel %s: %s", tracking.parcel_id, error)
    wait = error.retry_after or policy.after_failures(failures, tracking.pk)
    over = wall - tracking.parcel.sent_at >= policy.OVER_AFTER
    columns: dict[str, object] = {"failures": failures, "fault": error.fault.value}
    if error.fault != Fault.DOWN:  # it has answered
        columns["asked_at"], wait = wall, max(wait, policy.APART)
    _store(tracking, **columns, next_at=None if over else wall + wait)
    return error.fault in OF_PARCEL


def _store(tracking: Tracking, **columns: object) -> None:
    Tracking.objects.filter(shop_id=tracking.shop_id, pk=tracking.pk).update(**columns)
