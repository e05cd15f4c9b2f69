"""One run: of a bill, or of a channel for one day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from .. import channel_settings, gateways
from ..models import MerchantAccount
from . import asking, reading
from .comparing import Result, Span, compare_bill
from .reading import BadRows

SANDBOX = "sandbox"


@dataclass
class Run:
    """`asked`: refunds of the day; `unanswered`: those of which the channel said nothing."""

    channel: str
    result: Result
    bad: BadRows = field(default_factory=BadRows)
    unanswered: int = 0


def _silent(rows: int) -> None:
    """Nobody watches how far it is."""


def channels() -> list[str]:
    """Those that can be asked: of the environment, and those at which a shop has an account of its own."""
    of_shops = set(MerchantAccount.objects.exclude(secrets="").values_list("channel", flat=True).distinct())
    return [name for name in (SANDBOX, *channel_settings.REQUIRED) if gateways.get(name) or name in of_shops]


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def of_bill(
    path: Path,
    *,
    now: datetime,
    channel: str = "",
    day: date | None = None,
    read: Callable[[int], object] = _silent,
) -> Run:
    """Raises Unreadable where the file as a whole is no bill."""
    bill, bad = reading.format_of(path), BadRows()
    with transaction.atomic():
        reading.create()
        reading.copy(reading.lines_of(path, bill, bad, read))
        result = compare_bill(_span_of_bill(channel or bill.channel, day, now))
    return Run(channel or bill.channel, result, bad)


def _span_of_bill(channel: str, day: date | None, now: datetime) -> Span:
    if day is None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE bill_line")
            cursor.execute("SELECT min(at), max(at) FROM bill_line")
            first, last = cursor.fetchone()
        if first is None:
            return Span(channel, now, now, now)  # no refunds in it: there is no day to compare
        start, end = timezone.localtime(first).date(), timezone.localtime(last).date()
    else:
        start = end = day
    return Span(channel, midnight(start), midnight(end + timedelta(days=1)), now)


def of_channel(
    channel: str,
    *,
    day: date,
    now: datetime,
    until: float | None = None,
    asked: Callable[[int], object] = _silent,
) -> Run:
    """`until`: of the monotonic clock; what is not asked for until then counts as unanswered."""
    span = Span(channel, midnight(day), midnight(day + timedelta(days=1)), now)
    if channel == SANDBOX:
        return Run(channel, _of_sandbox(span))
    numbers = asking.numbers_of(span)
    answers = list(asking.ask(channel, numbers, until=until, asked=asked))
    return Run(channel, asking.compare(span, answers), unanswered=len(numbers) - len(answers))


# Its records are as good as a bill: of the day, and of what is open here or settled on it.
_RECORDS = """
    INSERT INTO bill_line (number, line_id, transaction_no, amount, currency, at, paid, came_back)
    SELECT s.refund_no, 'SB' || s.id, s.transaction_no, s.amount, '', s.carried_out_at, true, s.returned_at IS NOT NULL
    FROM refunds_sandboxrefund s LEFT JOIN refunds_refund r ON r.refund_no = s.refund_no
    WHERE s.carried_out_at IS NOT NULL AND (
        (s.carried_out_at >= %(start)s AND s.carried_out_at < %(end)s)
        OR (s.returned_at >= %(start)s AND s.returned_at < %(end)s)
        OR (r.settled_at >= %(start)s AND r.settled_at < %(end)s)
    )
    ORDER BY s.id
"""


def _of_sandbox(span: Span) -> Result:
    with transaction.atomic(), connection.cursor() as cursor:
        reading.create()
        cursor.execute(_RECORDS, {"start": span.start, "end": span.end})
        return compare_bill(span)
