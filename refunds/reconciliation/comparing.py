"""Set-based: numbers of refunds, what we say of them, what the channel says, and the differences into the queue.

Temporary tables, in the transaction of the run: `bill_line` and `fee_line` (reading.py), `compared` the numbers
that are looked at, `difference` what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from ..machine import OPEN
from ..policy import STUCK_AFTER
from . import fees
from .models import Comparison, Source


@dataclass(frozen=True)
class Span:
    """From `start` to before `end`; what is open for longer than STUCK_AFTER at `now` is looked at as well."""

    channel: str
    start: datetime
    end: datetime
    now: datetime

    def parameters(self, source: str) -> Mapping[str, Any]:
        return {
            "channel": self.channel,
            "start": self.start,
            "end": self.end,
            "now": self.now,
            "stuck": self.now - STUCK_AFTER,
            "open": [str(status) for status in OPEN],
            "source": source,
        }


class New(NamedTuple):
    kind: str
    number: str
    here: Any
    there: Any


@dataclass
class Result:
    """`compared`: refunds that were looked at; `differences`: that are open; `new`: those that were not before.
    `unknown_fees`: of the bill, of no payment that somebody here knows."""

    compared: int
    differences: int
    new: list[New]
    unknown_fees: int = 0


# A refund that a bill names by the channel's own number is ours of that number (Stripe's reports).
_FOREIGN = "SELECT EXISTS (SELECT FROM bill_line WHERE number LIKE 're\\_%%')"
_OURS = """
    UPDATE bill_line b SET number = r.refund_no
    FROM refunds_refund r JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
    WHERE p.channel = %(channel)s AND r.gateway_no = b.number AND b.number LIKE 're\\_%%'
"""
_OURS_OF_FEES = """
    UPDATE fee_line f SET number = b.number FROM bill_line b
    WHERE b.line_id = f.line_id AND f.number LIKE 're\\_%%' AND b.number <> f.number
"""
_STORE = """
    INSERT INTO refunds_billline AS old (
        channel, number, line_id, occurrence, transaction_no, amount, currency, at, paid, came_back
    )
    SELECT %(channel)s, number, line_id, row_number() OVER (PARTITION BY number, line_id ORDER BY seq), transaction_no,
           amount, currency, at, paid, came_back
    FROM bill_line
    ON CONFLICT (channel, number, line_id, occurrence) DO UPDATE
    SET paid = old.paid OR EXCLUDED.paid, came_back = old.came_back OR EXCLUDED.came_back
    WHERE (EXCLUDED.paid AND NOT old.paid) OR (EXCLUDED.came_back AND NOT old.came_back)
"""
_NUMBERS = """
    CREATE TEMP TABLE compared ON COMMIT DROP AS
    SELECT DISTINCT number FROM bill_line UNION SELECT r.refund_no FROM refunds_refund r
    JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
    WHERE p.channel = %(channel)s AND (
        (r.settled_at >= %(start)s AND r.settled_at < %(end)s AND r.status = 'succeeded')
        OR (r.next_attempt_at IS NOT NULL AND NOT r.on_hold AND r.created_at < %(stuck)s)
    ) UNION SELECT number FROM refunds_difference
    WHERE channel = %(channel)s AND source = %(source)s AND resolved_at IS NULL
