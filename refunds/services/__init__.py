"""The verbs of refunds. `send` runs outside any transaction; the others inside the caller's or their own."""

from .actions import allowed_actions
from .lease import Leased, lease, put_back
from .outcome import Arrived, Result, settle_together
from .reserve import release, reserve, take
from .reserved import reserved_by
from .retry import retry
from .send import ask, attempt, due, send
from .settle_by_hand import may_confirm, settle_by_hand, void_settlement, whom_to_ask
from .share import Sender

__all__ = [
    "Arrived",
    "Leased",
    "Result",
    "Sender",
    "allowed_actions",
    "ask",
    "attempt",
    "due",
    "lease",
    "may_confirm",
    "put_back",
    "release",
    "reserve",
    "reserved_by",
    "retry",
    "send",
    "settle_by_hand",
    "settle_together",
    "take",
    "void_settlement",
    "whom_to_ask",
]
