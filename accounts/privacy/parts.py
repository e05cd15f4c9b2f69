"""What each app keeps of a person. It says so itself, in its `privacy.py`: this module knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kernel.actors import Actor

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from ..models import User


@dataclass(frozen=True)
class Blocker:
    """Why a person's data cannot be erased yet: a code, what to do in one sentence, and whether it holds."""

    code: str
    sentence: "str | Promise"
    holds: Callable[["User"], bool]


@dataclass(frozen=True)
class Erased:
    """`done`: records erased now. `keep_until`: when the law keeps the next one no longer; None: nothing is left."""

    done: int = 0
    keep_until: datetime | None = None

    def __add__(self, other: "Erased") -> "Erased":
        untils = [until for until in (self.keep_until, other.keep_until) if until is not None]
        return Erased(self.done + other.done, min(untils, default=None))


# Erases what is due; each record in a transaction of its own, and one that is erased already is left alone. The last
# argument is called after each record.
EraseDue = Callable[["User", Actor, datetime, Callable[[], object]], Erased]


@dataclass(frozen=True, kw_only=True)
class Part:
    """`forget`: what no law keeps, in the transaction that closes the account. `erase_due`: what the law kept until
    now. `due(user, now)`: the number of records that `erase_due` would erase, and when the next one follows."""

    name: str
    blockers: Sequence[Blocker] = ()
    forget: Callable[["User"], Any] | None = None
    erase_due: EraseDue | None = None
    due: Callable[["User", datetime], Erased] | None = None


_PARTS: dict[str, Part] = {}


def register(part: Part) -> None:
    if part.name in _PARTS:
        raise ValueError(f"two parts are called {part.name}")
    _PARTS[part.name] = part


def parts() -> list[Part]:
    return list(_PARTS.values())
