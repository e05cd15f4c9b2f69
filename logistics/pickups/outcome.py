"""What became of a pickup, stored under the lock of its order. News that comes again, or late, changes nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from kernel.actors import COURIER, Actor
from kernel.calls import clock
from kernel.machine import advance
from orders import services as orders

from ..couriers import PickupNews, What
from . import policy
from .machine import Names
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
    """What the courier's system says of it."""
    with transaction.atomic():
        fresh = locked(pickup)
        names = Names(
            news.task_no or fresh.task_no,
            news.booking_no[:64] or fresh.booking_no,
            news.tracking_no or fresh.tracking_no,
            news.person_name or fresh.person_name,
            news.person_phone or fresh.person_phone,
        )
        return _MOVES.get(news.what, _nothing)(fresh, news, names, now)


def end(pickup: Pickup, name: str, *, actor: Actor, now: datetime, **facts: Any) -> Pickup:
    """Through `miss`, `cancel` or `refuse`; nothing where that is not possible any more. Call in a transaction, with
    the row of `locked`."""
    if not can_proceed(getattr(pickup, name)):
        return pickup
    order, moved = pickup.order, advance(getattr(pickup, name), actor=actor, now=now, **facts)
    moved.order = order
    stop(moved)
    pickup_changed.send(sender=Pickup, pickup=moved, actor=actor, now=now)
    return moved


def _nothing(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    return pickup


def _booked(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    order = pickup.order
    if can_proceed(pickup.book):
        pickup = advance(pickup.book, actor=COURIER, now=now, names=names)
        at = clock.wall() if pickup.cancel_asked_at else policy.next_question(pickup.ends_at, clock.wall())
        Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk).update(next_at=at, failures=0, last_error="")
    elif can_proceed(pickup.assign) and names != _names(pickup):
        pickup = advance(pickup.assign, actor=COURIER, now=now, names=names)
    pickup.order = order
    return pickup


def _collected(pickup: Pickup, news: PickupNews, names: Names, now: datetime) -> Pickup:
    freight = pickup.freight if news.freight is None else news.freight
    weight = pickup.weight if news.weight is None else news.weight
    order = pickup.order
    if can_proceed(pickup.collect):
        if not names.tracking_no:
            soon = clock.wall() + policy.FOR_NUMBER
            Pickup.objects.filter(shop_id=pickup.shop_id, pk=pickup.pk).update(next_at=soon)
            return pickup
        pickup = advance(pickup.collect, actor=COURIER, now=now, names=names, freight=freight, weight=weight)
        pickup.order = order
        stop(pickup)
        pickup_changed.send(sender=Pickup, pickup=pickup, actor=COURIER, now=now)
    elif (freight, weight) != (pickup.freight, pickup.weight):
        pickup = advance(pickup.bill, actor=COURIER, now=now, freight=freight, weight=weight)
        pickup.order = order
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
