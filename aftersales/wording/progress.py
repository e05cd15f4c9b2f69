"""The flow of a ticket (S-116): every step that it needs, when each was reached, and which one it is at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..models import Ticket
from ..states import ENDED, Status, Type
from .labels import label_of, status_label

S = Status
PLANS: dict[str, tuple[Status, ...]] = {
    Type.REFUND_ONLY: (S.PENDING_REVIEW, S.PENDING_REFUND, S.COMPLETED),
    Type.RETURN_REFUND: (S.PENDING_REVIEW, S.PENDING_RETURN, S.PENDING_REFUND, S.COMPLETED),
    Type.EXCHANGE: (
        S.PENDING_REVIEW, S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.PENDING_RESHIP, S.RESHIPPED, S.COMPLETED,
    ),
    Type.REPAIR: (S.PENDING_REVIEW, S.PENDING_RETURN, S.PENDING_RESHIP, S.RESHIPPED, S.COMPLETED),
    Type.REISSUE: (S.PENDING_REVIEW, S.PENDING_RESHIP, S.RESHIPPED, S.COMPLETED),
}  # fmt: skip
BROKEN_OFF = (S.REJECTED, S.CANCELLED, S.CLOSED)


class StepState(models.TextChoices):
    DONE = "done", _("done")
    CURRENT = "current", _("current")
    TODO = "todo", _("to come")


@dataclass(frozen=True, slots=True)
class Entry:
    """The history row by which a status was entered."""

    status: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """`at`: when the status was reached; None for a step that is still to come."""

    status: str
    label: str
    at: datetime | None
    state: StepState


def progress(ticket: Ticket, entries: Sequence[Entry]) -> list[ProgressStep]:
    """The steps in order. `entries`: the status changes of the history, oldest first."""
    reached = {entry.status: entry.at for entry in entries}
    plan = _plan(ticket, reached)
    path = _path_to(ticket.status, plan, entries) if ticket.status in BROKEN_OFF else plan
    here = path.index(ticket.status) if ticket.status in path else len(path)
    return [_step(ticket, status, _state(ticket, index, here), reached) for index, status in enumerate(path)]


def _step(ticket: Ticket, status: str, state: StepState, reached: dict[str, datetime]) -> ProgressStep:
    # Only the present status is named by what the ticket waits for; the others by their type.
    label = status_label(ticket) if status == ticket.status else label_of(ticket.type, status)
    # A reopened ticket has been further than it is now: what lies ahead again has no time.
    return ProgressStep(str(status), label, None if state == StepState.TODO else reached.get(status), state)


def _state(ticket: Ticket, index: int, here: int) -> StepState:
    if index < here or ticket.status in ENDED:
        return StepState.DONE
    return StepState.CURRENT if index == here else StepState.TODO


def _plan(ticket: Ticket, reached: dict[str, datetime]) -> list[str]:
    """The steps of the type, without those that this ticket neither needs nor took."""
    unneeded = set()
    if ticket.type == Type.REFUND_ONLY:
        unneeded.add(S.PENDING_REVIEW)  # goods that were not shipped are refunded without a review
    if ticket.price_difference <= 0:
        unneeded.add(S.PENDING_SUPPLEMENT)
    if ticket.returnless:
        unneeded.add(S.PENDING_RETURN)
    return [status for status in PLANS[ticket.type] if status not in unneeded or status in reached]


def _path_to(end: str, plan: list[str], entries: Sequence[Entry]) -> list[str]:
    """The steps taken until the ticket was broken off, and `end`, the status that broke it off."""
    source = next((entry.source for entry in reversed(entries) if entry.status == end), "")
    # Rejected first and closed later: both are steps of the path.
    if source in BROKEN_OFF and source != end:
        return [*_path_to(source, plan, entries), end]
    before = plan[: plan.index(source) + 1] if source in plan else []
    return [*before, end]
