"""My orders as cards: tabs by state, search, pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from aftersales.selectors.openings import open_entries
from kernel.errors import Invalid
from orders.access import acting_on, own_orders
from orders.api.filters import filtered, searched
from orders.api.representation import STOCKED_LINES, order_json
from orders.machine import Status
from orders.models import Order
from web.pages import pages_of

from .order_words import TONES

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
    "": gettext_lazy("You have no orders yet. What you buy in a shop appears here."),
    Status.PENDING_PAYMENT: gettext_lazy("Nothing waits for your payment."),
    Status.PAID: gettext_lazy("Nothing waits to be shipped."),
    Status.SHIPPED: gettext_lazy("Nothing is on its way to you."),
    Status.COMPLETED: gettext_lazy("No order has been completed yet."),
    Status.CLOSED: gettext_lazy("No order was closed."),
}
SHOWN = 3
"""Lines on a card."""


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class OrderCard:
    """`order` as the API's list answers it; `open`: one may apply for after-sales."""

    order: dict[str, Any]
    tone: str
    open: bool

    @property
    def lines(self) -> list[dict[str, Any]]:
        return list(self.order["lines"][:SHOWN])

    @property
    def more(self) -> int:
        """Lines beside those shown."""
        return len(self.order["lines"]) - len(self.lines)

    @property
    def units(self) -> int:
        return sum(line["quantity"] for line in self.order["lines"])

    @property
    def unshipped(self) -> bool:
        return not any(line["shipped_quantity"] for line in self.order["lines"])


def cards(rows: "list[Order]", user: User, now: datetime) -> list[OrderCard]:
    """`rows`: of `own_orders`, with STOCKED_LINES. One statement."""
    entries = open_entries(rows, now=now)
    return [
        OrderCard(order_json(order, actor=acting_on(user, order), now=now), TONES[order.status], order.pk in entries)
        for order in rows
    ]


def order_list(request: HttpRequest, user: User, now: datetime) -> dict[str, Any]:
    """What cannot be read in the address is told, and the list is shown without it."""
    complaints: list[str] = []
    rows = _in_tab(own_orders(user), request.GET.get("status", ""), complaints)
    rows = _with_words(rows, request.GET.get("search", ""), complaints)
    page = pages_of(rows.prefetch_related(STOCKED_LINES), request, field="placed_at")
    if page.complaint:
        complaints.append(page.complaint)
    current, words = request.GET.get("status", ""), request.GET.get("search", "").strip()
    return {
        "cards": cards(page.rows, user, now),
        "page": page,
        "tabs": [Tab(str(label), _address(request.GET, state), state == current) for state, label in TABS.items()],
        "status": current if current in TABS else "",
        "words": words,
        "complaints": complaints,
        "empty": EMPTY.get(current, EMPTY[""]),
    }


def _in_tab(rows: "QuerySet[Order]", status: str, complaints: list[str]) -> "QuerySet[Order]":
    try:
        return filtered(rows, {"status": status})
    except Invalid:
        complaints.append(_("There is no such group of orders, so you see all of them."))
        return rows


def _with_words(rows: "QuerySet[Order]", words: str, complaints: list[str]) -> "QuerySet[Order]":
    try:
        return searched(rows, words)
    except Invalid as error:
        complaints.extend(text for texts in (error.errors or {}).values() for text in texts)
        return rows


def _address(query: QueryDict, status: str) -> str:
    """The tab, with the search kept and from its first page."""
    kept = QueryDict(mutable=True)
    if status:
        kept["status"] = status
    if words := query.get("search", ""):
        kept["search"] = words
    return f"?{kept.urlencode()}"
