"""Refunds and orders on the home: how yesterday was, what is under way, and what may go wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import desk_rows
from accounts.models import User
from aftersales.models import Ticket
from kernel.calls.clock import wall
from logistics.machine import TO_CHASE
from logistics.models import Parcel
from orders.api.filters import ship_overdue
from orders.models import Order
from refunds import worklist as refunds
from refunds.chargebacks.machine import Status as ChargebackStatus
from refunds.complaints.machine import Status as ComplaintStatus
from refunds.machine import Status
from refunds.models import Chargeback, Complaint, Refund
from web.admin.days import day_query, of_day
from web.money import format_money

from ..menu import ORDERS, QUEUE, Text
from .rows import Row, Whose

if TYPE_CHECKING:
    from django.db.models import QuerySet

REFUNDS = "admin:refunds_refund_changelist"
PARCELS = "admin:logistics_parcel_changelist"


def listed(name: str) -> str:
    return f"{reverse(REFUNDS)}?open={name}"


def in_words(sums: Sequence[refunds.Money]) -> str:
    """Amounts of different currencies are never added up."""
    return " · ".join(format_money(one.amount, one.currency) for one in sums)


def refunds_at_risk(rows: "QuerySet[Refund]") -> list[Row]:
    """One statement over what is under way and what failed."""
    named, icons = refunds.conditions(wall()), {refunds.STUCK: "clock", refunds.SECOND: "users"}
    counts = (
        rows.filter(refunds.UNSETTLED).order_by().aggregate(**{name: Count("pk", filter=named[name]) for name in icons})
    )
    texts: dict[str, Text] = {
        refunds.STUCK: _("refunds under way for more than 4 hours"),
        refunds.SECOND: _("refunds that need a second person"),
    }
    return [Row(texts[name], listed(name), counts[name], icon) for name, icon in icons.items() if counts[name]]


def open_chargebacks(user: User) -> Row:
    """What banks hold until they have decided."""
    count = Chargeback.objects.filter(desk_rows(user), status=ChargebackStatus.OPEN).count()
    url = f"{reverse('admin:refunds_chargeback_changelist')}?status__exact={ChargebackStatus.OPEN}"
    return Row(_("open chargebacks"), url, count, "scale")


def complaints_to_answer(user: User) -> Row:
    """To a payment channel, which gives the shop little time."""
    count = Complaint.objects.filter(desk_rows(user), status=ComplaintStatus.OPEN).count()
    url = f"{reverse('admin:refunds_complaint_changelist')}?status__exact={ComplaintStatus.OPEN}"
    return Row(_("complaints to answer at the channel"), url, count, "scale")


def late_shipments(user: User, now: datetime) -> Row:
    """B-18: the buyer's refund needs nobody any more."""
    late = ship_overdue(Order.objects.filter(desk_rows(user)), now).count()
    return Row(_("orders not shipped in time"), f"{reverse(ORDERS)}?shipping=overdue", late, "truck")


def parcels_to_chase(user: User) -> Row:
    """S-143: whose courier has to be asked."""
    count = Parcel.objects.filter(desk_rows(user), status__in=TO_CHASE).count()
    return Row(_("parcels to chase with the courier"), f"{reverse(PARCELS)}?chase=1", count, "truck")


def under_way(rows: "QuerySet[Refund]") -> Row:
    sums = refunds.money(rows.filter(refunds.conditions(wall())[refunds.UNDER_WAY]))
    count = sum(one.refunds for one in sums)
    return Row(_("refunds under way now"), listed(refunds.UNDER_WAY), count, money=in_words(sums))


def refunded_yesterday(rows: "QuerySet[Refund]", now: datetime) -> Row:
    sums = refunds.money(rows.filter(status=Status.SUCCEEDED, **of_day("settled_at", now, 1)))
    url = f"{reverse(REFUNDS)}?status__exact={Status.SUCCEEDED}&{day_query('settled_at', now, 1)}"
    return Row(_("refunded yesterday"), url, sum(one.refunds for one in sums), money=in_words(sums))


def new_yesterday(whose: Whose, now: datetime) -> Row:
    return _of_yesterday(_("new tickets yesterday"), whose, "created_at", now)


def ended_yesterday(whose: Whose, now: datetime) -> Row:
    return _of_yesterday(_("tickets that ended yesterday"), whose, "ended_at", now)


def _of_yesterday(text: str, whose: Whose, column: str, now: datetime) -> Row:
    """With the day before, to compare. One statement over two days of an index."""
    yesterday, before = Q(**of_day(column, now, 1)), Q(**of_day(column, now, 2))
    rows = Ticket.objects.filter(whose.tickets).filter(yesterday | before).order_by()
    counts = rows.aggregate(n=Count("pk", filter=yesterday), before=Count("pk", filter=before))
    assignee = f"&assignee={whose.assignee}" if whose.assignee else ""
    url = f"{reverse(QUEUE)}?{day_query(column, now, 1)}{assignee}"
    return Row(text, url, counts["n"], detail=_("%(n)d the day before") % {"n": counts["before"]})


def refunded_on_tickets(whose: Whose, now: datetime) -> str:
    """By the tickets that ended yesterday. One statement."""
    rows = Ticket.objects.filter(whose.tickets, refunded_amount__gt=0, **of_day("ended_at", now, 1)).order_by()
    sums = rows.values_list("order__currency").annotate(Count("pk"), Sum("refunded_amount"))
    return in_words([refunds.Money(*row) for row in sums])
