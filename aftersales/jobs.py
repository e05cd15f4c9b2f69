"""The deadlines of tickets (part C), each a sweep over due rows. They run before the refunds and the orders."""

from collections.abc import Callable
from datetime import datetime

from kernel.jobs import Outcome, each, register

from .services import evidence, reservations
from .services.deadlines import back_off, due, fire
from .states import Due

BATCH = 500
# Short, because each deadline is fired this much later. A run with nothing due is one query on a partial index.
EVERY = 5.0


def _sweep(action: str) -> Callable[[datetime, bool], Outcome]:
    def run(now: datetime, dry_run: bool) -> Outcome:
        rows = due(action, now).values_list("pk", flat=True)
        if dry_run:
            return Outcome(done=rows.count())
        outcome = Outcome()
        while ids := list(rows[:BATCH]):
            before = outcome.done + outcome.failed
            outcome += each(ids, lambda pk: fire(pk, action, now=now), lambda pk, error: back_off(pk, now))
            if outcome.done + outcome.failed == before or len(ids) < BATCH:
                break  # only rows that another process has locked are left
        return outcome

    return run


register("aftersales.approve_unanswered", _sweep(Due.APPROVE), order=1, every=EVERY)
register("aftersales.close_unanswered", _sweep(Due.CLOSE), order=2, every=EVERY)
register("aftersales.receive_unanswered", _sweep(Due.RECEIVE), order=3, every=EVERY)
register("aftersales.complete_reshipped", _sweep(Due.COMPLETE), order=4, every=EVERY)
register("aftersales.mark_overdue", _sweep(Due.OVERDUE), order=5, every=EVERY)
# A safety net: the services release reservations themselves, so once a minute is enough.
register("aftersales.release_reservations", reservations.sweep, order=60, every=60.0)
# An hour is long to wait for the next run, so a lost database is tried again earlier.
register("aftersales.purge_evidence", evidence.sweep, order=70, every=3600.0, retries=3)
