"""Many rows through one transition: each is checked as in `machine.advance`, all are written by one statement."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from django.db import connection, models, transaction
from django_fsm import can_proceed

from .actors import Actor
from .errors import Forbidden
from .machine import RowT, Stateful, allowed_actors, changed_columns, columns, history_row, set_deadline
from .models import History


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
    data: dict[str, Any] | None = None,
    facts: Callable[[RowT], Mapping[str, Any]] | None = None,
    skip_locked: bool = True,
) -> Batch[RowT]:
    """Locks the rows of the queryset and runs the transition `name` on each that allows it.

    Rows that another transaction holds are left out; with `skip_locked=False` they are waited for (order the queryset
    by id then). `facts` returns the keyword arguments of the transition for a row. Relations that the transition reads
    should be prefetched. Raises Forbidden (403) as `advance` does. Whatever a transition raises is passed on, and then
    nothing of the batch is stored.
    """
    if actor.kind not in allowed_actors(rows.model, name):
        raise Forbidden()
    with transaction.atomic(savepoint=False):
        moved: list[RowT] = []
        refused: list[RowT] = []
        history: list[History] = []
        changed: set[str] = set()
        # PostgreSQL checks the filter of the queryset again on each row that it locked, so no stale row is among them.
        for row in rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked):
            transition = getattr(row, name)
            if not can_proceed(transition):
                refused.append(row)
                continue
            source, before = row.status, columns(row)  # type: ignore[attr-defined]
            transition(now=now, **(facts(row) if facts else {}))
            set_deadline(row, now)
            changed.update(changed_columns(row, before))
            history.append(history_row(row, name, source, actor=actor, now=now, note=note, data=data))
            moved.append(row)
        _update(moved, sorted(changed))
        History.objects.bulk_create(history)
    return Batch(moved, refused)


def _update(rows: Sequence[Stateful], names: Sequence[str]) -> None:
    """One UPDATE … FROM (VALUES …). `bulk_update` would write a CASE a column that grows with the rows, and refuses
    the status."""
    if not rows or not names:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    fields = [meta.pk, *(meta.get_field(name) for name in names)]
    # The first row gives the columns of VALUES their types. Without their lengths: a cast to varchar(16) would cut a
    # longer text off silently, where the assignment to the column raises an error.
    types = [re.sub(r"\(.*\)", "", _db_type(field)) for field in fields]
    typed = ", ".join(f"%s::{db_type}" for db_type in types)
    plain = ", ".join("%s" for _ in fields)
    values = ", ".join([f"({typed})", *(f"({plain})" for _ in rows[1:])])
    table, key = quote(meta.db_table), quote(meta.pk.column)
    targets = ", ".join(f"{quote(field.column)} = new.{quote(field.column)}" for field in fields[1:])
    names_of_values = ", ".join(quote(field.column) for field in fields)
    sql = f"UPDATE {table} SET {targets} FROM (VALUES {values}) AS new ({names_of_values}) WHERE {table}.{key} = new.{key}"  # noqa: S608, E501
    params = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.rowcount != len(rows):
            raise AssertionError(f"{cursor.rowcount} of {len(rows)} locked rows of {table} were written")


def _db_type(field: Any) -> str:
    """`rel_db_type` is that of a key without its sequence."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
