"""One run of a job that asks a service about rows, one after the other. No transaction is open while it waits."""

import logging
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Model

from kernel.jobs import Outcome
from kernel.watch.breaker import Breaker

BREAK_AFTER = 5  # failures in a row
T = TypeVar("T", bound=Model)
log = logging.getLogger(__name__)


class Result(Enum):
    ANSWERED = auto()  # about the row, were it by a refusal
    UNANSWERED = auto()  # down, or the key was refused: so it will be for the next one
    NOT_ASKED = auto()  # which says nothing of the service


def ask_each(
    rows: Sequence[T],
    ask: Callable[[T], Result],
    *,
    failed: Callable[[T, Exception], object],
    give_back: Callable[[Sequence[T]], object],
    breaker: Breaker,
    seconds: float,
) -> Outcome:
    """`rows`: leased by the caller. `failed`: what `ask` raised, which is our own fault and says nothing of the
    service. `give_back`: those for which the run had no time, after `seconds` and at least one row. After five rows
    without an answer the breaker opens, and the rest is due again when its lease ends."""
    outcome, in_a_row, until = Outcome(), 0, time.monotonic() + seconds
    for place, row in enumerate(rows):
        if in_a_row >= BREAK_AFTER:
            return outcome + Outcome(skipped=len(rows) - place)
        if place and time.monotonic() >= until:
            give_back(rows[place:])
            return outcome + Outcome(skipped=len(rows) - place)
        try:
            result = ask(row)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            log.exception("%s %s is asked for later", row._meta.label, row.pk)
            failed(row, error)
            outcome += Outcome(failed=1)
            continue
        if result == Result.ANSWERED:
            in_a_row = 0
            breaker.succeeded()
        elif result == Result.UNANSWERED:
            in_a_row += 1
            if in_a_row == BREAK_AFTER:
                breaker.failed()
        outcome += Outcome(failed=1) if result == Result.UNANSWERED else Outcome(done=1)
    return outcome
