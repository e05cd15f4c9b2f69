"""Whether goods reached the buyer. An order is delivered, with the shop's proof; a replacement did not come: the buyer
says so, and the merchant sends it again, refunds it, or proves that it came."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import Conflict, Invalid
from kernel.machine import advance
from orders import services as orders
from orders.models import Order

from ..models import Ticket
from .applying.files import attach_files
from .conversation import post_message
from .guards import require
from .locking import lock


@transaction.atomic
def not_arrived(ticket: Ticket, *, note: str = "", actor: Actor, now: datetime) -> Ticket:
    """The buyer has waited, and nothing came. Once for each parcel."""
    _order, ticket = lock(ticket)
    require(ticket, "not_arrived", actor, now=now)
    moved: Ticket = advance(ticket.not_arrived, actor=actor, now=now, note=note)
    return moved


@transaction.atomic
def prove_arrival(
    ticket: Ticket, *, evidence: Iterable[UUID] = (), note: str = "", actor: Actor, now: datetime
) -> Ticket:
    """The merchant shows that it came: by a file, or by the courier's own scan. 400 without either, 409 once the time
    for the answer is over: then the buyer chooses."""
    _order, ticket = lock(ticket)
    require(ticket, "prove_arrival", actor, now=now)
    files, parcel = list(evidence), ticket.replacement_parcel
    if not files and not (parcel and parcel.delivery_proven):
        raise Invalid(
            errors={"evidence": [_("Add a proof, such as the signed delivery slip. No courier has reported delivery.")]}
        )
    if actor.kind == MERCHANT and ticket.due_at is not None and ticket.due_at <= now:
        raise Conflict(_("It's too late for a proof. Resend it or refund it; the buyer can ask for a refund."))
    attach_files(files, ticket, actor)
    moved: Ticket = advance(ticket.prove_arrival, actor=actor, now=now, note=note)
    return moved


@transaction.atomic
def agree_on_delivery(ticket: Ticket, *, note: str, actor: Actor, now: datetime) -> Ticket:
    """The shop notes what it agreed on with a buyer who has the goods and their refund. It moves no money: nothing that
    was refunded is taken back."""
    _order, ticket = lock(ticket)
    require(ticket, "agree_on_delivery", actor, now=now)
    if not note.strip():
        raise Invalid(errors={"note": [_("Say what was agreed. The buyer reads it.")]})
    moved: Ticket = advance(ticket.agree_on_delivery, actor=actor, now=now, note=note.strip())
    return moved


@transaction.atomic
def deliver(
    order: Order, *, delivered_at: datetime | None = None, proof: UUID | None = None, actor: Actor, now: datetime
) -> Order:
    """The bare word of a merchant starts the clocks of the order; with a `proof`, an upload of their own, it also
    counts against a buyer who says that nothing came. Afterwards as well, until the delivery is proven."""
    with_proof = proof is not None and actor.kind == MERCHANT
    moved = orders.deliver(order, delivered_at=delivered_at, proven=with_proof, actor=actor, now=now)
    if with_proof and proof is not None:
        post_message(moved, remark="delivery_proof", evidence=[proof], actor=actor, now=now)
    return moved
