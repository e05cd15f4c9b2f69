"""The conversation at the desk, on the page of a ticket or an order: its messages, and the form to answer with."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.base import File
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access import actor_for
from accounts.admin.scope import user_of
from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from orders.models import Order
from web.admin.base import Panel, Verb
from web.context import Context
from web.forms import Arguments, VerbForm, text_field
from web.pages import pages_of

from .. import services
from ..models import Evidence, Message, Ticket, Use
from ..models.message import MAX_TEXT
from ..selectors.messages.unread import with_unread
from .canned_responses import texts_for
from .files import FilesField, store

PAGE_SIZE = 20
PANEL = "talk"
SIDES = {BUYER: _("Buyer"), MERCHANT: _("Shop"), SUPPORT: _("Platform support")}


class MessageForm(VerbForm):
    template = forms.ChoiceField(label=_("canned response"), required=False)
    text = text_field(_("your reply"), help_text=_("Leave empty to use the canned response."), max_length=MAX_TEXT)
    photos = FilesField()
    # Drawn by the panel, which knows the last message that it shows.
    read_to = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def hidden_fields(self) -> list[BoundField]:
        return []

    def prepare(self) -> None:
        texts = texts_for(self.row, Use.REPLY)
        if texts:
            self.fields["template"].choices = [("", "–"), *texts]  # type: ignore[attr-defined]
        else:
            del self.fields["template"]
            self.fields["text"].help_text = ""

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        text = data["text"] or data.get("template", "")
        return {"text": text, "photos": data["photos"], "read_to": data["read_to"]}


def post_message(row: Ticket | Order, *, photos: list[File], actor: Actor, now: datetime, **message: Any) -> Message:
    files = store(photos, row.shop, kind=Evidence.Kind.CHAT, actor=actor, now=now)
    return services.post_message(row, **message, evidence=files, actor=actor, now=now)


def conversation(row: Ticket | Order, request: HttpRequest) -> Context:
    """The latest messages, or those of `?cursor=`, oldest first. Two statements, one where there is no message."""
    actor = actor_for(user_of(request), shop_id=row.shop_id, buyer_id=row.buyer_id)
    side = actor.kind if actor else SUPPORT
    page = pages_of(with_unread(services.conversation(row), side), request, field="at", size=PAGE_SIZE)
    messages = [(SIDES[message.author_kind], message) for message in reversed(page.rows)]
    # A picture opens large on this page only where it is among the evidence of the page's ticket.
    ticket = row if isinstance(row, Ticket) else None
    return {
        "ticket": ticket,
        "said": messages,
        "earlier": page.next,
        "later": page.previous,
        "about": "order" if ticket is None else "ticket",
        "new": actor is not None and any(message.unread for message in page.rows),
        "last": max((message.pk for message in page.rows), default=None),
    }


CONVERSATION = Panel(_("Conversation"), "admin/aftersales/talk.html", conversation, name=PANEL)
REPLY = Verb(
    "say",
    _("Reply"),
    post_message,
    MessageForm,
    _("The buyer and platform support can read it right away. Messages can't be deleted."),
    may=lambda row, actor: services.takes_part(actor),
    inline=True,
    panel=PANEL,
)
