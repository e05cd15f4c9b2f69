"""Sending an application and showing its page: what applying and amending have in common."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales import services
from aftersales.access import ticket_to_amend
from aftersales.models import Evidence, Ticket
from aftersales.rules.application import Application
from aftersales.selectors.options import Choices
from aftersales.selectors.preview import to_amend
from aftersales.services.evidence import upload
from aftersales.wording.next_steps import was_sent
from kernel.errors import DomainError, Invalid
from kernel.languages import labelled
from orders.models import Order
from web.actions import attempt

from ..access import buyer
from ..forms.apply import MAX_PHOTOS, Draft, read
from .complaints import SECTIONS
from .goods import Shelf
from .once import once
from .sheet import Sheet

Send = Callable[[Application, datetime], Ticket]


class PageContext(TypedDict):
    """`ticket`: the one that is changed, None for a new application. `look`: the address of the fragment, `back` of
    the page before. `with_choice`: the fragment has types and
    reasons too."""

    sheet: Sheet
    order: Order
    draft: Draft
    ticket: Ticket | None
    look: str
    back: str
    with_choice: bool


# --- sending -------------------------------------------------------------------------------------------


def sent(
    request: HttpRequest, order: Order, send: Send, *, now: datetime, ticket: Ticket | None = None
) -> HttpResponse:
    """Uploads the photos, then sends. Whatever is refused, the page is shown again with all that was filled in."""
    draft = _with_photos(request, _edited(request, order), order, now)
    if _sends_nothing(request):
        # Other complaints can wait until the application is sent.
        errors = {name: texts for name, texts in draft.complaints.items() if name == "photos"}
        return _back(request, order, draft, Invalid(errors=errors) if errors else None, ticket)
    outcome = attempt(
        once, buyer(request).pk, draft.token, request.path, now=now, send=lambda: send(draft.finished(), now)
    )
    if outcome.result is None:
        return _back(request, order, draft, outcome.refusal, ticket)
    number, opened = outcome.result
    text = was_sent(opened, now) if opened else _("You've already sent this request. Here it is.")
    messages.success(request, text)
    return HttpResponseRedirect(reverse("ticket", args=[number]))


def _sends_nothing(request: HttpRequest) -> bool:
    """A button that changes the page but sends nothing, for browsers without scripts."""
    return any(name in request.POST for name in ("show", "remove", "earlier", "later"))


def _edited(request: HttpRequest, order: Order) -> Draft:
    draft, post = read(request.POST, order.currency), request.POST
    if "remove" in post:
        return draft.without(post["remove"])
    by = -1 if "earlier" in post else 1
    return draft.moved(post.get("earlier", post.get("later", "")), by)


def _with_photos(request: HttpRequest, draft: Draft, order: Order, now: datetime) -> Draft:
    """The files that came with the form itself. A refused file becomes a complaint; the accepted ones stay."""
    files = request.FILES.getlist("photos")
    if len(files) > MAX_PHOTOS - len(draft.evidence):
        draft.complain("photos", _("You can add up to %(most)d files.") % {"most": MAX_PHOTOS})
        files = []
    for file in files:
        try:
            row = upload(buyer(request), file, kind=Evidence.Kind.PHOTO, shop=order.shop, now=now)
            draft.evidence.append(row.pk)
        except DomainError as error:
            draft.complain("photos", labelled(file.name, error.message))
    return draft


# --- the page ------------------------------------------------------------------------------------------


def _back(
    request: HttpRequest, order: Order, draft: Draft, error: DomainError | None, ticket: Ticket | None
) -> HttpResponse:
    """The page again. Everything is read again, because the refusal may come from a change in between."""
    now, attached = timezone.now(), frozenset[UUID]()
    if ticket is None:
        choices = services.choices(order, now=now)
    else:
        current, _actor = ticket_to_amend(buyer(request), ticket.ticket_no, shop=ticket.shop.code)
        choices, application = to_amend(current, now=now)
        attached = frozenset(application.evidence)
    return rendered(request, Sheet(choices, Shelf(choices, ticket), draft, buyer(request).pk, attached, error), ticket)


def rendered(request: HttpRequest, sheet: Sheet, ticket: Ticket | None = None) -> HttpResponse:
    status = sheet.refused.http_status if sheet.refused else 200
    return render(request, "storefront/apply.html", _context(sheet, ticket), status=status)


def fragment(
    request: HttpRequest, choices: Choices, attached: Iterable[UUID] = (), ticket: Ticket | None = None
) -> HttpResponse:
    """The parts that depend on the choice. Types and reasons are among them where the goods have changed."""
    draft, complained = read(request.POST, choices.order.currency), SECTIONS & set(request.POST.getlist("complained"))
    shelf, own = Shelf(choices, ticket), frozenset(attached)
    sheet = Sheet(choices, shelf, draft, buyer(request).pk, own, open_complaints=complained)
    with_choice = bool(sheet.dropped) or request.POST.get("seen", "") != sheet.goods_fingerprint
    return render(request, "storefront/apply/fragment.html", _context(sheet, ticket, with_choice))


def _context(sheet: Sheet, ticket: Ticket | None, with_choice: bool = False) -> PageContext:
    order = sheet.choices.order
    look = reverse("amend-quote", args=[ticket.ticket_no]) if ticket else reverse("apply-quote", args=[order.order_no])
    back = reverse("ticket", args=[ticket.ticket_no]) if ticket else reverse("order", args=[order.order_no])
    return {
        "sheet": sheet,
        "order": order,
        "draft": sheet.draft,
        "ticket": ticket,
        "look": look,
        "back": back,
        "with_choice": with_choice,
    }
