"""When a refund or a transfer is sent or asked about again: one way for both.

Who has claimed a row says when, once the attempt is over. Meanwhile others may have moved that time: a notice that
makes us ask, a person who calls it off or asks for it, a bank that has decided. What they wrote stays.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from . import policy
from .models import Refund, Transfer
from .policy import TEXT_LENGTH, Result


def again(
    row: Refund | Transfer,
    wall: datetime,
    result: Result,
    error: str = "",
    *,
    not_before: timedelta = timedelta(0),
    facts: Mapping[str, object] | None = None,
) -> Result:
    """Due again after the usual wait, or after `not_before` where that is longer. `row`: as it was claimed. `facts`:
    further columns."""
    return _store(row, wall + max(policy.delay(row.attempts), not_before), result, error, facts or {})


def under_way(
    row: Refund | Transfer,
    channel: str,
    wall: datetime,
    *,
    facts: Mapping[str, object],
    within: timedelta | None = None,
) -> Result:
    """The channel works on it: the next question after `policy.poll_after`, by how often it has said so and not by how
    often it was sent. `within`: in so long something ends there, and it is asked then."""
    polls = min(row.polls + 1, policy.MAX_ATTEMPTS_COUNTED)
    wait = policy.poll_after(channel, polls)
    if within is not None:
        wait = min(wait, within if within > timedelta(0) else policy.delay(polls))
    return _store(row, wall + wait, Result.WAITING, "", {**facts, "polls": polls})


def unless_moved(seen: datetime | None, at: datetime | None) -> Case | F:
    """For `next_attempt_at`, which was read as `seen`: `at`, or what somebody has written since. None: as it is."""
    if at is None:
        return F("next_attempt_at")
    return Case(When(next_attempt_at=seen, then=Value(at)), default=F("next_attempt_at"))


def _store(row: Refund | Transfer, at: datetime, result: Result, error: str, facts: Mapping[str, object]) -> Result:
    # Only while it is open and ours: what has ended must not become due again (F6), and what another attempt has begun
    # since is its to give back.
    mine = type(row).objects.filter(
        shop_id=row.shop_id, pk=row.pk, claimed_until=row.claimed_until, next_attempt_at__isnull=False
    )
    mine.update(
        next_attempt_at=unless_moved(row.next_attempt_at, at),
        claimed_until=None,
        last_error=error[:TEXT_LENGTH],
        **facts,
    )
    return result
