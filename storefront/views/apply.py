"""Applying for after-sales service, changing an application, applying again (S-018…S-030, S-039)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales import services
from aftersales.access import ticket_to_amend
from aftersales.models import Ticket
from aftersales.selectors.preview import to_amend
from kernel.actors import Actor
from kernel.errors import NotFound

from ..access import buyer, chosen_shop, my_order, my_ticket, page
from ..applying.goods import Shelf
from ..applying.pages import fragment, rendered, sent
from ..applying.sheet import Sheet, opened
from ..forms.apply import draft_of

# --- an application ------------------------------------------------------------------------------------


@page
@require_http_methods(["GET", "HEAD", "POST"])
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
        return rendered(request, sheet)
    return sent(
        request, order, lambda application, at: services.apply(order, application, actor=actor, now=at), now=now
    )


@page
@require_POST
def quote(request: HttpRequest, order_no: str) -> HttpResponse:
    order, _actor = my_order(request, order_no)
    return fragment(request, services.choices(order, now=timezone.now()))


# --- the same, changed ---------------------------------------------------------------------------------


@page
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, actor = _to_amend(request, ticket_no)
    if "amend" not in services.allowed_actions(ticket, actor, now=timezone.now()):
        messages.error(request, _("This request can no longer be edited. Here's where it stands."))
        return redirect("ticket", ticket_no=ticket.ticket_no)
    now = timezone.now()
    if request.method != "POST":
        choices, before = to_amend(ticket, now=now)
        sheet = Sheet(
            choices,
            Shelf(choices, ticket),
            draft_of(before, choices.order.currency),
            buyer(request).pk,
            frozenset(before.evidence),
        )
        return rendered(request, sheet, ticket)
    return sent(
        request,
        ticket.order,
        lambda application, at: services.amend(ticket, application, actor=actor, now=at),
        now=now,
        ticket=ticket,
    )


@page
@require_POST
def amend_quote(request: HttpRequest, ticket_no: str) -> HttpResponse:
    ticket, _actor = _to_amend(request, ticket_no)
    choices, before = to_amend(ticket, now=timezone.now())
    return fragment(request, choices, before.evidence, ticket)


def _to_amend(request: HttpRequest, ticket_no: str) -> tuple[Ticket, Actor]:
    try:
        return ticket_to_amend(buyer(request), ticket_no, shop=chosen_shop(request, ticket_no))
    except NotFound:
        return my_ticket(request, ticket_no)  # not bought by them: its page at the desk, or nothing


urlpatterns = [
    path("orders/<str:order_no>/apply/", apply, name="apply"),
    path("orders/<str:order_no>/apply/quote/", quote, name="apply-quote"),
    path("tickets/<str:ticket_no>/amend/", amend, name="amend"),
    path("tickets/<str:ticket_no>/amend/quote/", amend_quote, name="amend-quote"),
]
