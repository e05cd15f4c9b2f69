"""The verbs of refunds. `send` runs outside any transaction; the others inside the caller's or their own."""

from .actions import allowed_actions
from .reserve import release, reserve, take
from .retry import retry
from .send import Result, attempt, due, send
from .settle_by_hand import settle_by_hand

__all__ = [
    "Result",
    "allowed_actions",
    "attempt",
    "due",
    "release",
    "reserve",
    "retry",
    "send",
    "settle_by_hand",
    "take",
]
