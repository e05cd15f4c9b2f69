"""`?status=&shop=&created_after=&created_before=&overdue=&search=` of the order list."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Invalid
from web.api.filters import ListFilter, Moment, OneOf, Text

from ..machine import Status
from ..models import Order, OrderLine

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_SEARCH = 64


class OrderFilter(ListFilter):
    status = OneOf(choices=Status.values, help_text=gettext_lazy("Only this status."))
    shop = Text(field_name="shop__code", help_text=gettext_lazy("Only this shop, by its code."))
    created_after = Moment(
        field_name="placed_at", lookup_expr="gte", help_text=gettext_lazy("Placed at or after this date or time.")
    )
    created_before = Moment(
        field_name="placed_at", lookup_expr="lt", end=True,
        help_text=gettext_lazy("Placed before this time, or up to the end of this date."),
    )  # fmt: skip
    overdue = OneOf(
        choices=["true"],
        method="late",
        help_text=gettext_lazy("Only paid orders that are late to ship (B-18)."),
    )
    search = Text(
        field_name="order_no", lookup_expr="holds_number", help_text=gettext_lazy("Part of the order number.")
    )

    def late(self, rows: "QuerySet[Order]", name: str, value: str) -> "QuerySet[Order]":
        return ship_overdue(rows, timezone.now())


def ship_overdue(rows: "QuerySet[Order]", now: datetime) -> "QuerySet[Order]":
    """`Order.ship_overdue` for many."""
    return rows.filter(status=Status.PAID, ship_due_at__lte=now)


def filtered(rows: "QuerySet[Order]", query: Mapping[str, str]) -> "QuerySet[Order]":
    return OrderFilter.apply(rows, query)


def searched(rows: "QuerySet[Order]", words: str) -> "QuerySet[Order]":
    """Orders with these words in their number or in the title of something bought. For rows that are few by
    themselves, such as one buyer's: no index helps with the middle of a text."""
    words = words.strip()
    if not words:
        return rows
    if "\0" in words or len(words) > MAX_SEARCH:
        raise Invalid(errors={"search": [_("Search for up to %(most)d letters and digits.") % {"most": MAX_SEARCH}]})
    lines = OrderLine.objects.filter(shop_id=OuterRef("shop_id"), order_id=OuterRef("pk"))
    titled = lines.filter(Q(title__icontains=words) | Q(title_en__icontains=words))
    return rows.filter(Q(order_no__holds_number=words) | Exists(titled))
