"""The whole matrix: state × verb × role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kernel.actors import KINDS, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, transition_names
from refunds import services
from refunds.gateways import GatewayError, Outcome, Receipt
from refunds.machine import Status
from refunds.models import Refund
from tests.world import NOW, World

from .helpers import YES, Scripted, channel, paid, reserve

GATEWAY, HAND = {"gateway"}, {"merchant", "support"}
P, R, S, F, B = Status.PENDING, Status.PROCESSING, Status.SUCCEEDED, Status.FAILED, Status.RETURNED

# verb → (who may, {source: target}, facts)
MATRIX: dict[str, tuple[set[str], dict[str, str], dict[str, Any]]] = {
    "send": (GATEWAY, {P: R, R: R}, {"attempts": 1, "claimed_until": NOW, "expected_at": NOW, "sent_at": NOW}),
    "settle": (GATEWAY, {P: S, R: S}, {}),
    "fail": (GATEWAY, {P: F, R: F}, {"reason": "no"}),
    "charge_back": (GATEWAY, {F: F, B: B}, {"reason": "charged_back", "charged_back": 60}),
    "propose_settlement": (HAND, {F: F, B: B}, {"proof": "x", "user_id": 1}),
    "settle_by_hand": (HAND, {F: S, B: S}, {"user_id": 2}),
    "propose_call_off": (HAND, {R: R}, {"seen": "nothing", "user_id": 1}),
    "call_off": (HAND, {R: R}, {"user_id": 2, "wall": NOW, "ask_at": NOW}),
    "return_money": (GATEWAY, {R: B, S: B}, {"reason": "closed", "look_again_at": NOW}),
    "settle_late": (GATEWAY, {B: S}, {}),
    "propose_redirection": (HAND, {B: B}, {"user_id": 1}),
    "redirect": (HAND, {B: R}, {"wall": NOW, "to": "merchant"}),
    "void_settlement": ({"support"}, {S: F}, {"reason": "void"}),
}

REACH: dict[str, Callable[[], Scripted | None]] = {
    P: lambda: None,
    R: lambda: Scripted(GatewayError("?", permanent=False)),
    S: lambda: Scripted(YES),  # `void_settlement` only after two people settled it
    F: lambda: Scripted(GatewayError("no", permanent=True)),
    B: lambda: Scripted(Receipt(Outcome.RETURNED)),
}


def in_state(world: World, status: str) -> Refund:
    refund = reserve(paid(world), now=world.now)
    gateway = REACH[status]()
    if gateway:
        with channel(gateway):
            services.send(refund.pk, now=world.now)
    refund = Refund.objects.get(pk=refund.pk)
    assert refund.status == status
    return refund


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Refund))


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", MATRIX)
def test_state_verb_role(world: World, status: str, verb: str) -> None:
    who, moves, facts = MATRIX[verb]
    refund = in_state(world, status)
    if verb == "void_settlement" and status == S:
        Refund.objects.filter(pk=refund.pk).update(proposed_by=1, confirmed_by=2)
    elif verb == "settle_by_hand":
        Refund.objects.filter(pk=refund.pk).update(proposed_by=1)
    elif verb == "call_off":
        Refund.objects.filter(pk=refund.pk).update(call_off_proposed_by=1)
    steps = refund.history().count()
    for kind in sorted(KINDS):
        expected = Forbidden if kind not in who else IllegalTransition if status not in moves else None
        with transaction.atomic():
            outcome = attempt(refund, verb, Actor(kind, kind), world, facts)
            transaction.set_rollback(True)
        assert outcome == (expected or moves[status]), kind
    assert refund.history().count() == steps


def attempt(refund: Refund, verb: str, actor: Actor, world: World, facts: dict[str, Any]) -> Any:
    """The status reached, or the class of the refusal."""
    try:
        with transaction.atomic():
            return advance(getattr(refund, verb), actor=actor, now=world.now, **facts).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)


@pytest.mark.parametrize("status", Status.values)
def test_the_way_out_is_written_nowhere_else(world: World, status: str) -> None:
    refund = in_state(world, status)
    with pytest.raises(AttributeError):
        refund.status = Status.SUCCEEDED
    with pytest.raises(TypeError):
        Refund.objects.filter(pk=refund.pk).update(status=Status.SUCCEEDED)


def test_what_the_channel_paid_is_never_void(world: World) -> None:
    refund = in_state(world, S)
    with pytest.raises(IllegalTransition):
        advance(refund.void_settlement, actor=Actor("support", "song"), now=NOW, reason="void")


@pytest.mark.parametrize(("proposed_by", "confirmed_by"), [(1, 2), (1, None)])
@pytest.mark.parametrize(("status", "verb"), [(S, "return_money"), (B, "settle_late")])
def test_what_people_settle_the_channel_takes_back_no_more(
    world: World, status: str, verb: str, proposed_by: int, confirmed_by: int | None
) -> None:
    refund = in_state(world, status)
    by_hand = {"confirmed_by": confirmed_by} if status == S else {}
    Refund.objects.filter(pk=refund.pk).update(proposed_by=proposed_by, **by_hand)
    with pytest.raises(IllegalTransition):
        advance(getattr(refund, verb), actor=Actor("gateway", ""), now=NOW, **MATRIX[verb][2])


@pytest.mark.parametrize("proposed_by", [1, None])
def test_the_database_asks_for_two_people(world: World, proposed_by: int | None) -> None:
    refund = in_state(world, S)
    with pytest.raises(IntegrityError, match="refund_confirmed_by_another"):
        Refund.objects.filter(pk=refund.pk).update(proposed_by=proposed_by, confirmed_by=1)
