"""The conversation of the parties on a ticket (S-107, S-117, S-123).

Messages change no status and are possible in every status, so that a ticket that has ended can be asked about too.
The ticket itself keeps one fact of the conversation: since when the buyer waits for the shop's answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kernel.actors import BUYER, MERCHANT, Actor
from kernel.errors import Forbidden, Invalid
from orders.models import Order
from orders.services import questions

from ..models import Message, ReadMark, Ticket
from ..models.message import AUTHORS, MAX_TEXT
from .applying.files import not_ones_own, own_files

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
    about: Ticket | Order,
    *,
    text: str = "",
    evidence: Iterable[UUID] = (),
    remark: str = "",
    read_to: int | None = None,
    actor: Actor,
    now: datetime,
) -> Message:
    """One message, in any status of the ticket or order: text, own uploads, or both. Invalid (400) for an empty or too
    long text and for files that are not the actor's own or were sent before. `read_to`: as in `mark_read`.

    On an order it is a question and no claim (S-163): it moves no money, no goods and no deadline, after the window
    too. `remark`: a code of `kernel.remarks`, which the system says for the actor. The files belong to the ticket or
    the order from now on, so that every party may read them."""
    check_may_post(actor)
    text, files = text.strip(), set(evidence)
    if len(text) > MAX_TEXT or not (text or files):
        raise Invalid(errors={"text": [_("Write 1 to %(max)d characters, or add a photo.") % {"max": MAX_TEXT}]})
    order_id, ticket = (about.order_id, about) if isinstance(about, Ticket) else (about.pk, None)
    # Messages of an order become visible in the order of their ids, so that a read mark covers none that comes later.
    # The order first, as every action locks it: in the other order two of them could wait for each other.
    questions.in_turn(about.shop_id, order_id)
    if read_to is not None:
        mark_read(about, message_id=read_to, actor=actor, now=now)
    if actor.kind == MERCHANT:
        questions.answered(about.shop_id, order_id)
    if ticket is not None:
        _update_buyer_waits_since(ticket, actor, now)
    elif actor.kind == BUYER:
        questions.asked(about.shop_id, order_id, now=now)
    message = Message.objects.create(
        shop_id=about.shop_id,
        order_id=order_id,
        ticket=ticket,
        text=text,
        remark=remark,
        author_kind=actor.kind,
        author_name=actor.name,
        author_id=actor.user_id,
        at=now,
    )
    if files:
        _attach(files, message, actor)
    return message


def mark_read(about: Ticket | Order, *, message_id: int, actor: Actor, now: datetime) -> None:
    """The actor's side has seen the messages of this conversation up to this one (S-123). What arrived since stays
    unread; a mark never goes back, so that it may be repeated. Invalid (400) for a message of another conversation."""
    check_may_post(actor)
    messages = conversation(about).prefetch_related(None).select_related(None)
    if not messages.filter(pk=message_id).exists():
        raise Invalid(errors={"message_id": [_("There's no such message in this conversation.")]})
    ReadMark.advance(messages, actor.kind, message_id, now)


def _attach(files: set[UUID], message: Message, actor: Actor) -> None:
    own = own_files(files, message.ticket, actor)
    used = {"ticket": message.ticket, "message": message, "shop_id": message.shop_id}
    # The condition is part of the UPDATE, so that of two messages with the same file only one gets it.
    if own.filter(message=None).update(**used) == len(files):
        return
    if own.count() != len(files):
        raise not_ones_own()
    raise Invalid(errors={"evidence": [_("A file can only be sent with one message. Upload it again.")]})


def _update_buyer_waits_since(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """The buyer waits since their first message that the shop has not answered. A message of support is no answer of
    the shop."""
    rows = Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk)
    if actor.kind == BUYER:
        rows.update(buyer_waits_since=Coalesce("buyer_waits_since", Value(now)))
    elif actor.kind == MERCHANT:
        rows.update(buyer_waits_since=None)


def conversation(about: Ticket | Order) -> "QuerySet[Message]":
    """All messages with their files, oldest first: to be paged by (`at`, `id`). Of an order: everything that was said
    on it and on its tickets. Of a ticket: what was said on it and on the order itself, because the ticket carries the
    same conversation on."""
    if isinstance(about, Ticket):
        messages = Message.objects.filter(Q(ticket=None) | Q(ticket=about), order_id=about.order_id)
    else:
        messages = Message.objects.filter(order_id=about.pk)
    messages = messages.filter(shop_id=about.shop_id).select_related("ticket")
    return messages.order_by("at", "id").prefetch_related("evidence")
