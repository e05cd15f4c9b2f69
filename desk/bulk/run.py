"""One step on many rows: rehearsed before anybody says yes, then each in a transaction of its own."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from aftersales.models import Ticket
from aftersales.wording.labels import label_of
from kernel import machine
from kernel.errors import DomainError, IllegalTransition
from web.actions import Outcome, attempt

T = TypeVar("T")
Step = Callable[[], Ticket]


def rehearse(step: Step) -> Outcome[Ticket]:
    """What `step` would do now."""
    return attempt(machine.rehearse, step)


def carry_out(step: Callable[[], T]) -> Outcome[T]:
    """One that cannot be done keeps no other from being done."""
    return attempt(transaction.atomic(step))


def sentence(error: DomainError, ticket: Ticket) -> str:
    """Why not, for a list of many: what the status is now says more there than the name of the verb."""
    if isinstance(error, IllegalTransition):
        return _("Not possible: it's “%(status)s”.") % {"status": label_of(ticket.type, error.details["status"])}
    return " ".join([text for texts in (error.errors or {}).values() for text in texts] or [error.message])
