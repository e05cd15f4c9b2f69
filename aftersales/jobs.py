"""The deadlines of tickets (part C), each a sweep over due rows. They run before the refunds and the orders."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce

from kernel.jobs import Outcome, each, register
from kernel.watch import Backlog

from . import uploads
from .services import assignment, evidence, pickups, reservations, tracking
from .services.authority import alarm
from .services.deadlines import back_off, due, fire, mark_duty, mark_later, owed
from .states import Due

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Ticket

BATCH = 500
# Short, because each deadline is fired this much later. A run with nothing due is one query on a partial index.
EVERY = 5.0


def _sweep(action: str) -> Callable[[datetime, bool], Outcome]:
    def run(now: datetime, dry_run: bool) -> Outcome:
        return _all(due(action, now), lambda pk: fire(pk, action, now=now), lambda pk: back_off(pk, now), dry_run)

    return run


def _mark_duties(now: datetime, dry_run: bool) -> Outcome:
    return _all(owed(now), lambda pk: mark_duty(pk, now=now), lambda pk: mark_later(pk, now), dry_run)


def _all(
    due_rows: "QuerySet[Ticket]", act: Callable[[int], bool], failed: Callable[[int], None], dry_run: bool
) -> Outcome:
    rows = due_rows.values_list("pk", flat=True)
    if dry_run:
        return Outcome(done=rows.count())
    outcome = Outcome()
    while ids := list(rows[:BATCH]):
        before = outcome.done + outcome.failed
        outcome += each(ids, act, lambda pk, error: failed(pk))
        if outcome.done + outcome.failed == before or len(ids) < BATCH:
            break  # only rows that another process has locked are left
    return outcome


def _deadline(task: str, action: str, order: int) -> None:
    def waiting(now: datetime) -> Backlog:
        # A ticket that failed and was put off is due since its retry time.
        return Backlog.of(due(action, now), Coalesce("retry_after", "due_at"))

    register(task, _sweep(action), order=order, every=EVERY, waiting=waiting)


_deadline("aftersales.approve_unanswered", Due.APPROVE, 1)
_deadline("aftersales.close_unanswered", Due.CLOSE, 2)
_deadline("aftersales.receive_unanswered", Due.RECEIVE, 3)
_deadline("aftersales.complete_reshipped", Due.COMPLETE, 4)
_deadline("aftersales.mark_overdue", Due.OVERDUE, 5)
register(
    "aftersales.mark_duties", _mark_duties, order=6, every=60.0, waiting=lambda now: Backlog.of(owed(now), "mark_at")
)
register("aftersales.doubt_tracking", tracking.sweep, order=7, every=300.0)
register("aftersales.cancel_pickups", pickups.sweep, order=9, every=60.0)
register(alarm.TASK, alarm.sweep, order=8, every=60.0, waiting=lambda now: Backlog.of(alarm.due(now), "retry_after"))
# A safety net: the services release reservations themselves, so once a minute is enough.
register("aftersales.release_reservations", reservations.sweep, order=60, every=60.0)
# Likewise: who is switched off or removed gives their tickets free at once.
register("aftersales.release_absent", assignment.sweep, order=61, every=300.0)
# An hour is long to wait for the next run, so a lost database is tried again earlier.
register("aftersales.purge_evidence", evidence.sweep, order=70, every=3600.0, retries=3)
register("aftersales.purge_files", uploads.sweep, order=71, every=6 * 3600.0, retries=3)
