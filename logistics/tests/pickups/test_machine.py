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
    "bill": ("courier", {S.COLLECTED: S.COLLECTED}, CHARGE),
    "miss": ("courier clock", dict.fromkeys(OPEN, S.MISSED), {"reason": "x"}),
    "withdraw": ("buyer rule", {}, {}),
    "ask_to_cancel": ("buyer rule", {each: each for each in OPEN}, {}),
    "keep": ("courier", {each: each for each in OPEN}, {}),
    "cancel": ("courier", dict.fromkeys(OPEN, S.CANCELLED), {}),
    "refuse": ("courier rule", {S.REQUESTED: S.REFUSED}, {"reason": "x"}),
}  # fmt: skip
NEVER_SENT: dict[str, dict[Status, Status]] = {
    "withdraw": {S.REQUESTED: S.CANCELLED},
    "ask_to_cancel": {},
    "book": {},
}


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Pickup))


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("status", Status)
def test_state_verb_role(world: World, clock: list[datetime], status: Status, sent: bool) -> None:
    if not sent and status in (S.BOOKED, S.COLLECTED):
        return  # the database has no such row
    pickup = booked(world, clock)
    columns = {"task_no": "T1", "tracking_no": "YT1", "sent_at": clock[0] if sent else None}
    columns |= {"ended_at": None if status in OPEN else clock[0], "collected_at": clock[0]}
    with undone():
        Pickup._base_manager.filter(pk=pickup.pk).delete()
        row = Pickup(**{field.attname: getattr(pickup, field.attname) for field in Pickup._meta.concrete_fields})
        row.__dict__["status"] = status.value
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        for verb, (who, moves, facts) in MATRIX.items():
            possible = moves if sent else NEVER_SENT.get(verb, moves)
            for kind in sorted(KINDS):
                wanted: Any = possible.get(status, IllegalTransition) if kind in who.split() else Forbidden
                assert attempt(row, verb, Actor(kind, kind), clock[0], facts) == wanted, (verb, kind)


def attempt(row: Pickup, verb: str, actor: Actor, now: datetime, facts: dict[str, Any]) -> Any:
    """The status reached, or the class of the refusal."""
    try:
        with undone(), transaction.atomic():
            return advance(getattr(row, verb), actor=actor, now=now, **facts).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)
