"""Books, cancels and asks about pickups at the courier's system: lease (commit) → system → outcome (commit).

A request whose answer was lost is repeated under the same number, which is the same booking there (protocols §4.4)."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from kernel.actors import CLOCK, COURIER, RULE
from kernel.calls import Deadline, clock
from kernel.jobs import Outcome, each
from kernel.machine import advance

from .. import couriers
from ..couriers import Booking, Contact, CourierError, PickupRefused, Pickups
from . import outcome, policy
from .machine import Status
from .models import Pickup
from .wording import Reason

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 20
BREAK_AFTER = 5  # failures in a row
MAX_FAILURES = 1000
log = logging.getLogger(__name__)


def due(wall: datetime) -> "QuerySet[Pickup]":
    return Pickup.objects.filter(next_at__lte=wall).order_by("next_at", "id")


def ask_pickups(now: datetime, dry_run: bool) -> Outcome:
    wall, source, result = clock.wall(), couriers.pickups(), Outcome()
    if dry_run:
        return Outcome(done=due(wall).count() if source else 0)
    if source is None:
        return _give_up_all(wall, now)
    in_a_row = 0
    for pickup in _lease(wall):
        if in_a_row >= BREAK_AFTER:  # it is down: the rest is due again when its lease ends
            result += Outcome(skipped=1)
            continue
        try:
            reached = ask(pickup, source, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            log.exception("pickup %s is tried again later", pickup.pickup_no)
            _again(pickup, error, clock.wall())
            reached = False
        in_a_row = 0 if reached else in_a_row + 1
        result += Outcome(done=1) if reached else Outcome(failed=1)
    return result


def _give_up_all(wall: datetime, now: datetime) -> Outcome:
    """Whoever has switched pickups off leaves no ticket waiting for one."""
    over = due(wall).filter(ends_at__lte=wall - policy.GIVE_UP).values_list("pk", flat=True)[:BATCH]

    def miss(pk: int) -> bool:
        pickup = Pickup.objects.get(pk=pk)
        outcome.end(outcome.locked(pickup), "miss", actor=CLOCK, now=now, reason=Reason.NOBODY_CAME)
        return True

    return each(over, miss, lambda pk, error: None)


@transaction.atomic
def _lease(wall: datetime) -> list[Pickup]:
    rows = due(wall).select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("order")
    leased = list(rows[:BATCH])
    shops, ids = {row.shop_id for row in leased}, [row.pk for row in leased]
    Pickup.objects.filter(shop_id__in=shops, pk__in=ids).update(next_at=wall + policy.LEASE)
    return leased


def ask(pickup: Pickup, source: Pickups, *, now: datetime) -> bool:
    """Whether the courier's system answered, or did not have to."""
    wall = clock.wall()
    deadline = Deadline.after(policy.ATTEMPT_SECONDS)
    try:
        if wall >= pickup.ends_at + policy.GIVE_UP and pickup.is_open:
            return _give_up(pickup, source, deadline, now)
        if pickup.status == Status.REQUESTED:
            return _book(pickup, source, deadline, now)
        if pickup.cancel_asked_at is not None and pickup.is_open:
            return _cancel(pickup, source, deadline, now)
        return _question(pickup, source, deadline, now)
    except CourierError as error:
        _again(pickup, error, wall)
        return False


def _book(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> bool:
    booking = _booking(pickup)
    try:
        if pickup.max_price is not None and pickup.sent_at is None:
            price = source.price(booking, deadline=deadline)
            Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk).update(price=price)
            if price > pickup.max_price:
                _refuse(pickup, Reason.TOO_DEAR, now, by_rule=True)
                return True
        if not _mark_sent(pickup):
            return True  # taken back meanwhile
        news = source.book(booking, deadline=deadline)
    except PickupRefused as refusal:
        _refuse(pickup, str(refusal), now)
        return True
    outcome.apply(pickup, news, now=now)
    return True


def _refuse(pickup: Pickup, reason: str, now: datetime, *, by_rule: bool = False) -> None:
    with transaction.atomic():
        fresh, actor = outcome.locked(pickup), RULE if by_rule else COURIER
        outcome.end(fresh, "refuse", actor=actor, now=now, reason=reason[: outcome.MAX_REASON])


def _booking(pickup: Pickup) -> Booking:
    receiver = pickup.receiver
    return Booking(
        pickup.pickup_no,
        pickup.courier,
        Contact(pickup.sender_name, pickup.sender_phone, pickup.sender_address),
        Contact(str(receiver["name"]), str(receiver["phone"]), str(receiver["address"])),
        pickup.starts_at,
        pickup.ends_at,
    )


def _mark_sent(pickup: Pickup) -> bool:
    """From here on a request may have left (commit). False: the pickup has ended."""
    with transaction.atomic():
        mine = Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk, status=Status.REQUESTED)
        return bool(mine.update(sent_at=Coalesce(F("sent_at"), clock.wall())))


def _cancel(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> bool:
    try:
        source.cancel(task_no=pickup.task_no, booking_no=pickup.booking_no, deadline=deadline)
    except PickupRefused:
        with transaction.atomic():
            fresh = outcome.locked(pickup)
            if fresh.is_open and fresh.cancel_asked_at is not None:
                advance(fresh.keep, actor=COURIER, now=now)
        return _question(pickup, source, deadline, now)
    with transaction.atomic():
        outcome.end(outcome.locked(pickup), "cancel", actor=COURIER, now=now)
    return True


def _question(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> bool:
    wall = clock.wall()
    row = Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk)
    try:
        news = source.ask(task_no=pickup.task_no, deadline=deadline)
    except PickupRefused as refusal:
        raise CourierError(str(refusal), couriers.Fault.DOWN) from None
    at = policy.next_question(pickup.ends_at, wall)
    row.filter(next_at__isnull=False).update(next_at=at, failures=0, last_error="")
    outcome.apply(pickup, news, now=now)
    return True


def _give_up(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> bool:
    """Nobody came: asked a last time, because the news may have been lost. The buyer's clock runs on whether the
    courier's system answers or not."""
    if pickup.task_no:
        try:
            pickup = outcome.apply(pickup, source.ask(task_no=pickup.task_no, deadline=deadline), now=now)
        except (CourierError, PickupRefused) as error:
            log.warning("pickup %s is given up without an answer: %s", pickup.pickup_no, error)
    with transaction.atomic():
        pickup = outcome.end(outcome.locked(pickup), "miss", actor=CLOCK, now=now, reason=Reason.NOBODY_CAME)
    if pickup.task_no and pickup.status == Status.MISSED:
        try:
            source.cancel(task_no=pickup.task_no, booking_no=pickup.booking_no, deadline=deadline)
        except (CourierError, PickupRefused) as error:
            log.warning("pickup %s is not called off: %s", pickup.pickup_no, error)
    return True


def _again(pickup: Pickup, error: Exception, wall: datetime) -> None:
    failures = min(pickup.failures + 1, MAX_FAILURES)
    wait = policy.after_failures(failures)
    if isinstance(error, CourierError) and error.retry_after:
        wait = max(wait, error.retry_after)
    log.warning("pickup %s: %s", pickup.pickup_no, error)
    Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk, next_at__isnull=False).update(
        failures=failures, last_error=str(error)[:240], next_at=wall + wait
    )
