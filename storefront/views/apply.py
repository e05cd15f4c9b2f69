"""Applying for after-sales service, changing an application, applying again (S-018…S-030, S-039)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aftersales import services
from aftersales.application import Application, application_of
from aftersales.models import Evidence, Ticket
from aftersales.outlook import was_sent
from aftersales.services.evidence import upload
from aftersales.services.options import Choices
from aftersales.services.preview import choices_to_amend
from kernel.actors import Actor
from kernel.errors import DomainError, Invalid
from kernel.http import translate
from orders.models import Order

from ..access import buyer, my_order, my_ticket, page
from ..applying.goods import Shelf
from ..applying.once import once
from ..applying.sheet import Sheet, opened
from ..forms.apply import MOST_PHOTOS, Draft, draft_of, read

Send = Callable[[Application, datetime], Ticket]


# --- an application ------------------------------------------------------------------------------------


@page
def apply(request: HttpRequest, order_no: str) -> HttpResponse:
    order, actor = my_order(request, order_no)
    now = timezone.now()
    if request.method != "POST":
        sheet = opened(
            services.choices(order, now=now),
            user_id=buyer(request).pk,
            line=request.GET.get("line", ""),
            type_=request.GET.get("type", ""),
        )
        return _shown(request, sheet)
    return _sent(request, order, lambda asked, at: services.apply(order, asked, actor=actor, now=at), now=now)


@page
@require_POST
def quote(request: HttpRequest, order_no: str) -> HttpResponse:
    order, _actor = my_order(request, order_no)
    return _fragment(request, services.choices(order, now=timezone.now()))


# --- the same, changed ---------------------------------------------------------------------------------


@page
def amend(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, order, actor = _to_amend(request, ticket_no)
    if "amend" not in services.allowed_actions(ticket, actor):
        messages.error(request, _("This application cannot be changed any more. Its present state is below."))
        return redirect("ticket", ticket_no=ticket.ticket_no)
    now = timezone.now()
    if request.method != "POST":
        draft = draft_of(application_of(ticket))
        return _shown(request, _sheet(request, choices_to_amend(ticket, order, now=now), draft, ticket), ticket)
    return _sent(
        request, order, lambda asked, at: services.amend(ticket, asked, actor=actor, now=at), now=now, ticket=ticket
    )


@page
@require_POST
def amend_quote(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, order, _actor = _to_amend(request, ticket_no)
    return _fragment(request, choices_to_amend(ticket, order, now=timezone.now()), ticket)


def _to_amend(request: HttpRequest, ticket_no: str) -> tuple[Ticket, Order, Actor]:
    ticket, actor = my_ticket(request, ticket_no)
    order, _actor = my_order(request, ticket.order.order_no)
    return ticket, order, actor


# --- sending -------------------------------------------------------------------------------------------


def _sent(
    request: HttpRequest, order: Order, send: Send, *, now: datetime, ticket: Ticket | None = None
) -> HttpResponse:
    """Takes the photos, then sends; whatever is refused, the page comes back with all that was filled in."""
    draft = _with_photos(request, _edited(request), order, now)
    if _only_looks(request):
        unread = {name: texts for name, texts in draft.complaints.items() if name == "photos"}
        return _back(request, order, draft, Invalid(errors=unread) if unread else None, ticket)
    try:
        number, made = once(
            buyer(request).pk, draft.token, request.path, now=now, send=lambda: send(draft.finished(), now)
        )
    except (DomainError, OperationalError) as refused:
        error = translate(refused)
        if error is None:
            raise
        return _back(request, order, draft, error, ticket)
    told = was_sent(made, now) if made else _("This application was sent already. Here it is.")
    messages.success(request, told)
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
    now = timezone.now()
    choices = choices_to_amend(ticket, order, now=now) if ticket else services.choices(order, now=now)
    return _shown(request, _sheet(request, choices, draft, ticket, error), ticket)


def _sheet(
    request: HttpRequest, choices: Choices, draft: Draft, ticket: Ticket | None, error: DomainError | None = None
) -> Sheet:
    kept = frozenset(str(pk) for pk in ticket.evidence.values_list("pk", flat=True)) if ticket else frozenset()
    return Sheet(choices, Shelf(choices), draft, buyer(request).pk, kept, error)


def _shown(request: HttpRequest, sheet: Sheet, ticket: Ticket | None = None) -> HttpResponse:
    status = sheet.refused.http_status if sheet.refused else 200
    return render(request, "storefront/apply.html", _context(sheet, ticket), status=status)


def _fragment(request: HttpRequest, choices: Choices, ticket: Ticket | None = None) -> HttpResponse:
    """What depends on the choice. `whole`: the goods are not those that the page shows types and reasons for."""
    sheet = _sheet(request, choices, read(request.POST), ticket)
    whole = request.POST.get("seen", "") != sheet.goods_print
    return render(request, "storefront/apply/fragment.html", _context(sheet, ticket) | {"whole": whole})


def _context(sheet: Sheet, ticket: Ticket | None) -> dict[str, Any]:
    order = sheet.choices.order
    look = reverse("amend-quote", args=[ticket.ticket_no]) if ticket else reverse("apply-quote", args=[order.order_no])
    back = reverse("ticket", args=[ticket.ticket_no]) if ticket else reverse("order", args=[order.order_no])
    return {"sheet": sheet, "order": order, "draft": sheet.draft, "ticket": ticket, "look": look, "back": back}


urlpatterns = [
    path("orders/<str:order_no>/apply/", apply, name="apply"),
    path("orders/<str:order_no>/apply/quote/", quote, name="apply-quote"),
    path("tickets/<str:ticket_no>/amend/", amend, name="amend"),
    path("tickets/<str:ticket_no>/amend/quote/", amend_quote, name="amend-quote"),
]
