"""The clocks of tickets (part C), each a sweep over due rows; run before the refunds and the order clocks."""

from collections.abc import Callable
from datetime import datetime

from kernel.jobs import Outcome, each, register

from .services import evidence, reservations
from .services.deadlines import back_off, due, fire
from .states import Due

BATCH = 500
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
                break  # only rows that somebody else holds are left
        return outcome

    return run


for position, (name, action) in enumerate(
    {
        "approve_unanswered": Due.APPROVE,
        "close_unanswered": Due.CLOSE,
        "receive_unanswered": Due.RECEIVE,
        "complete_reshipped": Due.COMPLETE,
        "mark_overdue": Due.OVERDUE,
    }.items()
):
    register(name, _sweep(action), order=1 + position, every=EVERY)

register("release_reservations", reservations.sweep, order=60, every=60.0)
register("purge_evidence", evidence.sweep, order=70, every=3600.0)
