"""Stock and reservations (S-153). Every step is one conditional UPDATE, so parallel callers cannot oversell."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import record_change
from kernel.errors import Conflict, NotEligible

from ..models import Reservation, Sku, Stock
from .skus import only_keepers

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Reservation.State


def _of(row: Reservation) -> "QuerySet[Stock]":
    return Stock.objects.filter(shop_id=row.shop_id, sku_id=row.sku_id)


def available(sku: Sku) -> int:
    stock = Stock.objects.filter(shop_id=sku.shop_id, sku=sku).first()
    return stock.available if stock else 0


@transaction.atomic
def put_stock(sku: Sku, on_hand: int, *, resellable: int | None = None, actor: Actor) -> Stock:
    """Sets the units on hand, and the marked ones where they are given. 409 when `on_hand` is less than what is
    reserved already."""
    only_keepers(actor)
    after = {"on_hand": on_hand} | ({} if resellable is None else {"resellable": resellable})
    stock, made = Stock.objects.get_or_create(sku=sku, defaults=after)
    before = {}
    if not made:
        stock = Stock.objects.select_for_update(no_key=True).get(shop_id=stock.shop_id, pk=stock.pk)
        if stock.reserved > on_hand:
            raise Conflict(_("More units are reserved for exchanges. Release them first."))
        before = {name: getattr(stock, name) for name in after}
        for name, units in after.items():
            setattr(stock, name, units)
        stock.save(update_fields=list(after))
    record_change("stock", stock, label=sku.code, before=before, after=after, actor=actor)
    return stock


def _take(sku: Sku, quantity: int, **change: object) -> None:
    free = Stock.objects.filter(shop_id=sku.shop_id, sku_id=sku.pk, on_hand__gte=F("reserved") + quantity)
    if not free.update(**change):
        raise NotEligible(["out_of_stock"])


@transaction.atomic
def reserve(sku: Sku, quantity: int, *, holder: str, now: datetime) -> Reservation:
    """Promises `quantity` to `holder`. 422 `out_of_stock` when less is free."""
    _take(sku, quantity, reserved=F("reserved") + quantity)
    return Reservation.objects.create(sku=sku, holder=holder, quantity=quantity, created_at=now)


def deduct(sku: Sku, quantity: int) -> None:
    """Goods leave without a reservation (S-153 c); what is promised to others stays. 422 `out_of_stock`."""
    _take(sku, quantity, on_hand=F("on_hand") - quantity)


def _end(reservation: Reservation, state: str, now: datetime) -> bool:
    """True when this call ended it: the second of two does nothing."""
    active = Reservation.objects.filter(shop_id=reservation.shop_id, pk=reservation.pk, state=State.RESERVED)
    ended = bool(active.update(state=state, ended_at=now))
    if ended:
        reservation.state, reservation.ended_at = state, now
    return ended


@transaction.atomic
def release(reservation: Reservation, *, now: datetime) -> bool:
    """The reserved goods are available again. False when the reservation had ended before."""
    if not _end(reservation, State.RELEASED, now):
        return False
    _of(reservation).update(reserved=F("reserved") - reservation.quantity)
    return True


@transaction.atomic
def consume(reservation: Reservation, *, now: datetime) -> bool:
    """The reserved goods are shipped. False when the reservation had ended before."""
    if not _end(reservation, State.CONSUMED, now):
        return False
    quantity = reservation.quantity
    _of(reservation).update(on_hand=F("on_hand") - quantity, reserved=F("reserved") - quantity)
    return True


def restock(sku_id: int, *, as_new: int = 0, resellable: int = 0, shop_id: int) -> None:
    """Goods came back; the first ones make the row. What is not as new goes to the marked stock (D-4 art. 25)."""
    added = {"on_hand": F("on_hand") + as_new, "resellable": F("resellable") + resellable}
    if Stock.objects.filter(shop_id=shop_id, sku_id=sku_id).update(**added):
        return
    first = {"on_hand": as_new, "resellable": resellable}
    stock, made = Stock.objects.get_or_create(shop_id=shop_id, sku_id=sku_id, defaults=first)
    if not made:
        # Another transaction made the row between the two statements, without our units.
        Stock.objects.filter(shop_id=stock.shop_id, pk=stock.pk).update(**added)
