"""Erasing personal data in what is append only. The database does it, and only so (migration 0015): texts become the
mark, in rows older than three years, and `kernel_change` says who did it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from ..actors import Actor

# What stands in the place of an erased text: the same in every language.
ERASED = "███"
# The facts that hold what a person wrote or is called; migration 0015 has the same list.
TEXTS = frozenset({"name", "note", "text", "reason", "description", "on_behalf_of", "proof", "statement"})
ERASURE = "erasure"  # the subject of its line in `kernel_change`


def erased(value: Any) -> Any:
    """`value`, read from JSON, with the mark in the place of every text: as the database does it in history."""
    if isinstance(value, dict):
        return {
            key: ERASED if key in TEXTS and isinstance(part, str) and part else erased(part)
            for key, part in value.items()
        }
    return [erased(part) for part in value] if isinstance(value, list) else value


def erase_history(shop_id: int, machine: str, ids: Collection[int], *, person: int, actor: Actor) -> int:
    """Of what happened to these rows: notes, texts and the name of the person (the id of a user). Answers how many
    lines were changed."""
    if not ids:
        return 0
    values = [shop_id, machine, sorted(ids), person, actor.kind, actor.name, actor.user_id]
    return call_erasing("kernel_erase_texts(%s, %s, %s::bigint[], %s, %s, %s, %s)", values)


def erase_worker(person: int, username: str, *, until: datetime, actor: Actor) -> int:
    """The name of a person where they did something for a shop or the platform, or became a member, up to `until`."""
    values = [person, username, until, actor.kind, actor.name, actor.user_id]
    return call_erasing("kernel_erase_person(%s, %s, %s, %s, %s, %s)", values)


def call_erasing(function: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", values)
        return int(cursor.fetchone()[0])
