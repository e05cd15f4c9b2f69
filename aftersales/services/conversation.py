"""The conversation of the parties on a ticket (S-107, S-117, S-123). It moves nothing, so it needs no lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Forbidden, Invalid

from ..models import Evidence, Message, Ticket
from ..models.message import AUTHORS, LONGEST
from .apply import attach_files

if TYPE_CHECKING:
    from django.db.models import QuerySet


def may_say(actor: Actor) -> None:
    """People on either side and support; programs are no party of a conversation."""
    if actor.kind not in AUTHORS:
        raise Forbidden()


@transaction.atomic
def say(ticket: Ticket, *, text: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime) -> Message:
    """One message, in any state of the ticket: text, own uploads, or both. The files belong to the ticket from now on,
    so that every party may read them."""
    may_say(actor)
    text, files = text.strip(), set(evidence)
    if len(text) > LONGEST or not (text or files):
        raise Invalid(errors={"text": [_("Write 1 to %(max)d characters, or add a photo.") % {"max": LONGEST}]})
    message = Message.objects.create(
        ticket=ticket, text=text, author_kind=actor.kind, author_name=actor.name, author_id=actor.user_id, at=now
    )
    if files:
        attach_files(files, ticket, actor)
        if Evidence.objects.filter(pk__in=files, message=None).update(message=message) != len(files):
            raise Invalid(errors={"evidence": [_("A file is sent with one message only. Upload it again.")]})
    return message


def conversation(ticket: Ticket) -> "QuerySet[Message]":
    """All that was said, oldest first, with its files: to be paged by (`at`, `id`)."""
    return ticket.messages.order_by("at", "id").prefetch_related("evidence")
