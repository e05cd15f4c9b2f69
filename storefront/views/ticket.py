"""One of my tickets, drawn from what the API says of it (S-114…S-118)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftersales.api.representation import ticket_detail
from aftersales.models import Ticket
from logistics.couriers import COURIERS

from .. import ticket_page
from ..access import my_ticket, page
from ..actions import Action, actions_of
from ..forms.tickets import MessageForm, ReturnWaybillForm, waybill_initial
from ..standing import standing
from .conversation import conversation


@page
@require_safe
def ticket(request: HttpRequest, ticket_no: str) -> HttpResponse:
    row, actor = my_ticket(request, ticket_no)
    told = ticket_detail(row, actor=actor, words=True)
    actions = actions_of(row, told["allowed_actions"])
    context = {
        "t": told,
        "ticket": row,
        "standing": standing(row, timezone.now()),
        "actions": actions,
        "form": ReturnWaybillForm(row=row, actor=actor, initial=_waybill(told["return_parcel"])),
        "couriers": COURIERS,
        **_now(actions),
        **_parts(row, told),
        **conversation(request, row),
        "say": MessageForm(row=row, actor=actor),
    }
    return render(request, "storefront/ticket.html", context)


def _waybill(parcel: dict[str, Any] | None) -> dict[str, str]:
    """The waybill that may be corrected, where one was entered before."""
    return waybill_initial(parcel["courier"], parcel["tracking_no"]) if parcel else {}


def _now(actions: list[Action]) -> dict[str, Any]:
    """`primary`: what the case waits for; its form stands open on the page where it is more than a yes."""
    primary = next((action for action in actions if action.now), None)
    return {
        "primary": primary,
        "others": [action for action in actions if action is not primary],
        "open_form": primary is not None and primary.name == "ship-back",
    }


def _parts(row: Ticket, told: dict[str, Any]) -> dict[str, Any]:
    history, steps = ticket_page.moves(told), ticket_page.steps(told)
    return {
        "traces": ticket_page.traces(told),
        "moves": history[: ticket_page.SHOWN_MOVES],
        "older_moves": history[ticket_page.SHOWN_MOVES :],
        "sums": ticket_page.sums(row, told),
        "difference": ticket_page.difference(row),
        "steps": steps,
        "long_steps": ticket_page.long_steps(steps),
        "broken_off": ticket_page.broken_off(row.status),
        "pictures": ticket_page.pictures(told["evidence"]),
        "slip": "ship-back" in told["allowed_actions"] and told["return_address"] is not None,
    }


urlpatterns = [path("tickets/<str:ticket_no>/", ticket, name="ticket")]
