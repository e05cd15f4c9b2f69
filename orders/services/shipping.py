"""Shipping in units of the lines. Parcels and their waybills belong to the layer above."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kernel.actors import RULE, Actor
from kernel.errors import Conflict
from kernel.machine import advance

from ..machine import Status
from ..models import Order, OrderLine
from .locking import lock

if TYPE_CHECKING:
    from django.db.models import QuerySet


def shippable(order: Order) -> dict[int, int]:
    """Line id → units that may be shipped now."""
    return {line.pk: line.to_ship for line in order.lines.all() if line.to_ship > 0}


def lines_to_ship(shop_ids: Iterable[int]) -> "QuerySet[OrderLine]":
    """`shippable` for whole shops: the lines with units that may leave in a parcel now, the oldest order first."""
    gone = F("shipped_quantity") + F("reserved_quantity") + F("cancelled_quantity")
    rows = OrderLine.objects.filter(order__status=Status.PAID, shop_id__in=shop_ids, virtual=False)
    return rows.filter(quantity__gt=gone).order_by("order__placed_at", "order_id", "position")


def _everything_gone(order: Order) -> bool:
    """Units that are reserved for an undecided refund may yet have to be shipped, so they count as left."""
    left = order.lines.filter(quantity__gt=F("shipped_quantity") + F("cancelled_quantity"))
    return not left.exists()


def _take(order: Order, line_id: int, units: int) -> None:
    gone = F("shipped_quantity") + F("reserved_quantity") + F("cancelled_quantity")
    # The condition is part of the UPDATE: a stale copy of the line never ships units reserved for a refund (B-01).
    line = order.lines.filter(pk=line_id, quantity__gte=gone + units)
    if units < 1 or not line.update(shipped_quantity=F("shipped_quantity") + units):
        raise Conflict(_("More units than are left to ship. Reload to see what's left."))


@transaction.atomic
def mark_shipped(order: Order, units: dict[int, int], *, actor: Actor, now: datetime) -> Order:
    """`units` of each line left the house. 409 when they exceed what may leave, or nothing may.

    The order becomes `shipped`, and the receipt clock starts, with the last unit.
    """
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    # In any other state `advance` below refuses, with the status and what is allowed.
    if order.status == Status.PAID:
        if not units:
            raise Conflict(_("Nothing is left to ship: the rest is refunded or asked back."))
        for line_id, count in sorted(units.items()):
            _take(order, line_id, count)
    data = {"units": {str(line_id): count for line_id, count in units.items()}}
    return advance(order.ship, actor=actor, now=now, data=data, complete=_everything_gone(order))


@transaction.atomic(savepoint=False)
def settle_fulfilment(order: Order, *, actor: Actor = RULE, now: datetime) -> Order:
    """Unshipped units were cancelled: when the others are gone, that was the last parcel."""
    order = order.ensure_locked()
    started = order.lines.filter(shipped_quantity__gt=0).exists()
    if order.status != Status.PAID or not started or not _everything_gone(order):
        return order
    return advance(order.ship, actor=actor, now=now, data={"units": {}}, complete=True)


def pack(order: Order, *, actor: Actor, now: datetime) -> Order:
    return advance(order.pack, actor=actor, now=now)
