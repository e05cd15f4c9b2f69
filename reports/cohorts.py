"""Rates of orders (S-140): what became of the orders placed in a span. Everything is divided by the orders it came
from, so no rate is above 100 %, whenever the tickets were applied for.

An order has a refund once the money of one of its tickets was paid, and a return once the goods of a return for a
refund were received. It is unfinished while a ticket may still be applied for or is open: its rates may still grow.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from kernel.languages import picked_sql, reads_chinese

from .queries import MAX_PRODUCTS, Scope, fetch


class Rates(NamedTuple):
    """Orders, and those of them that have a ticket, a refund, a return, or are unfinished."""

    orders: int = 0
    tickets: int = 0
    refunds: int = 0
    returns: int = 0
    unfinished: int = 0

    @property
    def ticket_rate(self) -> float | None:
        return self.tickets / self.orders if self.orders else None

    @property
    def refund_rate(self) -> float | None:
        return self.refunds / self.orders if self.orders else None

    @property
    def return_rate(self) -> float | None:
        return self.returns / self.orders if self.orders else None


@dataclass(frozen=True)
class Cohorts:
    slots: dict[datetime, Rates] = field(default_factory=dict)
    shops: list[tuple[str, Rates]] = field(default_factory=list)
    total: Rates = field(default_factory=Rates)


class ProductRates(NamedTuple):
    code: str
    title: str
    rates: Rates


# An order of the span, and what its tickets came to. A ticket is never older than its order, which bounds its scan.
_COHORT = """
WITH cohort AS (
    SELECT o.shop_id, o.id, date_trunc(%(coarse)s, o.placed_at AT TIME ZONE %(zone)s) AS slot,
           o.open_cases > 0 OR o.status <> 'closed' AND o.window_closed_at IS NULL
               AND coalesce(o.window_ends_at > %(end)s, true) AS unfinished
    FROM orders_order o
    WHERE (%(every)s OR o.shop_id = ANY(%(shops)s)) AND o.placed_at BETWEEN %(start)s AND %(end)s
      AND o.paid_at IS NOT NULL
), ticket AS (
    SELECT t.shop_id, t.order_id, t.id, t.reason_id, t.refunded_amount > 0 AS refunded,
           t.type = 'return_refund' AND t.received_at IS NOT NULL AS returned
    FROM aftersales_ticket t
    WHERE (%(every)s OR t.shop_id = ANY(%(shops)s)) AND t.created_at >= %(start)s
)
"""

_BY_SLOT_AND_SHOP = f"""{_COHORT}
SELECT grouping(slot, s.name), slot, s.name, count(*), count(t.order_id), count(*) FILTER (WHERE refunded),
       count(*) FILTER (WHERE returned), count(*) FILTER (WHERE unfinished)
FROM cohort c
JOIN (SELECT id, {picked_sql("name")} AS name FROM accounts_shop) s ON s.id = c.shop_id
LEFT JOIN (
    SELECT shop_id, order_id, bool_or(refunded) AS refunded, bool_or(returned) AS returned FROM ticket GROUP BY 1, 2
) t ON t.shop_id = c.shop_id AND t.order_id = c.id
GROUP BY GROUPING SETS ((slot), (s.id, s.name), ())
ORDER BY 1, 4 DESC, 3
"""  # noqa: S608

_BY_REASON = f"""{_COHORT}
SELECT CASE WHEN %(zh)s THEN r.label_zh ELSE r.label_en END, count(DISTINCT c.id),
       count(DISTINCT c.id) FILTER (WHERE refunded), count(DISTINCT c.id) FILTER (WHERE returned)
FROM cohort c JOIN ticket t ON t.shop_id = c.shop_id AND t.order_id = c.id
JOIN aftersales_reason r ON r.id = t.reason_id
GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608

_BY_PRODUCT = f"""{_COHORT}, line AS (
    SELECT l.sku_id, c.id AS order_id, bool_or(refunded) AS refunded, bool_or(returned) AS returned
    FROM cohort c JOIN ticket t ON t.shop_id = c.shop_id AND t.order_id = c.id
    JOIN aftersales_ticketline tl ON tl.shop_id = t.shop_id AND tl.ticket_id = t.id
    JOIN orders_orderline l ON l.shop_id = tl.shop_id AND l.id = tl.line_id
    GROUP BY 1, 2
), top AS (
    SELECT sku_id, count(*) AS tickets, count(*) FILTER (WHERE refunded) AS refunds,
           count(*) FILTER (WHERE returned) AS returns
    FROM line GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(top)s
)
SELECT k.code, {picked_sql("k.title")}, count(DISTINCT c.id), max(tickets), max(refunds), max(returns),
       count(DISTINCT c.id) FILTER (WHERE unfinished)
FROM top JOIN orders_sku k ON k.id = top.sku_id
JOIN orders_orderline l ON l.shop_id = k.shop_id AND l.sku_id = k.id
JOIN cohort c ON c.shop_id = l.shop_id AND c.id = l.order_id
GROUP BY k.id ORDER BY 4 DESC, 5 DESC, k.code
"""  # noqa: S608


def cohorts(scope: Scope) -> Cohorts:
    """By day or week of the order, by shop, and of all orders of the span together."""
    slots: dict[datetime, Rates] = {}
    shops: list[tuple[str, Rates]] = []
    total = Rates()
    for which, slot, shop, *numbers in fetch(_BY_SLOT_AND_SHOP, scope.parameters(zh=reads_chinese())):
        if which == 1:
            slots[slot] = Rates(*numbers)
        elif which == 2:
            shops.append((shop, Rates(*numbers)))
        else:
            total = Rates(*numbers)
    return Cohorts(slots, shops, total)


def by_reason(scope: Scope, total: Rates) -> list[tuple[str, Rates]]:
    """`total`: all orders of the span, of which each reason has its share. An order may have several reasons."""
    rows = fetch(_BY_REASON, scope.parameters(zh=reads_chinese()))
    return [
        (label, total._replace(tickets=tickets, refunds=refunds, returns=returns))
        for label, tickets, refunds, returns in rows
    ]


def by_product(scope: Scope) -> list[ProductRates]:
    """The ten goods on most orders with a ticket, each of the orders it is in, bought or sent as a replacement."""
    rows = fetch(_BY_PRODUCT, scope.parameters(zh=reads_chinese(), top=MAX_PRODUCTS))
    return [ProductRates(code, title, Rates(*numbers)) for code, title, *numbers in rows]
