from kernel.actors import SUPPORT, Actor

from ...models import Ticket
from ...states import OVERRIDE_OPEN, OverrideState


def may_review(ticket: Ticket, actor: Actor) -> bool:
    """As far as the ticket itself tells; whose it is and how long a manager has been one is asked by the service."""
    supervisor = actor.kind == SUPPORT and actor.role == "supervisor"
    to_review, to_rule_on = ticket.override == OverrideState.OPEN, ticket.override in OVERRIDE_OPEN
    return (supervisor and to_rule_on) or (actor.is_manager and to_review)
