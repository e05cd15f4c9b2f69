"""One of my tickets, drawn from what the API says of it (S-114…S-118)."""

from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.api.answers import StepAnswer, TicketAnswer
from aftersales.api.representation import ticket_detail
from aftersales.conditions import replacement_missing
from aftersales.models import Ticket
from aftersales.wording.flow import BROKEN_OFF
from aftersales.wording.versions import Change, changes

from .. import ticket_page
from ..access import my_ticket, page
from ..actions import Action, actions_of
from ..forms.tickets import MessageForm, ReturnWaybillForm, waybill_initial
from ..payment import due_for_ticket, payment_of
from ..status_text import status_text
from ..ticket_page import Difference, Event, OpenOffer, Picture, Sums, Trace
from .conversation import conversation

IN_BAR = 2  # buttons of the bar of a phone


class Actions(TypedDict):
    """`primary`: what the ticket waits for; `open_form`: its form is open on the page, because there is something to
    type. `others`: the actions beside it; in the bar of a phone some stand `in_bar` beside it, the others `in_menu`."""

    actions: list[Action]
    primary: Action | None
    others: list[Action]
    in_bar: list[Action]
    in_menu: list[Action]
    after_all: Action | None  # the missing parcel came
    open_form: bool


class Parts(TypedDict):
    """The cards of the page. `older_events`: the part of the history that is folded away. `progress_is_long`: on a
    phone the steps are drawn one below the other. `broken_off`: the last step is no success. `missing`: what
    the shop sent did not arrive. `slip`: there is a return slip."""

    traces: list[Trace]
    events: list[Event]
    older_events: list[Event]
    sums: Sums | None
    difference: Difference | None
    late_text: str
    offer: OpenOffer | None
    progress: list[StepAnswer]
    progress_is_long: bool
    broken_off: bool
    missing: bool
    pictures: list[Picture]
    changes: list[Change]
    slip: bool


@page
@require_safe
def ticket(request: HttpRequest, ticket_no: str) -> HttpResponse:
    row, actor = my_ticket(request, ticket_no)
    answer = ticket_detail(row, actor=actor)
    context = {
        "t": answer,
        "ticket": row,
        "status_text": status_text(
            row,
            timezone.now(),
            ticket_page.refund_parts(answer),
            ticket_page.paid_back_by(answer),
            ticket_page.arrives(answer),
            ticket_page.sent_to(answer),
        ),
        # Drawn in the page or in a pop-up, whichever action it is for: all others have nothing to type.
        "form": ReturnWaybillForm(row=row, actor=actor, initial=_waybill(answer)),
        "payment": payment_of(request, due_for_ticket(row, timezone.now()), row.shop),
        **_actions(actions_of(row, answer["allowed_actions"])),
        **_parts(row, answer),
        **conversation(request, row),
        "message_form": MessageForm(row=row, actor=actor),
    }
    return render(request, "storefront/ticket.html", context)


def _waybill(answer: TicketAnswer) -> dict[str, object]:
    """The waybill that may be corrected, where one was entered before."""
    parcel = answer["return_parcel"]
    if parcel is None:
        return {}
    known = waybill_initial(parcel["courier"], parcel["tracking_no"])
    return {**known, "freight_collect": answer["return_freight"]["collect"]}


def _actions(actions: list[Action]) -> Actions:
    primary = next((action for action in actions if action.now), None)
    others = [action for action in actions if action is not primary and not action.after_all]
    # The bar holds two buttons whole; a third place is that of "More".
    places = IN_BAR if primary is None else IN_BAR - 1
    fit = places if len(others) <= places else places - 1
    return {
        "actions": actions,
        "primary": primary,
        "others": others,
        "in_bar": others[:fit],
        "in_menu": others[fit:],
        "after_all": next((action for action in actions if action.after_all), None),
        "open_form": primary is not None and primary.name == "ship-back",
    }


def _parts(row: Ticket, answer: TicketAnswer) -> Parts:
    events, steps = ticket_page.events(answer), ticket_page.progress(answer, missing=replacement_missing(row))
    return {
        "traces": ticket_page.traces(answer),
        "events": events[: ticket_page.MAX_EVENTS],
        "older_events": events[ticket_page.MAX_EVENTS :],
        "sums": ticket_page.sums(row, answer),
        "difference": ticket_page.difference(row),
        "late_text": ticket_page.late_text(row),
        "offer": ticket_page.open_offer(row, answer),
        "progress": steps,
        "progress_is_long": ticket_page.is_long(steps),
        "broken_off": row.status in BROKEN_OFF,
        "missing": replacement_missing(row),
        "pictures": ticket_page.pictures(answer["evidence"]),
        "changes": changes(answer["versions"], answer["currency"]),
        # The address is that of the approval; without one there is nowhere to send the goods yet.
        "slip": "ship-back" in answer["allowed_actions"] and answer["return_address"] is not None,
    }


urlpatterns = [path("tickets/<str:ticket_no>/", ticket, name="ticket")]
