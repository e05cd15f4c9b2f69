"""Checks that several actions share, before anything is changed."""

from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid, NeedsConfirmation
from kernel.machine import allowed_actors

from ..models import Ticket
from .actions import allowed_actions


def require(ticket: Ticket, verb: str, actor: Actor) -> None:
    """403 where this kind of actor never may, 409 where the state does not allow it. `advance` checks both again; here
    they are checked before the service writes anything else."""
    if actor.kind not in allowed_actors(Ticket, verb):
        raise Forbidden()
    if not can_proceed(getattr(ticket, verb)):
        raise IllegalTransition(verb, ticket.status, allowed_actions(ticket, actor))


def require_consent(agreed: bool, note: str, message: str) -> None:
    """409 unless the buyer agreed to less money and a note describes the agreement (S-056, F-11)."""
    if not agreed or not note.strip():
        raise NeedsConfirmation(message)


def require_text(field: str, text: str, message: str) -> None:
    if not text.strip():
        raise Invalid(errors={field: [message]})
