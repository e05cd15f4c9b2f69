"""Goods that came back and are not what was agreed: refused, and sent back to the buyer (B-20)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.machine import advance
from logistics import services as logistics
from logistics.models import Parcel

from ..ledger import repairs
from ..ledger.allocation import Allocation
from ..models import Ticket
from ..states import RejectionGround
from . import tracking
from .applying.files import attach_files
from .guards import barred, require, require_text
from .locking import lock
from .parcels import attach_parcel


@transaction.atomic
def refuse_goods(
    ticket: Ticket,
    *,
    reason: str,
    evidence: Iterable[UUID] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """The goods that came back are not what was agreed: the refund stops, and they go back to the buyer."""
    require_text("reason", reason, _("Say what's wrong with the goods. The buyer will read it."))
    order, ticket = lock(ticket)
    require(ticket, "refuse_goods", actor, version, now=now)
    _check_goods_are_there(ticket, actor, now)
    allocation = Allocation.of(ticket, order)
    attach_files(evidence, ticket, actor)
    refused = advance(ticket.refuse_goods, actor=actor, now=now, note=reason, reason=reason)
    # The shop decided this, so it uses up none of the buyer's applications (B-08).
    allocation.release(now=now)
    repairs.recount(refused)
    return refused


def refuse_empty(allocation: Allocation, *, note: str, extras: int = 0, actor: Actor, now: datetime) -> Ticket:
    """A parcel in which nothing was: refused like other goods, but there is nothing to send back. What turns up later
    is counted by `receive`. For a ticket of which the goods are on the way back. `extras`: units of other goods in
    it."""
    ticket = allocation.ticket
    _check_goods_are_there(ticket, actor, now)
    ground = RejectionGround.NOTHING_ARRIVED
    data: dict[str, object] = {"ground": ground, "units": {item.line_id: item.quantity for item in allocation.lines}}
    data |= {"extras": extras} if extras else {}
    refused = advance(ticket.refuse_goods, actor=actor, now=now, note=note, data=data, reason=note[:500], ground=ground)
    allocation.release(now=now, unsuccessful=True)
    return refused


def _check_goods_are_there(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """A number that the shop itself gave shows nothing: the buyer gave one, or the parcel was delivered."""
    numbers = ticket.ticket_parcels.filter(kind=Parcel.Kind.RETURN, by_buyer=True)
    if ticket.arrived_at is None and not numbers.exists():
        raise barred(ticket, "refuse_goods", actor, now=now)


@transaction.atomic
def return_goods(ticket: Ticket, *, courier: str, tracking_no: str, actor: Actor, now: datetime) -> Ticket:
    """The merchant sends refused goods back to the buyer. With a number that says nothing they still count as kept, and
    the clock that pays goes on until a better one is given or the parcel is scanned (B-20)."""
    order, ticket = lock(ticket)
    require(ticket, "return_goods", actor, now=now)
    units = {item.line_id: item.quantity for item in ticket.lines.all()}
    parcel = logistics.create_parcel(
        order, Parcel.Kind.SEND_BACK, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now
    )
    attach_parcel(ticket, parcel)
    data = {"courier": courier, "tracking_no": tracking_no}
    counts = tracking.is_plausible(parcel)
    if not counts:
        data["remark"] = tracking.DOUBT
    return advance(ticket.return_goods, actor=actor, now=now, data=data, counts=counts)
