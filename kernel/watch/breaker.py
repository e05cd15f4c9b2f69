"""A service that does not answer is left alone for a while, so that it costs one caller its time-out and not all."""

import threading
import time
from collections.abc import Callable

REST = 10.0  # seconds; a process that was restarted is seldom back earlier


class Breaker:
    """One for each service and process. After a failure nobody tries for `rest` seconds; then one caller does, while
    the others still leave it, and its success lets all of them through again."""

    def __init__(self, rest: float = REST, clock: Callable[[], float] = time.monotonic) -> None:
        self.rest, self.clock = rest, clock
        self._lock = threading.Lock()
        self._until: float | None = None

    def allows(self) -> bool:
        with self._lock:
            now = self.clock()
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + self.rest  # this caller tries, and the others wait for what it says
            return True

    def failed(self) -> None:
        with self._lock:
            self._until = self.clock() + self.rest

    def succeeded(self) -> None:
        with self._lock:
            self._until = None
