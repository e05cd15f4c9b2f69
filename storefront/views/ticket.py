"""One of my tickets, drawn from what the API says of it (S-114…S-118)."""

from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.api.answers import StepAnswer, TicketAnswer
from aftersales.api.representation import ticket_detail
from aftersales.models import Ticket
from aftersales.wording.progress import BROKEN_OFF
from logistics.api.answers import ParcelAnswer
from logistics.couriers import COURIERS

from .. import ticket_page
from ..access import my_ticket, page
from ..actions import Action, actions_of
from ..forms.tickets import MessageForm, ReturnWaybillForm, waybill_initial
from ..status_text import status_text
from ..ticket_page import Difference, Event, Picture, Sums, Trace
from .conversation import conversation


class Actions(TypedDict):
    """`primary`: what the ticket waits for; `open_form`: its form is open on the page, because there is something to
    type. `others`: the actions beside it."""

    actions: list[Action]
    primary: Action | None
    others: list[Action]
    open_form: bool


class Parts(TypedDict):
    """The cards of the page. `older_events`: the part of the history that is folded away. `progress_is_long`: on a
    phone the steps are drawn one below the other. `broken_off`: the last step is no success. `slip`: there is a
    return slip."""

    traces: list[Trace]
    events: list[Event]
    older_events: list[Event]
    sums: Sums | None
    difference: Difference | None
    progress: list[StepAnswer]
    progress_is_long: bool
    broken_off: bool
    pictures: list[Picture]
    slip: bool


@page
@require_safe
def ticket(request: HttpRequest, ticket_no: str) -> HttpResponse:
    row, actor = my_ticket(request, ticket_no)
    answer = ticket_detail(row, actor=actor)
    context = {
        "t": answer,
        "ticket": row,
        "status_text": status_text(row, timezone.now()),
        # Drawn in the page or in a pop-up, whichever action it is for: all others have nothing to type.
        "form": ReturnWaybillForm(row=row, actor=actor, initial=_waybill(answer["return_parcel"])),
        "couriers": COURIERS,
        **_actions(actions_of(row, answer["allowed_actions"])),
        **_parts(row, answer),
        **conversation(request, row),
        "message_form": MessageForm(row=row, actor=actor),
    }
    return render(request, "storefront/ticket.html", context)


def _waybill(parcel: ParcelAnswer | None) -> dict[str, str]:
    """The waybill that may be corrected, where one was entered before."""
    return waybill_initial(parcel["courier"], parcel["tracking_no"]) if parcel else {}


def _actions(actions: list[Action]) -> Actions:
    primary = next((action for action in actions if action.now), None)
    return {
        "actions": actions,
        "primary": primary,
        "others": [action for action in actions if action is not primary],
        "open_form": primary is not None and primary.name == "ship-back",
    }


def _parts(row: Ticket, answer: TicketAnswer) -> Parts:
    events, steps = ticket_page.events(answer), ticket_page.progress(answer)
    return {
        "traces": ticket_page.traces(answer),
        "events": events[: ticket_page.MAX_EVENTS],
        "older_events": events[ticket_page.MAX_EVENTS :],
        "sums": ticket_page.sums(row, answer),
        "difference": ticket_page.difference(row),
        "progress": steps,
        "progress_is_long": ticket_page.is_long(steps),
        "broken_off": row.status in BROKEN_OFF,
        "pictures": ticket_page.pictures(answer["evidence"]),
        # The address is that of the approval; without one there is nowhere to send the goods yet.
        "slip": "ship-back" in answer["allowed_actions"] and answer["return_address"] is not None,
    }


urlpatterns = [path("tickets/<str:ticket_no>/", ticket, name="ticket")]
