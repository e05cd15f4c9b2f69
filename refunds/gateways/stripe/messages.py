"""One call of Stripe's API: a form there, a JSON object back. Answers are not signed: that it is Stripe who answers is
proved by TLS alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.utils.timezone import now as utc_now

from ..http import Http
from ..port import Deadline, GatewayError
from .codes import Failure

VERSION = "2026-10-28.endive"  # the shapes that are read here; the account's own version may be another
Object = Mapping[str, object]
_RETRY = {"true": True, "false": False}


def text(source: Object, name: str) -> str:
    """Also of an object that was put in the place of its number: then the number."""
    value = source.get(name)
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def number(source: Object, name: str) -> int | None:
    value = source.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def inner(source: Object, *names: str) -> Object:
    """The object at the end of this path; an empty one where there is none."""
    for name in names:
        value = source.get(name)
        source = cast(Object, value) if isinstance(value, dict) else {}
    return source


@dataclass(frozen=True, slots=True)
class Reply:
    fields: Object
    failure: Failure | None = None

    @property
    def words(self) -> str:
        """As Stripe says it, with the code that docs/channels.md explains."""
        error, failure = inner(self.fields, "error"), self.failure or Failure(200)
        return f"{text(error, 'message')} ({failure.code or failure.type or f'HTTP {failure.status}'})".strip()


@dataclass(frozen=True, slots=True)
class Account:
    """A key of an account at Stripe, and the secret of the endpoint that its notices are signed with."""

    base: str
    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    http: Http = field(repr=False)
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def get(self, path: str, params: Mapping[str, str], deadline: Deadline) -> Reply:
        return self._ask("GET", path, deadline, params=params)

    def post(self, path: str, form: Mapping[str, str], deadline: Deadline, *, key: str) -> Reply:
        """`key`: Stripe carries out the same one once, for at least 24 hours."""
        return self._ask("POST", path, deadline, form=form, headers={"Idempotency-Key": key})

    def _ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Raises GatewayError with permanent=False where no answer can be read."""
        names = {"Authorization": f"Bearer {self.key}", "Stripe-Version": VERSION, **(headers or {})}
        answer = self.http.send(
            method, self.base.rstrip("/") + path, params=params, form=form, headers=names, deadline=deadline
        )
        try:
            fields = json.loads(answer.body)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise GatewayError(f"HTTP {answer.status}, and no answer of Stripe", permanent=False)
        if answer.status == 200:
            return Reply(fields)
        error, retry = inner(fields, "error"), answer.headers.get("stripe-should-retry", "")
        stated = {name: text(error, name) for name in ("type", "code", "param")}
        return Reply(fields, Failure(answer.status, **stated, may_retry=_RETRY.get(retry)))
