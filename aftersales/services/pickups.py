"""Couriers that come to the buyer for what goes back (S-085, docs/pickups.md). Their collection ships it back."""

import datetime as dt
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django_fsm import can_proceed

from kernel.actors import BUYER, COURIER, RULE, Actor
from kernel.jobs import Outcome, each
from kernel.machine import advance
from kernel.numbers import NumberKey, comparable
from logistics import services as logistics
from logistics.couriers import Contact
from logistics.machine import Status as ParcelStatus
from logistics.models import COLLECTED, Parcel, Pickup
from logistics.pickups import policy
from logistics.pickups import services as pickups
from logistics.pickups.machine import Status as PickupStatus
from logistics.tracks.silence import was_seen

from ..models import Ticket, TicketParcel
from ..states import Status
from .actions import offers_pickup
from .guards import barred, require
from .locking import lock
from .parcels import create_return, parcel_with
from .ship_back import ship_back_collected

BATCH = 500


@transaction.atomic
def book_pickup(
    ticket: Ticket,
    *,
    courier: str,
    date: dt.date,
    slot: str,
    address: str = "",
    name: str = "",
    phone: str = "",
    actor: Actor,
    now: datetime,
) -> Ticket:
    """A courier comes for the goods, at the shop's cost. `address`, `name` and `phone`: those of the order where they
    are empty. Raises as `logistics.pickups.services.book`."""
    order, ticket = lock(ticket)
    require(ticket, "book_pickup", actor, now=now)
    if not offers_pickup(ticket):
        raise barred(ticket, "book_pickup", actor, now=now)
    sender = Contact(name or order.receiver_name, phone or order.receiver_phone, address or order.receiver_address)
    known, own = ticket.return_address_copy or {}, order.currency == order.shop.currency
    pickup = pickups.book(
        order,
        key=ticket.ticket_no,
        courier=courier,
        day=date,
        slot=slot,
        sender=sender,
        receiver={part: str(known.get(part, "")) for part in ("name", "phone", "address")},
        # The policy that was frozen on the order, as for what the buyer pays a courier (S-063).
        max_price=order.policy.return_freight_standard if own else None,
        actor=actor,
        now=now,
    )
    data = {"courier": pickup.courier, "day": date.isoformat(), "slot": slot}
    until = pickup.ends_at + policy.TO_SEND_OTHERWISE
    return advance(ticket.book_pickup, actor=actor, now=now, data=data, pickup_id=pickup.pk, until=until)


@transaction.atomic
def cancel_pickup(ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """The buyer takes it back: at once, or once the courier's system says that nobody comes."""
    order, ticket = lock(ticket)
    require(ticket, "cancel_pickup", actor, now=now)
    pickup = ticket.pickup
    if pickup is None:
        raise AssertionError("an open pickup is on record")
    pickup.order = order
    if pickup.may_be_cancelled:
        pickup = pickups.cancel(pickup, actor=actor, now=now)
    elif not pickup.is_being_cancelled:  # the courier comes all the same, or has the goods
        raise barred(ticket, "cancel_pickup", actor, now=now)
    moved: Ticket = advance(ticket.cancel_pickup, actor=actor, now=now, still_open=pickup.is_open)
    moved.pickup = pickup
    return moved


def on_changed(pickup: Pickup, *, actor: Actor, now: datetime) -> None:
    """It was collected, or has ended otherwise. The order is locked by the sender."""
    ticket = _ticket_of(pickup)
    if ticket is None:
        return
    if pickup.status == PickupStatus.COLLECTED:
        if pickup.tracking_no:  # until it is known, the ticket stays open as for a pickup that is still to come
            _collected(ticket, pickup, now)
    elif ticket.pickup_id == pickup.pk and ticket.pickup_open and actor.kind != BUYER:
        _ended(ticket, pickup, actor, now)


def _ticket_of(pickup: Pickup) -> Ticket | None:
    rows = Ticket.objects.filter(shop_id=pickup.shop_id, order_id=pickup.order_id, ticket_no=pickup.key)
    return rows.select_related("order__policy", "shop", "buyer").first()


def _ended(ticket: Ticket, pickup: Pickup, actor: Actor, now: datetime) -> None:
    if ticket.status != Status.PENDING_RETURN:
        _no_longer_open(ticket, pickup)
        return
    ticket.order = pickup.order
    data = {"pickup": pickup.pickup_no, "outcome": pickup.status}
    by_buyer = pickup.cancel_asked_at is not None and pickup.cancel_refused_at is None
    until = None if by_buyer else now + policy.TO_SEND_OTHERWISE
    advance(ticket.end_pickup, actor=actor, now=now, data=data, until=until)


def _no_longer_open(ticket: Ticket, pickup: Pickup) -> None:
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk, pickup=pickup).update(pickup_open=False)


