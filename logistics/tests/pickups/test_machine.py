"""The whole matrix: state × verb × role, of pickups whose request has left and of those whose has not."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from kernel.actors import KINDS, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, transition_names
from logistics.models import Pickup
from logistics.pickups.machine import OPEN, Names, Status
from tests.undone import undone
from tests.world import World

from .conftest import booked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("source")]
S = Status
NAMES = Names("T1", "O1", "YT1", "周师傅", "139")
CHARGE: dict[str, Any] = {"freight": None, "weight": None}
# verb → who, source → target, facts
MATRIX: dict[str, tuple[str, dict[Status, Status], dict[str, Any]]] = {
    "book": ("courier", {S.REQUESTED: S.BOOKED}, {"names": NAMES}),
    "assign": ("courier", {S.BOOKED: S.BOOKED}, {"names": NAMES}),
    "collect": ("courier", {each: S.COLLECTED for each in S if each != S.COLLECTED}, {"names": NAMES} | CHARGE),
    "number": ("courier", {}, {"tracking_no": "YT2"}),
    "bill": ("courier", {S.COLLECTED: S.COLLECTED}, CHARGE),
    "miss": ("courier clock", dict.fromkeys(OPEN, S.MISSED), {"reason": "x"}),
    "withdraw": ("buyer rule", {}, {}),
    "ask_to_cancel": ("buyer rule", {each: each for each in OPEN}, {}),
    "keep": ("courier", {}, {}),
    "cancel": ("courier", dict.fromkeys(OPEN, S.CANCELLED), {}),
    "refuse": ("courier rule", {S.REQUESTED: S.REFUSED}, {"reason": "x"}),
}  # fmt: skip
NEVER_SENT: dict[str, dict[Status, Status]] = {
    "withdraw": {S.REQUESTED: S.CANCELLED},
    "ask_to_cancel": {},
    "book": {},
}
BEING_CANCELLED: dict[str, dict[Status, Status]] = {
    "ask_to_cancel": {},
    "keep": {each: each for each in OPEN},
}
TOO_LATE: dict[str, dict[Status, Status]] = {"ask_to_cancel": {}}
NUMBERLESS: dict[str, dict[Status, Status]] = {"number": {S.COLLECTED: S.COLLECTED}}
# What differs from a pickup whose request has left: columns, moves
KINDS_OF_ROWS: dict[str, tuple[dict[str, Any], dict[str, dict[Status, Status]]]] = {
    "sent": ({}, {}),
    "never sent": ({"sent_at": None}, NEVER_SENT),
    "being cancelled": ({"cancel_refused_at": None}, BEING_CANCELLED),
    "too late to cancel": ({}, TOO_LATE),
    "numberless": ({"tracking_no": ""}, NUMBERLESS),
}


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Pickup))


@pytest.mark.parametrize("kind", KINDS_OF_ROWS)
@pytest.mark.parametrize("status", Status)
def test_state_verb_role(world: World, clock: list[datetime], status: Status, kind: str) -> None:
    differs, other_moves = KINDS_OF_ROWS[kind]
    if kind == "never sent" and status in (S.BOOKED, S.COLLECTED):
        return  # the database has no such row
    pickup = booked(world, clock)
    cancelling = clock[0] if kind in ("being cancelled", "too late to cancel") else None
    columns: dict[str, Any] = {"task_no": "T1", "tracking_no": "YT1", "sent_at": clock[0]}
    columns |= {"ended_at": None if status in OPEN else clock[0], "collected_at": clock[0]}
    columns |= {"cancel_asked_at": cancelling, "cancel_refused_at": cancelling} | differs
    with undone():
        Pickup._base_manager.filter(pk=pickup.pk).delete()
        row = Pickup(**{field.attname: getattr(pickup, field.attname) for field in Pickup._meta.concrete_fields})
        row.__dict__["status"] = status.value
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        for verb, (who, moves, facts) in MATRIX.items():
            possible = other_moves.get(verb, moves)
            for role in sorted(KINDS):
                wanted: Any = possible.get(status, IllegalTransition) if role in who.split() else Forbidden
                assert attempt(row, verb, Actor(role, role), clock[0], facts) == wanted, (verb, role)


def attempt(row: Pickup, verb: str, actor: Actor, now: datetime, facts: dict[str, Any]) -> Any:
    """The status reached, or the class of the refusal."""
    try:
        with undone(), transaction.atomic():
            return advance(getattr(row, verb), actor=actor, now=now, **facts).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)
