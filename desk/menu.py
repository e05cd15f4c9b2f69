"""The desk's menu: the worklists with their counts, daily pages, the desk's own pages, settings.

One query counts the tickets by worklist, one the orders with a question.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import desk_rows, is_support
from accounts.admin.scope import user_of
from aftersales.models import Ticket
from aftersales.selectors import worklist
from aftersales.wording.work import WORK_LABELS
from orders.models import Order
from web.context import Context

Text = str | Promise
QUEUE = "admin:aftersales_ticket_changelist"
ORDERS = "admin:orders_order_changelist"
ICONS = {
    worklist.REVIEW: "inbox",
    worklist.RECEIVE: "box",
    worklist.RESHIP: "refresh-cw",
    worklist.FAILED: "banknote",
    worklist.CAME_LATE: "truck",
    worklist.GIFT: "send",
    worklist.ANSWER: "message-circle",
    worklist.OVERDUE: "circle-alert",
    worklist.DUTY: "triangle-alert",
    worklist.DISPUTED: "scale",
}
FOR_SUPPORT = (worklist.DISPUTED,)
DAILY = {
    "Order": "receipt-text",
    "Refund": "wallet",
    "Parcel": "arrow-left-right",
    "Pickup": "truck",
}


@dataclass(frozen=True)
class Entry:
    label: Text
    url: str
    icon: str = ""
    count: int = 0
    loud: bool = False
    current: bool = False


@dataclass(frozen=True)
class Group:
    label: Text
    entries: list[Entry] = field(default_factory=list)
    icon: str = ""
    folded: bool = False

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)


def groups(request: HttpRequest, apps: Iterable[Context], pages: Iterable[Any], todo: str = "") -> list[Group]:
    """`apps`: the admin's app list; `pages`: those of `desk.pages`; `todo`: the worklist of the ticket on the page."""
    daily, seldom = _model_entries(request, apps)
    menu = [
        Group(_("Tickets"), _work(request, todo)),
        Group(_("Shop"), [*daily, *_pages(request, pages)]),
        Group(_("Settings"), seldom, icon="settings", folded=True),
    ]
    return [group for group in menu if group.entries]


def _work(request: HttpRequest, todo: str) -> list[Entry]:
    counts = worklist.counts(Ticket.objects.filter(desk_rows(user_of(request))))
    queue = reverse(QUEUE)
    inside = request.path.startswith(queue)
    chosen = (request.GET.get("todo", "") if request.path == queue else todo) if inside else None
    quiet = (worklist.RECEIVE, worklist.RESHIP, worklist.GIFT)
    support = is_support(user_of(request))
    entries = [
        Entry(WORK_LABELS[name], f"{queue}?todo={name}", icon, counts[name], name not in quiet, chosen == name)
        for name, icon in ICONS.items()
        if support or name not in FOR_SUPPORT
    ]
    return [*entries, _questions(request), Entry(_("all tickets"), queue, "list-checks", current=chosen == "")]


def _questions(request: HttpRequest) -> Entry:
    """Questions on orders, which are no tickets (S-163)."""
    waiting = Order.objects.filter(desk_rows(user_of(request)), buyer_waits_since__isnull=False).count()
    chosen = request.path == reverse(ORDERS) and bool(request.GET.get("question"))
    return Entry(_("questions on orders"), f"{reverse(ORDERS)}?question=1", "message-circle", waiting, True, chosen)


def _model_entries(request: HttpRequest, apps: Iterable[Context]) -> tuple[list[Entry], list[Entry]]:
    """Pages of the admin: those of every day with an icon, and the others."""
    daily, seldom = [], []
    for model in (model for app in apps for model in app["models"] if model["admin_url"]):
        name, url = model["object_name"], model["admin_url"]
        if name in DAILY:
            current = request.path.startswith(url) and not (name == "Order" and request.GET.get("question"))
            daily.append(Entry(model["name"], url, DAILY[name], current=current))
        elif name != "Ticket":
            seldom.append(Entry(model["name"], url, current=request.path.startswith(url)))
    return daily, seldom


def _pages(request: HttpRequest, pages: Iterable[Any]) -> list[Entry]:
    entries = []
    for page in pages:
        if page.may and not page.may(user_of(request)):
            continue
        try:
            url = reverse(f"admin:{page.name}")
        except NoReverseMatch:  # an address with parameters is in no menu
            continue
        entries.append(Entry(page.label, url, page.icon or "file-text", current=request.path.startswith(url)))
    return entries
