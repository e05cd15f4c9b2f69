"""Sending an application and showing its page: what applying and amending have in common."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
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
from orders.models import Order
from web.actions import attempt

from ..access import buyer
from ..forms.apply import MOST_PHOTOS, Draft, read
from .goods import Shelf
from .once import once
from .sheet import Sheet

Send = Callable[[Application, datetime], Ticket]


# --- sending -------------------------------------------------------------------------------------------


def sent(
    request: HttpRequest, order: Order, send: Send, *, now: datetime, ticket: Ticket | None = None
) -> HttpResponse:
    """Takes the photos, then sends; whatever is refused, the page comes back with all that was filled in."""
    draft = _with_photos(request, _edited(request), order, now)
    if _only_looks(request):
        unread = {name: texts for name, texts in draft.complaints.items() if name == "photos"}
        return _back(request, order, draft, Invalid(errors=unread) if unread else None, ticket)
    outcome = attempt(
        once, buyer(request).pk, draft.token, request.path, now=now, send=lambda: send(draft.finished(), now)
    )
    if outcome.result is None:
        return _back(request, order, draft, outcome.refusal, ticket)
    number, opened = outcome.result
    text = was_sent(opened, now) if opened else _("This application was sent already. Here it is.")
    messages.success(request, text)
    return HttpResponseRedirect(reverse("ticket", args=[number]))


def _only_looks(request: HttpRequest) -> bool:
    """A button that changes the page but sends nothing, for who has no script."""
    return any(name in request.POST for name in ("show", "remove", "earlier", "later"))


def _edited(request: HttpRequest) -> Draft:
    draft, post = read(request.POST), request.POST
    if "remove" in post:
        return draft.without(post["remove"])
    by = -1 if "earlier" in post else 1
    return draft.moved(post.get("earlier", post.get("later", "")), by)


def _with_photos(request: HttpRequest, draft: Draft, order: Order, now: datetime) -> Draft:
    """Files that came with the form itself. What is refused is said; what was taken stays."""
    files = request.FILES.getlist("photos")
    if len(files) > MOST_PHOTOS - len(draft.evidence):
        draft.complain("photos", _("At most %(most)d files.") % {"most": MOST_PHOTOS})
        files = []
    for file in files:
        try:
            row = upload(buyer(request), file, kind=Evidence.Kind.PHOTO, shop=order.shop, now=now)
            draft.evidence.append(row.pk)
        except DomainError as error:
            draft.complain("photos", f"{file.name}: {error.message}")
    return draft


# --- the page ------------------------------------------------------------------------------------------


def _back(
    request: HttpRequest, order: Order, draft: Draft, error: DomainError | None, ticket: Ticket | None
) -> HttpResponse:
    """The page again. Everything is read anew: what was refused may have been tried on what has changed since."""
    now, kept = timezone.now(), frozenset[UUID]()
    if ticket is None:
        choices = services.choices(order, now=now)
    else:
        fresh, _actor = ticket_to_amend(buyer(request), ticket.ticket_no)
        choices, asked = to_amend(fresh, now=now)
        kept = frozenset(asked.evidence)
    return shown(request, Sheet(choices, Shelf(choices), draft, buyer(request).pk, kept, error), ticket)


def shown(request: HttpRequest, sheet: Sheet, ticket: Ticket | None = None) -> HttpResponse:
    status = sheet.refused.http_status if sheet.refused else 200
    return render(request, "storefront/apply.html", _context(sheet, ticket), status=status)


def fragment(
    request: HttpRequest, choices: Choices, kept: Iterable[UUID] = (), ticket: Ticket | None = None
) -> HttpResponse:
    """What depends on the choice. `whole`: the goods are not those that the page shows types and reasons for."""
    sheet = Sheet(choices, Shelf(choices), read(request.POST), buyer(request).pk, frozenset(kept))
    whole = request.POST.get("seen", "") != sheet.goods_print
    return render(request, "storefront/apply/fragment.html", _context(sheet, ticket) | {"whole": whole})


def _context(sheet: Sheet, ticket: Ticket | None) -> dict[str, Any]:
    order = sheet.choices.order
    look = reverse("amend-quote", args=[ticket.ticket_no]) if ticket else reverse("apply-quote", args=[order.order_no])
    back = reverse("ticket", args=[ticket.ticket_no]) if ticket else reverse("order", args=[order.order_no])
    return {"sheet": sheet, "order": order, "draft": sheet.draft, "ticket": ticket, "look": look, "back": back}
