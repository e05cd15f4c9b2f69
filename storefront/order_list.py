"""My orders as cards: tabs by state, search, pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from aftersales.selectors.openings import open_entries
from aftersales.selectors.refunds.owed import NOTHING, owed_parts
from kernel.errors import Invalid
from orders.access import acting_on, own_orders
from orders.api.answers import LineAnswer, OrderSummaryAnswer
from orders.api.filters import filtered, searched
from orders.api.representation import STOCKED_LINES, order_json
from orders.machine import Status
from orders.models import Order
from web.pages import Page, pages_of

from .filter_links import FilterLink, filter_url
from .order_words import OrderFacts, OrderStatus, order_status

if TYPE_CHECKING:
    from django.db.models import QuerySet

TABS: dict[str, "str | Promise"] = {
    "": gettext_lazy("All"),
    Status.PENDING_PAYMENT: gettext_lazy("To pay"),
    Status.PAID: gettext_lazy("To ship"),
    Status.SHIPPED: gettext_lazy("To receive"),
    Status.COMPLETED: gettext_lazy("Completed"),
    Status.CLOSED: gettext_lazy("Closed"),
}
EMPTY: dict[str, "str | Promise"] = {
    "": gettext_lazy("No orders yet. What you buy will appear here."),
    Status.PENDING_PAYMENT: gettext_lazy("No orders to pay for."),
    Status.PAID: gettext_lazy("No orders waiting to ship."),
    Status.SHIPPED: gettext_lazy("Nothing is on its way to you."),
    Status.COMPLETED: gettext_lazy("No completed orders yet."),
    Status.CLOSED: gettext_lazy("No closed orders."),
}
MAX_LINES = 3  # on a card


@dataclass(frozen=True)
class OrderCard:
    """`order` as the API's list answers it, `status_text` as its page says it; `can_apply`: one may apply for
    after-sales."""

    order: OrderSummaryAnswer
    status_text: OrderStatus
    can_apply: bool

    @property
    def current_lines(self) -> list[LineAnswer]:
        """What the buyer has of it: exchanged units are lines of their own."""
        return [line for line in self.order["lines"] if line["quantity"] > line["exchanged_quantity"]]

    @property
    def lines(self) -> list[LineAnswer]:
        return self.current_lines[:MAX_LINES]

    @property
    def other_lines(self) -> int:
        """Lines beside those shown."""
        return len(self.current_lines) - len(self.lines)

    @property
    def units(self) -> int:
        return sum(line["quantity"] - line["exchanged_quantity"] for line in self.current_lines)

    @property
    def unshipped(self) -> bool:
        return not any(line["shipped_quantity"] for line in self.order["lines"])


def cards(rows: "list[Order]", user: User, now: datetime) -> list[OrderCard]:
    """`rows` of `own_orders`, with STOCKED_LINES. One statement, and one more where an order owes money."""
    # For all orders at once: the entry of each alone would read reasons and stock again.
    entries, owed = open_entries(rows, now=now), owed_parts(rows)
    return [_card(OrderFacts(row, row.pk in entries, now, owed.get(row.pk, NOTHING)), user) for row in rows]


def _card(facts: OrderFacts, user: User) -> OrderCard:
    answer = order_json(facts.order, actor=acting_on(user, facts.order), now=facts.now)
    return OrderCard(answer, order_status(facts), facts.can_apply)


class OrderList(TypedDict):
    """What the list's template gets. `status`: the tab, "" for all. `search`: the search text. `empty`: the sentence
    for a tab without orders."""

    cards: list[OrderCard]
    page: Page
    tabs: list[FilterLink]
    status: str
    search: str
    complaints: list[str]
    empty: "str | Promise"


def order_list(request: HttpRequest, user: User, now: datetime) -> OrderList:
    """A filter that cannot be read is left out, and `complaints` says so."""
    complaints: list[str] = []
    query = {name: request.GET.get(name, "") for name in ("status", "search")}
    rows = _in_tab(own_orders(user), query["status"], complaints)
    rows = _searched(rows, query["search"], complaints)
    page = pages_of(rows.prefetch_related(STOCKED_LINES), request, field="placed_at")
    if page.complaint:
        complaints.append(page.complaint)
    current = query["status"]
    return {
        "cards": cards(page.rows, user, now),
        "page": page,
        "tabs": _tabs(query),
        "status": current if current in TABS else "",
        "search": query["search"].strip(),
        "complaints": complaints,
        "empty": EMPTY.get(current, EMPTY[""]),
    }


def _tabs(query: dict[str, str]) -> list[FilterLink]:
    current = query["status"]
    return [FilterLink(str(label), filter_url(query, status=name), name == current) for name, label in TABS.items()]


def _in_tab(rows: "QuerySet[Order]", status: str, complaints: list[str]) -> "QuerySet[Order]":
    try:
        return filtered(rows, {"status": status})
    except Invalid:
        # An old or mistyped address is worth a sentence, not an error page.
        complaints.append(_("That group of orders doesn't exist, so here are all your orders."))
        return rows


def _searched(rows: "QuerySet[Order]", text: str, complaints: list[str]) -> "QuerySet[Order]":
    try:
        return searched(rows, text)
    except Invalid as error:
        complaints.extend(text for texts in (error.errors or {}).values() for text in texts)
        return rows
