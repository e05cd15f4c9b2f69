"""`/admin/`: what to do now, what is at risk, how yesterday was."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import desk_rows, desk_shops, is_support, manages, sees_several_shops
from accounts.admin.scope import user_of
from accounts.models import User
from aftersales.models import Ticket
from aftersales.selectors.messages.latest import last_message, load_last_messages
from aftersales.selectors.pending_action import pending_action
from orders.models import Order
from refunds.models import Refund
from web.context import Context

from ..page import context
from . import money, rows, support
from .rows import Whose, Work
from .steps import first_steps


def home(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    if is_support(user):
        values = _for_support(user, now)
    elif any(manages(user, shop) for shop in desk_shops(user)):
        values = _for_manager(user, now)
    else:
        values = _for_agent(user, now)
    shops = {"now": now, "several_shops": sees_several_shops(user)}
    return TemplateResponse(request, "admin/desk/home.html", context(request, _("Today"), **shops, **values))


def _for_manager(user: User, now: datetime) -> Context:
    whose, refunds = rows.of_shops(user), Refund.objects.filter(desk_rows(user))
    work = rows.work(user, whose, now, (*rows.NOW, *rows.RISKS))
    others = [
        money.open_chargebacks(user), money.complaints_to_answer(user), money.late_shipments(user, now),
        money.parcels_to_chase(user),
    ]  # fmt: skip
    return {
        **_parts(user, whose, work, now),
        "risk": [*work.risk, *money.refunds_at_risk(refunds), *(row for row in others if row.count)],
        "yesterday": [
            money.refunded_yesterday(refunds, now),
            money.under_way(refunds),
            money.new_yesterday(whose, now),
            money.ended_yesterday(whose, now),
        ],
        "steps": first_steps(user),
    }


def _for_agent(user: User, now: datetime) -> Context:
    """Their own tickets, and those that nobody has taken."""
    own, free = rows.own(user), rows.nobodys(user)
    work, untaken = rows.work(user, own, now), rows.work(user, free, now)
    ended, chase = money.ended_yesterday(own, now), money.parcels_to_chase(user)
    return {
        **_parts(user, own, work, now),
        "own": True,
        "free": untaken.now,
        "risk": work.risk,
        "free_risk": [*untaken.risk, *([chase] if chase.count else [])],
        "yesterday": [ended, money.new_yesterday(rows.of_shops(user), now)],
        "refunded": money.refunded_on_tickets(own, now),
    }


def _for_support(user: User, now: datetime) -> Context:
    whose, refunds = rows.of_shops(user), Refund.objects.all()
    work = support.rulings(user, whose, now)
    return {
        "support": True,
        "work": work,
        "tickets": _with_steps(support.disputes(user, now), now),
        "risk": [*support.refunds_of_all_shops(refunds), *work.risk],
        "yesterday": [
            money.refunded_yesterday(refunds, now),
            money.under_way(refunds),
            money.new_yesterday(whose, now),
        ],
    }


def _parts(user: User, whose: Whose, work: Work, now: datetime) -> Context:
    """What managers and agents both have, each of what is theirs."""
    unanswered = rows.unanswered(whose)
    load_last_messages(unanswered)
    asked = rows.questions(Order.objects.filter(desk_rows(user)))
    return {
        "work": work,
        "questions": asked if asked.count else None,
        "tickets": _with_steps(rows.first_tickets(whose), now),
        "waiting_messages": [(ticket, last_message(ticket)) for ticket in unanswered],
    }


def _with_steps(tickets: list[Ticket], now: datetime) -> list[Context]:
    return [{"ticket": ticket, "step": pending_action(ticket, now)} for ticket in tickets]
