"""A channel's least time between two refunds of one payment, kept by one process.

Only a courtesy: what another process sends too soon the channel refuses, and it is sent again by the same number.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta


class Pace:
    def __init__(self, spacing: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._spacing, self._monotonic, self._lock = spacing.total_seconds(), monotonic, threading.Lock()
        # Transaction → the number that was sent last, and when.
        self._sent: dict[str, tuple[str, float]] = {}

    def wait(self, transaction_no: str, refund_no: str) -> timedelta | None:
        """None: it may be sent now, which is noted. The same number again never waits: it is no second refund."""
        with self._lock:
            now = self._monotonic()
            self._sent = {key: sent for key, sent in self._sent.items() if now - sent[1] < self._spacing}
            last, at = self._sent.get(transaction_no, (refund_no, now))
            if last != refund_no:
                return timedelta(seconds=at + self._spacing - now)
            self._sent[transaction_no] = (refund_no, now)
            return None
