"""The buyer's actions on a ticket: GET asks (a page of its own, where pop-ups do not work), POST carries out.

One address an action, named as in the API, and the same services behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import Actor
from kernel.errors import IllegalTransition
from logistics.couriers import guess
from logistics.likely import Likely, likely
from web.actions import run

from ..access import my_ticket, page
from ..actions import action_of
from ..forms.tickets import (
    AcceptOfferForm,
    ConfirmForm,
    DecideForm,
    NoteForm,
    ObjectForm,
    OfferForm,
    PickupForm,
    ReturnWaybillForm,
    TicketForm,
    waybill_initial,
)


@dataclass(frozen=True)
class TicketAction:
    """`name` as in the API; `service(ticket, actor=, now=, **form.arguments())`; `done`: the message afterwards."""

    name: str
    service: Callable[..., Ticket]
    done: "str | Promise"
    form: type[TicketForm] = ConfirmForm
    on_ticket: bool = False  # asked on the ticket's page alone, where what is answered stands


def convert(ticket: Ticket, *, version: int | None = None, actor: Actor, now: datetime) -> Ticket:
    # The buyer does not choose between the two kinds of refund: it follows from where the goods are.
    return services.convert(ticket, to=services.refund_instead(ticket), version=version, actor=actor, now=now)


ACTIONS = (
    TicketAction(
        "accept-offer",
        services.accept_offer,
        gettext_lazy("You accepted the shop's offer. It takes effect now."),
        AcceptOfferForm,
        on_ticket=True,
    ),
    TicketAction(
        "decline-offer",
        services.decline_offer,
        gettext_lazy("You declined the offer. Your ticket continues as before."),
        OfferForm,
        on_ticket=True,
    ),
    TicketAction("withdraw", services.withdraw, gettext_lazy("Request withdrawn. This ticket is closed.")),
    TicketAction(
        "ship-back",
        services.ship_back,
        gettext_lazy("Saved. The shop knows your parcel is on its way."),
        ReturnWaybillForm,
    ),
    TicketAction(
        "book-pickup",
        services.book_pickup,
        gettext_lazy("Booked. The courier's system confirms it within a minute."),
        PickupForm,
    ),
    TicketAction("cancel-pickup", services.cancel_pickup, gettext_lazy("The pickup is being cancelled.")),
    TicketAction(
        "confirm-replacement",
        services.confirm_replacement,
        gettext_lazy("Thanks for confirming. This ticket is completed."),
    ),
    TicketAction(
        "object",
        services.object_to,
        gettext_lazy("Sent. You'll see the outcome here."),
        ObjectForm,
    ),
    TicketAction(
        "not-arrived",
        services.not_arrived,
        gettext_lazy("The shop has been notified and needs to respond."),
        NoteForm,
    ),
    TicketAction(
        "convert",
        convert,
        gettext_lazy("Changed to a refund. Follow its progress here."),
        DecideForm,
    ),
)


def view_of(action: TicketAction) -> Callable[..., Any]:
    @page
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, ticket_no: str) -> HttpResponse:
        ticket, actor = my_ticket(request, ticket_no)
        # Asked before the form is read: a stale page must not complain about what was typed into it.
        if action.name not in services.allowed_actions(ticket, actor, now=timezone.now()):
            return _moved_on(request, ticket)
        if request.method == "POST":
            return _carry_out(request, action, ticket, actor)
        if action.on_ticket:
            return _to_ticket(ticket)
        form = action.form(row=ticket, actor=actor, initial=_initial(action, ticket))
        return _form_page(request, action, ticket, form)

    return view


def _carry_out(request: HttpRequest, action: TicketAction, ticket: Ticket, actor: Actor) -> HttpResponse:
    form = action.form(request.POST, row=ticket, actor=actor)
    outcome = run(form, action.service, ticket, actor=actor, now=timezone.now())
    if isinstance(outcome.refusal, IllegalTransition):
        return _moved_on(request, ticket)
    if not outcome.ok and action.on_ticket:
        for text in form.texts:
            messages.warning(request, text)
        return _to_ticket(ticket)
    if not outcome.ok:
        return _form_page(request, action, ticket, form, outcome.status)
    messages.success(request, str(action.done))
    return _to_ticket(ticket)


def _moved_on(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The page was stale: the action was carried out already, or is not possible any more."""
    messages.warning(request, _("This ticket has changed in the meantime. Here's where it stands."))
    return _to_ticket(ticket)


def _to_ticket(ticket: Ticket) -> HttpResponse:
    return HttpResponseRedirect(reverse("ticket", args=[ticket.ticket_no]))


def _form_page(
    request: HttpRequest, action: TicketAction, ticket: Ticket, form: TicketForm, status: int = 200
) -> HttpResponse:
    context = {"ticket": ticket, "action": action_of(ticket, action.name), "form": form}
    return render(request, "storefront/tickets/action_page.html", context, status=status)


def _initial(action: TicketAction, ticket: Ticket) -> dict[str, str]:
    """The waybill that is to be corrected."""
    parcel = ticket.return_parcel if action.form is ReturnWaybillForm else None
    return waybill_initial(parcel.courier, parcel.tracking_no) if parcel else {}


@page
@require_safe
def courier(request: HttpRequest, ticket_no: str) -> HttpResponse:
    """The list of couriers. Chosen is the one that `?tracking_no=` looks like; else `?courier=`, where that is the
    buyer's choice and not our own proposal of before (`?proposed=`); else the one that the number is likely of."""
    ticket, actor = my_ticket(request, ticket_no)
    typed, proposed, number = (request.GET.get(name, "") for name in ("courier", "proposed", "tracking_no"))
    chosen = typed if typed != proposed and not guess(number) else ""
    proposal = Likely() if chosen else likely(number, user_id=actor.user_id)
    form = ReturnWaybillForm(row=ticket, actor=actor, initial={"courier": chosen or proposal.only})
    form.likely = proposal
    return render(request, "storefront/tickets/couriers.html", {"form": form})


urlpatterns = [
    *(path(f"tickets/<str:ticket_no>/{action.name}/", view_of(action)) for action in ACTIONS),
    path("tickets/<str:ticket_no>/ship-back/courier/", courier, name="courier-guess"),
]
