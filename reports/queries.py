"""The figures of the dashboard. One statement a question, bounded by the range and the shops; days begin at midnight
of TIME_ZONE.

A decision is the first approval or rejection of a ticket, by a person or by the clock; what a rule grants at once
is not counted. Durations are in hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from aftersales.states import ENDED, Status

from .ranges import Range

IN_TIME_HOURS = 48
MAX_PRODUCTS = 10


@dataclass(frozen=True)
class Scope:
    """`shops` None: every shop."""

    shops: tuple[int, ...] | None
    range: Range

    def parameters(self, **extra: Any) -> Mapping[str, Any]:
        span = self.range
        return {
            "every": self.shops is None,
            "shops": list(self.shops or ()),
            "start": span.start,
            "end": span.end,
            "before_start": span.before_start,
            "before_end": span.before_end,
            "fine": span.fine,
            "coarse": span.coarse,
            "zone": settings.TIME_ZONE,
            "hours": IN_TIME_HOURS,
            **extra,
        }


class PendingCount(NamedTuple):
    status: str
    waiting: int
    overdue: int


class Durations(NamedTuple):
    """Tickets of one slot or one whole span, and how long they took."""

    tickets: int = 0
    measured: int = 0
    median: float | None = None
    ninety: float | None = None
    in_time: int = 0  # decided within the hours above
    still_late: int = 0  # undecided for longer than that

    @property
    def share_in_time(self) -> float | None:
        total = self.measured + self.still_late
        return self.in_time / total if total else None


@dataclass(frozen=True)
class DurationStatistics:
    fine: dict[datetime, Durations]
    coarse: dict[datetime, Durations]
    now: Durations
    before: Durations


class Why(NamedTuple):
    label: str
    fault: str
    tickets: int


class Product(NamedTuple):
    code: str
    title: str
    tickets: int
    units: int
    sold: int
    reason: str

    @property
    def rate(self) -> float | None:
        return self.units / self.sold if self.sold else None


class Paid(NamedTuple):
    slot: datetime | None  # None: before the range
    type: str
    fault: str
    refunds: int
    amount: Decimal


class Person(NamedTuple):
    name: str
    decisions: int
    approved: int
    rejected: int
    median: float


_WAITING = """
SELECT status, count(*), count(*) FILTER (WHERE overdue_since IS NOT NULL)
FROM aftersales_ticket
WHERE (%(every)s OR shop_id = ANY(%(shops)s)) AND status = ANY(%(open)s)
GROUP BY status
"""

# One pass over the tickets, grouped by slot, by coarser slot, and for both spans as a whole.
_STATISTICS = """
SELECT grouping(fine, coarse), fine, coarse, half, count(*), count(took),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.9) WITHIN GROUP (ORDER BY took),
       count(*) FILTER (WHERE took <= %(hours)s), count(*) FILTER (WHERE late)
FROM (
    SELECT took, late,
           CASE WHEN at >= %(start)s THEN date_trunc(%(fine)s, at AT TIME ZONE %(zone)s) END AS fine,
           CASE WHEN at >= %(start)s THEN date_trunc(%(coarse)s, at AT TIME ZONE %(zone)s) END AS coarse,
           CASE WHEN at >= %(start)s THEN 'now' WHEN at <= %(before_end)s THEN 'before' END AS half
    FROM ({source}) AS measured
) AS slotted
GROUP BY GROUPING SETS ((fine), (coarse), (half))
"""

_DECIDED = """
SELECT t.created_at AS at,
       CASE WHEN h.actor_kind <> 'rule' THEN extract(epoch FROM h.at - t.created_at) / 3600 END::float AS took,
       h.at IS NULL AND t.status = 'pending_review'
           AND t.created_at < %(end)s - make_interval(hours => %(hours)s) AS late
FROM aftersales_ticket t
LEFT JOIN LATERAL (
    SELECT at, actor_kind FROM kernel_history
    WHERE machine = 'ticket' AND object_id = t.id AND action IN ('approve', 'reject') ORDER BY sequence LIMIT 1
) h ON true
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(before_start)s AND %(end)s
"""

_FINISHED = """
SELECT t.ended_at AS at, false AS late,
       CASE WHEN t.status = 'completed' THEN extract(epoch FROM t.ended_at - t.created_at) / 3600 END::float AS took
FROM aftersales_ticket t
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.ended_at BETWEEN %(before_start)s AND %(end)s
"""

_REASONS = """
SELECT CASE WHEN %(zh)s THEN r.label_zh ELSE r.label_en END AS label, t.fault, count(*)
FROM aftersales_ticket t JOIN aftersales_reason r ON r.id = t.reason_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""

