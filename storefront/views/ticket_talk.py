"""Talking with the shop on a ticket (S-117): the thread stands on the ticket's page, what is said is posted here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftersales import services
from aftersales.api.representation_messages import message_json
from aftersales.api.serializers import MessageInput
from aftersales.models import Evidence, Ticket
from aftersales.services import evidence
from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from kernel.errors import DomainError
from web.http import refusal_in
from web.pages import pages_of

from ..access import buyer, my_ticket, page
from ..forms.tickets import Typed, read, refused
from ..people import person

SHOWN = 20
SIDES = {BUYER: "me", MERCHANT: "m", SUPPORT: "p"}


@dataclass(frozen=True)
class Said:
    """One message: `side` is "me", "m" (the shop) or "p" (the platform)."""

    who: str
    side: str
    message: dict[str, Any]


def talk(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The latest messages, or those of `?cursor=`, oldest first. Two statements."""
    shown = pages_of(services.conversation(ticket), request, field="at", size=SHOWN)
    told = [_said(message_json(message), ticket) for message in reversed(shown.rows)]
    return {"talk": told, "earlier": shown.next, "later": shown.previous}


def _said(message: dict[str, Any], ticket: Ticket) -> Said:
    kind = message["author"]["kind"]
    return Said(person(kind, ticket.shop.name), SIDES[kind], message)


@page
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, actor = my_ticket(request, ticket_no)
    if request.method != "POST":
        return _asked(request, ticket, Typed())
    text, photo = request.POST.get("text", ""), request.FILES.get("photo")
    try:
        _say(request, ticket, text, photo, actor=actor, now=timezone.now())
    except (DomainError, OperationalError) as fault:
        error = refusal_in(fault)
        return _asked(request, ticket, refused({"text": text}, error), error.http_status)
    messages.success(request, _("Sent. The shop sees it at once."))
    return HttpResponseRedirect(f"{reverse('ticket', args=[ticket_no])}#talk")


def _say(
    request: HttpRequest, ticket: Ticket, text: str, photo: UploadedFile | None, *, actor: Actor, now: datetime
) -> None:
    text = read(MessageInput, {"text": text})["text"]
    files = []
    if photo is not None:
        files.append(evidence.upload(buyer(request), photo, kind=Evidence.Kind.CHAT, now=now).pk)
    services.post_message(ticket, text=text, evidence=files, actor=actor, now=now)


def _asked(request: HttpRequest, ticket: Ticket, form: Typed, status: int = 200) -> HttpResponse:
    context = {"ticket": ticket, "say": form, "page": True}
    return render(request, "storefront/tickets/say_page.html", context, status=status)


urlpatterns = [path("tickets/<str:ticket_no>/messages/", say, name="say")]
