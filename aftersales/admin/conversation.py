"""The conversation on a ticket's page at the desk: its messages, and the form to answer with."""

from datetime import datetime

from django import forms
from django.core.files.base import File
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from web.admin.base import Panel, Verb
from web.context import Context
from web.forms import Arguments, VerbForm, text_field
from web.pages import pages_of

from .. import services
from ..models import Evidence, Message, Ticket, Use
from ..models.message import MAX_TEXT
from .canned_responses import texts_for
from .files import FilesField, store

PAGE_SIZE = 20
PANEL = "talk"
SIDES = {BUYER: _("Buyer"), MERCHANT: _("Shop"), SUPPORT: _("Platform support")}


class MessageForm(VerbForm):
    template = forms.ChoiceField(label=_("canned response"), required=False)
    text = text_field(_("your reply"), help_text=_("Empty: the canned response."), max_length=MAX_TEXT)
    photos = FilesField()

    def prepare(self) -> None:
        texts = texts_for(self.row, Use.REPLY)
        if texts:
            self.fields["template"].choices = [("", "–"), *texts]  # type: ignore[attr-defined]
        else:
            del self.fields["template"]
            self.fields["text"].help_text = ""

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        return {"text": data["text"] or data.get("template", ""), "photos": data["photos"]}


def post_message(ticket: Ticket, *, text: str, photos: list[File], actor: Actor, now: datetime) -> Message:
    files = store(photos, ticket.shop, kind=Evidence.Kind.CHAT, actor=actor, now=now)
    return services.post_message(ticket, text=text, evidence=files, actor=actor, now=now)


def conversation(ticket: Ticket, request: HttpRequest) -> Context:
    """The latest messages, or those of `?cursor=`, oldest first. Two statements, one where there is no message."""
    page = pages_of(services.conversation(ticket), request, field="at", size=PAGE_SIZE)
    messages = [(SIDES[message.author_kind], message) for message in reversed(page.rows)]
    return {"ticket": ticket, "said": messages, "earlier": page.next, "later": page.previous}


CONVERSATION = Panel(_("Conversation"), "admin/aftersales/talk.html", conversation, name=PANEL)
REPLY = Verb(
    "say",
    _("Reply"),
    post_message,
    MessageForm,
    _("The buyer reads it at once, and so does platform support. What was said stays."),
    may=lambda ticket, actor: services.takes_part(actor),
    inline=True,
    panel=PANEL,
)
