"""The register of jobs. Each is a Celery task, sent by beat once a period; `manage.py run_due` runs the same function.

The database is the truth; a message only starts the work earlier. A job looks for due rows itself and is safe to run
twice, at the same time too. A row that fails is retried later and later, never at once.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from .watch.backlog import Backlog
from .watch.breaker import Breaker

log = logging.getLogger(__name__)
TIME_LIMIT = 300  # seconds that a job may take; what is left then is done by the next run
GRACE = 30  # seconds until a job that does not end at its time limit is killed
BROKER = Breaker()
RETRY_AFTER = 60  # seconds until the first retry of a job that lost its database; doubled for each further one


@dataclass
class Outcome:
    done: int = 0
    skipped: int = 0
    failed: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.done + other.done, self.skipped + other.skipped, self.failed + other.failed)

    def __str__(self) -> str:
        return f"{self.done} done, {self.skipped} skipped, {self.failed} failed"


@dataclass(frozen=True)
class Job:
    """`task`: name of the Celery task, `app.job`. `order`: lower runs first in `run_due`. `every`, `time_limit` in
    seconds. `retries`: how often Celery repeats the task after a lost database. `run(now, dry_run)`. `waiting(now)`:
    what is due, for the watch; None where nothing waits for anybody."""

    task: str
    order: int
    every: float
    time_limit: int
    retries: int
    run: Callable[[datetime, bool], Outcome]
    waiting: Callable[[datetime], Backlog] | None = None

    @property
    def name(self) -> str:
        """Without the app: what `run_due --only` takes and prints."""
        return self.task.rpartition(".")[2]

    @property
    def late_after(self) -> timedelta:
        """A row that is due for longer is late: three periods missed, or a minute, whichever is more."""
        return timedelta(seconds=max(3 * self.every, 60.0))


_JOBS: dict[str, Job] = {}


def register(
    task: str,
    run: Callable[[datetime, bool], Outcome],
    *,
    order: int,
    every: float,
    time_limit: int = TIME_LIMIT,
    retries: int = 0,
    waiting: Callable[[datetime], Backlog] | None = None,
) -> None:
    """Call once a job, from the `jobs.py` of its app. `retries` pays only where the next period is far away."""
    job = Job(task, order, every, time_limit, retries, run, waiting)
    if job.name in _JOBS:
        raise ValueError(f"two jobs are called {job.name}")
    _JOBS[job.name] = job
    _create_task(job)


def _create_task(job: Job) -> None:
    @shared_task(
        name=job.task,
        soft_time_limit=job.time_limit,
        time_limit=job.time_limit + GRACE,
        # A fault of the code is not repeated: the next period would meet it anyway.
        autoretry_for=(OperationalError, InterfaceError) if job.retries else (),
        max_retries=job.retries,
        retry_backoff=RETRY_AFTER,
        retry_jitter=False,  # with it the first retry may come at once, before the database is back
    )
    def run_now() -> str:
        return str(job.run(timezone.now(), False))


def jobs() -> list[Job]:
    return sorted(_JOBS.values(), key=lambda job: (job.order, job.name))


def job(name: str) -> Job:
    return _JOBS[name]


def each(ids: Iterable[Any], fire: Callable[[Any], bool], failed: Callable[[Any, Exception], None]) -> Outcome:
    """Runs `fire` for each row, one transaction a row. `fire` returns False where another process holds the row or has
    done it. A row that raises is logged and handed to `failed`, which backs off."""
    outcome = Outcome()
    for pk in ids:
        try:
            with transaction.atomic():
                fired = fire(pk)
            outcome += Outcome(done=1) if fired else Outcome(skipped=1)
        except SoftTimeLimitExceeded:
            raise  # the job's time is up, and nothing is wrong with this row
        except Exception as error:
            log.exception("a due row failed and is retried later: %s", pk)
            failed(pk, error)
            outcome += Outcome(failed=1)
    return outcome


def enqueue_after_commit(task: str, *args: int) -> None:
    """Sends the task once the transaction has committed, so that a worker need not wait for the next sweep.

    Never raises: where no broker answers, the sweep does the work a little later.
    """
    # robust: an error in here would keep later callbacks from running and turn a committed request into a 500.
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[int, ...]) -> None:
    if not settings.ENQUEUE_JOBS or not BROKER.allows():
        return
    try:
        # One attempt: a request with three tenders would otherwise wait for a hung broker three times and more.
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
        BROKER.succeeded()
    except Exception as error:  # a dead broker costs a minute, not the request (F16)
        BROKER.failed()
        log.warning("no broker for %s, the sweep will do it: %s", task, error)
