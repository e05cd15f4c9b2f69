"""My after-sales tickets: tabs by stage, filters, search, pages (S-110…S-113)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from aftersales.access import acting_on, counted, listed, own_tickets
from aftersales.api.representation import lines_of, ticket_json
from aftersales.models import Ticket
from aftersales.selectors.filters import filtered
from aftersales.states import STAGES, Status, Type
from kernel.errors import Invalid
from web.pages import pages_of

from ..access import buyer, page
from ..actions import Action, actions_of
from ..standing import Standing, standing

if TYPE_CHECKING:
    from django.db.models import QuerySet

Query = dict[str, str]
FILTERS = ("type", "search", "created_after", "created_before")
TABS: dict[str, "str | Promise"] = {
    "pending": Status.PENDING_REVIEW.label,
    "approved": gettext_lazy("agreed to"),
    "rejected": Status.REJECTED.label,
    "completed": Status.COMPLETED.label,
    "closed": Status.CLOSED.label,
}
BUTTONS = 2
PAGE = 10


@dataclass(frozen=True)
class Tab:
    """`url` keeps the other filters; `count` is of what they leave."""

    label: str
    url: str
    current: bool
    count: int


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Card:
    """`ticket` as the API's list shows it (S-113)."""

    ticket: dict[str, Any]
    standing: Standing
    actions: list[Action]

    @property
    def first(self) -> dict[str, Any]:
        return dict(self.ticket["lines"][0])

    @property
    def amount(self) -> str | None:
        """What was refunded, else what will be, else what was asked for. None: this type pays no money."""
        told = self.ticket
        if told["status"] == Status.COMPLETED:
            return str(told["refunded_amount"]) if told["refunded_amount"] is not None else None
        return told["approved_amount"] or told["requested_amount"]

    @property
    def more(self) -> int:
        """Lines beside the first."""
        return len(self.ticket["lines"]) - 1


@page
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    rows, query, complaints = _chosen(request)
    stages, _late = counted(rows)
    stage = query["stage"]
    if stage in STAGES:
        rows = rows.filter(status__in=STAGES[stage])
    shown = pages_of(listed(rows), request, size=PAGE)
    context = {
        "cards": cards(shown.rows, buyer(request), timezone.now()),
        "tabs": _tabs(query, stages),
        "chips": _chips(query),
        "all_dates": _with(query, created_after="", created_before=""),
        "found": stages[stage] if stage in STAGES else sum(stages.values()),
        "filtered": any(query.values()),
        "complaints": [*complaints, *([shown.complaint] if shown.complaint else [])],
        "listing": shown,
        "values": query,
    }
    return render(request, "storefront/tickets.html", context)


def cards(rows: list[Ticket], user: User, now: datetime) -> list[Card]:
    """One statement: the goods of all of them at once."""
    lines = lines_of(rows)
    return [_card(ticket, lines[ticket.pk], user, now) for ticket in rows]


def _card(ticket: Ticket, lines: list[dict[str, Any]], user: User, now: datetime) -> Card:
    told = ticket_json(ticket, lines, actor=acting_on(user, ticket))
    return Card(told, standing(ticket, now), actions_of(ticket, told["allowed_actions"])[:BUTTONS])


def _chosen(request: HttpRequest) -> "tuple[QuerySet[Ticket], Query, list[str]]":
    """The buyer's own, by every filter that can be read; these filters; and what was wrong with the others."""
    user, complaints = buyer(request), []
    rows = own_tickets(user)
    query = {name: request.GET.get(name, "") for name in (*FILTERS, "stage")}
    for name in FILTERS:
        try:
            rows = filtered(rows, {name: query[name]})
        except Invalid as error:
            complaints.append(_complaint(name, query[name], error))
            query[name] = ""
    return rows, query, complaints


def _complaint(name: str, given: str, error: Invalid) -> str:
    if name.startswith("created_"):
        return _("“%(given)s” is no date. Choose one from the calendar.") % {"given": given}
    return " ".join(text for texts in (error.errors or {}).values() for text in texts)


def _tabs(query: Query, stages: dict[str, int]) -> list[Tab]:
    chosen = query["stage"]
    every = Tab(_("All"), _with(query, stage=""), chosen not in STAGES, sum(stages.values()))
    return [every, *(Tab(str(TABS[name]), _with(query, stage=name), chosen == name, stages[name]) for name in STAGES)]


def _chips(query: Query) -> list[Chip]:
    every = Chip(_("All types"), _with(query, type=""), not query["type"])
    return [every, *(Chip(str(kind.label), _with(query, type=kind), query["type"] == kind) for kind in Type)]


def _with(query: Query, **changes: str) -> str:
    """The same list with other filters, from its first page."""
    return f"?{urlencode({name: value for name, value in (query | changes).items() if value})}"


urlpatterns = [path("tickets/", tickets, name="tickets")]
