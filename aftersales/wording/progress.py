"""The flow of a ticket (S-116): what was done and when, what it is at, and what is still to come. It is read from the
history, so that a ticket closed because the goods were not sent has no tick at "returned"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.actors import CLOCK_KIND

from ..conditions import awaits_goods, replacement_missing
from ..models import Ticket
from ..states import ENDED, Due, Status
from .flow import BROKEN_OFF, INSPECTED, ORDER, PLANS, STATUS_OF, Entry, N, Replay, first_step, is_shown, read_history
from .labels import label_of, status_label

S = Status


class StepState(models.TextChoices):
    DONE = "done", gettext_lazy("done")
    CURRENT = "current", gettext_lazy("current")
    TODO = "todo", gettext_lazy("upcoming")


# What the clock did in the place of whoever did not act.
AUTOMATIC: dict[N, "str | Promise"] = {
    N.REVIEW: Due.APPROVE.label, N.INSPECTION: Due.RECEIVE.label, N.CONFIRMATION: Due.COMPLETE.label,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """`status`: of the ticket while it is at this step. `at`: when it was done; None for one that is not.
    `automatic`: by the clock, because whoever had to act did not."""

    name: N
    status: str
    label: str
    at: datetime | None
    state: StepState
    state_label: str
    automatic: bool


def progress(ticket: Ticket, history: Sequence[Entry]) -> list[ProgressStep]:
    """The steps in order. `history`: its rows, oldest first; those that move nothing and complete nothing may be
    left out."""
    replay = read_history(ticket, history)
    done = ((name, entry) for name, entry in replay.done.items() if is_shown(ticket, name))
    steps = [_step(ticket, name, StepState.DONE, entry) for name, entry in done]
    return [_uninspected(step, replay) for step in (*steps, *_others(ticket, replay))]


def _others(ticket: Ticket, replay: Replay) -> Iterator[ProgressStep]:
    """After those that were done."""
    if ticket.status not in (*BROKEN_OFF, S.COMPLETED):
        here = _current(ticket)
        yield _step(ticket, here, StepState.CURRENT)
        yield from _to_come(ticket, here, replay)
        return
    if replay.stopped is not None and replay.stopped not in replay.done:
        yield _step(ticket, replay.stopped, StepState.TODO)
    for name, entry in replay.ends.items():
        last = name == list(replay.ends)[-1] and ticket.status not in ENDED
        yield _step(ticket, name, StepState.CURRENT if last else StepState.DONE, entry)


def _uninspected(step: ProgressStep, replay: Replay) -> ProgressStep:
    """A return that the clock counted as received is paid without an inspection."""
    inspection = replay.done.get(N.INSPECTION)
    unseen = step.name == N.REFUND and inspection is not None and inspection.actor_kind == CLOCK_KIND
    return replace(step, automatic=True) if unseen else step


def _current(ticket: Ticket) -> N:
    if ticket.status == S.PENDING_RESHIP and not (ticket.type in INSPECTED and awaits_goods(ticket)):
        return N.RESHIP
    return first_step(ticket.status, Replay())


def _to_come(ticket: Ticket, here: N, replay: Replay) -> Iterator[ProgressStep]:
    unneeded = {*replay.done, here}
    if ticket.price_difference <= 0 or ticket.difference_payment_id is not None:
        unneeded.add(N.SUPPLEMENT)
    if not awaits_goods(ticket):
        unneeded |= {N.RETURN, N.INSPECTION}
    for name in (*PLANS[ticket.type], N.COMPLETED):
        # Sent ahead (S-091): the old goods are inspected after the replacement has left.
        if name not in unneeded and (ORDER.index(name) > ORDER.index(here) or name == N.INSPECTION):
            yield _step(ticket, name, StepState.TODO)


def _step(ticket: Ticket, name: N, state: StepState, entry: Entry | None = None) -> ProgressStep:
    automatic = entry is not None and entry.actor_kind == CLOCK_KIND and name in AUTOMATIC
    label = str(AUTOMATIC[name]) if automatic else _label(ticket, name, state)
    at = None if entry is None else entry.at
    not_done = state == StepState.TODO and ticket.status in BROKEN_OFF
    state_label = _("not done") if not_done else str(state.label)
    return ProgressStep(name, STATUS_OF[name], label, at, state, state_label, automatic)


def _label(ticket: Ticket, name: N, state: StepState) -> str:
    if name == N.INSPECTION:
        return _("inspection report")
    if state != StepState.CURRENT:
        return label_of(ticket.type, STATUS_OF[name])
    # The present one is named by what the ticket waits for.
    return _("did not arrive") if name == N.CONFIRMATION and replacement_missing(ticket) else status_label(ticket)
