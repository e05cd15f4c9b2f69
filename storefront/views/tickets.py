"""My after-sales tickets: tabs by stage, filters, search, pages (S-110…S-113)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from aftersales.access import acting_on, listed, own_counted, own_tickets
from aftersales.api.answers import TicketLineAnswer, TicketSummaryAnswer
from aftersales.api.representation import lines_of, ticket_json
from aftersales.models import Ticket
from aftersales.selectors.buyers_turn import WAITS_FOR_BUYER
from aftersales.selectors.filters import filtered
from aftersales.selectors.messages.unread import unread_counts
from aftersales.states import STAGES, Status, Type
from aftersales.wording.amounts import shown_amount
from kernel.actors import BUYER
from kernel.errors import Invalid
from web.pages import pages_of

from ..access import buyer, page
from ..actions import Action, actions_of
from ..filter_links import FilterLink, filter_url
from ..status_text import StatusText, sent_on, status_text

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
WAITING = "waiting"  # the tab of what waits for the buyer, whatever its stage
MAX_BUTTONS = 2  # on a card
PAGE_SIZE = 10


@dataclass(frozen=True)
class Card:
    """`ticket` as the API's list shows it (S-113). `amount` None: this type pays no money."""

    ticket: TicketSummaryAnswer
    status_text: StatusText
    actions: list[Action]
    amount: Decimal | None
    unread: int  # messages on it that the buyer has not read

    @property
    def first_line(self) -> TicketLineAnswer:
        return self.ticket["lines"][0]

    @property
    def other_lines(self) -> int:
        """Lines beside the first."""
        return len(self.ticket["lines"]) - 1


@page
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    rows, query, complaints = _filtered(request)
    stages, waiting = own_counted(rows)
    stage = query["stage"]
    if stage in STAGES:
        rows = rows.filter(status__in=STAGES[stage])
    elif stage == WAITING:
        rows = rows.filter(WAITS_FOR_BUYER)
    listing = pages_of(listed(rows), request, size=PAGE_SIZE)
    context = {
        "cards": cards(listing.rows, buyer(request), timezone.now()),
        "tabs": _tabs(query, stages, waiting),
        "chips": _chips(query),
        "all_dates": filter_url(query, created_after="", created_before=""),
        "filtered": any(query.values()),
        "nothing_waits": stage == WAITING and not any(query[name] for name in FILTERS),
        "complaints": [*complaints, *([listing.complaint] if listing.complaint else [])],
        "listing": listing,
        "query": query,
    }
    return render(request, "storefront/tickets.html", context)


def cards(rows: list[Ticket], user: User, now: datetime) -> list[Card]:
    """Two statements: the goods of all of them at once, and what was said on them; a third for money on its way."""
    lines, unread, sent_to = lines_of(rows), unread_counts(rows, BUYER), sent_on(rows)
    return [_card(row, lines[row.pk], unread.get(row.pk, 0), user, now, sent_to.get(row.pk, "")) for row in rows]


def _card(ticket: Ticket, lines: list[TicketLineAnswer], unread: int, user: User, now: datetime, sent_to: str) -> Card:
    answer = ticket_json(ticket, lines, actor=acting_on(user, ticket))
    amount, actions = shown_amount(ticket), actions_of(ticket, answer["allowed_actions"])
    return Card(
        ticket=answer,
        status_text=status_text(ticket, now, sent_to=sent_to),
        actions=[action for action in actions if not action.after_all][:MAX_BUTTONS],
        amount=amount.amount if amount else None,
        unread=unread,
    )


def _filtered(request: HttpRequest) -> "tuple[QuerySet[Ticket], Query, list[str]]":
    """The buyer's own tickets by every filter that can be read; these filters; and what was wrong with the others."""
    user, complaints = buyer(request), []
    rows = own_tickets(user)
    query = {name: request.GET.get(name, "") for name in (*FILTERS, "stage")}
    for name in FILTERS:
        # One by one, so that a filter that cannot be read leaves the others in force.
        try:
            rows = filtered(rows, {name: query[name]})
        except Invalid as error:
            complaints.append(_complaint(name, query[name], error))
            query[name] = ""
    return rows, query, complaints


def _complaint(name: str, value: str, error: Invalid) -> str:
    # The message of the API names a date format, which means nothing where there is a calendar to choose from.
    if name.startswith("created_"):
        return _("“%(given)s” isn't a date. Choose one from the calendar.") % {"given": value}
    return " ".join(text for texts in (error.errors or {}).values() for text in texts)


def _tabs(query: Query, stages: dict[str, int], waiting: int) -> list[FilterLink]:
    chosen = query["stage"]
    others = chosen not in STAGES and chosen != WAITING
    return [
        FilterLink(_("All"), filter_url(query, stage=""), others, sum(stages.values())),
        FilterLink(_("Waiting for you"), filter_url(query, stage=WAITING), chosen == WAITING, waiting),
        *(FilterLink(str(TABS[name]), filter_url(query, stage=name), chosen == name, stages[name]) for name in STAGES),
    ]


def _chips(query: Query) -> list[FilterLink]:
    return [
        FilterLink(_("All types"), filter_url(query, type=""), not query["type"]),
        *(FilterLink(str(kind.label), filter_url(query, type=kind), query["type"] == kind) for kind in Type),
    ]


urlpatterns = [path("tickets/", tickets, name="tickets")]
