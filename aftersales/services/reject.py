from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Unprocessable
from kernel.machine import advance
from logistics import services as logistics
from logistics.models import Parcel

from ..ledger.allocation import Allocation
from ..models import Ticket, TicketLine
from ..rules.eligibility import no_reason_ends, no_reason_return
from ..states import RejectionGround
from .apply import attach_files
from .guards import require, require_text
from .locking import lock
from .parcels import attach_parcel


@transaction.atomic
def reject(ticket: Ticket, *, reason: str, ground: str = "", actor: Actor, now: datetime) -> Ticket:
    """The merchant rejects, with a reason that the buyer reads (S-035). A no-reason return in time needs one of
    the grounds of the law (B-05). What was reserved for it is free again."""
    require_text("reason", reason, _("Say why: the buyer will read it."))
    order, ticket = lock(ticket)
    require(ticket, "reject", actor)
    allocation = Allocation.of(ticket, order)
    _check_ground(ticket, allocation.lines, ground)
    rejected = advance(ticket.reject, actor=actor, now=now, note=reason, reason=reason, ground=ground)
    allocation.release(now=now, unsuccessful=True)
    return rejected


def _check_ground(ticket: Ticket, lines: list[TicketLine], ground: str) -> None:
    if not no_reason_return(ticket):
        return
    ends = no_reason_ends(ticket.order)
    # The day of the application counts: the buyer does not lose the right while the merchant thinks.
    if ends is not None and ticket.applied_at >= ends:
        return
    confirmed = any(item.line.no_reason_exempt and item.line.exempt_confirmed for item in lines)
    if ground not in RejectionGround.values or (ground == RejectionGround.EXEMPT_CONFIRMED and not confirmed):
        raise Unprocessable(
            _("A no-reason return in time can be refused only on a ground of the law: %(grounds)s.")
            % {"grounds": ", ".join(RejectionGround.values)},
            code="ground_required",
            details={"reasons": ["ground_required"], "grounds": list(RejectionGround.values)},
        )


@transaction.atomic
def refuse_goods(ticket: Ticket, *, reason: str, evidence: Iterable[UUID] = (), actor: Actor, now: datetime) -> Ticket:
    """The goods that came back are not what was agreed: the refund stops, and they go back to the buyer."""
    require_text("reason", reason, _("Say what is wrong with the goods: the buyer will read it."))
    order, ticket = lock(ticket)
    require(ticket, "refuse_goods", actor)
    allocation = Allocation.of(ticket, order)
    attach_files(evidence, ticket, actor)
    refused = advance(ticket.refuse_goods, actor=actor, now=now, note=reason, reason=reason)
    allocation.release(now=now, unsuccessful=True)
    return refused


@transaction.atomic
def return_goods(ticket: Ticket, *, courier: str, tracking_no: str, actor: Actor, now: datetime) -> Ticket:
    """The merchant sends refused goods back to the buyer."""
    order, ticket = lock(ticket)
    require(ticket, "return_goods", actor)
    units = {item.line_id: item.quantity for item in ticket.lines.all()}
    parcel = logistics.create_parcel(
        order, Parcel.Kind.SEND_BACK, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now
    )
    attach_parcel(ticket, parcel)
    return advance(ticket.return_goods, actor=actor, now=now)
