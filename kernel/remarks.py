"""What the system itself remarks: stored as a code with its facts, put into words when it is read, in the reader's
language. Apps register their texts."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

from .actors import Actor, kind_label

_texts: dict[str, "str | Promise"] = {}


def register(texts: "Mapping[str, str | Promise]") -> None:
    """Code → text; %(name)s in it are facts. `who` is made of the fact `by`."""
    _texts.update(texts)


def by(actor: Actor) -> dict[str, str]:
    return {"kind": actor.kind, "name": actor.name}


def in_words(code: str, facts: Mapping[str, Any]) -> str:
    """A code without a text is its own."""
    text = _texts.get(code)
    return code if text is None else str(text) % {**facts, "who": _who(facts.get("by", {}))}


def note_in_words(note: str, data: Mapping[str, Any]) -> str:
    """Of a history row: the note of a person, or the remark in its data."""
    return note or (in_words(data["remark"], data) if "remark" in data else "")


def _who(person: Mapping[str, str]) -> str:
    kind, name = person.get("kind", ""), person.get("name", "")
    return kind_label(kind) if name in ("", kind) else f"{kind_label(kind)} {name}"
