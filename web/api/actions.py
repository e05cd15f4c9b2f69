"""The actions of a resource as a table: one line an action, one view for all of them.

A resource says once how its row is fetched, authorised and answered (a subclass of `ActionView`); `action_paths` makes
the view and the URL of each line of the table.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connection, transaction
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actors import Actor
from kernel.errors import IllegalTransition

from ..http import ApiView
from ..schema import describe
from .body import Body, parsed


@dataclass(frozen=True, kw_only=True)
class Action:
    """`name`: in the URL, such as "ship-back"; the machine calls it `transition`.

    `service(row, **arguments, actor=…, now=…)` returns the moved row. `arguments(request, body)` makes its keyword
    arguments where they are not simply the fields of the body.
    """

    name: str
    service: Callable[..., Any]
    description: str
    body: type[serializers.Serializer] | None = None
    examples: Sequence[OpenApiExample] = ()
    arguments: Callable[[Request, Body], Body] | None = None

    @property
    def transition(self) -> str:
        return self.name.replace("-", "_")


class ActionView(ApiView):
    """POST: fetch and authorise → parse → service → the whole row."""

    action: ClassVar[Action]
    shape: ClassVar[Any]
    tags: ClassVar[list[str]]
    operation_id: ClassVar[str]  # with the name of the transition in place of %s
    number: ClassVar[str]  # what the URL calls the number of the row, such as "order_no"

    def fetch(self, number: str, transition: str) -> tuple[Any, Actor]:
        """The row, and whom the caller acts as on it. 404 for strangers; 403 before the body is judged for a kind of
        actor that may never do it."""
        raise NotImplementedError

    def answer(self, row: Any, actor: Actor) -> Any:
        """The row in `shape`."""
        raise NotImplementedError

    def currency(self, row: Any) -> str:
        """Of the amounts in the body; empty where there are none."""
        return ""

    def allowed(self, row: Any, actor: Actor) -> list[str]:
        """What the caller may do with the row now, by the names in the URLs; without making the whole answer."""
        raise NotImplementedError

    def post(self, request: Request, **kwargs: str) -> Response:
        action = self.action
        row, actor = self.fetch(kwargs[self.number], action.transition)
        body = parsed(action.body, request, currency=self.currency(row)) if action.body else {}
        arguments = action.arguments(request, body) if action.arguments else body
        try:
            moved = action.service(row, **arguments, actor=actor, now=timezone.now())
        except IllegalTransition as error:
            raise self._refused(error, kwargs[self.number]) from error
        return Response(self.answer(moved, actor))

    def _refused(self, error: IllegalTransition, number: str) -> IllegalTransition:
        """The same in the names of the URLs. The row is read again where only its machine was asked."""
        status, names = error.details["status"], error.details["allowed"]
        if not error.narrowed:
            status, names = self._asked_again(number)
        return IllegalTransition(self.action.name, status, names)

    def _asked_again(self, number: str) -> tuple[str, list[str]]:
        """The status of the row, and what the caller may do."""
        # Under an Idempotency-Key the transaction goes on around the refusal: only to be read, then rolled back.
        marked = connection.in_atomic_block and connection.needs_rollback
        if marked:
            transaction.set_rollback(False)
        try:
            row, actor = self.fetch(number, self.action.transition)
            return row.status, self.allowed(row, actor)
        finally:
            if marked:
                transaction.set_rollback(True)


def action_paths(base: type[ActionView], table: Iterable[Action], route: str, name: str) -> list[URLPattern]:
    """`route` and `name`: those of the row itself, "orders/<str:order_no>/" and "order"."""
    return [path(f"{route}{each.name}/", view_of(base, each).as_view(), name=f"{name}-{each.name}") for each in table]


def view_of(base: type[ActionView], action: Action) -> type[ActionView]:
    # A function of its own for each view, because `describe` writes on it.
    def post(self: ActionView, request: Request, **kwargs: str) -> Response:
        return ActionView.post(self, request, **kwargs)

    described = describe(
        request=action.body,
        answer=base.shape,
        verb=True,
        tags=base.tags,
        description=action.description,
        operation_id=base.operation_id % action.transition,
        examples=list(action.examples),
    )
    name = f"{base.__name__}{action.transition.title().replace('_', '')}"
    return type(name, (base,), {"action": action, "post": described(post), "__module__": base.__module__})
