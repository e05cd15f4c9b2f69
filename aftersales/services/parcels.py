"""The parcels of a ticket, and what their delivery or loss changes on it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.machine import advance
from logistics import services as logistics
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel, ParcelLine
from orders import services as orders

from ..models import Ticket, TicketLine, TicketParcel
from ..states import PAID, RESERVING, RETURN_TYPES, Status, Type


def attach_parcel(ticket: Ticket, parcel: Parcel, *, by_buyer: bool = False) -> None:
    """From now on this is the ticket's parcel of its kind; the one before it stays on record."""
    # Before the INSERT, because the database allows one current parcel of a kind (`ticket_parcel_one_current`).
    if ticket.has_parcels:  # the first one follows none
        retire_parcel(ticket, parcel.kind)
    TicketParcel.objects.create(ticket=ticket, parcel=parcel, kind=parcel.kind, by_buyer=by_buyer)


def retire_parcel(ticket: Ticket, kind: str) -> None:
    """Its parcel of this kind stays on record and is no longer what the ticket waits for."""
    ticket.ticket_parcels.filter(kind=kind, is_current=True).update(is_current=False)


def create_return(ticket: Ticket, *, courier: str, tracking_no: str, actor: Actor, now: datetime) -> Parcel:
    """A parcel with the goods of the ticket, to the address that it has. `ticket`: with its locked order."""
    units = {item.line_id: item.quantity for item in ticket.lines.all()}
    phone = str((ticket.return_address_copy or {}).get("phone", ""))
    return logistics.create_parcel(
        ticket.order, Parcel.Kind.RETURN, courier=courier, tracking_no=tracking_no, units=units, return_phone=phone,
        actor=actor, now=now,
    )  # fmt: skip


def parcel_with(ticket: Ticket, tracking_no: str) -> Parcel | None:
    """The ticket's current return parcel, if this is its number."""
    rows = Parcel.objects.filter(shop_id=ticket.shop_id, ticket_parcel__ticket=ticket, kind=Parcel.Kind.RETURN)
    return rows.filter(ticket_parcel__is_current=True, tracking_no__same_number=tracking_no).first()


def ticket_of(parcel: Parcel) -> Ticket | None:
    """The ticket that news of this parcel is about: its current parcel of the kind, or the newest number that the
    buyer gave (B-19). None for one that was corrected since."""
    link = TicketParcel.objects.filter(shop_id=parcel.shop_id, parcel=parcel).first()
    if link is None or not (link.is_current or (link.by_buyer and _newest_of_buyer(link))):
        return None
    return Ticket.objects.filter(shop_id=parcel.shop_id, pk=link.ticket_id).first()


def _newest_of_buyer(link: TicketParcel) -> bool:
    by_buyer = TicketParcel.objects.filter(
        shop_id=link.shop_id, ticket_id=link.ticket_id, kind=link.kind, by_buyer=True
    )
    return not by_buyer.filter(parcel_id__gt=link.parcel_id).exists()


def goods_delivered(ticket: Ticket) -> bool:
    """It asks for the money of goods that are proven to have come: by the parcel of a line (B-17). The bare word of
    the shop, which would pay, is not enough."""
    return ticket.type == Type.REFUND_ONLY and ticket.lines.filter(line__delivery_proven=True).exists()


def on_delivered(parcel: Parcel, *, assumed: bool, actor: Actor, now: datetime) -> None:
    """A delivered return parcel starts the 48 hours of the inspection; a replacement that was reported as missing or
    lost and is proven to have come lets the days go on. What was refunded and is proven to have come raises an
    alert."""
    if parcel.kind == Parcel.Kind.OUTBOUND:
        # The end of the receipt is about the goods that the buyer did not get back as money.
        if parcel.delivery_proven and not assumed:
            _came_after_refund(parcel, actor=actor, now=now)
            if hasattr(parcel, "replaced_by"):
                orders.note_late_parcel(parcel.order, tracking_no=parcel.tracking_no, now=now)
        return
    if parcel.kind not in (Parcel.Kind.RETURN, Parcel.Kind.REPLACEMENT):
        return
    ticket = ticket_of(parcel)
    if ticket is not None and parcel.kind == Parcel.Kind.REPLACEMENT:
        if parcel.delivery_proven:
            _came_after_all(ticket, actor=actor, now=now)
            if ticket.status == Status.PENDING_REVIEW:  # it was converted, and its refund is not decided
                orders.note_late_parcel(parcel.order, tracking_no=parcel.tracking_no, now=now)
    elif parcel.kind == Parcel.Kind.REPLACEMENT and parcel.delivery_proven:  # another one was sent since
        orders.note_late_parcel(parcel.order, tracking_no=parcel.tracking_no, now=now)
    elif ticket is not None:
        arrive(ticket, at=parcel.delivered_at or now, actor=actor, now=now)


