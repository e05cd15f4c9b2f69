"""The first page: what waits for the buyer, their last orders, and where else to go."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import invitations, may_enter_desk
from aftersales.access import buyers_turn, listed
from orders.access import own_orders
from orders.api.representation import STOCKED_LINES

from .. import order_list
from ..access import buyer, page, waiting_count
from ..actions import Action
from . import tickets

MAX_TICKETS = 5
MAX_ORDERS = 3


@page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user, now = buyer(request), timezone.now()
    turn = buyers_turn(user).order_by("due_at", "id")
    cards, waiting = tickets.cards(list(listed(turn)[:MAX_TICKETS]), user, now), waiting_count(request)
    newest = own_orders(user).prefetch_related(STOCKED_LINES).order_by("-placed_at", "-id")
    context = {
        "cards": [replace(card, actions=[_action(card)]) for card in cards],
        "waiting": waiting,
        "has_more": waiting > len(cards),
        "orders": order_list.cards(list(newest[:MAX_ORDERS]), user, now),
        "desk": may_enter_desk(user),
        "invited": invitations(user).exists(),
    }
    return render(request, "storefront/home.html", context)


def _action(card: tickets.Card) -> Action:
    """One button a card: the action that the ticket waits for, else its page."""
    url = reverse("ticket", args=[card.ticket["ticket_no"]])
    details = Action("details", _("Details"), "chevron-right", url, now=False, page=True)
    return next((action for action in card.actions if action.now), details)


urlpatterns = [path("", home, name="home")]
