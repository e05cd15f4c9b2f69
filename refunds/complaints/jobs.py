"""Complaints of which a notice came, and those of which none did."""

import logging
from collections import Counter
from datetime import datetime

from kernel.calls import clock
from kernel.jobs import Outcome, register
from kernel.watch import Backlog

from ..gateways import GatewayError
from . import asking, policy

log = logging.getLogger(__name__)
BATCH = 50
HOUR = 3600.0


def ask_complaints(now: datetime, dry_run: bool) -> Outcome:
    rows = asking.due(clock.wall())[:BATCH]
    if dry_run:
        return Outcome(done=rows.count())
    outcome, in_a_row = Outcome(), Counter[tuple[str, str]]()
    for row in rows:
        account = (row.channel, row.account)
        if in_a_row[account] >= policy.BREAK_AFTER:
            # It is down: those of other accounts are not held up by it.
            outcome += Outcome(skipped=1)
            continue
        answered = asking.ask_about(row, now=now)
        in_a_row[account] = 0 if answered else in_a_row[account] + 1
        outcome += Outcome(done=1) if answered else Outcome(failed=1)
    return outcome


def list_complaints(now: datetime, dry_run: bool) -> Outcome:
    """`done`: complaints that channels told; `failed`: accounts that did not answer."""
    outcome, in_a_row = Outcome(), Counter[str]()
    for source in [] if dry_run else asking.sources():
        if in_a_row[source.channel] >= policy.BREAK_AFTER:
            outcome += Outcome(skipped=1)
            continue
        try:
            outcome += Outcome(done=asking.list_all(source, now=now))
        except GatewayError as error:  # one account must not keep the others from being asked
            log.warning("complaints of %s are listed later: %s", source.channel, error)
            outcome += Outcome(failed=1)
            in_a_row[source.channel] += 1
        else:
            in_a_row[source.channel] = 0
    return outcome


def _waiting(now: datetime) -> Backlog:
    return Backlog.of(asking.due(clock.wall()), "next_look_at")


register("refunds.ask_complaints", ask_complaints, order=23, every=30.0, waiting=_waiting)
register("refunds.list_complaints", list_complaints, order=26, every=HOUR, retries=3)
