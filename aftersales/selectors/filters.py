"""`?type=&status=&stage=&shop=&overdue=&alert=&awaits_answer=&created_after=&created_before=&search=&ordering=` of the
ticket list."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Invalid
from kernel.languages import enumerated
from web.api.filters import IsSet, ListFilter, Moment, OneOf, Text

from ..models import Ticket, TicketParcel
from ..states import STAGES, Alert, Stage, Status, Type

if TYPE_CHECKING:
    from django.db.models import QuerySet

ORDERINGS = ("-created_at", "created_at", "-due_at", "due_at")
# The longest numbers that are stored, those of orders and parcels, have 64 characters.
MAX_SEARCH = 64


class TicketFilter(ListFilter):
    type = OneOf(choices=Type.values, help_text=gettext_lazy("Only this type."))
    shop = Text(field_name="shop__code", help_text=gettext_lazy("Only this shop, by its code."))
    status = OneOf(choices=Status.values, help_text=gettext_lazy("Only this status."))
    stage = OneOf(choices=Stage.values, method="in_stage", help_text=gettext_lazy("Only this tab of the list."))
    overdue = IsSet(
        field_name="overdue_since",
        help_text=gettext_lazy("Only overdue tickets, or only those that aren't."),
    )
    alert = OneOf(choices=Alert.values, method="with_alert", help_text=gettext_lazy("Only with this alert."))
    awaits_answer = IsSet(
        field_name="buyer_waits_since",
        help_text=gettext_lazy("Only tickets where the shop owes the buyer an answer, or only those where it doesn't."),
    )
    created_after = Moment(
        field_name="created_at", lookup_expr="gte",
        help_text=gettext_lazy("Requested at or after this date or time."),
    )  # fmt: skip
    created_before = Moment(
        field_name="created_at", lookup_expr="lt", end=True,
        help_text=gettext_lazy("Requested before this time, or up to the end of this date."),
    )  # fmt: skip
    search = Text(
        method="with_number",
        help_text=gettext_lazy("Part of the ticket number, order number or a parcel's tracking number."),
    )

    def in_stage(self, rows: "QuerySet[Ticket]", name: str, stage: str) -> "QuerySet[Ticket]":
        return rows.filter(status__in=STAGES[stage])

    def with_alert(self, rows: "QuerySet[Ticket]", name: str, alert: str) -> "QuerySet[Ticket]":
        return rows.filter(alerts__contains=[alert])

    def with_number(self, rows: "QuerySet[Ticket]", name: str, text: str) -> "QuerySet[Ticket]":
        return rows.filter(has_number(text))


def filtered(rows: "QuerySet[Ticket]", query: Mapping[str, str]) -> "QuerySet[Ticket]":
    return TicketFilter.apply(rows, query)


def has_number(search: str) -> Q:
    """A part of the ticket's, the order's, or a waybill's number: of every parcel the ticket ever had."""
    text = search.strip()[:MAX_SEARCH]
    # EXISTS and no join: a ticket with several parcels would be listed several times.
    parcels = TicketParcel.objects.filter(
        shop_id=OuterRef("shop_id"), ticket=OuterRef("pk"), parcel__tracking_no__holds_number=text
    )
    return Q(ticket_no__holds_number=text) | Q(order__order_no__holds_number=text) | Q(Exists(parcels))


def one_of(value: str, choices: Iterable[str], field: str) -> str:
    if value not in choices:
        raise Invalid(errors={field: [_("Choose one of: %(all)s.") % {"all": enumerated(choices)}]})
    return value


def ordering(query: Mapping[str, str]) -> tuple[str, bool]:
    """The column and whether descending. By deadline only what has one is listed."""
    value = one_of(query.get("ordering") or ORDERINGS[0], ORDERINGS, "ordering")
    return value.lstrip("-"), value.startswith("-")
