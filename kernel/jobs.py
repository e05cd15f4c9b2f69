"""The register of jobs. Beat runs each every so often; `run_due` runs each once; both call the same function.

The database is the truth and a message only a hint: a job looks for due rows itself, is safe to run
twice, at the same time too, and a row that fails is pushed on, never retried hot.
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


def each(ids: Iterable[Any], ring: Callable[[Any], bool], failed: Callable[[Any, Exception], None]) -> Outcome:
    """Rings one row a transaction. `ring` answers False where somebody else holds or has done the row."""
    outcome = Outcome()
    for pk in ids:
        try:
            with transaction.atomic():
                rung = ring(pk)
            outcome += Outcome(done=1) if rung else Outcome(skipped=1)
        except Exception as error:
            log.exception("a due row failed and is pushed on: %s", pk)
            failed(pk, error)
            outcome += Outcome(failed=1)
    return outcome


def hint(task: str, *args: int) -> None:
    """Asks a worker to do now, after the commit, what the sweep would do a little later. Never raises."""
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[int, ...]) -> None:
    if not settings.JOB_HINTS:
        return
    try:
        current_app.send_task(task, args=args, ignore_result=True)
    except Exception as error:  # a dead broker costs a minute, not the request (F16)
        log.warning("no broker for %s, the sweep will do it: %s", task, error)
