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

from aftersales.states import ENDED, Status
from kernel.languages import picked_sql, reads_chinese

from .ranges import Range

IN_TIME_HOURS = 48
MAX_PRODUCTS = 10
_OPEN = [str(status) for status in Status if status not in ENDED]


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
    reason: str


class Paid(NamedTuple):
    slot: datetime | None  # None: before the range
    currency: str
    type: str
    fault: str
    refunds: int
    amount: Decimal


class InKindCost(NamedTuple):
    currency: str
    tickets: int
    cost: Decimal


class Load(NamedTuple):
    name: str
    tickets: int
    overdue: int


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

_LOAD = """
SELECT coalesce(nullif(trim(concat(u.first_name, ' ', u.last_name)), ''), u.username), count(*), count(t.overdue_since)
FROM aftersales_ticket t JOIN accounts_user u ON u.id = t.assignee_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.status = ANY(%(open)s)
GROUP BY u.id ORDER BY 2 DESC, 1
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
    SELECT at, actor_kind FROM kernel_history e
    WHERE e.shop_id = t.shop_id AND machine = 'ticket' AND object_id = t.id AND action IN ('approve', 'reject')
    ORDER BY sequence LIMIT 1
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
SELECT concat_ws(' · ', CASE WHEN %(zh)s THEN r.label_zh ELSE r.label_en END,
                 CASE WHEN %(zh)s THEN k.label_zh ELSE k.label_en END) AS label, t.fault, count(*)
FROM aftersales_ticket t
JOIN aftersales_reason r ON r.id = t.reason_id
LEFT JOIN aftersales_reason k ON k.id = t.sub_reason_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""

_PRODUCTS = f"""
SELECT k.code, {picked_sql("k.title")},
       count(DISTINCT t.id), sum(tl.quantity),
       mode() WITHIN GROUP (ORDER BY CASE WHEN %(zh)s THEN r.label_zh ELSE r.label_en END)
FROM aftersales_ticket t
JOIN aftersales_ticketline tl ON tl.shop_id = t.shop_id AND tl.ticket_id = t.id
JOIN orders_orderline l ON l.shop_id = tl.shop_id AND l.id = tl.line_id
JOIN orders_sku k ON k.shop_id = l.shop_id AND k.id = l.sku_id
JOIN aftersales_reason r ON r.id = t.reason_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
GROUP BY k.id ORDER BY 3 DESC, 4 DESC, k.code LIMIT %(top)s
"""  # noqa: S608  (names of ours only)

_PAID = """
SELECT CASE WHEN r.settled_at >= %(start)s THEN date_trunc(%(fine)s, r.settled_at AT TIME ZONE %(zone)s) END AS slot,
       o.currency, t.type, t.fault, count(*), sum(r.amount)
FROM refunds_refund r
JOIN aftersales_ticketrefund tr ON tr.shop_id = r.shop_id AND tr.refund_id = r.id
JOIN aftersales_ticket t ON t.shop_id = tr.shop_id AND t.id = tr.ticket_id
JOIN orders_order o ON o.shop_id = t.shop_id AND o.id = t.order_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND r.status = 'succeeded'
  AND r.settled_at BETWEEN %(before_start)s AND %(end)s
  AND (r.settled_at >= %(start)s OR r.settled_at <= %(before_end)s)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

# By when they ended: the buyer's yes ends the ticket.
_IN_KIND = """
SELECT o.currency, count(*), sum(t.outcome_cost)
FROM aftersales_ticket t
JOIN orders_order o ON o.shop_id = t.shop_id AND o.id = t.order_id
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.outcome <> '' AND t.ended_at BETWEEN %(start)s AND %(end)s
GROUP BY 1 ORDER BY 2 DESC, 1
"""

_PEOPLE = """
SELECT max(h.actor_name), count(*), count(*) FILTER (WHERE h.action = 'approve'),
       count(*) FILTER (WHERE h.action = 'reject'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM h.at - t.created_at) / 3600)
FROM aftersales_ticket t
JOIN LATERAL (
    SELECT at, action, actor_kind, actor_id, actor_name FROM kernel_history e
    WHERE e.shop_id = t.shop_id AND machine = 'ticket' AND object_id = t.id AND action IN ('approve', 'reject')
    ORDER BY sequence LIMIT 1
) h ON h.actor_kind = 'merchant'
WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at BETWEEN %(start)s AND %(end)s
GROUP BY h.actor_id ORDER BY 2 DESC, 1
"""


def fetch(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def waiting(scope: Scope) -> list[PendingCount]:
    """Every open status, in the order of the process, also where nothing waits."""
    rows = {row[0]: row for row in fetch(_WAITING, scope.parameters(open=_OPEN))}
    return [PendingCount(*rows.get(status, (status, 0, 0))) for status in _OPEN]


def load(scope: Scope) -> Sequence[Load]:
    """Who works on how many open tickets at this moment."""
    return [Load(*row) for row in fetch(_LOAD, scope.parameters(open=_OPEN))]


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
    for which, *keys, tickets, measured, median, ninety, in_time, late in fetch(
        _STATISTICS.format(source=source), scope.parameters()
    ):
        durations = Durations(tickets, measured, median, ninety, in_time, late)
        {1: fine, 2: coarse, 3: half}[which][keys[which - 1]] = durations
    now, before = half.get("now", Durations()), half.get("before", Durations())
    return DurationStatistics(_within(fine), _within(coarse), now, before)


def _within(rows: dict[Any, Durations]) -> dict[datetime, Durations]:
    """Without what was before the range."""
    return {slot: durations for slot, durations in rows.items() if slot is not None}


def reasons(scope: Scope) -> list[Why]:
    return [Why(*row) for row in fetch(_REASONS, scope.parameters(zh=reads_chinese()))]


def products(scope: Scope) -> list[Product]:
    """The ten goods with the most tickets. Rates are of orders (`cohorts`): these tickets may be on older ones."""
    return [Product(*row) for row in fetch(_PRODUCTS, scope.parameters(zh=reads_chinese(), top=MAX_PRODUCTS))]


def paid(scope: Scope) -> list[Paid]:
    """Refunds that arrived, by day, currency, type and fault: amounts of different currencies are never added up."""
    return [Paid(*row) for row in fetch(_PAID, scope.parameters())]


def in_kind(scope: Scope) -> list[InKindCost]:
    """What vouchers and gifts instead of money cost the shop, a row for each currency (S-061, S-062)."""
    return [InKindCost(*row) for row in fetch(_IN_KIND, scope.parameters())]


def people(scope: Scope) -> Sequence[Person]:
    """Who of the shops took how many first decisions, and how long they lay."""
    return [Person(*row) for row in fetch(_PEOPLE, scope.parameters())]
