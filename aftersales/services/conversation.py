"""The conversation of the parties on a ticket (S-107, S-117, S-123). It moves nothing; all that the ticket keeps of it
is since when the buyer waits for the shop's answer, whatever state it is in: also what has ended can be asked about."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kernel.actors import BUYER, MERCHANT, Actor
from kernel.errors import Forbidden, Invalid

from ..models import Message, Ticket
from ..models.message import AUTHORS, LONGEST
from .apply import not_ones_own, own_files

if TYPE_CHECKING:
    from django.db.models import QuerySet


def takes_part(actor: Actor) -> bool:
    """People on either side and support; programs are no party of a conversation."""
    return actor.kind in AUTHORS


def may_say(actor: Actor) -> None:
    if not takes_part(actor):
        raise Forbidden()


@transaction.atomic
def say(ticket: Ticket, *, text: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime) -> Message:
    """One message, in any state of the ticket: text, own uploads, or both. The files belong to the ticket from now on,
    so that every party may read them."""
    may_say(actor)
    text, files = text.strip(), set(evidence)
    if len(text) > LONGEST or not (text or files):
        raise Invalid(errors={"text": [_("Write 1 to %(max)d characters, or add a photo.") % {"max": LONGEST}]})
    _note_who_waits(ticket, actor, now)
    message = Message.objects.create(
        ticket=ticket, text=text, author_kind=actor.kind, author_name=actor.name, author_id=actor.user_id, at=now
    )
    if files:
        _send(files, message, actor)
    return message


def _send(files: set[UUID], message: Message, actor: Actor) -> None:
    mine = own_files(files, message.ticket, actor)
    if mine.filter(message=None).update(ticket=message.ticket, message=message) == len(files):
        return
    if mine.count() != len(files):
        raise not_ones_own()
    raise Invalid(errors={"evidence": [_("A file is sent with one message only. Upload it again.")]})


def _note_who_waits(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """The buyer waits since the first message that the shop has not answered; what support writes is no answer of the
    shop. The UPDATE holds the ticket's row, so that of two messages at once the order of their ids is what counts."""
    rows = Ticket.objects.filter(pk=ticket.pk)
    if actor.kind == BUYER:
        rows.update(buyer_waits_since=Coalesce("buyer_waits_since", Value(now)))
    elif actor.kind == MERCHANT:
        rows.update(buyer_waits_since=None)


def conversation(ticket: Ticket) -> "QuerySet[Message]":
    """All that was said, oldest first, with its files: to be paged by (`at`, `id`)."""
    return ticket.messages.order_by("at", "id").prefetch_related("evidence")
