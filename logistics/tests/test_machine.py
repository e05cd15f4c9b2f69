"""The whole matrix: state × verb × role."""

from typing import Any

import pytest
from django.db import transaction

from kernel.actors import KINDS, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, transition_names
from logistics import services
from logistics.machine import MAY_BE_LOST, ON_THE_WAY, Status
from logistics.models import Parcel
from tests.world import World

from .test_ship import ship

T, D, L, R = Status.IN_TRANSIT, Status.DELIVERED, Status.LOST, Status.RETURNED
DAMAGED = Status.DAMAGED  # the state that `scan` is asked for
REPORTERS = {"courier", "integration", "merchant", "support"}
WHO = {"count": {"integration", "merchant"}, "suspect_loss": {"clock", "courier"}}  # by verb; all others are reports

# verb → {source: target}
MATRIX: dict[str, dict[str, str]] = {
    "scan": dict.fromkeys(ON_THE_WAY, DAMAGED), "suspect_loss": dict.fromkeys(MAY_BE_LOST, Status.EXCEPTION),
    "deliver": {**dict.fromkeys(ON_THE_WAY, D), L: D}, "prove_delivery": {D: D}, "lose": dict.fromkeys(ON_THE_WAY, L),
    "bring_back": {**dict.fromkeys(ON_THE_WAY, R), L: R}, "count": {R: R},
}  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "scan": {"status": DAMAGED},
    "suspect_loss": {"since": None},
    "deliver": {"at": None, "proven": True},
    "prove_delivery": {"at": None},
}  # `at` and `since`: the world's now


def in_state(world: World, status: str) -> Parcel:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    if status != T:
        # By the shop's bare word, so that a delivery may still be proven.
        parcel = services.report(parcel, status=status, actor=world.actor("mei"), now=world.now)
    assert parcel.status == status
    return parcel


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Parcel))


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", MATRIX)
def test_state_verb_role(world: World, status: str, verb: str) -> None:
    parcel = in_state(world, status)
    steps = parcel.history().count()
    for kind in sorted(KINDS):
        refusal = (
            Forbidden
            if kind not in WHO.get(verb, REPORTERS)
            else IllegalTransition
            if status not in MATRIX[verb]
            else None
        )
        with transaction.atomic():
            outcome = attempt(parcel, verb, Actor(kind, kind), world)
            transaction.set_rollback(True)
        assert outcome == (refusal or MATRIX[verb][status]), kind
    assert parcel.history().count() == steps


def attempt(parcel: Parcel, verb: str, actor: Actor, world: World) -> Any:
    """The status reached, or the class of the refusal."""
    facts: dict[str, Any] = {name: world.now if value is None else value for name, value in FACTS.get(verb, {}).items()}
    try:
        with transaction.atomic():
            return advance(getattr(parcel, verb), actor=actor, now=world.now, **facts).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)


def test_a_status_is_written_nowhere_else(world: World) -> None:
    parcel = in_state(world, T)
    with pytest.raises(AttributeError):
        parcel.status = D
    with pytest.raises(TypeError):
        Parcel.objects.update(status=D)
