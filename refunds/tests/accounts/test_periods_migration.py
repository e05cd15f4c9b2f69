"""Accounts from before they remembered when they were in use: read from the history of settings."""

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.world import NOW

DAY = timedelta(days=1)
migration = import_module("refunds.migrations.0024_account_of_payments")
ADDED, OFF, ON = (None, True), (True, False), (False, True)


def spans(*, active: bool, changes: list[tuple[int, tuple[bool | None, bool]]], set_on: int | None = 0) -> list[object]:
    """In days from NOW."""
    account = SimpleNamespace(active=active, secrets_set={} if set_on is None else {"KEY": _at(set_on).isoformat()})
    rows = [SimpleNamespace(fields={"active": list(values)}, at=_at(day)) for day, values in changes]
    periods = migration.periods_of(account, rows, _at(9))
    return [tuple(None if end is None else (end - NOW).days for end in (each.lower, each.upper)) for each in periods]


def _at(day: int) -> datetime:
    return NOW + day * DAY


@pytest.mark.parametrize(
    ("active", "changes", "expected"),
    [
        (True, [(1, ADDED)], [(1, None)]),
        (False, [(1, ADDED), (3, OFF)], [(1, 3)]),
        (True, [(1, ADDED), (3, OFF), (5, ON)], [(1, 3), (5, None)]),
        # Not by the services: since its secrets were set.
        (True, [], [(0, None)]),
        (False, [], []),
        (False, [(1, ADDED)], [(1, 9)]),
    ],
)
def test_when_it_was_in_use(
    active: bool, changes: list[tuple[int, tuple[bool | None, bool]]], expected: list[object]
) -> None:
    assert spans(active=active, changes=changes) == expected


def test_only_a_number_is_in_use_from_now_on() -> None:
    assert spans(active=True, changes=[], set_on=None) == [(9, None)]
