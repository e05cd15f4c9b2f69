"""What the system itself remarks: stored as a code with its facts, put into words when it is read, in the reader's
language. Apps register their texts."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.utils.functional import Promise

from .actors import GATEWAY_KIND, Actor, kind_label

T = TypeVar("T")

_texts: dict[str, "str | Promise"] = {}
_channel_notes: list[Callable[[str], str]] = []


def register(texts: "Mapping[str, str | Promise]") -> None:
    """Code → text; %(name)s in it are facts. `who` is made of the fact `by`."""
    _texts.update(texts)


def register_channel_notes(reader: Callable[[str], str]) -> None:
    """`reader`: a note that was stored for a payment channel → the same in the active language."""
    _channel_notes.append(reader)


def by(actor: Actor) -> dict[str, str]:
    return {"kind": actor.kind, "name": actor.name}


def in_words(code: str, facts: Mapping[str, Any]) -> str:
    """A code without a text is its own."""
    text = _texts.get(code)
    return code if text is None else str(text) % {**facts, "who": _who(facts.get("by", {}))}


def note_in_words(note: str, data: Mapping[str, Any], kind: str) -> str:
    """Of a history row: the note of a person or a channel, or the remark in its data. `kind`: of the row's actor."""
    if note and kind == GATEWAY_KIND:
        for reader in _channel_notes:
            note = reader(note)
    return note or (in_words(data["remark"], data) if "remark" in data else "")


def _who(person: Mapping[str, str]) -> str:
    kind, name = person.get("kind", ""), person.get("name", "")
    return kind_label(kind) if name in ("", kind) else f"{kind_label(kind)} {name}"


def action_in_words(words: Mapping[str, T], action: str, data: Mapping[str, Any]) -> T | None:
    """What a line of history is called in `words`: by the action and its outcome ("review:accepted") where there are
    words for that, otherwise by the action. None: no words."""
    return words.get(f"{action}:{data.get('outcome', '')}") or words.get(action)
