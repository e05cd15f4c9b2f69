"""What couriers, integrations and people report about a parcel. Repeated and late reports change nothing (F24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import BoolAnd
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import COURIER, MERCHANT, Actor
from kernel.errors import Forbidden, Invalid
from kernel.machine import advance, advance_many, allowed_actors, require_simple
from orders import services as orders
from orders.machine import Fulfilment
from orders.machine import Status as OrderStatus
from orders.models import Order, OrderLine

from ..couriers import Scan
from ..machine import NOT_ARRIVED, ON_THE_WAY, REPORTERS, Status
from ..models import Parcel, ParcelEvent, ParcelLine
from ..numbers import own_scans
from ..signals import parcel_delivered, parcel_lost, parcel_scanned
from ..tracks.silence import tells_of_goods

TEXT_LENGTH = 400
_VERBS = {Status.DELIVERED: "deliver", Status.LOST: "lose", Status.RETURNED: "bring_back"}


@transaction.atomic
def report(
    parcel: Parcel, *, status: str, at: datetime | None = None, text: str = "", actor: Actor, now: datetime
) -> Parcel:
    """One scan: a line of the trace, and the move that it means. A status that the parcel is past moves nothing."""
    if actor.kind not in REPORTERS or not may_tell(parcel, status, actor):
        raise Forbidden()
    require_simple(parcel, "report", actor)  # also where nothing moves
    at = at or now
    if at > now:
        raise Invalid(errors={"at": [_("The time can't be in the future.")]})
    return _report(parcel, [Scan(at, status, text)], actor, now)


def may_tell(parcel: Parcel, status: str, actor: Actor) -> bool:
    """Refused goods that nobody has scanned count as kept, and are paid (B-20): the shop's word is no scan of them.
    That they did not arrive it may say."""
    return not (actor.kind == MERCHANT and parcel.kind == Parcel.Kind.SEND_BACK and status not in NOT_ARRIVED)


# No savepoint: whoever applies a trace has a transaction of their own around it, and what else they store.
@transaction.atomic(savepoint=False)
def report_trace(parcel: Parcel, scans: Sequence[Scan], *, now: datetime) -> Parcel:
    """All that a source of traces knows of a parcel, oldest first, which comes again and again. `parcel`: with its
    order. Scans of another parcel with its number prove nothing and are left out (`numbers.own_scans`)."""
    own = own_scans(parcel, scans, now=now)
    return _report(parcel, own, COURIER, now) if own else parcel


def _report(parcel: Parcel, scans: Sequence[Scan], actor: Actor, now: datetime) -> Parcel:
    """`scans`: oldest first. The last of them that ends something counts; else the newest says how the parcel moves."""
    # The order before the parcel, as every writer does: the parcel may deliver its order below.
    order = orders.lock(parcel.order_id, shop_id=parcel.shop_id)
    fresh, siblings = _lock_parcels(parcel.pk, order)
    events = [ParcelEvent(parcel=fresh, at=scan.at, status=scan.status, text=_text(scan)) for scan in scans]
    # parcel_event_once drops a scan that was reported before.
    ParcelEvent.objects.bulk_create(events, ignore_conflicts=True)
    counts = next((scan for scan in reversed(scans) if scan.status in _VERBS), scans[-1])
    at, text, verb = counts.at, counts.text.strip()[:TEXT_LENGTH], _VERBS.get(Status(counts.status))
    if verb == "deliver" and can_proceed(fresh.prove_delivery) and orders.proves_delivery(actor):
        return _prove(fresh, siblings, at, text, actor, now)
    if verb is None or not can_proceed(getattr(fresh, verb)):
        fresh = _scan(fresh, counts.status, text, actor, now)
        parcel_scanned.send(sender=Parcel, parcel=fresh, seen=tells_of_goods(scans), actor=actor, now=now)
        return fresh
    return _move(fresh, siblings, verb, at, text, actor, now)


def _scan(parcel: Parcel, status: str, text: str, actor: Actor, now: datetime) -> Parcel:
    """To the state of its newest scan by time, so that what comes late or again takes nothing back (F24). `status`: of
    the newest that was told just now; where that says nothing new, nothing is asked."""
    silent = parcel.silent_since
    if status not in ON_THE_WAY or not parcel.is_on_the_way or (status == parcel.status and silent is None):
        return parcel
    newest = parcel.events.order_by("-at", "-id")[0]
    is_news = newest.status != parcel.status if silent is None else newest.at > silent
    if newest.status not in ON_THE_WAY or not is_news:
        return parcel
    moved: Parcel = advance(parcel.scan, actor=actor, now=now, note=text, status=newest.status)
    moved.order = parcel.order
    return moved


def _lock_parcels(pk: int, order: Order) -> tuple[Parcel, list[Parcel]]:
    """Fresh copies of this parcel and of all of its order, which move under the lock of the order only. One statement
    for any number, and none for what was sent again (`replaced_by`)."""
    rows = Parcel.objects.filter(shop_id=order.shop_id, order_id=order.pk).order_by("pk")
    siblings = {row.pk: row for row in rows.select_for_update(no_key=True)}
    again = {row.replaces_id: row for row in siblings.values()}
    for row in siblings.values():
        row.mark_locked()
        row.order = order
        Parcel._meta.get_field("replaced_by").set_cached_value(row, again.get(row.pk))
    return siblings[pk], list(siblings.values())


def _text(scan: Scan) -> str:
    """Without words of the courier's: the value of the status, which `ParcelEvent.words` says to each reader."""
    return scan.text.strip()[:TEXT_LENGTH] or scan.status


