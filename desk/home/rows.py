"""What the home counts: a row a list, with the number of rows that the list has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import desk_rows
from accounts.models import User
from aftersales.models import Ticket
from aftersales.selectors import tiles, worklist
from aftersales.wording.work import WORK_LABELS
from orders.models import Order

from ..menu import ICONS, ORDERS, QUEUE, Text

if TYPE_CHECKING:
    from django.db.models import QuerySet

# In the order in which they are worked off, and those that cost money, a fine or a dispute where nobody sees to them.
NOW = (worklist.REVIEW, tiles.ARRIVED, worklist.RESHIP, worklist.GIFT, worklist.ANSWER)
AT_RISK = (worklist.FAILED, worklist.CAME_LATE, worklist.OVERDUE, worklist.DUTY, tiles.OBJECTIONS, tiles.PROVE)
# What a manager decided alone is for managers and support to look at.
RISKS = (worklist.OVERRIDES, *AT_RISK)
LATE = (worklist.FAILED, worklist.CAME_LATE, worklist.OVERDUE, worklist.DUTY)
_ICONS = ICONS | {tiles.ARRIVED: "box", tiles.OBJECTIONS: "scale", tiles.PROVE: "truck",
                  worklist.OVERRIDES: "triangle-alert", worklist.OVERRIDES_OBJECTED: "scale",
                  tiles.RULE: "scale", tiles.TODAY: "clock"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """`url`: the list that has `count` rows. `first`: its first deadline; `since`: how long its first row waits."""

    label: Text
    url: str
    count: int
    icon: str = ""
    first: datetime | None = None
    since: datetime | None = None
    detail: Text = ""
    money: str = ""

    @property
    def counted(self) -> str:
        """The count; beside an amount, of what it is."""
        if not self.money:
            return str(self.count)
        return ngettext("%(n)d refund", "%(n)d refunds", self.count) % {"n": self.count}


@dataclass(frozen=True)
class Whose:
    """The tickets that a part of the page is about, as a condition and as the filter of the queue."""

    tickets: Q
    assignee: str = ""

    def url(self, todo: str) -> str:
        return f"{reverse(QUEUE)}?todo={todo}{f'&assignee={self.assignee}' if self.assignee else ''}"


def of_shops(user: User) -> Whose:
    return Whose(desk_rows(user))


def own(user: User) -> Whose:
    return Whose(desk_rows(user) & Q(assignee_id=user.pk), "me")


def nobodys(user: User) -> Whose:
    """As `AssigneeFilter` has it."""
    return Whose(desk_rows(user) & (Q(assignee=None) | Q(assignee__is_active=False)), "none")


@dataclass(frozen=True)
class Work:
    """Rows that are empty are left out. `today`: what runs out before midnight, or has and is not marked as overdue."""

    today: Row
    now: list[Row]
    risk: list[Row]


def work(user: User, whose: Whose, now: datetime, names: Iterable[str] = (*NOW, *AT_RISK)) -> Work:
    """`names` that are not at risk are to be done. One statement over what is open or unanswered."""
    tallies = tiles.waiting(Ticket.objects.filter(whose.tickets), (tiles.TODAY, *names), user.pk, now)
    listed = {name: _row(name, whose, tally) for name, tally in tallies.items()}
    return Work(
        listed.pop(tiles.TODAY),
        [row for name, row in listed.items() if row.count and name not in RISKS],
        [row for name, row in listed.items() if row.count and name in RISKS],
    )


def _row(name: str, whose: Whose, tally: tiles.Tally) -> Row:
    waits, late = name in worklist.WAITS_SINCE, name in LATE
    return Row(
        WORK_LABELS[name],
        whose.url(name),
        tally.tickets,
        _ICONS[name],
        first=None if waits or late else tally.first,  # what is late says so already
        since=tally.first if waits else None,
    )


def first_tickets(whose: Whose, most: int = 8) -> "list[Ticket]":
    """Those of the shop's turn whose time runs out first. One statement."""
    turn = worklist.FOR_THE_SHOP | worklist.TODO[worklist.GIFT]
    rows = Ticket.objects.filter(whose.tickets).filter(turn).select_related("reason", "buyer", "shop")
    return list(rows.order_by(tiles.DEADLINE.asc(nulls_last=True), "-id")[:most])


def unanswered(whose: Whose, most: int = 4) -> "list[Ticket]":
    """Whose buyers wait longest for an answer."""
    rows = Ticket.objects.filter(whose.tickets, worklist.TODO[worklist.ANSWER])
    return list(rows.select_related("buyer", "shop").order_by(*worklist.order_of(worklist.ANSWER))[:most])


def questions(orders: "QuerySet[Order]") -> Row:
    """Questions on orders, which are no tickets (S-163)."""
    count = orders.filter(buyer_waits_since__isnull=False).count()
    return Row(_("questions on orders"), f"{reverse(ORDERS)}?question=1", count, "message-circle")
