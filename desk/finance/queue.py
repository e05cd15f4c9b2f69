"""Differences with the channels, the oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Shop
from kernel.languages import picked
from refunds.labels import channel_label
from refunds.models import Comparison, Difference
from refunds.reconciliation.models import Kind
from refunds.reconciliation.wording import next_step
from web.money import format_money

from ..numbers import words

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_LISTED = 50


@dataclass(frozen=True)
class Entry:
    pk: int
    kind: str
    number: str
    url: str  # empty: there is nothing here with this number
    transaction_no: str
    transaction_url: str
    channel: str
    shop: str
    here: str
    there: str
    age: str
    first_seen: datetime
    next_step: str


def comparisons() -> list[str]:
    """Of each channel that was ever compared: which days, and when."""
    return [
        _("%(channel)s: refunds of %(first)s to %(last)s, compared on %(at)s.")
        % {
            "channel": channel_label(row.channel),
            "first": date_format(row.first, "DATE_FORMAT"),
            "last": date_format(row.last, "DATE_FORMAT"),
            "at": f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
        }
        for row in Comparison.objects.order_by("channel")
    ]


def still_open(shops: tuple[int, ...] | None) -> "QuerySet[Difference]":
    """None: every shop, and what nobody's is."""
    rows = Difference.objects.filter(resolved_at=None).order_by("first_seen", "pk")
    return rows if shops is None else rows.filter(shop_id__in=shops)


def entries(rows: "QuerySet[Difference]", now: datetime) -> tuple[list[Entry], int]:
    """The oldest MAX_LISTED, and how many there are in all. Three statements."""
    oldest, total = list(rows[:MAX_LISTED]), rows.count()
    shops = Shop.objects.filter(pk__in={row.shop_id for row in oldest if row.shop_id})
    names = dict(shops.values_list("pk", picked("name"))) if oldest else {}
    return [_entry(row, names.get(row.shop_id or 0, ""), now) for row in oldest], total


def _find(number: str) -> str:
    return f"{reverse('admin:desk_find')}?{urlencode({'q': number})}" if number else ""


def _entry(row: Difference, shop: str, now: datetime) -> Entry:
    here, there = (
        words.NOTHING if amount is None else format_money(amount, row.currency or "CNY")
        for amount in (row.here, row.there)
    )
    return Entry(
        row.pk,
        str(Kind(row.kind).label),
        row.number,
        "" if row.kind == Kind.MISSING_HERE else _find(row.number),
        row.transaction_no,
        _find(row.transaction_no) if row.shop_id else "",
        channel_label(row.channel),
        shop,
        here,
        there,
        words.hours((now - row.first_seen).total_seconds() / 3600),
        row.first_seen,
        next_step(row.kind),
    )
