"""Sends every transfer that is due, and asks what became of those under way."""

import logging
from collections import Counter
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded

from kernel.calls import clock
from kernel.jobs import Outcome, register
from kernel.watch import Backlog

from .. import policy
from ..policy import Result
from .send import attempt, due

log = logging.getLogger(__name__)
BATCH = 50


def send_transfers(now: datetime, dry_run: bool) -> Outcome:
    wall = clock.wall()
    if dry_run:
        return Outcome(done=due(wall).count())
    outcome = Outcome()
    in_a_row: Counter[tuple[str, int | None]] = Counter()
    columns = ("pk", "payment__channel", "merchant_account_id")
    for transfer_id, channel, account_id in due(wall).values_list(*columns)[:BATCH]:
        account = (channel, account_id)
        if in_a_row[account] >= policy.BREAK_AFTER:
            # It is down: its other transfers wait for the next run instead of holding up those of other accounts.
            outcome += Outcome(skipped=1)
            continue
        try:
            result = attempt(transfer_id, now=now)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("transfer %s failed and is retried later", transfer_id)
            outcome += Outcome(failed=1)
            continue
        in_a_row[account] = in_a_row[account] + 1 if result == Result.UNREACHABLE else 0
        outcome += result.counted
    return outcome


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(due(clock.wall()), "next_attempt_at")


register("refunds.send_transfers", send_transfers, order=24, every=5.0, waiting=_waiting)
