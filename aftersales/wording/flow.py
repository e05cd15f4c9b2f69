"""What the history of a ticket says of its steps: which were done and when, and where it was broken off. A step is done
by the action that completes it, at the time of that action, and by nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models

from ..models import Ticket
from ..states import Status, Type

S = Status
BROKEN_OFF = (S.REJECTED, S.CANCELLED, S.CLOSED)


class StepName(models.TextChoices):
    """In the order in which they are taken. A status may have two: goods are inspected and replaced in one."""

    REVIEW = "review"
    SUPPLEMENT = "supplement"
    RETURN = "return"
    INSPECTION = "inspection"
    RESHIP = "reship"
    CONFIRMATION = "confirmation"
    REFUND = "refund"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    COMPLETED = "completed"


N = StepName
ORDER = list(StepName)
# What an exchange or a repair does with the goods before it sends any; a return pays as soon as they are inspected.
INSPECTED = (Type.EXCHANGE, Type.REPAIR)
PLANS: dict[str, tuple[StepName, ...]] = {
    Type.REFUND_ONLY: (N.REVIEW, N.REFUND),
    Type.RETURN_REFUND: (N.REVIEW, N.RETURN, N.REFUND),
    Type.EXCHANGE: (N.REVIEW, N.SUPPLEMENT, N.RETURN, N.INSPECTION, N.RESHIP, N.CONFIRMATION),
    Type.REPAIR: (N.REVIEW, N.RETURN, N.INSPECTION, N.RESHIP, N.CONFIRMATION),
    Type.REISSUE: (N.REVIEW, N.RESHIP, N.CONFIRMATION),
}
STATUS_OF: dict[StepName, Status] = {
    N.REVIEW: S.PENDING_REVIEW, N.SUPPLEMENT: S.PENDING_SUPPLEMENT, N.RETURN: S.PENDING_RETURN,
    N.INSPECTION: S.PENDING_RESHIP, N.RESHIP: S.PENDING_RESHIP, N.CONFIRMATION: S.RESHIPPED,
    N.REFUND: S.PENDING_REFUND, **{N(status): status for status in (*BROKEN_OFF, S.COMPLETED)},
}  # fmt: skip
COMPLETED_BY: dict[str, StepName] = {
    "approve": N.REVIEW, "reject": N.REVIEW, "settle_in_kind": N.REVIEW, "rule_objection": N.REVIEW,
    "pay_difference": N.SUPPLEMENT, "ship_back": N.RETURN, "receive": N.INSPECTION, "refuse_goods": N.INSPECTION,
    "reship": N.RESHIP, "confirm_replacement": N.CONFIRMATION, "settle": N.REFUND,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the history."""

    action: str
    source: str
    status: str
    at: datetime
    actor_kind: str


@dataclass(slots=True)
class Replay:
    """What the history says: the steps done and the ends reached, each in their order, and where it was broken off."""

    done: dict[StepName, Entry] = field(default_factory=dict)
    ends: dict[StepName, Entry] = field(default_factory=dict)
    stopped: StepName | None = None


def read_history(ticket: Ticket, history: Sequence[Entry]) -> Replay:
    replay = Replay()
    for entry in history:
        completed = _completed(ticket, entry)
        if entry.status != entry.source:
            _enter(replay, entry, stopped=not any(is_shown(ticket, name) for name in completed))
        for name in completed:
            replay.done.pop(name, None)  # done again: in its new place
            replay.done[name] = entry
    return replay


def _enter(replay: Replay, entry: Entry, *, stopped: bool) -> None:
    """The move into a status. What comes after it was undone by whoever led the ticket back."""
    if entry.status in (*BROKEN_OFF, S.COMPLETED):
        name = N(entry.status)
        if not replay.ends:
            replay.stopped = first_step(entry.source, replay) if stopped and entry.source else None
        if name in replay.ends:  # reopened: back to an earlier end
            later = list(replay.ends)[list(replay.ends).index(name) + 1 :]
            replay.ends = {end: row for end, row in replay.ends.items() if end not in later}
        else:
            replay.ends[name] = entry
        return
    replay.ends, replay.stopped = {}, None
    again = ORDER.index(first_step(entry.status, Replay()))
    replay.done = {name: done for name, done in replay.done.items() if ORDER.index(name) < again}


def first_step(status: str, replay: Replay) -> StepName:
    """The step that the status begins with, of those that are not done."""
    return next(name for name in ORDER if STATUS_OF[name] == status and name not in replay.done)


def is_shown(ticket: Ticket, name: StepName) -> bool:
    return name != N.INSPECTION or ticket.type in INSPECTED


def _completed(ticket: Ticket, entry: Entry) -> list[StepName]:
    name = COMPLETED_BY.get(entry.action)
    if name == N.RETURN and entry.source != S.PENDING_RETURN:
        return []  # a corrected number
    if name == N.INSPECTION and entry.action == "receive":
        if ticket.received_at is None:
            return []  # by an offer the buyer keeps the goods: nothing came
        return [N.RETURN, N.INSPECTION] if entry.source == S.PENDING_RETURN else [N.INSPECTION]
    return [] if name is None else [name]
