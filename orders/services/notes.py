from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kernel.actors import BUYER, MERCHANT, RULE_KIND, SUPPORT, Actor
from kernel.errors import Forbidden, Invalid
from kernel.languages import enumerated

from ..models import Note, Order
from ..models.note import Flag

AUTHORS = frozenset({BUYER, MERCHANT, SUPPORT, RULE_KIND})
MAX_TEXT = 500


def may_remark(actor: Actor) -> None:
    if actor.kind not in AUTHORS:
        raise Forbidden()


def add_note(order: Order, *, text: str, flag: str = Flag.NONE, actor: Actor, now: datetime) -> Note:
    """A remark with a coloured flag (S-127…S-130). Moves nothing, so it needs no lock."""
    may_remark(actor)
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid(errors={"text": [_("Write 1 to %(max)d characters.") % {"max": MAX_TEXT}]})
    if flag not in Flag.values:
        raise Invalid(errors={"flag": [_("Choose one of: %(flags)s.") % {"flags": enumerated(Flag.values)}]})
    return _store(Note(order=order, text=text, flag=flag, at=now), actor)


def add_remark(order: Order, code: str, facts: Mapping[str, Any], *, flag: str, actor: Actor, now: datetime) -> Note:
    """Of the system: in words when it is read (`orders.remarks`)."""
    return _store(Note(order=order, code=code, facts=dict(facts), flag=flag, at=now), actor)


def _store(note: Note, actor: Actor) -> Note:
    note.author_kind, note.author_name, note.author_id = actor.kind, actor.name, actor.user_id
    note.save(force_insert=True)
    return note
