"""Twice a day, without a bill: each connected channel is asked for what became of yesterday's refunds."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone

from kernel.jobs import Outcome, register
from kernel.watch import Figure, publish

from . import run
from .models import Difference

log = logging.getLogger(__name__)
# Below the time after which Redis hands the message to a second worker.
TIME_LIMIT = 480
# Of them for asking: what is left of the time is for comparing.
ASKING = timedelta(seconds=400)
# Twice a day: a beat that is started anew each day would never come to the end of a whole one.
PERIOD = 43_200.0


def reconcile(now: datetime, dry_run: bool) -> Outcome:
    """`done`: refunds compared; `skipped`: of which a channel said nothing; `failed`: channels whose run failed."""
    outcome, until = Outcome(), monotonic() + ASKING.total_seconds()
    if dry_run:
        return outcome
    day = timezone.localdate(now) - timedelta(days=1)
    for channel in run.channels():
        try:
            one = run.of_channel(channel, day=day, now=now, until=until)
        except Exception:  # one channel must not keep the others from being compared
            log.exception("%s is not reconciled", channel)
            outcome += Outcome(failed=1)
            continue
        if one.result.new:
            log.warning("%s: %d new differences, see the finance page", channel, len(one.result.new))
        outcome += Outcome(done=one.result.compared, skipped=one.unanswered)
    return outcome


def _open_differences() -> dict[str, float]:
    return {"": float(Difference.objects.filter(resolved_at=None).count())}


register("refunds.reconcile", reconcile, order=25, every=PERIOD, time_limit=TIME_LIMIT, retries=3)
publish(Figure("open_differences", "Differences with the channels that nobody has closed", "", _open_differences))
