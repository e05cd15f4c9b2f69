"""The flow of a ticket (S-116): every step that it needs, when it was reached, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Entry:
    """A state was entered."""

    status: str
    source: str
    at: datetime


def steps(ticket: Ticket, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """`entries` oldest first; `at` of a step that lies ahead is None. The caller formats the times."""
    reached = {entry.status: entry.at for entry in entries}
    plan = _plan(ticket, reached)
    path = _path_to(ticket.status, plan, entries) if ticket.status in BROKEN_OFF else plan
    here = path.index(ticket.status) if ticket.status in path else len(path)
    return [_step(ticket, status, _state(ticket, index, here), reached) for index, status in enumerate(path)]


def _step(ticket: Ticket, status: str, state: str, reached: dict[str, datetime]) -> dict[str, Any]:
    label = status_label(ticket) if status == ticket.status else label_of(ticket.type, status)
    return {
        "status": str(status),
        "label": label,
        "at": None if state == "todo" else reached.get(status),
        "state": state,
    }


def _state(ticket: Ticket, index: int, here: int) -> str:
    if index < here or ticket.status in ENDED:
        return "done"
    return "current" if index == here else "todo"


def _plan(ticket: Ticket, reached: dict[str, datetime]) -> list[str]:
    """The steps of the type, without those that this ticket does not need and did not take."""
    spared = set()
    if ticket.type == Type.REFUND_ONLY:
        spared.add(S.PENDING_REVIEW)  # unshipped: nobody reviews it
    if ticket.price_difference <= 0:
        spared.add(S.PENDING_SUPPLEMENT)
    if ticket.returnless:
        spared.add(S.PENDING_RETURN)
    return [status for status in PLANS[ticket.type] if status not in spared or status in reached]


def _path_to(end: str, plan: list[str], entries: Sequence[Entry]) -> list[str]:
    """What was gone through until it was broken off: closed after rejected after the review, for example."""
    source = next((entry.source for entry in reversed(entries) if entry.status == end), "")
    if source in BROKEN_OFF and source != end:
        return [*_path_to(source, plan, entries), end]
    before = plan[: plan.index(source) + 1] if source in plan else []
    return [*before, end]
