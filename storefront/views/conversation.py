"""The conversation with the shop on a ticket (S-117): shown on the ticket's page, a message is posted here."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypedDict

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from aftersales import services
from aftersales.api.answers import MessageAnswer
from aftersales.api.representation_messages import message_json
from aftersales.models import Evidence, Message, Ticket
from aftersales.services import evidence
from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from web.actions import run
from web.pages import pages_of

from ..access import buyer, my_ticket, page
from ..forms.tickets import MessageForm
from ..people import person

PAGE_SIZE = 20
SIDES = {BUYER: "me", MERCHANT: "m", SUPPORT: "p"}


@dataclass(frozen=True)
class Entry:
    """One message: `side` is "me", "m" (the shop) or "p" (the platform)."""

    display_name: str
    side: str
    message: MessageAnswer


class Conversation(TypedDict):
    """One page of the messages, oldest first. `earlier`, `later`: the addresses of the next pages, "" at an end."""

    conversation: list[Entry]
    earlier: str
    later: str


def conversation(request: HttpRequest, ticket: Ticket) -> Conversation:
    """The latest messages, or those of `?cursor=`, oldest first. Two statements."""
    listing = pages_of(services.conversation(ticket), request, field="at", size=PAGE_SIZE)
    entries = [_entry(message, ticket) for message in reversed(listing.rows)]
    # The list runs from the newest to the oldest, so its next page has the earlier messages.
    return {"conversation": entries, "earlier": listing.next, "later": listing.previous}


def _entry(message: Message, ticket: Ticket) -> Entry:
    return Entry(person(message.author_kind, ticket.shop.name), SIDES[message.author_kind], message_json(message))


@page
@require_http_methods(["GET", "HEAD", "POST"])
def post_message(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, actor = my_ticket(request, ticket_no)
    if request.method != "POST":
        return _form_page(request, ticket, MessageForm(row=ticket, actor=actor))
    form = MessageForm(request.POST, request.FILES, row=ticket, actor=actor)
    outcome = run(form, partial(_post, buyer(request)), ticket, actor=actor, now=timezone.now())
    if not outcome.ok:
        return _form_page(request, ticket, form, outcome.status)
    messages.success(request, _("Sent. The shop sees it at once."))
    return HttpResponseRedirect(f"{reverse('ticket', args=[ticket_no])}#talk")


def _post(user: User, ticket: Ticket, *, text: str, photo: UploadedFile | None, actor: Actor, now: datetime) -> Message:
    # The photo is uploaded first; where the message is refused, it stays without a ticket and is swept later.
    files = [] if photo is None else [evidence.upload(user, photo, kind=Evidence.Kind.CHAT, now=now).pk]
    return services.post_message(ticket, text=text, evidence=files, actor=actor, now=now)


def _form_page(request: HttpRequest, ticket: Ticket, form: MessageForm, status: int = 200) -> HttpResponse:
    context = {"ticket": ticket, "message_form": form, "page": True}
    return render(request, "storefront/tickets/message_page.html", context, status=status)


urlpatterns = [path("tickets/<str:ticket_no>/messages/", post_message, name="post-message")]
