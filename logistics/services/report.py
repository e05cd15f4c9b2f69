"""What couriers, integrations and people report about a parcel. Repeated and late reports change nothing (F24)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import COURIER, Actor
from kernel.errors import Forbidden, Invalid
from kernel.machine import advance, advance_many, allowed_actors
from orders import services as orders
from orders.machine import Fulfilment
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..machine import REPORTERS, Status
from ..models import Parcel, ParcelEvent
from ..signals import parcel_delivered, parcel_lost

TEXT_LENGTH = 400
_VERBS = {Status.DELIVERED: "deliver", Status.LOST: "lose", Status.RETURNED: "bring_back"}


@transaction.atomic
def report(
    parcel: Parcel, *, status: str, at: datetime | None = None, text: str = "", actor: Actor, now: datetime
) -> Parcel:
    """One scan: a line of the trace, and the move that it means. A status that the parcel is past moves nothing."""
    if actor.kind not in REPORTERS:
        raise Forbidden()
    at = at or now
    if at > now:
        raise Invalid(errors={"at": [_("Give a time that is not in the future.")]})
    # The order before the parcel, as every writer does: the parcel may deliver its order below.
    order = orders.lock(parcel.order_id, shop_id=parcel.shop_id)
    fresh = Parcel.locked(parcel.pk, shop_id=parcel.shop_id)
    fresh.order = order
    text = text.strip()[:TEXT_LENGTH] or str(Status(status).label)
    # parcel_event_once drops a scan that was reported before.
    ParcelEvent.objects.bulk_create([ParcelEvent(parcel=fresh, at=at, status=status, text=text)], ignore_conflicts=True)
    verb = _VERBS.get(Status(status))
    if verb is None or not can_proceed(getattr(fresh, verb)):
        return fresh
    return _move(fresh, verb, at, text, actor, now)


def _move(parcel: Parcel, verb: str, at: datetime, text: str, actor: Actor, now: datetime) -> Parcel:
    # A waybill may be typed in after the courier's last scan; nothing arrives before it was sent.
    facts: dict[str, Any] = {"at": max(at, parcel.sent_at)} if verb == "deliver" else {}
    moved: Parcel = advance(getattr(parcel, verb), actor=actor, now=now, note=text, **facts)
    moved.order = parcel.order
    signal: Signal = parcel_delivered if verb == "deliver" else parcel_lost
    signal.send(sender=Parcel, parcel=moved, actor=actor, now=now)
    if verb == "deliver" and moved.kind == Parcel.Kind.OUTBOUND:
        _deliver_order(moved, actor, now)
    return moved


def deliver_outbound(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Whole orders were reported as delivered: so were their parcels that are still in transit.

    Call with the orders locked. Any number of orders takes the same three statements.
    """
    # A buyer who confirms receipt is no reporter of scans: on the parcel the delivery counts as the courier's.
    by = actor if actor.kind in REPORTERS else COURIER
    known = {order.pk: order for order in orders}
    outbound = {"kind": Parcel.Kind.OUTBOUND, "status": Status.IN_TRANSIT}
    shops = {order.shop_id for order in orders}
    rows = Parcel.objects.filter(shop_id__in=shops, order_id__in=known, **outbound).order_by("id")

    def delivery_facts(parcel: Parcel) -> dict[str, datetime]:
        return {"at": max(known[parcel.order_id].delivered_at or now, parcel.sent_at)}

    text = _("The order was delivered.")
    # Parcels move only under the lock of their order, which the caller has: nobody else holds them for long.
    batch = advance_many(rows, "deliver", actor=by, now=now, note=text, facts=delivery_facts, skip_locked=False)
    for parcel in batch.moved:
        parcel.order = known[parcel.order_id]
        parcel_delivered.send(sender=Parcel, parcel=parcel, actor=by, now=now)


def _deliver_order(parcel: Parcel, actor: Actor, now: datetime) -> None:
    """The order is delivered with its last parcel."""
    order = parcel.order
    if order.status != OrderStatus.SHIPPED or order.fulfilment == Fulfilment.DELIVERED:
        return
    # A parcel that was sent again does not count: its successor has the goods.
    outbound = order.parcels.filter(kind=Parcel.Kind.OUTBOUND, replaced_by=None)
    if outbound.exclude(status=Status.DELIVERED).exists():
        return
    may = actor.kind in allowed_actors(type(order), "deliver")
    latest = outbound.aggregate(at=Max("delivered_at"))["at"]
    # Support may not deliver an order. It passes on a courier's report, so the courier is the actor there.
    orders.deliver(order, actor=actor if may else COURIER, now=now, delivered_at=latest)