_PRODUCTS = """
WITH top AS (
    SELECT l.sku_id, count(DISTINCT t.id) AS tickets, sum(tl.quantity) AS units,
           mode() WITHIN GROUP (ORDER BY CASE WHEN %(zh)s THEN r.label_zh ELSE r.label_en END) AS reason
    FROM aftersales_ticket t
    JOIN aftersales_ticketline tl ON tl.ticket_id = t.id
    JOIN orders_orderline l ON l.id = tl.line_id
    JOIN aftersales_reason r ON r.id = t.reason_id
    WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
    GROUP BY l.sku_id ORDER BY tickets DESC, units DESC, l.sku_id LIMIT %(top)s
), sold AS (
    SELECT l.sku_id, sum(l.quantity) AS units
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE (%(every)s OR o.shop_id = ANY(%(shops)s)) AND o.placed_at BETWEEN %(start)s AND %(end)s
      AND o.paid_at IS NOT NULL AND l.sku_id IN (SELECT sku_id FROM top)
    GROUP BY l.sku_id
)
SELECT k.code, k.title, top.tickets, top.units, coalesce(sold.units, 0), top.reason
FROM top JOIN orders_sku k ON k.id = top.sku_id LEFT JOIN sold ON sold.sku_id = top.sku_id
ORDER BY top.tickets DESC, top.units DESC, k.code
"""

_PAID = """
SELECT CASE WHEN r.settled_at >= %(start)s THEN date_trunc(%(fine)s, r.settled_at AT TIME ZONE %(zone)s) END AS slot,
       t.type, t.fault, count(*), sum(r.amount)
FROM refunds_refund r
JOIN aftersales_ticketrefund tr ON tr.refund_id = r.id
JOIN aftersales_ticket t ON t.id = tr.ticket_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND r.status = 'succeeded'
  AND r.settled_at BETWEEN %(before_start)s AND %(end)s
  AND (r.settled_at >= %(start)s OR r.settled_at <= %(before_end)s)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_PEOPLE = """
SELECT max(h.actor_name), count(*), count(*) FILTER (WHERE h.action = 'approve'),
       count(*) FILTER (WHERE h.action = 'reject'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM h.at - t.created_at) / 3600)
FROM aftersales_ticket t
JOIN LATERAL (
    SELECT at, action, actor_kind, actor_id, actor_name FROM kernel_history
    WHERE machine = 'ticket' AND object_id = t.id AND action IN ('approve', 'reject') ORDER BY sequence LIMIT 1
) h ON h.actor_kind = 'merchant'
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
GROUP BY h.actor_id ORDER BY 2 DESC, 1
"""


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def waiting(scope: Scope) -> list[PendingCount]:
    """Every open status, in the order of the process, also where nothing waits."""
    statuses = [status for status in Status if status not in ENDED]
    rows = {row[0]: row for row in _rows(_WAITING, scope.parameters(open=[str(status) for status in statuses]))}
    return [PendingCount(*rows.get(status, (str(status), 0, 0))) for status in statuses]


def decided(scope: Scope) -> DurationStatistics:
    """Tickets applied for in the range: how many, and how long until the first decision."""
    return _statistics(_DECIDED, scope)


def finished(scope: Scope) -> DurationStatistics:
    """Tickets that ended in the range: how many, and how long the completed ones took as a whole."""
    return _statistics(_FINISHED, scope)


def _statistics(source: str, scope: Scope) -> DurationStatistics:
    fine: dict[Any, Durations] = {}
    coarse: dict[Any, Durations] = {}
    half: dict[Any, Durations] = {}
    for which, *keys, tickets, measured, median, ninety, in_time, late in _rows(
        _STATISTICS.format(source=source), scope.parameters()
    ):
        durations = Durations(tickets, measured, median, ninety, in_time, late)
        {1: fine, 2: coarse, 3: half}[which][keys[which - 1]] = durations
    now, before = half.get("now", Durations()), half.get("before", Durations())
    return DurationStatistics(_within(fine), _within(coarse), now, before)


def _within(rows: dict[Any, Durations]) -> dict[datetime, Durations]:
    """Without what was before the range."""
    return {slot: durations for slot, durations in rows.items() if slot is not None}


def _in_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def reasons(scope: Scope) -> list[Why]:
    return [Why(*row) for row in _rows(_REASONS, scope.parameters(zh=_in_chinese()))]


def products(scope: Scope) -> list[Product]:
    """The ten goods with the most tickets; `sold` are units of orders placed and paid in the range."""
    return [Product(*row) for row in _rows(_PRODUCTS, scope.parameters(zh=_in_chinese(), top=MAX_PRODUCTS))]


def paid(scope: Scope) -> list[Paid]:
    """Refunds that arrived, by day, type and fault."""
    return [Paid(*row) for row in _rows(_PAID, scope.parameters())]


def people(scope: Scope) -> Sequence[Person]:
    """Who of the shops took how many first decisions, and how long they lay."""
    return [Person(*row) for row in _rows(_PEOPLE, scope.parameters())]