"""
# What we say of each number, and what the lines of the bills say, one row a number. `paid`: how often the buyer has it,
# below 0 where only the line was read by which it came back.
_BOTH = """
    lines AS (
        SELECT c.number, count(*) FILTER (WHERE b.paid) - count(*) FILTER (WHERE b.came_back) AS paid,
               bool_or(b.came_back) AS came_back,
               sum(b.amount) FILTER (WHERE b.paid) - coalesce(sum(b.amount) FILTER (WHERE b.came_back), 0) AS amount,
               max(b.currency) AS currency, max(b.transaction_no) AS transaction_no
        FROM compared c JOIN refunds_billline b ON b.channel = %(channel)s AND b.number = c.number
        GROUP BY c.number
    ), ours AS (
        SELECT r.refund_no AS number, r.shop_id, r.amount, o.currency, p.transaction_no, r.status, r.on_hold,
               r.created_at, r.settled_at,
               -- What the bank returned was paid by the channel once, and may go another way after that.
               r.confirmed_by IS NOT NULL AND r.returned_at IS NULL AS never_there, r.returned_at, r.confirmed_by
        FROM compared c
        JOIN refunds_refund r ON r.refund_no = c.number
        JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id AND p.channel = %(channel)s
        JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    )"""
# A bill may name a refund that nobody here knows, along a payment that somebody knows: then the shop is known too.
_BILL = f"""
    CREATE TEMP TABLE difference ON COMMIT DROP AS
    WITH {_BOTH}, judged AS (
        SELECT number, r.shop_id, coalesce(r.transaction_no, b.transaction_no) AS transaction_no, r.amount AS here,
               b.amount AS there, coalesce(r.currency, b.currency) AS currency,
               CASE
                   WHEN r.number IS NULL THEN CASE WHEN b.paid > 0 THEN 'missing_here' END
                   WHEN b.paid > 1 OR (b.paid = 1 AND r.status = 'succeeded' AND r.never_there) THEN 'twice'
                   WHEN b.paid = 1 AND r.status = 'failed' AND r.returned_at IS NULL THEN 'paid_there'
                   WHEN b.paid = 1 AND r.status = ANY(%(open)s) THEN 'stuck'
                   WHEN (b.number IS NULL OR b.came_back) AND r.status = ANY(%(open)s) AND NOT r.on_hold
                       AND r.created_at < %(stuck)s THEN 'stuck'
                   -- A bill is not written anew: what came back and was sent on since stands there as it was.
                   WHEN b.came_back AND b.paid <= 0 AND r.status = 'succeeded' AND r.confirmed_by IS NULL
                       AND r.returned_at IS NULL THEN 'returned_there'
                   WHEN b.number IS NULL AND r.status = 'succeeded' AND r.confirmed_by IS NULL THEN 'missing_there'
                   WHEN b.paid = 1 AND (b.amount <> r.amount OR b.currency NOT IN ('', r.currency)) THEN 'amount'
               END AS kind
        FROM lines b FULL JOIN ours r USING (number)
    )
    SELECT d.*, coalesce(d.shop_id, (
        SELECT p.shop_id FROM orders_payment p
        WHERE p.channel = %(channel)s AND p.transaction_no = d.transaction_no LIMIT 1
    )) AS shop FROM judged d WHERE kind IS NOT NULL
"""  # noqa: S608  (texts of ours only)
_ANSWERS = f"""
    CREATE TEMP TABLE difference ON COMMIT DROP AS
    WITH {_BOTH}, judged AS (
        SELECT number, r.shop_id, r.transaction_no, r.amount AS here,
               CASE WHEN a.outcome = 'succeeded' THEN a.amount END AS there, r.currency,
               CASE
                   WHEN r.status = 'succeeded' AND r.confirmed_by IS NULL AND a.outcome = 'not_found'
                       THEN 'missing_there'
                   WHEN r.status = 'succeeded' AND r.never_there AND a.outcome = 'succeeded' THEN 'twice'
                   WHEN r.status = 'succeeded' AND r.confirmed_by IS NULL AND a.outcome IN ('returned', 'failed')
                       THEN 'returned_there'
                   WHEN r.status = 'failed' AND a.outcome = 'succeeded' THEN 'paid_there'
                   WHEN r.status = 'succeeded' AND a.outcome = 'succeeded'
                       AND (a.amount <> r.amount OR a.currency NOT IN ('', r.currency)) THEN 'amount'
                   WHEN r.status = ANY(%(open)s) AND NOT r.on_hold AND r.created_at < %(stuck)s THEN 'stuck'
               END AS kind
        FROM ours r LEFT JOIN answer a USING (number)
    )
    SELECT *, shop_id AS shop FROM judged WHERE kind IS NOT NULL
"""  # noqa: S608  (texts of ours only)
# Not there yet, or closed by itself, or other amounts than those that a person has closed.
_IS_NEW = """
    (q.id IS NULL OR (q.resolved_at IS NOT NULL AND (
        q.resolved_by IS NULL OR (q.here, q.there) IS DISTINCT FROM (d.here, d.there)
    )))"""
_COUNT_NEW = f"""
    SELECT d.kind, d.number, d.here, d.there FROM difference d
    LEFT JOIN refunds_difference q ON q.channel = %(channel)s AND q.kind = d.kind AND q.number = d.number
    WHERE {_IS_NEW} ORDER BY d.kind, d.number
