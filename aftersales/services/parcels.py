"""What a parcel's news means for the ticket that holds it."""

from datetime import datetime

from kernel.actors import Actor
from kernel.machine import advance
from logistics.models import Parcel

from ..models import Ticket
from ..states import Status
from .ship_back import arrive


def on_delivered(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """A return parcel at the merchant's door starts the 48 hours."""
    if parcel.kind != Parcel.Kind.RETURN:
        return
    ticket = Ticket.objects.filter(return_parcel=parcel).first()
    if ticket is not None:
        arrive(ticket, at=parcel.delivered_at or now, actor=actor, now=now)


def on_lost(parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """A replacement that will not arrive stops the clock that would complete the ticket."""
    if parcel.kind != Parcel.Kind.REPLACEMENT:
        return
    ticket = Ticket.objects.filter(replacement_parcel=parcel, status=Status.RESHIPPED).first()
    if ticket is not None:
        advance(ticket.lose_replacement, actor=actor, now=now, data={"parcel": parcel.status})
