"""Work of which a process does one at a time: it takes much memory, or a library keeps what it makes in one place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Throttled
from web.context import Text


class Turns:
    """`wait`: seconds after which a thread is refused with `refusal`, instead of waiting behind a row of others."""

    def __init__(self, wait: int, refusal: Text) -> None:
        self.wait, self.refusal = wait, refusal
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """To be taken before the work, so that what others hold meanwhile is nothing. 429 after `wait`."""
        if not self._lock.acquire(timeout=self.wait):
            raise Throttled(str(self.refusal), self.wait)
        try:
            yield
        finally:
            self._lock.release()
