"""What the finance page shows: tiles, the chart of money that left, the fees of the channels, and promises, each with
the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.money import DEFAULT_CURRENCY, ZERO, unit_of
from refunds import worklist
from refunds.labels import channel_label
from reports import finance
from reports.finance import Fees, Out, Outstanding, Promises
from reports.ranges import Range
from web.money import currency_name, format_money

from ..numbers import words
from ..numbers.card import Card
from ..numbers.charts import NARROW, WIDE, Plane, Series, Size, column_plane

# What money leaves for, in the order of the drawing.
PARTS: "dict[str, str | Promise]" = {
    "refund": gettext_lazy("refunds"),
    "payable": gettext_lazy("payables"),
    "chargeback": gettext_lazy("chargebacks"),
}
REFUNDS = "admin:refunds_refund_changelist"
PAYABLES, CHARGEBACKS = "admin:refunds_payable_changelist", "admin:refunds_chargeback_changelist"
# What is counted → the filter of the list of refunds that has the same rows.
LISTS = {
    finance.UNDER_WAY: worklist.UNDER_WAY,
    finance.STUCK: worklist.STUCK,
    finance.UNPAID: worklist.FAILED,
    finance.SECOND: worklist.SECOND,
}
# The same of other lists: what they are called here, the list, and the status that it shows.
OTHERS: "dict[str, tuple[str | Promise, str, str]]" = {
    finance.TO_APPROVE: (gettext_lazy("Payables to approve"), PAYABLES, "pending"),
    finance.TO_PAY: (gettext_lazy("Payables to pay"), PAYABLES, "approved"),
    finance.PAYING: (gettext_lazy("Payables being paid through the channel"), PAYABLES, "paying"),
    finance.CHARGEBACKS: (gettext_lazy("Open chargebacks"), CHARGEBACKS, "open"),
}


@dataclass(frozen=True)
class Tile:
    label: str
    value: str
    detail: str
    url: str


def waiting(rows: Sequence[Outstanding], now: datetime) -> list[Tile]:
    lists = {what: (worklist.LABELS[name], f"{reverse(REFUNDS)}?open={name}") for what, name in LISTS.items()}
    lists |= {
        what: (label, f"{reverse(page)}?status__exact={status}") for what, (label, page, status) in OTHERS.items()
    }
    return [
        _tile(str(label), url, [row for row in rows if row.what == what], now) for what, (label, url) in lists.items()
    ]


def _tile(label: str, url: str, rows: list[Outstanding], now: datetime) -> Tile:
    parts = []
    if rows:
        oldest = min(row.oldest for row in rows)
        parts = [" · ".join(format_money(row.amount, row.currency) for row in rows), age(oldest, now)]
    return Tile(label, words.count(sum(row.rows for row in rows)), " · ".join(parts), url)


def notices(rows: int, oldest: datetime | None, now: datetime) -> Tile:
    """Notices of channels that do not fit, for support."""
    url = f"{reverse('admin:refunds_channelnotice_changelist')}?reviewed=0"
    return Tile(_("Notices of channels to review"), words.count(rows), age(oldest, now) if oldest else "", url)


def age(since: datetime, now: datetime) -> str:
    # A number and its unit on one line.
    return _("oldest: %(age)s") % {"age": words.hours((now - since).total_seconds() / 3600).replace(" ", "\xa0")}


def account_label(account: str) -> str:
    return _("another way") if account == "cash" else _("through the channel")


def out(rows: Sequence[Out], span: Range) -> Card:
    """One drawing and one sum a currency."""
    codes = list(dict.fromkeys(row.currency for row in rows)) or [DEFAULT_CURRENCY]
    parts = [
        f"{label} {_sum([row for row in rows if row.about == about])}"
        for about, label in PARTS.items()
        if any(row.about == about for row in rows)
    ]
    values = {"amount": _sum(rows), "parts": " · ".join(parts)}
    return Card(
        "out",
        _("Money that left, by day"),
        _(
            "By the ledger: refunds that were paid, less what the bank returned or support voided; payables that were"
            " paid to buyers; and what banks took for chargebacks, less what they gave back."
        ),
        _("%(amount)s left in this period (%(parts)s).") % values if rows else "",
        [_("Day"), _("What for"), _("How"), _("Currency"), _("How many"), _("Amount")],
        [_row(row) for row in rows],
        [_plane(rows, span, code, size) for code in codes for size in (WIDE, NARROW)],
        "columns",
        [(f"f{number}", str(label)) for number, label in enumerate(PARTS.values(), 1)],
        "" if rows else _("No money left in this period."),
        4,
    )


def _sum(rows: Sequence[Out]) -> str:
    """Of each currency."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, ZERO) + row.amount
    return ", ".join(format_money(amount, code) for code, amount in sums.items())


