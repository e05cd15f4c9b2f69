"""The parcels of a ticket, and what their delivery or loss changes on it."""

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.machine import advance
from logistics.models import Parcel

from ..models import Ticket, TicketParcel
from ..states import Status


def attach_parcel(ticket: Ticket, parcel: Parcel) -> None:
    """From now on this is the ticket's parcel of its kind; the one before it stays on record."""
    # Before the INSERT, because the database allows one current parcel of a kind (`ticket_parcel_one_current`).
    if ticket.has_parcels:  # the first one follows none
        retire_parcel(ticket, parcel.kind)
    TicketParcel.objects.create(ticket=ticket, parcel=parcel, kind=parcel.kind)


def retire_parcel(ticket: Ticket, kind: str) -> None:
    """Its parcel of this kind stays on record and is no longer what the ticket waits for."""
    ticket.ticket_parcels.filter(kind=kind, is_current=True).update(is_current=False)


def _ticket_of(parcel: Parcel) -> Ticket | None:
    """The ticket whose current parcel it is; None for a parcel whose number was corrected since."""
    current = {"ticket_parcels__parcel": parcel, "ticket_parcels__is_current": True}
    return Ticket.objects.filter(shop_id=parcel.shop_id, **current).first()


def on_delivered(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """A delivered return parcel starts the 48 hours of the inspection."""
    if parcel.kind != Parcel.Kind.RETURN:
        return
    ticket = _ticket_of(parcel)
    if ticket is not None:
        arrive(ticket, at=parcel.delivered_at or now, actor=actor, now=now)


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
    ticket = _ticket_of(parcel)
    # Once the buyer confirmed the arrival, a report of a loss changes nothing.
    if ticket is not None and ticket.status == Status.RESHIPPED:
        advance(ticket.lose_replacement, actor=actor, now=now, data={"parcel": parcel.status})
