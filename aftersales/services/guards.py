"""Checks that several verbs share, before anything is touched."""

from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid, NeedsConfirmation
from kernel.machine import allowed_actors

from ..models import Ticket
from .actions import allowed_actions


def require(ticket: Ticket, verb: str, actor: Actor) -> None:
    """403 for who never may, 409 when the state does not allow the verb: before a service changes anything else.
    The door checks the same again."""
    if actor.kind not in allowed_actors(Ticket, verb):
        raise Forbidden()
    if not can_proceed(getattr(ticket, verb)):
        raise IllegalTransition(verb, ticket.status, allowed_actions(ticket, actor))


def require_consent(agreed: bool, note: str, message: str) -> None:
    """Less money needs the buyer's yes, and a note of how it was given (S-056, F-11)."""
    if not agreed or not note.strip():
        raise NeedsConfirmation(message)


def require_text(field: str, text: str, message: str) -> None:
    if not text.strip():
        raise Invalid(errors={field: [message]})