def _move(
    parcel: Parcel, siblings: Sequence[Parcel], verb: str, at: datetime, text: str, actor: Actor, now: datetime
) -> Parcel:
    # A waybill may be typed in after the courier's last scan; nothing arrives before it was sent.
    proven = orders.proves_delivery(actor)
    facts: Mapping[str, Any] = {"at": max(at, parcel.sent_at), "proven": proven} if verb == "deliver" else {}
    moved: Parcel = advance(getattr(parcel, verb), actor=actor, now=now, note=text, **facts)
    last_delivery = _last_delivery(siblings) if verb == "deliver" else None
    if verb == "deliver":
        date_lines([moved], last=last_delivery)
    signal: Signal = parcel_delivered if verb == "deliver" else parcel_lost
    signal.send(sender=Parcel, parcel=moved, assumed=False, actor=actor, now=now)
    if last_delivery is not None and moved.kind == Parcel.Kind.OUTBOUND:
        _deliver_order(last_delivery, actor, now)
    return moved


def _prove(parcel: Parcel, siblings: Sequence[Parcel], at: datetime, text: str, actor: Actor, now: datetime) -> Parcel:
    moved: Parcel = advance(parcel.prove_delivery, actor=actor, now=now, note=text, at=max(at, parcel.sent_at))
    date_lines([moved], last=_last_delivery(siblings))
    # The same news once more, now for certain: whoever had it before does nothing.
    parcel_delivered.send(sender=Parcel, parcel=moved, assumed=False, actor=actor, now=now)
    return moved


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that was sent of an order has arrived. `proven`: each parcel on somebody's word other than the shop's."""

    order: Order
    at: datetime
    proven: bool


def _last_delivery(siblings: Sequence[Parcel]) -> Arrival | None:
    """None: something of it has not left the house or is on its way, or the order has ended without it. A parcel that
    was sent again does not count: its successor has the goods."""
    order = siblings[0].order
    outbound = [row for row in siblings if row.kind == Parcel.Kind.OUTBOUND and not hasattr(row, "replaced_by")]
    times = [row.delivered_at for row in outbound if row.status == Status.DELIVERED and row.delivered_at is not None]
    delivers = order.status == OrderStatus.SHIPPED or order.fulfilment == Fulfilment.DELIVERED
    if not delivers or not outbound or len(times) < len(outbound):
        return None
    at = order.delivered_at or max(*times, order.shipped_at or times[0])
    return Arrival(order, at, all(row.delivery_proven for row in outbound))


def date_lines(parcels: Sequence[Parcel], *, last: Arrival | None = None) -> None:
    """Their lines were delivered with the last parcel that has units of them, as far as parcels have arrived; with the
    `last` parcel of an order, so were its lines that no parcel names. One statement for any number."""
    outbound = [parcel for parcel in parcels if parcel.kind == Parcel.Kind.OUTBOUND]
    if not outbound:
        return
    shops, ids = {parcel.shop_id for parcel in outbound}, [parcel.pk for parcel in outbound]
    inside = ParcelLine.objects.filter(shop_id__in=shops, parcel_id__in=ids).values("line_id")
    arrived = ParcelLine.objects.filter(
        shop_id=OuterRef("shop_id"),
        line_id=OuterRef("pk"),
        parcel__kind=Parcel.Kind.OUTBOUND,
        parcel__status=Status.DELIVERED,
    )
    latest = arrived.order_by().values("line_id").annotate(at=Max("parcel__delivered_at")).values("at")
    proven = arrived.order_by().values("line_id").annotate(yes=BoolAnd("parcel__delivery_proven")).values("yes")
    rows = OrderLine.objects.filter(shop_id__in=shops)
    if last is None:
        rows.filter(pk__in=inside).update(delivered_at=Subquery(latest), delivery_proven=Subquery(proven))
        return
    unnamed = Q(delivered_at__isnull=True) | Q(delivery_proven=False), Q(shipped_quantity__gt=0)
    rows.filter(Q(pk__in=inside) | Q(*unnamed), order_id=last.order.pk).update(
        delivered_at=Coalesce(Subquery(latest), F("delivered_at"), Value(last.at)),
        delivery_proven=Coalesce(Subquery(proven), Value(last.proven)),
    )


def deliver_outbound(orders: Sequence[Order], *, proven: bool, actor: Actor, now: datetime) -> None:
    """Whole orders were reported as delivered: so were their parcels that are still on the way.

    Call with the orders locked. Any number of orders takes the same statements.
    """
    # A buyer who confirms receipt is no reporter of scans: on the parcel the delivery counts as the courier's.
    by = actor if actor.kind in REPORTERS else COURIER
    known = {order.pk: order for order in orders}
    outbound = {"kind": Parcel.Kind.OUTBOUND, "status__in": ON_THE_WAY}
    shops = {order.shop_id for order in orders}
    rows = Parcel.objects.filter(shop_id__in=shops, order_id__in=known, **outbound).order_by("id")

    def delivery_facts(parcel: Parcel) -> Mapping[str, Any]:
        order = known[parcel.order_id]
        at = order.delivered_at or now
        if at < parcel.sent_at and order.status == OrderStatus.SHIPPED:  # one that was sent again, later
            raise Invalid(errors={"delivered_at": [_("The time has to be after the order was shipped.")]})
        return {"at": max(at, parcel.sent_at), "proven": proven}

    data = {"remark": "order_delivered"}
    if proven:  # parcels that the shop's bare word had delivered
        unproven = {"kind": Parcel.Kind.OUTBOUND, "status": Status.DELIVERED, "delivery_proven": False}
        doubted = Parcel.objects.filter(shop_id__in=shops, order_id__in=known, **unproven).order_by("id")

        def proof_facts(parcel: Parcel) -> Mapping[str, Any]:
            return {"at": parcel.delivered_at}

        advance_many(doubted, "prove_delivery", actor=by, now=now, facts=proof_facts, skip_locked=False)
    # Parcels move only under the lock of their order, which the caller has: nobody else holds them for long.
    batch = advance_many(rows, "deliver", actor=by, now=now, data=data, facts=delivery_facts, skip_locked=False)
    date_lines(batch.moved)
    assumed = by is not actor
    for parcel in batch.moved:
        parcel.order = known[parcel.order_id]
        parcel_delivered.send(sender=Parcel, parcel=parcel, assumed=assumed, actor=by, now=now)


def _deliver_order(last_delivery: Arrival, actor: Actor, now: datetime) -> None:
    """The order is delivered with its last parcel."""
    order = last_delivery.order
    if order.status != OrderStatus.SHIPPED or order.fulfilment == Fulfilment.DELIVERED:
        return
    may = actor.kind in allowed_actors(type(order), "deliver")
    # Support may not deliver an order. It passes on a courier's report, so the courier is the actor there.
    by = actor if may else COURIER
    orders.deliver_with_parcels(order, delivered_at=last_delivery.at, actor=by, now=now)
