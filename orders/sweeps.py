"""The order's deadlines: due orders go through the machine in batches, with the clock as actor."""

import logging
from collections.abc import Callable
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet

from kernel.actors import CLOCK
from kernel.jobs import Outcome, each
from kernel.machine import Batch

from . import services
from .machine import Status
from .models import Order

log = logging.getLogger(__name__)
# A batch locks its orders for about a quarter of a second.
BATCH = 1_000


def receipts_due(now: datetime) -> "QuerySet[Order]":
    """Exactly at the end is due (S-098); an open ticket stops the clock (S-101)."""
    rows = Order.objects.filter(receipt_due_at__lte=now, status=Status.SHIPPED, open_cases=0)
    # Not while the shop pauses: a clock that was set by somebody who had not yet seen the pause waits for its end.
    return rows.exclude(shop__pause_starts_at__lte=now, shop__pause_ends_at__gt=now)


def windows_due(now: datetime) -> "QuerySet[Order]":
    """The end is exclusive: exactly at the end the window is over (S-011, S-099)."""
    return Order.objects.filter(window_ends_at__lte=now, window_closed_at=None, status=Status.COMPLETED)


def confirm_receipts(now: datetime, batch: int = BATCH) -> Outcome:
    def confirm(rows: "QuerySet[Order]") -> Batch[Order]:
        return services.confirm_receipt_many(rows, actor=CLOCK, now=now)

    return _sweep(receipts_due(now).order_by("receipt_due_at"), confirm, batch)


def close_windows(now: datetime, batch: int = BATCH) -> Outcome:
    def close(rows: "QuerySet[Order]") -> Batch[Order]:
        return services.close_window_many(rows, actor=CLOCK, now=now)

    return _sweep(windows_due(now).order_by("window_ends_at"), close, batch)


def _sweep(due: "QuerySet[Order]", move: Callable[["QuerySet[Order]"], Batch[Order]], batch: int) -> Outcome:
    """Until nothing is due. Orders that somebody works on now are left to the next run.

    Where a batch fails, its orders are moved one by one, so that one broken order does not hold up the others.
    """
    outcome, passed_over = Outcome(), list[int]()
    while True:
        # Refused and failed orders are still due: without this the loop would find them again for ever.
        rows = due.exclude(pk__in=passed_over)
        try:
            with transaction.atomic():
                result = move(rows[:batch])
        except SoftTimeLimitExceeded:
            raise  # the next run goes on with what is left
        except Exception:
            log.exception("a batch of due orders failed; they are moved one by one")
            ids = list(rows.values_list("pk", flat=True)[:batch])
            count = len(ids)
            passed_over += ids
            # Nothing is noted for a failure: an order has no retry time, and the next run tries it again.
            outcome += each(ids, lambda pk: bool(move(due.filter(pk=pk)).moved), lambda pk, error: None)
        else:
            count = len(result.moved) + len(result.refused)
            passed_over += [order.pk for order in result.refused]
            outcome += Outcome(done=len(result.moved), skipped=len(result.refused))
        # Whatever is still due is locked by somebody else.
        if count < batch:
            return outcome
