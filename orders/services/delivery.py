"""When the goods of an order were delivered: the order as a whole, and each of its lines."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kernel.actors import COURIER_KIND, MERCHANT, Actor
from kernel.errors import Invalid
from kernel.machine import advance, record, require_simple

from ..machine import Fulfilment
from ..models import Order, OrderLine
from ..signals import orders_delivered
from .locking import lock


def proves_delivery(actor: Actor) -> bool:
    """The shop's people only say so; a buyer who says that nothing came is not overruled by it."""
    return actor.kind != MERCHANT


@transaction.atomic
def deliver(
    order: Order, *, actor: Actor, now: datetime, delivered_at: datetime | None = None, proven: bool = False
) -> Order:
    """`proven`: the shop has shown a proof. Courier, integration and support need none."""
    require_simple(order, "deliver", actor)
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    proven = proven or proves_delivery(actor)
    if order.fulfilment == Fulfilment.DELIVERED:
        if proven and order.lines.filter(delivered_at__isnull=False, delivery_proven=False).exists():
            record(order, "prove_delivery", order.status, actor=actor, now=now)
            report_delivered([order], proven=True, actor=actor, now=now)
            return order
        if actor.kind == COURIER_KIND:
            return order  # couriers repeat themselves, and a buyer may have confirmed before the scan came in
    moved = _deliver(order, delivered_at or now, actor=actor, now=now)
    report_delivered([moved], proven=proven, actor=actor, now=now)
    return moved


def deliver_with_parcels(order: Order, *, delivered_at: datetime, actor: Actor, now: datetime) -> Order:
    """Its last parcel has arrived. Parcels and lines know of it already, each on whose word it is. Call with the order
    locked."""
    return _deliver(order, delivered_at, actor=actor, now=now)


def _deliver(order: Order, at: datetime, *, actor: Actor, now: datetime) -> Order:
    if at > now:
        raise Invalid(errors={"delivered_at": [_("The time can't be in the future.")]})
    if order.shipped_at is not None and at < order.shipped_at:
        raise Invalid(errors={"delivered_at": [_("The time has to be after the order was shipped.")]})
    moved: Order = advance(order.deliver, actor=actor, now=now, delivered_at=at)
    return moved


@transaction.atomic
def install(
    order: Order, *, lines: Iterable[int] = (), installed_at: datetime | None = None, actor: Actor, now: datetime
) -> Order:
    """D-5: the warranty of these lines (ids; all that have one) runs from the installation. 400 for a time before their
    delivery, in the future, or before the one that was told: nobody shortens a warranty."""
    order = lock(order.pk, shop_id=order.shop_id, like=order)
    named, at = set(lines), installed_at or now
    rows = order.lines.filter(warranty_days__gt=0, delivered_at__isnull=False)
    chosen = [row for row in rows if row.pk in named or not named]
    if not chosen or named - {row.pk for row in chosen}:
        raise Invalid(errors={"lines": [_("Choose delivered lines that are under warranty.")]})
    if at > now:
        raise Invalid(errors={"installed_at": [_("The time can't be in the future.")]})
    if any(row.warranty_from is not None and at < row.warranty_from for row in chosen):
        raise Invalid(
            errors={
                "installed_at": [
                    _("The time has to be after delivery and not before the installation time already reported.")
                ]
            }
        )
    ids = [row.pk for row in chosen]
    OrderLine.objects.filter(shop_id=order.shop_id, pk__in=ids).update(installed_at=at)
    moved: Order = advance(order.install, actor=actor, now=now, data={"lines": ids, "installed_at": at.isoformat()})
    return moved


def report_delivered(orders: list[Order], *, proven: bool, actor: Actor, now: datetime) -> None:
    """These orders were delivered: so were their lines. Parcels first, which know the times of their own."""
    orders_delivered.send(sender=Order, orders=orders, proven=proven, actor=actor, now=now)
    shops, ids = {order.shop_id for order in orders}, [order.pk for order in orders]
    undated = Q(delivered_at__isnull=True) | Q(delivery_proven=False) if proven else Q(delivered_at__isnull=True)
    rows = OrderLine.objects.filter(undated, shop_id__in=shops, order_id__in=ids, shipped_quantity__gt=0)
    of_order = Order.objects.filter(shop_id=OuterRef("shop_id"), pk=OuterRef("order_id")).values("delivered_at")
    rows.update(delivered_at=Coalesce(F("delivered_at"), Subquery(of_order)), delivery_proven=proven)
