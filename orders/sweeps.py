"""Clocks that ring without a decision a row: one statement a batch (architecture §4, the first written exception).

Each moves the same fields as the machine's verb of the same name and writes the same line of history;
a test holds both against each other. SKIP LOCKED: whoever works on an order is not waited for, the next
round finds it again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from kernel.actors import CLOCK

from .machine import Fulfilment, Status
from .models import Order

BATCH = 5_000

_HISTORY = """
INSERT INTO kernel_history
    (machine, object_id, action, source, target, actor_kind, actor_name, actor_id, note, data, at, dispatched_at)
SELECT %(machine)s, id, %(verb)s, %(source)s, %(target)s, %(kind)s, %(name)s, NULL, '', '{}', %(now)s, NULL
FROM moved
"""

_CONFIRM_RECEIPT = f"""
WITH due AS (
    SELECT id FROM orders_order
    WHERE receipt_due_at <= %(now)s AND status = %(source)s AND open_cases = 0
    ORDER BY receipt_due_at LIMIT %(batch)s
    FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE orders_order SET
        status = %(target)s, completed_at = %(now)s, delivered_at = COALESCE(delivered_at, %(now)s),
        fulfilment = %(fulfilment)s, receipt_due_at = NULL, receipt_left = NULL,
        window_ends_at = %(now)s + accounts_policy.window_days * INTERVAL '24 hours'
    FROM due, accounts_policy
    WHERE orders_order.id = due.id AND accounts_policy.id = orders_order.policy_id
    RETURNING orders_order.id
)
{_HISTORY}"""  # noqa: S608

_CLOSE_WINDOW = f"""
WITH due AS (
    SELECT id FROM orders_order
    WHERE window_ends_at <= %(now)s AND window_closed_at IS NULL AND status = %(source)s
    ORDER BY window_ends_at LIMIT %(batch)s
    FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE orders_order SET window_closed_at = %(now)s
    FROM due WHERE orders_order.id = due.id
    RETURNING orders_order.id
)
{_HISTORY}"""  # noqa: S608


def receipts_due(now: datetime) -> "QuerySet[Order]":
    """Exactly at the end is due (S-098); an open ticket stops the clock (S-101)."""
    return Order.objects.filter(receipt_due_at__lte=now, status=Status.SHIPPED, open_cases=0)


def windows_due(now: datetime) -> "QuerySet[Order]":
    """The end is exclusive: exactly at the end the window is over (S-011, S-099)."""
    return Order.objects.filter(window_ends_at__lte=now, window_closed_at=None, status=Status.COMPLETED)


def confirm_receipts(now: datetime, batch: int = BATCH) -> int:
    facts = {"source": Status.SHIPPED, "target": Status.COMPLETED, "fulfilment": Fulfilment.DELIVERED}
    return _sweep(_CONFIRM_RECEIPT, "confirm_receipt", facts, now, batch)


def close_windows(now: datetime, batch: int = BATCH) -> int:
    facts = {"source": Status.COMPLETED, "target": Status.COMPLETED}
    return _sweep(_CLOSE_WINDOW, "close_window", facts, now, batch)


def _sweep(sql: str, verb: str, facts: Mapping[str, str], now: datetime, batch: int) -> int:
    who = {"machine": Order.machine_name, "kind": CLOCK.kind, "name": CLOCK.name}
    given: dict[str, Any] = {key: str(value) for key, value in facts.items()}
    given |= who | {"verb": verb, "now": now, "batch": batch}
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, given)
            moved = cursor.rowcount
        done += moved
        if moved < batch:
            return done
