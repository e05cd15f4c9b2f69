"""`?status=&shop=&created_after=&created_before=&search=` of the order list."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
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
        help_text=gettext_lazy("Placed before this time, or until the end of this date."),
    )  # fmt: skip
    search = Text(field_name="order_no", lookup_expr="icontains", help_text=gettext_lazy("A part of the order number."))


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
    titled = OrderLine.objects.filter(order_id=OuterRef("pk"), title__icontains=words)
    return rows.filter(Q(order_no__icontains=words) | Exists(titled))
