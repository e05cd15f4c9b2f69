"""One step on many rows: rehearsed before anybody says yes, then each in a transaction of its own."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from aftersales.models import Ticket
from aftersales.wording.labels import label_of
from kernel.errors import DomainError, IllegalTransition
from web.http import refusal_in

Step = Callable[[], Any]
Answer = Any | DomainError


class _TakenBack(Exception):
    """Carries the answer of a rehearsed step out of its transaction."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


def rehearse(step: Step) -> Answer:
    """What `step` would answer or refuse now. It is really done and taken back: no second set of rules to keep."""

    try:
        _and_back(step)
    except _TakenBack as done:
        return done.answer
    except (DomainError, OperationalError) as fault:
        return refusal_in(fault)


def _and_back(step: Step) -> NoReturn:
    with transaction.atomic():
        raise _TakenBack(step())


def carry_out(step: Step) -> Answer:
    """What `step` answers, or its refusal: one that cannot be done keeps no other from being done."""
    try:
        with transaction.atomic():
            return step()
    except (DomainError, OperationalError) as fault:
        return refusal_in(fault)


def sentence(error: DomainError, ticket: Ticket) -> str:
    """Why not, for a list of many: what the status is now says more there than the name of the verb."""
    if isinstance(error, IllegalTransition):
        return _("Not possible: it is “%(status)s”.") % {"status": label_of(ticket.type, error.details["status"])}
    return " ".join([text for texts in (error.errors or {}).values() for text in texts] or [error.message])
