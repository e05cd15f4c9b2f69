"""Sends every refund that is due: also where the message that follows its commit was lost."""

import logging
from collections import Counter
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded

from kernel.jobs import Outcome, register

from . import clock, policy
from .models import Refund
from .services import Result, attempt, due

log = logging.getLogger(__name__)
BATCH = 500


def send_refunds(now: datetime, dry_run: bool) -> Outcome:
    wall = clock.wall()
    if dry_run:
        return Outcome(done=due(wall).count())
    outcome, in_a_row = Outcome(), Counter[str]()
    for refund_id, channel in due(wall).values_list("id", "payment__channel")[:BATCH]:
        if in_a_row[channel] >= policy.BREAK_AFTER:
            outcome += _leave_alone(refund_id, wall)
        else:
            outcome += _one(refund_id, channel, now, in_a_row)
    return outcome


def _one(refund_id: int, channel: str, now: datetime, in_a_row: Counter[str]) -> Outcome:
    try:
        result = attempt(refund_id, now=now)
    except SoftTimeLimitExceeded:
        raise  # the next run goes on with the refunds that are left
    except Exception:
        log.exception("refund %s failed and is retried later", refund_id)
        return Outcome(failed=1)
    # A refund that another process is sending says nothing about the channel.
    if result != Result.SKIPPED:
        in_a_row[channel] = in_a_row[channel] + 1 if result == Result.UNREACHABLE else 0
    if result == Result.UNREACHABLE:
        return Outcome(failed=1)
    return Outcome(skipped=1) if result == Result.SKIPPED else Outcome(done=1)


def _leave_alone(refund_id: int, wall: datetime) -> Outcome:
    """The channel is down: its other refunds wait instead of holding up those of other channels."""
    # The condition leaves out a refund that another process has sent or rescheduled since the list was read.
    Refund.objects.filter(pk=refund_id, next_attempt_at__lte=wall).update(next_attempt_at=wall + policy.BREAK)
    return Outcome(skipped=1)


# Every two seconds: the buyer waits for this, also when the message after the commit was lost (F17).
register("refunds.send_refunds", send_refunds, order=20, every=2.0)
