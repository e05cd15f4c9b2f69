"""The register of jobs. Beat runs each every so often; `run_due` runs each once; both call the same function.

The database is the truth; a message only starts the work earlier. A job looks for due rows itself and is safe to run
twice, at the same time too. A row that fails is retried later and later, never at once.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)


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
    """`run(now, dry_run)`; `order`: lower runs first in `run_due`; `every` in seconds."""

    name: str
    order: int
    every: float
    run: Callable[[datetime, bool], Outcome]


_JOBS: dict[str, Job] = {}


def register(name: str, run: Callable[[datetime, bool], Outcome], *, order: int, every: float) -> None:
    _JOBS[name] = Job(name, order, every, run)


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
        except Exception as error:
            log.exception("a due row failed and is retried later: %s", pk)
            failed(pk, error)
            outcome += Outcome(failed=1)
    return outcome


def enqueue_after_commit(task: str, *args: int) -> None:
    """Sends the task once the transaction has committed, so that a worker need not wait for the next sweep.

    Never raises: where no broker answers, the sweep does the work a little later.
    """
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[int, ...]) -> None:
    if not settings.ENQUEUE_JOBS:
        return
    try:
        current_app.send_task(task, args=args, ignore_result=True)
    except Exception as error:  # a dead broker costs a minute, not the request (F16)
        log.warning("no broker for %s, the sweep will do it: %s", task, error)
