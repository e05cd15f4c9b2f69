"""Platform support's home: what it has to rule on, where a second person is missing, and money that does not arrive."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from aftersales.models import Ticket
from aftersales.selectors import tiles, worklist
from kernel.calls.clock import wall
from refunds import worklist as refunds
from refunds.models import Refund

from . import money
from .rows import Row, Whose, Work, work

if TYPE_CHECKING:
    from django.db.models import QuerySet

TO_RULE = (tiles.RULE, worklist.DISPUTED, worklist.OVERRIDES_OBJECTED)
ALERTS = (worklist.OVERRIDES, worklist.OVERDUE, worklist.DUTY)
# An objection to a note has the clock of its ticket; one to a settlement has none, and counts from when it was made.
_BY = Coalesce("due_at", "overdue_since", "settlement_objected_at")


def disputes(user: User, now: datetime, most: int = 8) -> "list[Ticket]":
    """One statement over the objections."""
    named = tiles.conditions(user.pk, now)
    rows = Ticket.objects.filter(named[tiles.OBJECTIONS]).filter(named[tiles.RULE] | named[worklist.DISPUTED])
    return list(rows.select_related("reason", "buyer", "shop").order_by(_BY.asc(nulls_last=True), "id")[:most])


def rulings(user: User, whose: Whose, now: datetime) -> Work:
    """What support decides, and what shops are late with."""
    return work(user, whose, now, (*TO_RULE, *ALERTS))


def refunds_of_all_shops(rows: "QuerySet[Refund]") -> list[Row]:
    """Of each list also how many shops it concerns. One statement over what is under way and what failed."""
    named = refunds.conditions(wall())
    texts = {
        refunds.SECOND: (_("refunds that need a second person"), "users"),
        refunds.FAILED: (_("refunds failed and not settled"), "banknote"),
        refunds.STUCK: (_("refunds under way for more than 4 hours"), "clock"),
    }
    counts = {name: Count("pk", filter=named[name]) for name in texts}
    shops = {f"{name}_shops": Count("shop_id", filter=named[name], distinct=True) for name in texts}
    counted = rows.filter(refunds.UNSETTLED).order_by().aggregate(**counts, **shops)
    return [
        Row(text, money.listed(name), counted[name], icon, detail=_in_shops(counted[f"{name}_shops"]))
        for name, (text, icon) in texts.items()
        if counted[name]
    ]


def _in_shops(number: int) -> str:
    return ngettext("in %(n)d shop", "in %(n)d shops", number) % {"n": number}
