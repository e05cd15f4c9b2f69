"""`?status=&shop=&created_after=&created_before=&search=` of the order list."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from kernel.errors import Invalid

from ..machine import Status
from ..models import Order, OrderLine

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_SEARCH = 64


def moment(raw: str, field: str, *, end: bool) -> datetime:
    """A date or a time. A date means its first moment, or with `end` the first moment of the day after."""
    try:
        # An unescaped "+08:00" arrives with a blank.
        at = parse_datetime(raw.replace(" ", "+") if "T" in raw else raw) if ":" in raw else None
        day = None if at else parse_date(raw)
        if day:
            at = datetime.combine(day + timedelta(days=int(end)), time.min)
        if at and 1990 <= at.year < 2200:
            return timezone.make_aware(at) if timezone.is_naive(at) else at
    except (ValueError, OverflowError):
        pass
    raise Invalid(errors={field: [_("Give a date or a time as in 2026-01-31 or 2026-01-31T10:00:00+08:00.")]})


def filtered(rows: "QuerySet[Order]", query: Mapping[str, str]) -> "QuerySet[Order]":
    values = {name: value for name, value in query.items() if value}
    if any("\0" in value for value in values.values()):
        raise Invalid(errors={"query": [_("Leave out the NUL character.")]})
    if status := values.get("status"):
        if status not in Status.values:
            raise Invalid(errors={"status": [_("Choose one of: %(all)s.") % {"all": ", ".join(Status.values)}]})
        rows = rows.filter(status=status)
    if shop := values.get("shop"):
        rows = rows.filter(shop__code=shop)
    if raw := values.get("created_after"):
        rows = rows.filter(placed_at__gte=moment(raw, "created_after", end=False))
    if raw := values.get("created_before"):
        rows = rows.filter(placed_at__lt=moment(raw, "created_before", end=True))
    if search := values.get("search"):
        rows = rows.filter(order_no__icontains=search)
    return rows


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