def _collected(ticket: Ticket, pickup: Pickup, now: datetime) -> None:
    """The goods are with the courier, whatever the ticket has come to: their number is on record."""
    _no_longer_open(ticket, pickup)
    if can_proceed(ticket.ship_back) and not _travels_otherwise(ticket, pickup):
        parcel = ship_back_collected(ticket, pickup, now=now).return_parcel
    else:
        parcel = parcel_with(ticket, pickup.tracking_no) or _unexpected(ticket, pickup, now)
    if parcel is not None:
        logistics.report(parcel, status=ParcelStatus.PICKED_UP, text=COLLECTED, actor=COURIER, now=now)


def _travels_otherwise(ticket: Ticket, pickup: Pickup) -> bool:
    """The goods came already, or another parcel of theirs was seen on its way: what is collected is not them."""
    if ticket.arrived_at is not None:
        return True
    parcel = ticket.return_parcel if ticket.has_parcels else None
    if parcel is None or comparable(parcel.tracking_no) == comparable(pickup.tracking_no):
        return False
    return was_seen(parcel)


def _unexpected(ticket: Ticket, pickup: Pickup, now: datetime) -> Parcel:
    """Of a ticket that waits for none any more. It is found by its number when it comes, and moves nothing."""
    ticket.order = pickup.order
    parcel = create_return(ticket, courier=pickup.courier, tracking_no=pickup.tracking_no, actor=COURIER, now=now)
    TicketParcel.objects.create(ticket=ticket, parcel=parcel, kind=parcel.kind, is_current=False)
    return parcel


def sweep(now: datetime, dry_run: bool) -> Outcome:
    """Pickups of tickets that wait for no parcel any more: withdrawn, closed, converted, or sent otherwise."""
    due = _unneeded().order_by("pk").values_list("pk", flat=True)[:BATCH]
    if dry_run:
        return Outcome(done=due.count())
    return each(due, lambda pk: _cancel_unneeded(pk, now), lambda pk, error: None)


def _unneeded() -> QuerySet[Ticket]:
    """Not those whose buyer typed the number of the pickup itself: its courier has still to come."""
    own = TicketParcel.objects.filter(
        shop_id=OuterRef("shop_id"), ticket=OuterRef("pk"), kind=TicketParcel.Kind.RETURN, is_current=True
    )
    number = NumberKey(OuterRef("pickup__tracking_no"))
    own = own.alias(number=NumberKey("parcel__tracking_no")).filter(number=number)
    rows = Ticket.objects.filter(pickup_open=True, pickup__cancel_asked_at=None).exclude(status=Status.PENDING_RETURN)
    return rows.exclude(Exists(own), status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP), received_at=None)


def _cancel_unneeded(ticket_id: int, now: datetime) -> bool:
    ticket = Ticket.objects.select_related("pickup").get(pk=ticket_id)
    if ticket.pickup is None:
        return False
    if not ticket.pickup.is_open:
        _no_longer_open(ticket, ticket.pickup)
        return False
    return pickups.cancel_unneeded(ticket.pickup, actor=RULE, now=now)
