from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.actors import BUYER, COURIER, Actor
from kernel.errors import Invalid
from kernel.languages import enumerated
from kernel.machine import advance
from kernel.money import ZERO
from logistics.couriers import names
from logistics.models import Parcel, Pickup
from logistics.pickups.machine import Status as PickupStatus
from orders.models import Order

from ..models import Ticket
from ..rules.freight import collect_couriers
from . import tracking
from .guards import require, require_whole
from .locking import lock
from .parcels import attach_parcel, create_return, parcel_with


@transaction.atomic
def ship_back(
    ticket: Ticket,
    *,
    courier: str,
    tracking_no: str,
    freight_paid: Decimal | None = None,
    freight_collect: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """The goods are on their way back (S-086). Possible again until they were received, to correct the number; by
    others than the buyer that leaves the clock as it is (B-19). Every number given is kept and found."""
    order, ticket = lock(ticket)
    require(ticket, "ship_back", actor, now=now)
    require_whole(order.currency, freight_paid=freight_paid)
    check_way_back(order, courier, freight_paid, freight_collect)
    _check_paid(ticket, order, tracking_no, freight_paid)
    freight = return_freight(ticket, freight_paid, courier)
    parcel = create_return(ticket, courier=courier, tracking_no=tracking_no, actor=actor, now=now)
    collect = ticket.return_freight_collect if freight_collect is None else freight_collect
    data = {"courier": courier, "tracking_no": tracking_no, "freight_collect": collect}
    by_buyer = actor.kind == BUYER
    if not by_buyer:  # who owes it does not lower what the buyer said to have paid
        freight = max(freight, ticket.return_freight_amount)
    attach_parcel(ticket, parcel, by_buyer=by_buyer)
    alerts = tracking.alerts_of(ticket, order, now=now)
    restart = by_buyer or ticket.shipped_back_at is None
    return advance(
        ticket.ship_back, actor=actor, now=now, data=data, restart=restart, alerts=alerts,
        return_freight_amount=freight, return_freight_collect=collect,
    )  # fmt: skip


@transaction.atomic
def ship_back_collected(ticket: Ticket, pickup: Pickup, *, now: datetime) -> Ticket:
    """The shop's courier has collected the goods (S-085): they are shipped back by the number of the pickup that the
    buyer booked. The buyer paid nobody, so nothing is paid back, whatever was said before. A number that the ticket has
    already goes on as it is."""
    order, ticket = lock(ticket)
    require(ticket, "ship_back", COURIER, now=now)
    known = parcel_with(ticket, pickup.tracking_no)
    if known is None:
        number = {"courier": pickup.courier, "tracking_no": pickup.tracking_no}
        parcel = create_return(ticket, **number, actor=COURIER, now=now)
        attach_parcel(ticket, parcel, by_buyer=True)
    data = {"courier": pickup.courier, "tracking_no": pickup.tracking_no, "freight_collect": False}
    alerts = tracking.alerts_of(ticket, order, now=now)
    return advance(
        ticket.ship_back, actor=COURIER, now=now, data=data, restart=known is None, alerts=alerts,
        return_freight_amount=ZERO, return_freight_collect=False,
    )  # fmt: skip


def check_way_back(order: Order, courier: str, paid: Decimal | None, collect: bool | None) -> None:
    """Express only (S-073); freight collect only by the couriers that the shop named for it (S-072). Invalid (400)."""
    code = names.code_of(courier)
    if code == names.ORDINARY_POST:
        raise Invalid(errors={"courier": [_("Returns can't be sent by ordinary post. Use an express courier or EMS.")]})
    if not collect:
        return
    allowed = collect_couriers(order)
    if code not in allowed:
        how = _("Send it prepaid.")
        if allowed:
            how = _("Send it prepaid, or collect with: %(couriers)s.") % {
                "couriers": enumerated(map(names.label, allowed))
            }
        text = _("The shop doesn't accept collect parcels from this courier.")
        raise Invalid(errors={"freight_collect": [f"{text} {how}"]})
    if paid:
        raise Invalid(errors={"freight_paid": [_("You don't pay anything when sending collect. Leave this empty.")]})


def _check_paid(ticket: Ticket, order: Order, tracking_no: str, paid: Decimal | None) -> None:
    """Invalid (400) where the buyer has paid nobody: the shop's own courier has the goods, or this is its number."""
    if not paid or not ticket.pickups_booked:
        return
    own = Q(status=PickupStatus.COLLECTED) | Q(tracking_no__same_number=tracking_no)
    if order.pickups.filter(own, key=ticket.ticket_no).exists():
        text = _("The shop pays the courier who collects it from you. Leave this empty.")
        raise Invalid(errors={"freight_paid": [text]})


def _first_by_ems(ticket: Ticket, courier: str) -> bool:
    """The first return of this buyer to this shop by EMS."""
    if names.code_of(courier) != names.EMS:
        return False
    before = Parcel.objects.filter(shop_id=ticket.shop_id, kind=Parcel.Kind.RETURN, courier__iexact=names.EMS)
    return not before.filter(order__buyer_id=ticket.buyer_id).exclude(ticket_parcel__ticket=ticket).exists()


def return_freight(ticket: Ticket, paid: Decimal | None, courier: str) -> Decimal:
    """The return freight that the merchant owes where the fault is not the buyer's: what was paid, at most the shop's
    standard (S-063, S-069). It is recorded on the ticket and is no part of the refund (B-04). None: unchanged."""
    if ticket.return_freight_payer != "merchant":
        return ZERO
    if paid is None:
        return ticket.return_freight_amount
    # The policy that was frozen on the order: a standard that is lowered later does not concern this buyer.
    standard = ticket.order.policy.return_freight_standard
    # The standard is in the shop's currency: it limits nothing that was paid in another one.
    if standard is None or ticket.order.currency != ticket.order.shop.currency:
        return paid
    # What EMS costs more is on the shop the first time (S-074).
    return paid if _first_by_ems(ticket, courier) else min(paid, standard)
