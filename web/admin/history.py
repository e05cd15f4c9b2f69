"""A row's history in words, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from kernel.actors import person_label
from kernel.models import History
from kernel.remarks import action_in_words

Words = Mapping[str, "str | Promise"]


@dataclass(frozen=True)
class Line:
    verb: str
    move: str  # "paid → shipped", empty where the status stayed
    who: str
    at: datetime
    note: str
    action: str
    source: str
    target: str
    actor_kind: str


def lines(row: Any, words: Words, statuses: Words) -> list[Line]:
    return [line(entry, words, statuses) for entry in row.history()]


def line(entry: History, words: Words, statuses: Words) -> Line:
    verb = action_in_words(words, entry.action, entry.data) or entry.action.replace("_", " ")
    return Line(
        str(verb),
        _move(entry, statuses),
        _who(entry),
        entry.at,
        entry.words,
        entry.action,
        entry.source,
        entry.target,
        entry.actor_kind,
    )


def _move(entry: History, statuses: Words) -> str:
    if entry.source == entry.target:
        return ""
    steps = [step for step in (entry.source, entry.target) if step]
    return " → ".join(str(statuses.get(step, step)) for step in steps)


def _who(entry: History) -> str:
    return person_label(entry.actor_kind, entry.actor_name)
