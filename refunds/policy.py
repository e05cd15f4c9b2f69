"""When a refund is sent again. Seconds of the real clock."""

import random
from datetime import timedelta

LEASE = timedelta(seconds=60)  # longer than any gateway call may take
FIRST_DELAY = 1.0
LONGEST_DELAY = 900.0
JITTER = 0.2
MAX_ATTEMPTS_COUNTED = 32_767
BREAK_AFTER = 10  # calls in a row that did not get through: the channel is left alone for a while
BREAK = timedelta(seconds=15)


def delay(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … 15 min, a fifth more or less so that a gateway that comes back is not stormed."""
    seconds = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(max(attempts, 1) - 1, 20))
    return timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
