"""Actions of pages: what a form is shown with after the service refused, and what is no refusal."""

from typing import Any

import pytest
from django import forms
from django.db import OperationalError, ProgrammingError

from kernel.actors import RULE
from kernel.errors import Conflict, Invalid

from ..actions import attempt, run
from ..forms import VerbForm


class CountForm(VerbForm):
    count = forms.IntegerField()


def form(**data: Any) -> CountForm:
    return CountForm(data, row=None, actor=RULE)


def raising(error: Exception) -> Any:
    def service(*args: Any, **kwargs: Any) -> None:
        raise error

    return service


def locked() -> OperationalError:
    """What Django raises where PostgreSQL gave up waiting for a lock."""
    error, cause = OperationalError(), Exception()
    cause.pgcode = "55P03"  # type: ignore[attr-defined]
    error.__cause__ = cause
    return error


def test_a_service_gets_the_row_the_context_and_what_the_form_read() -> None:
    outcome = run(form(count="3"), lambda row, *, now, count: (row, now, count), "row", now="now")
    assert (outcome.ok, outcome.result) == (True, ("row", "now", 3))


def test_a_form_that_cannot_be_read_calls_nothing() -> None:
    typed = form(count="three")
    outcome = run(typed, raising(AssertionError("called")))
    assert (outcome.ok, outcome.status, outcome.refusal) == (False, 400, None)
    assert typed.errors["count"] == ["Enter a whole number."]
    assert typed["count"].value() == "three"


def test_a_refusal_is_shown_beside_the_field_that_it_names() -> None:
    typed = form(count="3")
    outcome = run(typed, raising(Invalid(errors={"count": ["Too many."], "lines[0].quantity": ["Which?"]})))
    assert (outcome.ok, outcome.status) == (False, 400)
    assert typed.errors == {"count": ["Too many."], "__all__": ["Which?"]}
    assert typed["count"].value() == "3"


def test_a_refusal_that_names_no_field_is_shown_above_the_form() -> None:
    typed = form(count="3")
    outcome = run(typed, raising(Conflict("It has moved on.")))
    assert outcome.status == 409
    assert typed.errors == {"__all__": ["It has moved on."]}


def test_a_lock_that_was_not_granted_is_a_refusal() -> None:
    outcome = attempt(raising(locked()))
    assert (outcome.ok, outcome.status) == (False, 409)
    assert "Someone else is working on this." in str(outcome.refusal)


def test_a_database_that_is_away_keeps_what_was_typed() -> None:
    outcome = attempt(raising(OperationalError("no connection")))
    assert (outcome.ok, outcome.status) == (False, 503)
    assert "Nothing was changed" in str(outcome.refusal)


@pytest.mark.parametrize("fault", [ValueError("broken"), ProgrammingError("no column called")])
def test_a_fault_is_raised(fault: Exception) -> None:
    with pytest.raises(type(fault)):
        run(form(count="3"), raising(fault))
