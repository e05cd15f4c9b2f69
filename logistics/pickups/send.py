"""Books, cancels and asks about pickups at the courier's system: lease (commit) → system → outcome (commit).

A request whose answer was lost is repeated under the same number, which is the same booking there (protocols §4.4)."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from kernel.actors import CLOCK, COURIER, RULE
from kernel.calls import Deadline, clock
from kernel.jobs import Outcome, each
from kernel.watch.breaker import Breaker

from .. import couriers
from ..asking import Result, ask_each
from ..couriers import Booking, Contact, CourierError, Fault, PickupNews, PickupRefused, Pickups
from . import outcome, policy
from .machine import OPEN, Status
from .models import Pickup
from .wording import Reason

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 20
MAX_FAILURES = 1000
# While it is down, a process spends five calls in ten minutes on it, and the rest of its time on other work.
BREAKER = Breaker(rest=policy.LEASE.total_seconds())
log = logging.getLogger(__name__)


def due(wall: datetime) -> "QuerySet[Pickup]":
    return Pickup.objects.filter(next_at__lte=wall).order_by("next_at", "id")


def ask_pickups(now: datetime, dry_run: bool) -> Outcome:
    wall, source = clock.wall(), couriers.pickups()
    if dry_run:
        return Outcome(done=due(wall).count() if source else 0)
    if source is None:
        return _give_up_all(wall, now)
    if not BREAKER.allows():
        return Outcome()
    return ask_each(
        _lease(wall),
        lambda pickup: ask(pickup, source, now=now),
        failed=lambda pickup, error: _again(pickup, error, clock.wall()),
        give_back=lambda rows: _give_back(rows, wall),
        breaker=BREAKER,
        seconds=policy.RUN_SECONDS,
    )


def _give_up_all(wall: datetime, now: datetime) -> Outcome:
    """Whoever has switched pickups off leaves no ticket waiting for one."""
    rows = due(wall).filter(status__in=OPEN, ends_at__lte=wall - policy.GIVE_UP)
    over = rows.values_list("pk", flat=True)[:BATCH]

    def miss(pk: int) -> bool:
        pickup = Pickup.objects.get(pk=pk)
        outcome.end(outcome.locked(pickup), "miss", actor=CLOCK, now=now, reason=Reason.NOBODY_CAME)
        return True

    return each(over, miss, lambda pk, error: None)


@transaction.atomic
def _lease(wall: datetime) -> list[Pickup]:
    rows = due(wall).select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("order")
    leased, until = list(rows[:BATCH]), wall + policy.LEASE
    _these(leased).update(next_at=until)
    for row in leased:
        row.next_at = until
    return leased


def _give_back(rows: Sequence[Pickup], wall: datetime) -> None:
    """Those that the run has no time for, as far as nothing was said of them meanwhile."""
    _these(rows).filter(next_at=wall + policy.LEASE).update(next_at=wall)


def _these(rows: Sequence[Pickup]) -> "QuerySet[Pickup]":
    return Pickup.objects.filter(shop_id__in={row.shop_id for row in rows}, pk__in=[row.pk for row in rows])


def ask(pickup: Pickup, source: Pickups, *, now: datetime) -> Result:
    """`pickup`: leased. Raises what a receiver of the news raises."""
    wall = clock.wall()
    deadline = Deadline.after(policy.ATTEMPT_SECONDS)
    try:
        if pickup.is_open and wall >= pickup.ends_at + policy.GIVE_UP:
            return _give_up(pickup, source, deadline, now)
        if pickup.status == Status.REQUESTED:
            return _book(pickup, source, deadline, now)
        if pickup.is_being_cancelled:
            _cancel(pickup, source, deadline, now)
        else:
            outcome.apply(pickup, _news(pickup, source, deadline), now=now)
    except CourierError as error:
        _again(pickup, error, wall)
        return Result.UNANSWERED
    return Result.ANSWERED


def _book(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> Result:
    if not policy.may_send(pickup.starts_at, pickup.ends_at, pickup.sent_at, clock.wall()):
        return _too_late(pickup, now)
    booking = _booking(pickup)
    try:
        if pickup.max_price is not None and pickup.sent_at is None:
            price = source.price(booking, deadline=deadline)
            _these([pickup]).update(price=price)
            if price > pickup.max_price:
                _refuse(pickup, Reason.TOO_DEAR, now, by_rule=True)
                return Result.ANSWERED
        if not _mark_sent(pickup):
            return Result.ANSWERED  # taken back meanwhile
        news = source.book(booking, deadline=deadline)
    except PickupRefused as refusal:
        _refuse(pickup, str(refusal), now)
        return Result.ANSWERED
    outcome.apply(pickup, news, now=now)
    return Result.ANSWERED


def _too_late(pickup: Pickup, now: datetime) -> Result:
    """Never sent, it ends. One whose answer was lost may be booked there all the same: it stays open, and is given up
    when any other would be."""
    if pickup.sent_at is None:
        _refuse(pickup, Reason.TOO_LATE, now, by_rule=True)
    else:
        _these([pickup]).filter(next_at=pickup.next_at).update(next_at=pickup.ends_at + policy.GIVE_UP)
    return Result.NOT_ASKED


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
        mine = _these([pickup]).filter(status=Status.REQUESTED)
        return bool(mine.update(sent_at=Coalesce(F("sent_at"), clock.wall())))


def _cancel(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> None:
    """A refusal has several reasons, so it is asked for then: collected, cancelled by an earlier request, too late."""
    try:
        source.cancel(task_no=pickup.task_no, booking_no=pickup.booking_no, deadline=deadline)
    except PickupRefused:
        outcome.keep(outcome.apply(pickup, _news(pickup, source, deadline), now=now), now=now)
        return
    with transaction.atomic():
        outcome.end(outcome.locked(pickup), "cancel", actor=COURIER, now=now)


def _news(pickup: Pickup, source: Pickups, deadline: Deadline) -> PickupNews:
    try:
        return source.ask(task_no=pickup.task_no, deadline=deadline)
    except PickupRefused as refusal:
        raise CourierError(str(refusal), Fault.DOWN) from None


def _give_up(pickup: Pickup, source: Pickups, deadline: Deadline, now: datetime) -> Result:
    """Nobody came: asked a last time, because the news may have been lost. The buyer's clock runs on whether the
    courier's system answers or not."""
    result = Result.NOT_ASKED
    if pickup.task_no:
        try:
            pickup = outcome.apply(pickup, _news(pickup, source, deadline), now=now)
            result = Result.ANSWERED
        except CourierError as error:
            log.warning("pickup %s is given up without an answer: %s", pickup.pickup_no, error)
            result = Result.UNANSWERED
    with transaction.atomic():
        pickup = outcome.end(outcome.locked(pickup), "miss", actor=CLOCK, now=now, reason=Reason.NOBODY_CAME)
    if result == Result.ANSWERED and pickup.status == Status.MISSED:
        try:
            source.cancel(task_no=pickup.task_no, booking_no=pickup.booking_no, deadline=deadline)
        except (CourierError, PickupRefused) as error:
            log.warning("pickup %s is not called off: %s", pickup.pickup_no, error)
    return result


def _again(pickup: Pickup, error: Exception, wall: datetime) -> None:
    """Later, unless a notice or a cancellation has moved that meanwhile."""
    failures = min(pickup.failures + 1, MAX_FAILURES)
    wait = policy.after_failures(failures)
    if isinstance(error, CourierError) and error.retry_after:
        wait = max(wait, error.retry_after)
    log.warning("pickup %s: %s", pickup.pickup_no, error)
    row = _these([pickup])
    row.update(failures=failures, last_error=str(error)[:240])
    row.filter(next_at=pickup.next_at).update(next_at=wall + wait)