def _came_after_all(ticket: Ticket, *, actor: Actor, now: datetime) -> None:
    """Whichever was said of it: that nothing came, that it is lost, or both, and the buyer has the money instead."""
    for name in ("prove_arrival", "find_replacement", "deliver_after_refund"):
        if can_proceed(getattr(ticket, name)):
            ticket = advance(getattr(ticket, name), actor=actor, now=now)


def _came_after_refund(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """More units of a line have arrived than were sent and not refunded as missing on the way. The order is locked."""
    order = parcel.order
    if not order.open_cases and not order.succeeded_cases:  # no ticket, and nothing to read
        return
    inside = parcel.lines.values("line_id")
    paid = Ticket.objects.filter(
        shop_id=parcel.shop_id, order_id=parcel.order_id, type=Type.REFUND_ONLY, received=False, status__in=PAID
    )
    for ticket in paid.filter(lines__line_id__in=inside).distinct().order_by("pk"):
        if can_proceed(ticket.deliver_after_refund) and _units_came(ticket, inside):
            advance(ticket.deliver_after_refund, actor=actor, now=now, data={"parcel": parcel.pk})


def _units_came(ticket: Ticket, inside: QuerySet[ParcelLine, Any]) -> bool:
    """Whether units of the ticket are among those that the buyer has, in one of the lines `inside` a parcel."""
    for item in ticket.lines.filter(line_id__in=inside, quantity__gt=F("unshipped")).select_related("line"):
        here = {"shop_id": ticket.shop_id, "line_id": item.line_id}
        arrived = ParcelLine.objects.filter(
            **here, parcel__kind=Parcel.Kind.OUTBOUND, parcel__status=ParcelStatus.DELIVERED
        ).aggregate(units=Sum("quantity"))["units"]
        refunded = TicketLine.objects.filter(
            **here, ticket__type=Type.REFUND_ONLY, ticket__received=False, ticket__status__in=PAID
        ).aggregate(units=Sum(F("quantity") - F("unshipped")))["units"]
        if arrived + refunded > item.line.shipped_quantity:
            return True
    return False


@transaction.atomic
def arrive(ticket: Ticket, *, at: datetime, actor: Actor, now: datetime) -> Ticket:
    """The return parcel was delivered: the shop has 48 hours to inspect it. Changes nothing where a delivery was
    recorded already or the goods were received."""
    ticket = Ticket.locked(ticket.pk, shop_id=ticket.shop_id)
    # Couriers report late and repeatedly (F24): the first delivery counts.
    if ticket.arrived_at is not None or not can_proceed(ticket.arrive):
        return ticket
    return advance(ticket.arrive, actor=actor, now=now, at=at)


def on_lost(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """A lost replacement stops the deadline that would complete the ticket."""
    if parcel.kind != Parcel.Kind.REPLACEMENT:
        return
    ticket = ticket_of(parcel)
    # Once the buyer confirmed the arrival, a report of a loss changes nothing.
    if ticket is not None and ticket.status == Status.RESHIPPED:
        advance(ticket.lose_replacement, actor=actor, now=now, data={"parcel": parcel.status})


def check_no_returns(shop_id: int) -> None:
    """409 while goods of the shop's tickets are still to come back, or may have to: they need an address."""
    awaited = Ticket.objects.filter(shop_id=shop_id, returnless=False, received_at=None)
    if awaited.filter(type__in=RETURN_TYPES, status__in=RESERVING).exists():
        raise Conflict(
            _("Some returns are still open and this is the only address they can go to. Add another one first.")
        )
