"""Many rows through one transition: each is checked as in `advance`, all are written by one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from django.db import models, transaction
from django_fsm import can_proceed

from ..actors import Actor
from ..errors import Forbidden
from ..models import History
from .bulk import insert_rows, update_rows
from .history import history_row
from .single import follow_up, require_simple
from .stateful import RowT, allowed_actors, changed_columns, columns


@dataclass(frozen=True)
class Batch(Generic[RowT]):
    """`moved`: stored in their new state. `refused`: locked, but the machine does not allow the transition."""

    moved: list[RowT]
    refused: list[RowT]


def advance_many(
    rows: "models.QuerySet[RowT]",
    name: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    facts: Callable[[RowT], Mapping[str, Any]] | None = None,
    skip_locked: bool = True,
) -> Batch[RowT]:
    """Locks the rows of the queryset and runs the transition `name` on each that allows it.

    Rows that another transaction holds are left out; with `skip_locked=False` they are waited for (order the queryset
    by id then). `facts` returns the keyword arguments of the transition for a row. Relations that the transition reads
    should be prefetched. Raises Forbidden (403) as `advance` does. Whatever a transition raises is passed on, and then
    nothing of the batch is stored.
    """
    _require_allowed(rows.model, name, actor)
    with transaction.atomic(savepoint=False):
        # PostgreSQL checks the filter of the queryset again on each row that it locked, so no stale row is among them.
        locked = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked))
        for row in locked:
            row.mark_locked()
        return advance_locked(locked, name, actor=actor, now=now, note=note, data=data, facts=facts)


def advance_locked(
    rows: Sequence[RowT],
    name: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    facts: Callable[[RowT], Mapping[str, Any]] | None = None,
) -> Batch[RowT]:
    """As `advance_many`, of copies that the caller has read under a lock in this transaction (`mark_locked`)."""
    moved: list[RowT] = []
    refused: list[RowT] = []
    history: list[History] = []
    changed: set[str] = set()
    if rows:
        _require_allowed(type(rows[0]), name, actor)
    for row in rows:
        if not row.is_locked:
            raise AssertionError(f"{row!r} was not read under a lock")
        transition = getattr(row, name)
        if not can_proceed(transition):
            refused.append(row)
            continue
        source, before = row.status, columns(row)  # type: ignore[attr-defined]
        transition(now=now, **(facts(row) if facts else {}))
        follow_up(row, name, now)
        row._lock = None  # a second transition reads the row again, with what the database made of the first
        # One statement has one list of columns: each row also writes those that only another row changed.
        changed.update(changed_columns(row, before))
        history.append(history_row(row, name, source, actor=actor, now=now, note=note, data=data))
        moved.append(row)
    if moved:
        update_rows(moved, sorted(changed))
        insert_rows(history, key="object_id")
    return Batch(moved, refused)


def _require_allowed(model: type[RowT], name: str, actor: Actor) -> None:
    if actor.kind not in allowed_actors(model, name):
        raise Forbidden()
    require_simple(model, name, actor)
