"""When a parcel is asked for: seldom enough for the source, often enough for the clocks (protocols §4.1)."""

from datetime import datetime, timedelta

# The source's own limit, for one parcel that it has answered about.
APART = timedelta(minutes=30)
UNSUBSCRIBED, SUBSCRIBED, OLD = timedelta(hours=4), timedelta(hours=12), timedelta(days=1)
# Without a scan, a source gives up after so long (protocols §4.3).
IN_VAIN_AFTER = timedelta(days=3)
OLD_AFTER, OVER_AFTER = timedelta(days=30), timedelta(days=60)
FIRST_DELAY, MAX_DELAY = timedelta(minutes=10), timedelta(hours=12)
ATTEMPT_SECONDS = 10.0
# Of a run, which begins every 30 s and asks one after the other: a slow source leaves the worker half of its time.
RUN_SECONDS = 15.0
# Longer than a run of the job: what it did not come to is due again by itself.
LEASE = timedelta(minutes=10)
# A push that fails here is wanted again this often; then the source is left in peace, and asked by us.
PUSHED_AGAIN = 5


def spread(wait: timedelta, pk: int) -> timedelta:
    """± a quarter by the parcel, so that those that failed together are not asked for together."""
    return wait * (100 + pk % 51 - 25) / 100


def after_failures(failures: int, pk: int) -> timedelta:
    return spread(min(FIRST_DELAY * 2 ** min(failures - 1, 16), MAX_DELAY), pk)


def after_answer(sent_at: datetime, wall: datetime, pk: int, *, subscribed: bool) -> datetime | None:
    """None: it is asked for no more."""
    old = wall - sent_at >= OLD_AFTER
    wait = OLD if old else SUBSCRIBED if subscribed else UNSUBSCRIBED
    return unless_over(wall + spread(wait, pk), sent_at, wall)


def unless_over(at: datetime, sent_at: datetime, wall: datetime) -> datetime | None:
    return None if wall - sent_at >= OVER_AFTER else at
