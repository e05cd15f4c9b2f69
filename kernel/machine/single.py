"""One row through one transition: lock, check, run, set the next deadline, save, write history."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from ..actors import Actor
from ..errors import Forbidden, IllegalTransition, NotSimple
from .history import record
from .stateful import RowT, Stateful, allowed_actors, changed_columns, columns, moves_clock


def follow_up(row: Stateful, name: str, now: datetime) -> None:
    """What every transition does once its own fields are set: the row's hook, and the clock of the state."""
    row.touched(name, now)
    if moves_clock(type(row), name):
        set_deadline(row, now)


def set_deadline(row: Stateful, now: datetime) -> None:
    """A new state has a new clock; the overdue mark and failed attempts of the old one are cleared."""
    deadline = row.timer(now)
    if deadline is None:
        return
    row.due_at, row.due_action = deadline  # type: ignore[attr-defined]
    row.overdue_since = None  # type: ignore[attr-defined]
    row.retry_after, row.deadline_failures = None, 0  # type: ignore[attr-defined]


def require_simple(row: Stateful | type[Stateful], name: str, actor: Actor) -> None:
    """NotSimple (403) for what an actor who handles simple cases only may not do (S-161)."""
    if actor.simple and name not in row.SIMPLE:
        raise NotSimple


def begin(
    row: RowT,
    *,
    actor: Actor,
    now: datetime,
    name: str = "create",
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> RowT:
    """Stores a new row in its first state, with its first history row. NotSimple (403) as `advance`."""
    require_simple(row, name, actor)
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
    kind of actor may not or handles simple cases only. `facts` go to the transition; `data` into the history row.
    """
    stale, name = method.__self__, method.__name__  # type: ignore[attr-defined]
    # No savepoint: a refused transition ends the caller's transaction, and two statements a transition are saved.
    with transaction.atomic(savepoint=False):
        row = stale.ensure_locked()
        row._lock = None  # a second transition reads the row again, with what the database made of the first
        if actor.kind not in allowed_actors(type(row), name):
            raise Forbidden()
        require_simple(row, name, actor)
        move = getattr(row, name)
        if not can_proceed(move):
            raise IllegalTransition.of_machine(name, row.status, row.allowed_to(actor))
        source, before = row.status, columns(row)
        move(now=now, **facts)
        follow_up(row, name, now)
        row.save(update_fields=changed_columns(row, before))
        record(row, name, source, actor=actor, now=now, note=note, data=data)
    return row
