"""Subscribes to parcels, and asks for those of which nothing is pushed. No transaction is open while it waits."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kernel.calls import Deadline, clock
from kernel.jobs import Outcome
from kernel.watch.breaker import Breaker

from .. import couriers
from ..asking import Result, ask_each
from ..couriers import OF_PARCEL, Courier, CourierError, Fault, Scan
from ..models import Parcel, Tracking
from ..services.report import report_trace
from . import policy
from .ours import count_fault
from .silence import asked_by_then, tells_of_goods

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 50
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
    return ask_each(
        _lease(wall),
        lambda tracking: ask(tracking, courier, now=now),
        failed=lambda tracking, error: count_fault(tracking),
        give_back=lambda rows: _give_back(rows, wall),
        breaker=BREAKER,
        seconds=policy.RUN_SECONDS,
    )


@transaction.atomic
def _lease(wall: datetime) -> list[Tracking]:
    rows = list(due(wall).select_for_update(skip_locked=True, no_key=True)[:BATCH])
    _next(rows).update(next_at=wall + policy.LEASE)
    followed = Parcel.objects.filter(shop_id__in={row.shop_id for row in rows}, pk__in=[row.parcel_id for row in rows])
    parcels = {parcel.pk: parcel for parcel in followed.select_related("order__policy")}
    for row in rows:
        row.parcel = parcels[row.parcel_id]
    return rows


def _give_back(rows: Sequence[Tracking], wall: datetime) -> None:
    """Those that the run has no time for, as far as nothing was pushed about them in the meantime."""
    _next(rows).filter(next_at=wall + policy.LEASE).update(next_at=wall)


def _next(rows: Sequence[Tracking]) -> "QuerySet[Tracking]":
    return Tracking.objects.filter(shop_id__in={row.shop_id for row in rows}, pk__in=[row.pk for row in rows])


def ask(tracking: Tracking, courier: Courier, *, now: datetime) -> Result:
    """Raises what a receiver of the news raises."""
    wall, parcel = clock.wall(), tracking.parcel
    if not parcel.is_on_the_way:
        _store(tracking, next_at=None)
        return Result.NOT_ASKED
    if tracking.asked_at and tracking.asked_at + policy.APART > wall:
        _store(tracking, next_at=tracking.asked_at + policy.APART)
        return Result.NOT_ASKED
    subscribes = courier.pushes and tracking.subscribed_at is None and not tracking.subscription_refused
    try:
        scans = _question(courier, parcel, subscribes=subscribes)
    except CourierError as error:
        return _failed(tracking, error, wall, subscribes=subscribes)
    if scans:
        parcel = report_trace(parcel, scans, now=now)
    learned = {"subscribed_at": wall} if subscribes else {"asked_at": wall, "answered_at": wall}
    subscribed = subscribes or tracking.subscribed_at is not None
    at = policy.after_answer(parcel.sent_at, wall, tracking.pk, subscribed=subscribed)
    if not tells_of_goods(scans):  # a subscription has told nothing of the parcel
        at = asked_by_then(tracking.parcel, at, wall, tried_at=tracking.answered_at if subscribes else wall)
    _store(tracking, **learned, failures=0, fault="", next_at=at if parcel.is_on_the_way else None)
    return Result.ANSWERED


def _question(courier: Courier, parcel: Parcel, *, subscribes: bool) -> tuple[Scan, ...]:
    """Raises CourierError. A courier that tells only who knows a phone may have that of the sender or the receiver: a
    return is asked for with the buyer's, and then with the shop's."""
    code, deadline = couriers.code_of(parcel.courier), Deadline.after(policy.ATTEMPT_SECONDS)
    phones = list(dict.fromkeys(filter(None, (parcel.order.receiver_phone, parcel.return_phone)))) or [""]
    while True:
        named = {"courier": code, "tracking_no": parcel.tracking_no, "phone": phones.pop(0)}
        try:
            if not subscribes:
                return courier.trace(**named, deadline=deadline)
            courier.subscribe(**named, deadline=deadline)
            return ()
        except CourierError as error:
            if error.fault != Fault.PHONE or not phones:
                raise


def _failed(tracking: Tracking, error: CourierError, wall: datetime, *, subscribes: bool) -> Result:
    failures = tracking.failures + 1
    log.warning("parcel %s: %s", tracking.parcel_id, error)
    wait = error.retry_after or policy.after_failures(failures, tracking.pk)
    columns: dict[str, object] = {"failures": failures, "fault": error.fault.value}
    if error.fault != Fault.DOWN:  # it has answered
        columns["asked_at"], wait = wall, max(wait, policy.APART)
    if subscribes and error.fault in OF_PARCEL:  # it is asked for instead
        columns["subscription_refused"] = True
    if error.looked and not subscribes:  # who may not subscribe to it is not told what is known of it
        columns["answered_at"] = wall
    at = policy.unless_over(wall + wait, tracking.parcel.sent_at, wall)
    _store(tracking, **columns, next_at=asked_by_then(tracking.parcel, at, wall, tried_at=wall))
    return Result.ANSWERED if error.fault in OF_PARCEL else Result.UNANSWERED


def _store(tracking: Tracking, **columns: object) -> None:
    Tracking.objects.filter(shop_id=tracking.shop_id, pk=tracking.pk).update(**columns)
