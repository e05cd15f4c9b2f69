"""Checks that several actions share, before anything is changed."""

from datetime import datetime
from decimal import Decimal

from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid, Stale
from kernel.machine import allowed_actors
from kernel.money import is_whole
from web.fields import MORE_DECIMALS

from ..models import Ticket
from .actions import allowed_actions
from .authority import require_level


def require(ticket: Ticket, verb: str, actor: Actor, version: int | None = None, *, now: datetime) -> None:
    """403 where this kind of actor never may, or who handles simple cases only (S-161); 409 where the ticket has
    changed since it was seen, or its state does not allow it. `advance` checks actor and state again; here they are
    checked before the service writes anything else. `ticket` is the locked one."""
    if actor.kind not in allowed_actors(Ticket, verb):
        raise Forbidden()
    require_level(ticket, verb, actor)
    require_version(ticket, version)
    if not can_proceed(getattr(ticket, verb)):
        raise IllegalTransition(verb, ticket.status, allowed_actions(ticket, actor, now=now))


def barred(ticket: Ticket, verb: str, actor: Actor, *, now: datetime) -> IllegalTransition:
    """409 for what the machine would run and a rule does not allow now, with what else the caller may do."""
    others = [name for name in allowed_actions(ticket, actor, now=now) if name != verb.replace("_", "-")]
    return IllegalTransition(verb, ticket.status, others)


def require_version(ticket: Ticket, version: int | None) -> None:
    """Stale (409 `conflict`) unless `version` is the present one of the locked ticket. None: the caller names none."""
    if version is not None and version != ticket.version:
        raise Stale(ticket.version)


def require_text(field: str, text: str, message: str) -> None:
    if not text.strip():
        raise Invalid(errors={field: [message]})


def require_whole(currency: str, **amounts: Decimal | None) -> None:
    """400 for an amount with more decimals than the currency has (F-1). Entry points refuse zeros too; a Decimal here
    no longer shows them."""
    errors = {
        name: [MORE_DECIMALS.format(currency=currency)]
        for name, amount in amounts.items()
        if amount is not None and not is_whole(amount, currency)
    }
    if errors:
        raise Invalid(errors=errors)