"""  # noqa: S608  (texts of ours only)
_QUEUE = f"""
    INSERT INTO refunds_difference AS old (
        shop_id, channel, kind, number, source, transaction_no, here, there, currency, first_seen, last_seen, note
    )
    SELECT d.shop, %(channel)s, d.kind, d.number, %(source)s, coalesce(d.transaction_no, ''), d.here, d.there,
           coalesce(d.currency, ''), %(now)s, %(now)s, ''
    FROM difference d
    LEFT JOIN refunds_difference q ON q.channel = %(channel)s AND q.kind = d.kind AND q.number = d.number
    WHERE {_IS_NEW} OR q.resolved_at IS NULL
    ON CONFLICT (channel, kind, number) DO UPDATE SET
        last_seen = EXCLUDED.last_seen, here = EXCLUDED.here, there = EXCLUDED.there, source = EXCLUDED.source,
        first_seen = CASE WHEN old.resolved_at IS NULL THEN old.first_seen ELSE EXCLUDED.first_seen END,
        resolved_at = NULL, resolved_by = NULL, note = ''
"""  # noqa: S608  (texts of ours only)
_GONE = """
    UPDATE refunds_difference q SET resolved_at = %(now)s, last_seen = %(now)s
    FROM compared c
    WHERE c.number = q.number AND q.channel = %(channel)s AND q.source = %(source)s AND q.resolved_at IS NULL
      AND NOT EXISTS (SELECT FROM difference d WHERE d.kind = q.kind AND d.number = q.number)
"""
_TOTALS = """
    SELECT (SELECT count(*) FROM compared), (
        SELECT count(*) FROM difference d
        JOIN refunds_difference q ON q.channel = %(channel)s AND q.kind = d.kind AND q.number = d.number
        WHERE q.resolved_at IS NULL
    )
"""
# Where several runs share a transaction.
CLEAR = "DROP TABLE IF EXISTS compared, difference, answer"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('refunds.reconcile ' || %(channel)s, 0))"
_INDEX = "CREATE INDEX ON compared (number); ANALYZE compared"


def compare_bill(span: Span) -> Result:
    """`bill_line` has the lines. In a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)
        cursor.execute(_FOREIGN, {})
        # Refunds have no index by the channel's number: they are looked through only where that is needed.
        named = (_OURS, _OURS_OF_FEES) if cursor.fetchone()[0] else ()
        stored = (_STORE, fees.MATCH, fees.STORE)
        result = _compare(span, Source.BILL, (_ONE_AT_A_TIME, *named, *stored, _NUMBERS, _INDEX, _BILL))
        cursor.execute(fees.UNKNOWN, span.parameters(Source.BILL))
        result.unknown_fees = cursor.fetchone()[0]
    return result


def compare_answers(span: Span) -> Result:
    """`compared` has the numbers that were asked for, `answer` what the channel said of them. In a transaction."""
    return _compare(span, Source.QUERY, (_ONE_AT_A_TIME, fees.MATCH, _INDEX, _ANSWERS))


def _compare(span: Span, source: str, steps: tuple[str, ...]) -> Result:
    parameters = span.parameters(source)
    with connection.cursor() as cursor:
        for sql in steps:
            cursor.execute(sql, parameters)
        cursor.execute("ANALYZE difference")
        cursor.execute(_COUNT_NEW, parameters)
        new = [New(*row) for row in cursor.fetchall()]
        cursor.execute(_QUEUE, parameters)
        cursor.execute(_GONE, parameters)
        cursor.execute(_TOTALS, parameters)
        compared, differences = cursor.fetchone()
    first, last = (timezone.localdate(at) for at in (span.start, max(span.start, span.end - timedelta(seconds=1))))
    Comparison.objects.bulk_create(
        [Comparison(channel=span.channel, at=span.now, first=first, last=last)],
        update_conflicts=True,
        unique_fields=["channel"],
        update_fields=["at", "first", "last"],
    )
    return Result(compared, differences, new)
