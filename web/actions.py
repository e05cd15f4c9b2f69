"""How a page carries out an action: validate the form, call the service, show a refusal beside the field it names."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.db import OperationalError

from kernel.errors import DomainError

from .confirm import Confirmation, Unconfirmed
from .forms import VerbForm
from .http import refusal_in

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """`result`: what the service answered. `refusal`: why it refused; None also where the form itself could not be
    read, which `status` (HTTP) tells: the form is then shown again with this status. `asks`: nothing was done, because
    it pays what nobody has confirmed."""

    result: T | None = None
    refusal: DomainError | None = None
    status: int = HTTPStatus.OK
    asks: Confirmation | None = None

    @property
    def ok(self) -> bool:
        return self.status == HTTPStatus.OK and self.asks is None


def attempt(service: Callable[..., T], *args: Any, **kwargs: Any) -> Outcome[T]:
    """Calls `service` and answers its refusal instead of raising it. A fault that is no refusal is raised."""
    try:
        return Outcome(service(*args, **kwargs))
    except Unconfirmed as unconfirmed:
        return Outcome(asks=unconfirmed.confirmation)
    # OperationalError: a lock that was not granted in time is a refusal too (409), any other one is raised again.
    except (DomainError, OperationalError) as fault:
        refusal = refusal_in(fault)
        return Outcome(refusal=refusal, status=refusal.http_status)


def run(form: VerbForm, service: Callable[..., T], *args: Any, **kwargs: Any) -> Outcome[T]:
    """`service(*args, **kwargs, **form.arguments())`, where `form` is valid.

    Otherwise the form keeps what was typed and has the errors: those of the refusal beside the fields that it names,
    and its message above the form where it names none."""
    valid, stale = form.is_valid(), form.stale()
    if stale is not None:  # said first: what was typed may be wrong only because the row is another one by now
        outcome: Outcome[T] = Outcome(refusal=stale, status=stale.http_status)
    elif not valid:
        return Outcome(status=HTTPStatus.BAD_REQUEST)
    else:
        outcome = attempt(lambda: service(*args, **kwargs, **form.arguments()))
    if outcome.refusal is not None:
        form.take_errors(outcome.refusal.errors or {"": [outcome.refusal.message]})
    return outcome
