"""Calls to services outside: one deadline for all of an attempt, and one error where there was no answer.

The client is a module of its own: who calls nobody loads no HTTP for it.
"""

import time
from dataclasses import dataclass
from typing import Self


class NoAnswer(Exception):
    """There was no whole answer in time: whether the other side did anything is unknown. Its text says why."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an attempt must be over, in seconds of the monotonic clock, which nobody sets back.

    One deadline covers every call of an attempt: an adapter gives what is left as the time-out of each connection.
    """

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds, above zero. Raises NoAnswer once none are left."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise NoAnswer("no time is left for this attempt")
        return seconds
