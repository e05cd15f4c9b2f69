"""The conversation of the parties on a ticket (S-107, S-117, S-123).

Messages change no status and are possible in every status, so that a ticket that has ended can be asked about too.
The ticket itself keeps one fact of the conversation: since when the buyer waits for the shop's answer."""

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
from ..models.message import AUTHORS, MAX_TEXT
from .apply import not_ones_own, own_files

if TYPE_CHECKING:
    from django.db.models import QuerySet


def takes_part(actor: Actor) -> bool:
    """People on either side and support; programs are no party of a conversation."""
    return actor.kind in AUTHORS


def check_may_post(actor: Actor) -> None:
    """Forbidden (403) where the actor takes no part in conversations."""
    if not takes_part(actor):
        raise Forbidden()


@transaction.atomic
def post_message(
    ticket: Ticket, *, text: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime
) -> Message:
    """One message, in any status of the ticket: text, own uploads, or both. Invalid (400) for an empty or too long
    text and for files that are not the actor's own or were sent before.

    The files belong to the ticket from now on, so that every party may read them."""
    check_may_post(actor)
    text, files = text.strip(), set(evidence)
    if len(text) > MAX_TEXT or not (text or files):
        raise Invalid(errors={"text": [_("Write 1 to %(max)d characters, or add a photo.") % {"max": MAX_TEXT}]})
    _update_buyer_waits_since(ticket, actor, now)
    message = Message.objects.create(
        ticket=ticket, text=text, author_kind=actor.kind, author_name=actor.name, author_id=actor.user_id, at=now
    )
    if files:
        _attach(files, message, actor)
    return message


def _attach(files: set[UUID], message: Message, actor: Actor) -> None:
    own = own_files(files, message.ticket, actor)
    used = {"ticket": message.ticket, "message": message, "shop_id": message.shop_id}
    # The condition is part of the UPDATE, so that of two messages with the same file only one gets it.
    if own.filter(message=None).update(**used) == len(files):
        return
    if own.count() != len(files):
        raise not_ones_own()
    raise Invalid(errors={"evidence": [_("A file is sent with one message only. Upload it again.")]})


def _update_buyer_waits_since(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """The buyer waits since their first message that the shop has not answered. A message of support is no answer of
    the shop."""
    # The UPDATE locks the ticket's row first, so that two messages at once get their ids in the order of the locks.
    rows = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
    if actor.kind == BUYER:
        rows.update(buyer_waits_since=Coalesce("buyer_waits_since", Value(now)))
    elif actor.kind == MERCHANT:
        rows.update(buyer_waits_since=None)


def conversation(ticket: Ticket) -> "QuerySet[Message]":
    """All messages with their files, oldest first: to be paged by (`at`, `id`)."""
    return ticket.messages.order_by("at", "id").prefetch_related("evidence")
