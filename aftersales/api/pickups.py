"""Pickups over HTTP: what can be booked for a ticket. The booking itself is an action (`book-pickup`)."""

from typing import Annotated, TypedDict

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from kernel.actors import BUYER
from logistics.couriers import label
from logistics.pickups.options import options
from orders.api.answers import ReceiverAnswer
from orders.api.representation import receiver_json
from web.http import ApiView
from web.schema import READ, describe

from .. import services
from ..access import ticket_for
from ..models import Ticket


class CourierChoice(TypedDict):
    code: str
    label: str


class DayChoice(TypedDict):
    date: Annotated[str, "YYYY-MM-DD"]
    slots: Annotated[list[str], 'Such as "09:00-11:00"; any other of an hour and more is taken too.']


class PickupOptionsAnswer(TypedDict):
    """What the buyer pays is always nothing: the shop pays the courier."""

    allowed: Annotated[bool, "Whether `book-pickup` is possible now."]
    couriers: list[CourierChoice]
    days: Annotated[list[DayChoice], "Those on which something is left."]
    sender: Annotated[ReceiverAnswer, "Of the order, where nothing else is given; masked for others than the buyer."]


def pickup_options(ticket: Ticket, *, allowed: bool, in_full: bool) -> PickupOptionsAnswer:
    """Fetch with its order."""
    chosen = options(timezone.now())
    days: list[DayChoice] = [{"date": day.isoformat(), "slots": list(slots)} for day, slots in chosen.days]
    return {
        "allowed": allowed,
        "couriers": [{"code": code, "label": label(code)} for code in chosen.couriers],
        "days": days,
        "sender": receiver_json(ticket.order, in_full=in_full),
    }


class PickupOptions(ApiView):
    @describe(answer=PickupOptionsAnswer, refuses=(*READ, 403), tags=["tickets"], operation_id="tickets_pickup_options")
    def get(self, request: Request, ticket_no: str) -> Response:
        """Which couriers come, and when, to collect what goes back (S-085)."""
        ticket, actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        allowed = "book-pickup" in services.allowed_actions(ticket, actor, now=timezone.now())
        return Response(pickup_options(ticket, allowed=allowed, in_full=actor.kind == BUYER))
