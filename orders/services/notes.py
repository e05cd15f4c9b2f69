from datetime import datetime

from django.utils.translation import gettext as _

from kernel.actors import BUYER, MERCHANT, RULE_KIND, SUPPORT, Actor
from kernel.errors import Forbidden, Invalid

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
        raise Invalid(errors={"flag": [_("Choose one of: %(flags)s.") % {"flags": ", ".join(Flag.values)}]})
    return Note.objects.create(
        order=order,
        text=text,
        flag=flag,
        author_kind=actor.kind,
        author_name=actor.name,
        author_id=actor.user_id,
        at=now,
    )
