"""Money leaves only after a page that names it. What a step would pay is found by doing it and taking it back; the
answer to that page carries what it showed, so that a row that has changed meanwhile is asked about again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from django.db import transaction

from kernel.errors import DomainError

from .context import Text

T = TypeVar("T")
FIELD = "confirmed"  # of the answer to the page that asks
BACK = "change"  # its button that leads back to what was typed


@dataclass(frozen=True)
class Confirmation:
    """What a step pays, in the words of the page that asks. `version`: of the row that it was decided on."""

    amount: str
    facts: tuple[tuple[Text, str], ...]
    version: int | None = None

    @property
    def seen(self) -> str:
        """Another amount, parcel or version is not what was agreed to."""
        values = [self.amount, self.version, *((str(label), value) for label, value in self.facts)]
        return sha256(repr(values).encode()).hexdigest()[:32]


class Unconfirmed(Exception):
    """The step would pay what nobody has confirmed. Nothing was done."""

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation.amount)
        self.confirmation = confirmation


# Does the step on the row; answers what it answered, and what it paid. Called in a transaction.
Watch = Callable[[Any, Callable[[], Any]], tuple[Any, Confirmation | None]]
_watches: list[Watch] = []


def watch_with(watch: Watch) -> Watch:
    """The layer that knows refunds says what a step pays; no verb has to say that it does."""
    _watches[:] = [watch]
    return watch


def confirmed(call: Callable[..., T], seen: str) -> Callable[..., T]:
    """`call(row, **arguments)`, taken back as Unconfirmed where it pays anything else than `seen` ("": nothing yet)."""

    @transaction.atomic
    def step(row: Any, **arguments: Any) -> T:
        result, asks = _watches[0](row, partial(call, row, **arguments))
        if asks is not None and asks.seen != seen:
            raise Unconfirmed(asks)
        done: T = result
        return done

    return step


def confirmed_with_files(call: Callable[..., T], seen: str) -> Callable[..., T]:
    """The same for a form with `photos`: they are stored outside of any transaction, so the step is tried without them
    first, and its refusals are left to the step itself."""

    def step(row: Any, *, photos: Any, **arguments: Any) -> T:
        try:
            with transaction.atomic():
                confirmed(partial(call, photos=[]), seen)(row, **arguments)
                transaction.set_rollback(True)
        except DomainError:
            pass
        return call(row, photos=photos, **arguments)

    return step
