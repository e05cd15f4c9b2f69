"""Suspending a ticket while a dispute is decided: its deadline stops and later goes on with the time it had left.

People may go on with the ticket meanwhile: a transition keeps the suspension, and the clock of the new state begins
when it ends.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import ARBITER, SUPPORT, Actor
from kernel.errors import Conflict, Forbidden
from kernel.machine import record

from .. import policy
from ..models import Ticket
from .locking import lock

MAY_SUSPEND = frozenset({SUPPORT, ARBITER})
_CLOCK = [
    "suspended_at", "due_at", "due_action", "due_left", "clock_stops", "retry_after", "alerts", "mark_at", "updated_at",
]  # fmt: skip


@transaction.atomic
def suspend(ticket: Ticket, *, note: str = "", actor: Actor, now: datetime) -> Ticket:
    """Stops the clock; nothing is due until `resume`. 403 for others than support and arbiters, 409 for a ticket
    that has ended or is suspended already. What is overdue stays so."""
    _check_actor(actor)
    _order, ticket = lock(ticket)
    if ticket.ended_at is not None or ticket.suspended_at is not None:
        raise Conflict(_("Only open tickets with running deadlines can be suspended."))
    if ticket.due_at is not None:
        # A duration and not a date: nobody knows when the dispute will be decided.
        ticket.due_left = policy.left(ticket.shop, now, ticket.due_at)
    ticket.suspended_at, ticket.due_at, ticket.due_action, ticket.retry_after = now, None, "", None
    _save(ticket, now)
    record(ticket, "suspend", ticket.status, actor=actor, now=now, note=note)
    return ticket


@transaction.atomic
def resume(ticket: Ticket, *, note: str = "", actor: Actor, now: datetime) -> Ticket:
    """Lets the clock go on with what was left. 403 as `suspend`, 409 for a ticket that is not suspended. One that
    ended meanwhile has no clock and gets none."""
    _check_actor(actor)
    _order, ticket = lock(ticket)
    if ticket.suspended_at is None:
        raise Conflict(_("This ticket isn't suspended."))
    # Kept, because later states reckon deadlines from dates before the suspension.
    ticket.clock_stops = [*ticket.clock_stops, [ticket.suspended_at.isoformat(), now.isoformat()]]
    left, ticket.suspended_at, ticket.due_left = ticket.due_left, None, None
    if left is not None:
        ticket.due_at = policy.paused(ticket.shop, now, now + left)
        ticket.due_action = policy.deadline(ticket, ticket.order.policy)[1]
    _save(ticket, now)
    record(ticket, "resume", ticket.status, actor=actor, now=now, note=note)
    return ticket


def _check_actor(actor: Actor) -> None:
    if actor.kind not in MAY_SUSPEND:
        raise Forbidden()


def _save(ticket: Ticket, now: datetime) -> None:
    ticket.updated_at = now
    ticket.mark_duties(now)
    ticket.save(update_fields=_CLOCK)
