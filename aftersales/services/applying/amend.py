from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from kernel.actors import Actor
from kernel.machine import advance

from ...ledger.allocation import Allocation
from ...models import Ticket
from ...rules.application import Application
from ...states import Status
from .. import refunding
from ..guards import require
from ..locking import lock
from .apply import evaluate, store_lines
from .columns import described, first_status, in_history
from .files import attach_files


@transaction.atomic
def amend(ticket: Ticket, application: Application, *, actor: Actor, now: datetime) -> Ticket:
    """The buyer changes an undecided application or applies anew after a rejection (S-039). One that was in time stays
    so (B-17); the history keeps every version."""
    order, ticket = lock(ticket)
    require(ticket, "amend", actor, now=now)
    allocation = Allocation.of(ticket, order)
    # Released first, so that the ticket's own units and money count as free for the changed application. Where that
    # is refused, the exception rolls the release back too.
    if allocation.reserved:
        allocation.release(now=now)
    attach_files(application.evidence, ticket, actor)
    if not application.evidence:  # the files uploaded before still count
        # Photos that the shop sent in the conversation are no evidence for the buyer's claim.
        before = ticket.evidence.filter(Q(message=None) | Q(uploader_id=actor.user_id))
        application = replace(application, evidence=tuple(before.values_list("pk", flat=True)))
    facts, quote = evaluate(order, application, now=now, first_applied_at=ticket.created_at)
    target = first_status(facts)
    ticket = advance(
        ticket.amend, actor=actor, now=now, target=target, data=in_history(facts, quote, application),
        needs_second_person=False,  # it is the buyer's own application from now on
        **described(facts, quote, application),
    )  # fmt: skip
    ticket.lines.all().delete()
    store_lines(ticket, quote, order, now=now)
    if target == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket
