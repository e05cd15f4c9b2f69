"""The conversation with the shop on a ticket (S-117) or an order (S-163): shown on its page, a message is posted
here."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypedDict

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
from aftersales.api.representation.evidence import message_json
from aftersales.models import Evidence, Message, Ticket
from aftersales.selectors.messages.unread import with_unread
from aftersales.services import evidence
from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from orders.models import Order
from web.actions import run
from web.pages import pages_of

from ..access import buyer, my_order, my_ticket, page
from ..forms.tickets import MessageForm, ReadForm
from ..people import person

PAGE_SIZE = 20
SIDES = {BUYER: "me", MERCHANT: "m", SUPPORT: "p"}


@dataclass(frozen=True)
class Entry:
    """One message: `side` is "me", "m" (the shop) or "p" (the platform). `elsewhere`: it was message on another page of
    the same order, that of a ticket or of the order itself."""

    display_name: str
    side: str
    message: MessageAnswer
    elsewhere: bool
    new: bool  # the buyer has not read it


class Conversation(TypedDict):
    """One page of the messages, oldest first. `earlier`, `later`: the addresses of the next pages, "" at an end.
    `post_url`: where a message is sent to; `read_url`: where the page says what was seen, "" where nothing is new.
    `last_seen`: the newest message of the page."""

    conversation: list[Entry]
    earlier: str
    later: str
    post_url: str
    read_url: str
    last_seen: int | None


def conversation(request: HttpRequest, row: Ticket | Order) -> Conversation:
    """The latest messages, or those of `?cursor=`, oldest first. Two statements."""
    rows = with_unread(services.conversation(row), BUYER)
    listing = pages_of(rows, request, field="at", size=PAGE_SIZE)
    own = row.ticket_no if isinstance(row, Ticket) else ""
    entries = [_entry(message, row, own) for message in reversed(listing.rows)]
    # The list runs from the newest to the oldest, so its next page has the earlier messages.
    return {
        "conversation": entries,
        "earlier": listing.next,
        "later": listing.previous,
        "post_url": _post_url(row),
        "read_url": _read_url(row) if any(entry.new for entry in entries) else "",
        "last_seen": max((message.pk for message in listing.rows), default=None),
    }


def _entry(message: Message, row: Ticket | Order, own: str) -> Entry:
    answer = message_json(message)
    name = person(message.author_kind, row.shop.shown_name)
    new = message.unread  # type: ignore[attr-defined]
    return Entry(name, SIDES[message.author_kind], answer, elsewhere=answer["ticket_no"] != own, new=new)


def _post_url(row: Ticket | Order) -> str:
    if isinstance(row, Ticket):
        return reverse("post-message", args=[row.ticket_no])
    return reverse("ask", args=[row.order_no])


def _read_url(row: Ticket | Order) -> str:
    if isinstance(row, Ticket):
        return reverse("read-ticket", args=[row.ticket_no])
    return reverse("read-order", args=[row.order_no])


@page
@require_http_methods(["GET", "HEAD", "POST"])
def post_message(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, actor = my_ticket(request, ticket_no)
    return _post_message(request, ticket, actor, reverse("ticket", args=[ticket_no]))


@page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, order_no: str) -> HttpResponse:
    """A question about an order, after the after-sales period too (S-015, S-163)."""
    order, actor = my_order(request, order_no)
    return _post_message(request, order, actor, reverse("order", args=[order_no]))


def _post_message(request: HttpRequest, row: Ticket | Order, actor: Actor, back: str) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, row, MessageForm(row=row, actor=actor), back)
    form = MessageForm(request.POST, request.FILES, row=row, actor=actor)
    outcome = run(form, partial(_post, buyer(request)), row, actor=actor, now=timezone.now())
    if not outcome.ok:
        return _form_page(request, row, form, back, outcome.status)
    messages.success(request, _("Message sent. The shop can see it now."))
    return HttpResponseRedirect(f"{back}#talk")


def _post(
    user: User, row: Ticket | Order, *, photo: UploadedFile | None, actor: Actor, now: datetime, **message: Any
) -> Message:
    files = [] if photo is None else [evidence.upload(user, photo, kind=Evidence.Kind.CHAT, now=now)]
    with evidence.kept_unless_refused(files):
        return services.post_message(row, **message, evidence=[file.pk for file in files], actor=actor, now=now)


@page
@require_http_methods(["GET", "HEAD", "POST"])
def read_ticket(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, actor = my_ticket(request, ticket_no)
    return _read(request, ticket, actor, reverse("ticket", args=[ticket_no]))


@page
@require_http_methods(["GET", "HEAD", "POST"])
def read_order(request: HttpRequest, order_no: str) -> HttpResponse:
    order, actor = my_order(request, order_no)
    return _read(request, order, actor, reverse("order", args=[order_no]))


def _read(request: HttpRequest, row: Ticket | Order, actor: Actor, back: str) -> HttpResponse:
    """Sent by the page when the messages are on the screen, or by its button. A GET marks nothing."""
    if request.method == "POST":
        form = ReadForm(request.POST, row=row, actor=actor)
        outcome = run(form, services.mark_read, row, actor=actor, now=timezone.now())
        for text in form.texts if not outcome.ok else ():
            messages.error(request, text)
    return HttpResponseRedirect(f"{back}#talk")


def _form_page(
    request: HttpRequest, row: Ticket | Order, form: MessageForm, back: str, status: int = 200
) -> HttpResponse:
    context = {
        "row": row,
        "ticket": row if isinstance(row, Ticket) else None,
        "order": row if isinstance(row, Order) else None,
        "message_form": form,
        "post_url": _post_url(row),
        "back": back,
        "page": True,
    }
    return render(request, "storefront/tickets/message_page.html", context, status=status)


urlpatterns = [
    path("tickets/<str:ticket_no>/messages/", post_message, name="post-message"),
    path("orders/<str:order_no>/messages/", ask, name="ask"),
    path("tickets/<str:ticket_no>/read/", read_ticket, name="read-ticket"),
    path("orders/<str:order_no>/read/", read_order, name="read-order"),
]
