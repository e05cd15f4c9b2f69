"""A row's history in words, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel import actors
from kernel.models import History

Words = Mapping[str, "str | Promise"]

ACTORS: Words = {
    actors.BUYER: _("buyer"),
    actors.MERCHANT: _("merchant"),
    actors.SUPPORT: _("support"),
    actors.INTEGRATION: _("integration"),
    actors.CLOCK_KIND: _("clock"),
    actors.GATEWAY_KIND: _("payment gateway"),
    actors.COURIER_KIND: _("courier"),
    actors.RULE_KIND: _("rule"),
    actors.ARBITER: _("arbiter"),
    actors.GUEST: _("guest"),
    actors.AGENT_KIND: _("software agent"),
}


@dataclass(frozen=True)
class Line:
    verb: str
    move: str  # "paid → shipped", empty where the status stayed
    who: str
    at: datetime
    note: str
    source: str
    target: str


def lines(row: Any, words: Words, statuses: Words) -> list[Line]:
    return [line(entry, words, statuses) for entry in row.history()]


def line(entry: History, words: Words, statuses: Words) -> Line:
    verb = words.get(entry.action, entry.action.replace("_", " "))
    return Line(str(verb), _move(entry, statuses), _who(entry), entry.at, entry.note, entry.source, entry.target)


def _move(entry: History, statuses: Words) -> str:
    if entry.source == entry.target:
        return ""
    steps = [step for step in (entry.source, entry.target) if step]
    return " → ".join(str(statuses.get(step, step)) for step in steps)


def _who(entry: History) -> str:
    kind = str(ACTORS.get(entry.actor_kind, entry.actor_kind))
    return kind if entry.actor_name in ("", entry.actor_kind) else f"{kind} {entry.actor_name}"
