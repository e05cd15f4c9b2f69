"""What was set in a shop: who, when, from what to what. One mechanism for limits, prices, stock, addresses, policy,
pauses and members; services call `record_change` in the transaction of the change.

History (`kernel.machine`) is about rows that move through states, and is the outbox as well; a price has no states and
is no news.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from .actors import Actor
from .models import Change

Values = Mapping[str, Any]


def values_of(row: models.Model | None, names: Iterable[str]) -> Values:
    """The values of these fields as they would be read again; none of a row that is not there."""
    if row is None:
        return {}
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    return {field.name: field.to_python(getattr(row, field.attname)) for field in fields}


def record_change(
    subject: str,
    row: models.Model,
    *,
    label: str,
    before: Values,
    after: Values,
    actor: Actor,
    shop_id: int | None = None,
) -> None:
    """Writes what differs, and nothing where nothing does. `before` is empty for what is new, `after` for what is
    gone; `label`: what the row is called, kept because the row may go. `shop_id`: where the row is the shop itself."""
    names = {**before, **after}
    fields = {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}
    if not fields and before and after:
        return
    Change.objects.create(
        shop_id=shop_id if shop_id is not None else row.shop_id,  # type: ignore[attr-defined]
        subject=subject,
        object_id=row.pk,
        label=label,
        action="change" if before and after else "add" if after else "remove",
        fields=fields,
        actor_kind=actor.kind,
        actor_name=actor.name,
        actor_id=actor.user_id,
    )
