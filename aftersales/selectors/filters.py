"""`?type=&status=&stage=&shop=&overdue=&awaits_answer=&created_after=&created_before=&search=&ordering=` of the
ticket list."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.errors import Invalid
from orders.api.filters import moment

from ..models import Ticket
from ..states import STAGES, Status, Type

if TYPE_CHECKING:
    from django.db.models import QuerySet

ORDERINGS = ("-created_at", "created_at", "-due_at", "due_at")
TRUTHS = {"true": False, "1": False, "false": True, "0": True}  # overdue → overdue_since is null, and so on
LONGEST_SEARCH = 64


def filtered(rows: "QuerySet[Ticket]", query: Mapping[str, str]) -> "QuerySet[Ticket]":
    values = {name: value for name, value in query.items() if value}
    if any("\0" in value for value in values.values()):
        raise Invalid(errors={"query": [_("Leave out the NUL character.")]})
    if type_ := values.get("type"):
        rows = rows.filter(type=one_of(type_, Type.values, "type"))
    if status := values.get("status"):
        rows = rows.filter(status=one_of(status, Status.values, "status"))
    if stage := values.get("stage"):
        rows = rows.filter(status__in=STAGES[one_of(stage, STAGES, "stage")])
    if shop := values.get("shop"):
        rows = rows.filter(shop__code=shop)
    if overdue := values.get("overdue"):
        rows = rows.filter(overdue_since__isnull=TRUTHS[one_of(overdue, TRUTHS, "overdue")])
    if awaits := values.get("awaits_answer"):
        rows = rows.filter(buyer_waits_since__isnull=TRUTHS[one_of(awaits, TRUTHS, "awaits_answer")])
    if raw := values.get("created_after"):
        rows = rows.filter(created_at__gte=moment(raw, "created_after", end=False))
    if raw := values.get("created_before"):
        rows = rows.filter(created_at__lt=moment(raw, "created_before", end=True))
    if search := values.get("search"):
        rows = rows.filter(found(search))
    return rows


def found(search: str) -> Q:
    """A part of the ticket's, the order's, or the return's or replacement's waybill number."""
    text = search.strip()[:LONGEST_SEARCH]
    return (
        Q(ticket_no__icontains=text)
        | Q(order__order_no__icontains=text)
        | Q(return_parcel__tracking_no__icontains=text)
        | Q(replacement_parcel__tracking_no__icontains=text)
    )


def one_of(value: str, choices: Iterable[str], field: str) -> str:
    if value not in choices:
        raise Invalid(errors={field: [_("Choose one of: %(all)s.") % {"all": ", ".join(choices)}]})
    return value


def ordering(query: Mapping[str, str]) -> tuple[str, bool]:
    """The column and whether descending. By deadline only what has one is listed."""
    value = one_of(query.get("ordering") or ORDERINGS[0], ORDERINGS, "ordering")
    return value.lstrip("-"), value.startswith("-")
