from datetime import datetime
from decimal import Decimal

from django.db import transaction

from kernel.actors import Actor
from kernel.machine import advance
from kernel.money import ZERO
from logistics import services as logistics
from logistics.models import Parcel

from ..models import Ticket
from .guards import require
from .locking import lock
from .parcels import attach_parcel


@transaction.atomic
def ship_back(
    ticket: Ticket, *, courier: str, tracking_no: str, freight_paid: Decimal | None = None, actor: Actor, now: datetime
) -> Ticket:
    """The goods are on their way back (S-086). Possible again until they were received, to correct the number."""
    order, ticket = lock(ticket)
    require(ticket, "ship_back", actor)
    units = {item.line_id: item.quantity for item in ticket.lines.all()}
    parcel = logistics.create_parcel(
        order, Parcel.Kind.RETURN, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now
    )
    data = {"courier": courier, "tracking_no": tracking_no}
    freight = return_freight(ticket, freight_paid)
    attach_parcel(ticket, parcel)
    return advance(ticket.ship_back, actor=actor, now=now, data=data, return_freight_amount=freight)


def return_freight(ticket: Ticket, paid: Decimal | None) -> Decimal:
    """The return freight that the merchant owes where the fault is not the buyer's: what was paid, at most the shop's
    standard (S-063, S-069). It is recorded on the ticket and is no part of the refund (B-04). None: unchanged."""
    if ticket.return_freight_payer != "merchant":
        return ZERO
    if paid is None:
        return ticket.return_freight_amount
    # The policy that was frozen on the order: a standard that is lowered later does not concern this buyer.
    standard = ticket.order.policy.return_freight_standard
    return paid if standard is None else min(paid, standard)
