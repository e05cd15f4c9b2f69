from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from refunds.labels import channel_label
from refunds.ledger.accounts import NUMBERS, About, Account, Kind
from refunds.payables.machine import Kind as PayableKind

BATCH = 2_000


@dataclass(frozen=True)
class Period:
    """Whole days of TIME_ZONE, both included. `shops` None: every shop."""

    first: date
    last: date
    shops: tuple[int, ...] | None = None

    def parameters(self) -> Mapping[str, Any]:
        return {
            "start": _midnight(_bounded(self.first)),
            "end": _midnight(_bounded(self.last) + timedelta(days=1)),
            "every": self.shops is None,
            "shops": list(self.shops or ()),
        }


def _bounded(day: date) -> date:
    """Within the calendar: at its ends there is no midnight in every zone, and no entry."""
    return min(max(day, date(1900, 1, 1)), date(9000, 1, 1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class Total(NamedTuple):
    currency: str
    account: str
    debit: Decimal
    credit: Decimal


_WHERE = """
    WHERE (%(every)s OR e.shop_id = ANY(%(shops)s)) AND e.at >= %(start)s AND e.at < %(end)s
"""
_COUNT = f"SELECT count(*) FROM refunds_ledgerentry e {_WHERE}"  # noqa: S608
_TOTALS = f"""
    SELECT e.currency, v.account, sum(v.debit), sum(v.credit)
    FROM refunds_ledgerentry e,
    LATERAL (VALUES (e.debit, e.amount, 0), (e.credit, 0, e.amount)) v (account, debit, credit)
    {_WHERE} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  (texts of ours only)
_ENTRIES = f"""
    SELECT e.id, e.at, e.booked_at, s.code, o.order_no, t.ticket_no, p.channel, p.transaction_no, e.about, e.kind,
           e.number, y.kind, e.debit, e.credit, e.amount, e.currency
    FROM refunds_ledgerentry e
    JOIN accounts_shop s ON s.id = e.shop_id
    JOIN orders_order o ON o.shop_id = e.shop_id AND o.id = e.order_id
    LEFT JOIN orders_payment p ON p.shop_id = e.shop_id AND p.id = e.payment_id
    LEFT JOIN refunds_refund r ON e.about IN ('refund', 'fee') AND r.shop_id = e.shop_id AND r.refund_no = e.number
    LEFT JOIN aftersales_ticketrefund x ON x.shop_id = r.shop_id AND x.refund_id = r.id
    LEFT JOIN refunds_payable y ON e.about = 'payable' AND y.shop_id = e.shop_id AND y.payable_no = e.number
    LEFT JOIN aftersales_ticketpayable z ON z.shop_id = y.shop_id AND z.payable_id = y.id
    LEFT JOIN aftersales_ticket t ON t.shop_id = e.shop_id AND t.id = coalesce(x.ticket_id, z.ticket_id)
    {_WHERE} ORDER BY e.at, e.id
"""  # noqa: S608  (texts of ours only)


def header() -> list[str]:
    return [
        _("Date"), _("Time"), _("Voucher no."), _("Shop"), _("Order no."), _("Ticket no."), _("Channel"),
        _("Transaction no."), _("About"), _("Number"), _("Kind"), _("Debit account no."), _("Debit account"),
        _("Credit account no."), _("Credit account"), _("Amount"), _("Currency"), _("Summary"), _("Booked"),
    ]  # fmt: skip


def count(period: Period) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, period.parameters())
        return int(cursor.fetchone()[0])


def totals(period: Period) -> list[Total]:
    """Of each account with entries, by currency."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, period.parameters())
        return [Total(*row) for row in cursor.fetchall()]


def entries(period: Period) -> Iterator[list[Any]]:
    """The cells under `header()`, oldest first; labels in the language that is active when the first is read. A cursor
    of the database, so any number takes the same memory."""
    accounts, kinds, abouts = _labels(Account), _labels(Kind), _labels(About)
    payables, channels = _labels(PayableKind), dict[str | None, str]({None: ""})
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES, period.parameters())
        while rows := cursor.fetchmany(BATCH):
            for pk, at, booked, shop, order, ticket, channel, transaction, about, kind, number, *rest in rows:
                payable, debit, credit, amount, currency = rest
                if channel not in channels:
                    channels[channel] = channel_label(channel)
                here = timezone.localtime(at)
                summary = " ".join(filter(None, (kinds[kind], payables.get(payable), number, ticket)))
                yield [
                    here.date(), f"{here:%H:%M:%S}", f"LE{pk}", shop, order, ticket or "",
                    channels[channel], transaction or "", abouts[about], number, kinds[kind], NUMBERS[debit],
                    accounts[debit], NUMBERS[credit], accounts[credit], amount, currency, summary,
                    f"{timezone.localtime(booked):%Y-%m-%d %H:%M:%S}",
                ]  # fmt: skip


def _labels(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}
