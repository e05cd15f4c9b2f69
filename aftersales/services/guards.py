"""Checks that several verbs share, before anything is touched."""

from kernel.errors import IllegalTransition, Invalid, NeedsConfirmation

from ..models import Ticket


def require(ticket: Ticket, verb: str) -> None:
    """409 when the state does not allow the verb: asked before a service changes anything else."""
    allowed = ticket.allowed()
    if verb not in allowed:
        raise IllegalTransition(verb, ticket.status, allowed)


def require_consent(agreed: bool, note: str, message: str) -> None:
    """Less money needs the buyer's yes, and a note of how it was given (S-056, F-11)."""
    if not agreed or not note.strip():
        raise NeedsConfirmation(message)


def require_text(field: str, text: str, message: str) -> None:
    if not text.strip():
        raise Invalid(errors={field: [message]})
