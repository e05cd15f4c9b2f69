"""What the buyer does with a ticket: GET asks (a page of its own, where pop-ups do not work), POST does it.

One address a verb, named as in the API, and the same services behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.serializers import Serializer

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import Actor
from kernel.errors import DomainError, IllegalTransition
from logistics.couriers import COURIERS, guess
from web.http import refusal_in

from ..access import my_ticket, page
from ..actions import action_of
from ..forms.tickets import Nothing, ReturnWaybill, Typed, read, refused, waybill_as_typed

Run = Callable[..., Ticket]


@dataclass(frozen=True)
class Verb:
    """`name` as in the API; `run(ticket, actor=, now=, **what the form read)`; `done` is said after it."""

    name: str
    run: Run
    done: "str | Promise"
    form: type[Serializer] = Nothing


def convert(ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    return services.convert(ticket, to=services.refund_instead(ticket), actor=actor, now=now)


VERBS = (
    Verb("withdraw", services.withdraw, gettext_lazy("Withdrawn. Nothing more happens with this ticket.")),
    Verb(
        "ship-back",
        services.ship_back,
        gettext_lazy("Saved. The shop knows that your parcel is on its way."),
        ReturnWaybill,
    ),
    Verb("confirm-replacement", services.confirm_replacement, gettext_lazy("Confirmed. This ticket is completed.")),
    Verb("convert", convert, gettext_lazy("Changed into a refund. The money goes back the way you paid.")),
)


def view_of(verb: Verb) -> Callable[..., Any]:
    @page
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, ticket_no: str) -> HttpResponse:
        ticket, actor = my_ticket(request, ticket_no)
        if verb.name not in services.allowed_actions(ticket, actor):
            return _too_late(request, ticket)
        if request.method == "POST":
            return _done(request, verb, ticket, actor)
        return _asked(request, verb, ticket, Typed(_before(verb, ticket)))

    return view


def _done(request: HttpRequest, verb: Verb, ticket: Ticket, actor: Actor) -> HttpResponse:
    values = request.POST.dict()
    try:
        verb.run(ticket, actor=actor, now=timezone.now(), **read(verb.form, values))
    except IllegalTransition:
        return _too_late(request, ticket)
    except (DomainError, OperationalError) as fault:
        error = refusal_in(fault)
        return _asked(request, verb, ticket, refused(values, error), error.http_status)
    messages.success(request, str(verb.done))
    return _to(ticket)


def _too_late(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The page was stale: what it offered has happened, or cannot happen any more."""
    messages.warning(request, _("This ticket has moved on meanwhile. Here is how it stands now."))
    return _to(ticket)


def _to(ticket: Ticket) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket.ticket_no]))


def _asked(request: HttpRequest, verb: Verb, ticket: Ticket, form: Typed, status: int = 200) -> HttpResponse:
    context = {"ticket": ticket, "action": action_of(ticket, verb.name), "form": form, "couriers": COURIERS}
    return render(request, "storefront/tickets/verb.html", context, status=status)


def _before(verb: Verb, ticket: Ticket) -> dict[str, str]:
    """What the form starts with: the waybill that is to be corrected."""
    parcel = ticket.return_parcel if verb.form is ReturnWaybill else None
    return waybill_as_typed({"courier": parcel.courier, "tracking_no": parcel.tracking_no} if parcel else None)


@page
@require_safe
def courier(request: HttpRequest, ticket_no: str) -> HttpResponse:
    """The list of couriers with the one chosen whose numbers look like `?tracking_no=`, else the one before."""
    my_ticket(request, ticket_no)
    chosen = guess(request.GET.get("tracking_no", "")) or request.GET.get("courier", "")
    context = {"form": Typed({"courier": chosen}), "couriers": COURIERS}
    return render(request, "storefront/tickets/couriers.html", context)


urlpatterns = [
    *(path(f"tickets/<str:ticket_no>/{verb.name}/", view_of(verb)) for verb in VERBS),
    path("tickets/<str:ticket_no>/ship-back/courier/", courier, name="courier-guess"),
]
