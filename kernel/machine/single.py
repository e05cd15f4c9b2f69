"""One row through one transition: lock, check, run, set the next deadline, save, write history."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from ..actors import Actor
from ..errors import Forbidden, IllegalTransition
from .history import record
from .stateful import RowT, Stateful, allowed_actors, changed_columns, columns


def set_deadline(row: Stateful, now: datetime) -> None:
    """A new state has a new clock; the overdue mark and failed attempts of the old one are cleared."""
    deadline = row.timer(now)
    if deadline is None:
        return
    row.due_at, row.due_action = deadline  # type: ignore[attr-defined]
    row.overdue_since = None  # type: ignore[attr-defined]
    row.retry_after, row.deadline_failures = None, 0  # type: ignore[attr-defined]


def begin(
    row: RowT,
    *,
    actor: Actor,
    now: datetime,
    name: str = "create",
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> RowT:
    """Stores a new row in its first state, with its first history row."""
    with transaction.atomic(savepoint=False):
        set_deadline(row, now)
        row.save(force_insert=True)
        record(row, name, "", actor=actor, now=now, note=note, data=data)
    return row


def advance(
    method: Callable[..., Any],
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Any:
    """Runs the transition `method` (bound to a row, however stale) on a locked fresh copy and returns that copy.

    Raises IllegalTransition (409) when the state does not allow it, Forbidden (403) when this
    kind of actor may not. `facts` go to the transition; `data` into the history row.
    """
    stale, name = method.__self__, method.__name__  # type: ignore[attr-defined]
    # No savepoint: a refused transition ends the caller's transaction, and two statements a transition are saved.
    with transaction.atomic(savepoint=False):
        row = stale.ensure_locked()
        row._lock = None  # a second transition reads the row again, with what the database made of the first
        if actor.kind not in allowed_actors(type(row), name):
            raise Forbidden()
        move = getattr(row, name)
        if not can_proceed(move):
            raise IllegalTransition(name, row.status, row.allowed(actor.kind))
        source, before = row.status, columns(row)
        move(now=now, **facts)
        set_deadline(row, now)
        row.save(update_fields=changed_columns(row, before))
        record(row, name, source, actor=actor, now=now, note=note, data=data)
    return row
