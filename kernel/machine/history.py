"""The history row of a transition, or of an action that is none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..actors import Actor
from ..models import History
from .stateful import Stateful


def history_row(
    row: Stateful,
    name: str,
    source: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> History:
    """The history row of `row` as it is now, not yet stored."""
    return History(
        shop_id=row.shop_id,  # type: ignore[attr-defined]
        machine=row.machine_name,
        object_id=row.pk,
        action=name,
        source=source,
        target=row.status,  # type: ignore[attr-defined]
        actor_kind=actor.kind,
        actor_name=actor.name,
        actor_id=actor.user_id,
        note=note,
        data=data or {},
        at=now,
    )


def record(
    row: Stateful,
    name: str,
    source: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> History:
    """Writes one history row: for `begin`, `advance`, and actions that are no transition (a note, an overdue mark)."""
    entry = history_row(row, name, source, actor=actor, now=now, note=note, data=data)
    entry.save(force_insert=True)
    return entry