def _row(row: Out) -> list[Any]:
    amount = row.amount.quantize(unit_of(row.currency))
    what, how = str(PARTS[row.about]), account_label(row.account)
    return [f"{row.day:%Y-%m-%d}", what, how, currency_name(row.currency), row.rows, amount]


def _plane(rows: Sequence[Out], span: Range, currency: str, size: Size) -> Plane:
    slots = span.slots("day")
    amounts: dict[tuple[datetime, str], float] = {}
    for row in rows:
        if row.currency == currency:
            amounts[row.day, row.about] = amounts.get((row.day, row.about), 0.0) + float(row.amount)
    # More may come back on a day than leaves; the table has the exact sum.
    series = [
        Series(str(label), [max(amounts.get((slot, about), 0.0), 0.0) for slot in slots])
        for about, label in PARTS.items()
    ]
    return column_plane(series, [words.slot(slot, "day") for slot in slots], currency_name(currency), size)


def fees(rows: Sequence[Fees], *, every_shop: bool) -> Card:
    """`every_shop`: of all, and so what no shop's payment explains too."""
    header = [_("Channel"), _("Currency"), _("Charged"), _("Given back"), _("Net")]
    return Card(
        "fees",
        _("Fees of the channels"),
        _(
            "By the ledger, as the channels' bills list them: charged with payments, given back with refunds. A bill"
            " that was not read is not in it."
        ),
        _("Fees of this period, net: %(amounts)s.") % {"amounts": _net(rows)} if rows else "",
        [*header, _("Of unknown payments, not booked")] if every_shop else header,
        [_fees_row(row, every_shop) for row in rows],
        empty="" if rows else _("No fees were booked for this period."),
        names=2,
    )


def _net(rows: Sequence[Fees]) -> str:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, ZERO) + row.charged - row.given_back
    return ", ".join(format_money(amount, code) for code, amount in sums.items())


def _fees_row(row: Fees, every_shop: bool) -> list[Any]:
    amounts = [row.charged, row.given_back, row.charged - row.given_back, *([row.unknown] if every_shop else [])]
    unit = unit_of(row.currency)
    return [channel_label(row.channel), currency_name(row.currency), *(amount.quantize(unit) for amount in amounts)]


def promises(rows: Sequence[Promises]) -> Card:
    promised, in_time = sum(row.promised for row in rows), sum(row.in_time for row in rows)
    values = {"kept": in_time, "promised": promised, "share": words.percent(in_time / promised if promised else None)}
    return Card(
        "promises",
        _("Refunds confirmed by the day that buyers were told"),
        _(
            "Refunds whose promised day lies in this period. What counts is when the channel, or the second person of a"
            " manual settlement, confirmed that the money was paid: no channel says when the buyer's bank shows it."
        ),
        _("%(kept)d of %(promised)d confirmed by the promised day (%(share)s).") % values if rows else "",
        [
            _("Channel"), _("Promised"), _("Confirmed in time"), _("Confirmed late"), _("Still open"),
            _("In time, percent"),
        ],
        [
            [channel_label(row.channel), *row[1:], words.plain(row.in_time / row.promised * 100)]
            for row in rows
        ],
        empty="" if rows else _("Nothing was promised for this period."),
    )  # fmt: skip
