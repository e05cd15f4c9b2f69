"""What became of a pickup, stored under the lock of its order. News that comes again, or late, changes nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from kernel.actors import COURIER, Actor
from kernel.calls import clock
from kernel.machine import advance
from kernel.numbers import fault_of, trimmed
from orders import services as orders

from ..couriers import PickupNews, What
from . import policy
from .machine import Names, Status
from .models import Pickup
from .services import stop
from .signals import pickup_changed

MAX_REASON = 240


def locked(pickup: Pickup) -> Pickup:
    """Call in a transaction: the order before the row, as every writer does."""
    order = orders.lock(pickup.order_id, shop_id=pickup.shop_id)
    fresh = Pickup.locked(pickup.pk, shop_id=pickup.shop_id)
    fresh.order = order
    return fresh


def apply(pickup: Pickup, news: PickupNews, *, now: datetime) -> Pickup:
    """What the courier's system says of it, and when it is asked next."""
    with transaction.atomic():
        fresh = locked(pickup)
        names = Names(
            news.task_no or fresh.task_no,
            news.booking_no[:64] or fresh.booking_no,
            _number(news.tracking_no) or fresh.tracking_no,
            news.person_name or fresh.person_name,
            news.person_phone or fresh.person_phone,
        )
        moved = _MOVES.get(news.what, _nothing)(fresh, news, names, now)
        if moved.status == Status.COLLECTED:
            moved = _learn(moved, news, names, now)
        _plan(moved)
        return moved


def end(pickup: Pickup, name: str, *, actor: Actor, now: datetime, **facts: Any) -> Pickup:
    """Through `miss`, `cancel` or `refuse`; nothing where that is not possible any more. Call in a transaction, with
    the row of `locked`."""
    if not can_proceed(getattr(pickup, name)):
        return pickup
    moved = _advance(pickup, name, actor=actor, now=now, **facts)
    stop(moved)
    pickup_changed.send(sender=Pickup, pickup=moved, actor=actor, now=now)
    return moved


def keep(pickup: Pickup, *, now: datetime) -> None:
    """The courier's system does not cancel it, and says no more of it than before."""
    with transaction.atomic():
        fresh = locked(pickup)
        if can_proceed(fresh.keep):
            _plan(_advance(fresh, "keep", actor=COURIER, now=now))


def _advance(pickup: Pickup, name: str, *, actor: Actor = COURIER, now: datetime, **facts: Any) -> Pickup:
    """The row as it is now, with the same order."""
    moved: Pickup = advance(getattr(pickup, name), actor=actor, now=now, **facts)
    moved.order = pickup.order
    return moved


def _number(tracking_no: str) -> str:
    """Empty for what no parcel can have as its number."""
    number = trimmed(tracking_no)
    return "" if fault_of(number) else number


def _plan(pickup: Pickup) -> None:
    """When it is asked for next. Under the lock, so that a cancellation that came meanwhile is not put off."""
    wall = clock.wall()
    if pickup.status == Status.REQUESTED:  # nothing was learned that changes when it is sent
        return
    at: datetime | None = None
    if pickup.status == Status.COLLECTED and not pickup.tracking_no:
        at = policy.next_for_number(pickup.ends_at, wall)
    elif pickup.is_being_cancelled:
        at = wall
    elif pickup.is_open:
        at = policy.next_question(pickup.ends_at, wall)
    row = Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk)
    row.update(next_at=at, failures=0, last_error="")


def _nothing(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    return pickup


def _booked(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    if can_proceed(pickup.book):
        return _advance(pickup, "book", now=now, names=names)
    if can_proceed(pickup.assign) and names != _names(pickup):
        return _advance(pickup, "assign", now=now, names=names)
    return pickup


def _collected(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    if not can_proceed(pickup.collect):
        return pickup
    moved = _advance(pickup, "collect", now=now, names=names, freight=news.freight, weight=news.weight)
    pickup_changed.send(sender=Pickup, pickup=moved, actor=COURIER, now=now)
    return moved


def _learn(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    """What is said of a collected parcel later: its number, and what the courier charges."""
    if names.tracking_no and can_proceed(pickup.number):
        pickup = _advance(pickup, "number", now=now, tracking_no=names.tracking_no)
        pickup_changed.send(sender=Pickup, pickup=pickup, actor=COURIER, now=now)
    freight = pickup.freight if news.freight is None else news.freight
    weight = pickup.weight if news.weight is None else news.weight
    if (freight, weight) != (pickup.freight, pickup.weight):
        pickup = _advance(pickup, "bill", now=now, freight=freight, weight=weight)
    return pickup


def _names(pickup: Pickup) -> Names:
    return Names(pickup.task_no, pickup.booking_no, pickup.tracking_no, pickup.person_name, pickup.person_phone)


def _missed(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    return end(pickup, "miss", actor=COURIER, now=now, reason=news.reason[:MAX_REASON])


def _cancelled(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    return end(pickup, "cancel", actor=COURIER, now=now, reason=news.reason[:MAX_REASON])


def _refused(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    """Also after it had been booked: the courier's own system took it back."""
    name = "refuse" if can_proceed(pickup.refuse) else "cancel"
    return end(pickup, name, actor=COURIER, now=now, reason=news.reason[:MAX_REASON])


_MOVES: dict[What, Callable[[Pickup, PickupNews, Names, datetime], Pickup]] = {
    What.BOOKED: _booked,
    What.ASSIGNED: _booked,
    What.COLLECTED: _collected,
    What.MISSED: _missed,
    What.CANCELLED: _cancelled,
    What.REFUSED: _refused,
}
