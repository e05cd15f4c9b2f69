from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Unprocessable
from kernel.languages import enumerated
from kernel.machine import advance
from logistics import services as logistics
from orders.models import Order

from ..ledger import repairs
from ..ledger.allocation import Allocation
from ..models import Ticket, TicketLine
from ..rules.grounds import grounds_of, needs_ground, unshipped
from ..selectors.applications import counts
from ..states import RejectionGround
from . import authority, tracking
from .applying.files import attach_files
from .guards import require, require_text
from .locking import lock


@dataclass(frozen=True)
class Grounds:
    """What a rejection is based on: `ground`, the shop's `evidence` of it, and the waybill of goods that leave now."""

    ground: str = ""
    evidence: Iterable[UUID] = ()
    courier: str = ""
    tracking_no: str = ""


@transaction.atomic
def reject(
    ticket: Ticket, *, reason: str, version: int | None = None, actor: Actor, now: datetime, **based_on: Any
) -> Ticket:
    """The merchant rejects, with a reason that the buyer reads (S-035), and the fields of `Grounds`. 422
    `ground_required` for a ground that is not true, or where one is needed (B-05, B-18). What was reserved for the
    ticket is free again; units that never left are shipped with the waybill."""
    require_text("reason", reason, _("Say why. The buyer will read it."))
    order, ticket = lock(ticket)
    require(ticket, "reject", actor, version, now=now)
    authority.only_a_manager(ticket, actor)
    allocation, grounds = Allocation.of(ticket, order), Grounds(**based_on)
    _check_ground(ticket, allocation.lines, grounds)
    attach_files(grounds.evidence, ticket, actor)
    leaving = unshipped(allocation.lines)
    data = {"ground": grounds.ground, "units": leaving} if leaving else {"ground": grounds.ground}
    ticket = advance(ticket.reject, actor=actor, now=now, note=reason, data=data, reason=reason, ground=grounds.ground)
    allocation.release(now=now, unsuccessful=counts(ticket))
    repairs.recount(ticket)
    if leaving:
        ticket.order = _ship(order, leaving, grounds, actor=actor, now=now)
    return ticket


def _check_ground(ticket: Ticket, lines: list[TicketLine], based_on: Grounds) -> None:
    if not based_on.ground and not needs_ground(ticket, lines):
        return
    possible = grounds_of(ticket, lines)
    if based_on.ground not in possible:
        raise _ground_required(ticket, lines, possible)
    if based_on.ground == RejectionGround.NOT_INTACT and not based_on.evidence:
        raise _ground_required(ticket, lines, possible, evidence=_("Add photos that show the goods aren't intact."))
    left = [item for item in lines if item.unshipped and not item.line.virtual]
    # What ends the buyer's claim of money is a parcel, and “none” is no number of one.
    if left and not (based_on.courier.strip() and not tracking.no_number(based_on.tracking_no)):
        text = _("Enter the tracking number: rejecting ships the goods.")
        raise _ground_required(ticket, lines, possible, tracking_no=text)


def _ground_required(
    ticket: Ticket, lines: list[TicketLine], possible: list[RejectionGround], **fields: str
) -> Unprocessable:
    names = enumerated(possible)
    if fields:
        text = " ".join(fields.values())
    elif unshipped(lines):
        text = _(
            "Goods that haven't left can only be rejected by shipping them. Use the ground already_shipped and "
            "enter the tracking number."
        )
    elif possible:
        text = _("Only these grounds apply here: %(grounds)s.") % {"grounds": names}
    else:
        text = _("No legal ground applies here. Approve the request, or inspect the goods once they're back.")
    return Unprocessable(
        text,
        code="ground_required",
        details={"reasons": ["ground_required"], "grounds": [str(ground) for ground in possible]},
        errors={name: [text] for name, text in fields.items()} or {"ground": [text]},
    )


def _ship(order: Order, units: dict[int, int], grounds: Grounds, *, actor: Actor, now: datetime) -> Order:
    """B-18: the rejection is true because the goods leave with it."""
    lines = [{"line_id": line_id, "quantity": quantity} for line_id, quantity in units.items()]
    return logistics.ship(
        order, courier=grounds.courier, tracking_no=grounds.tracking_no, lines=lines, actor=actor, now=now
    )
