"""Money that went back another way: two different people say so."""

from decimal import Decimal
from typing import Any

import pytest

from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid, OverRefund
from refunds import services
from refunds.machine import Status
from refunds.models import Refund
from refunds.signals import refund_settled
from tests.world import World

from .helpers import payment, reserve
from .test_retry import failed, unknown


def settle(refund: Refund, world: World, name: str, proof: str = "bank slip 42") -> Refund:
    actor = world.actor(name, world.lantern)
    return services.settle_by_hand(refund, proof=proof, note="by phone", actor=actor, now=world.now)


def test_it_needs_two_people(world: World) -> None:
    heard: list[str] = []

    def hear(refund: Refund, **kwargs: Any) -> None:
        heard.append(refund.refund_no)

    refund = failed(world)
    refund_settled.connect(hear)
    try:
        proposed = settle(refund, world, "mei")
        assert (proposed.status, proposed.proof, proposed.proposed_by) == (
            Status.FAILED,
            "bank slip 42",
            world.mei.pk,
        )
        assert payment(refund.payment.order).refunded == 0
        assert heard == []
        done = settle(refund, world, "sun", proof="")
    finally:
        refund_settled.disconnect(hear)
    assert (done.status, done.settled_at, done.failure_reason) == (Status.SUCCEEDED, world.now, "")
    assert payment(refund.payment.order).refunded == Decimal("60.00")
    assert heard == [refund.refund_no]
    assert [(h.action, h.actor_name) for h in done.history()][-2:] == [
        ("propose_settlement", "mei"),
        ("settle_by_hand", "sun"),
    ]


def test_the_same_person_twice_is_refused(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    with pytest.raises(Forbidden, match="Somebody else"):
        settle(refund, world, "mei")
    assert Refund.objects.get(pk=refund.pk).status == Status.FAILED


def test_a_proposal_needs_a_proof(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        settle(failed(world), world, "mei", proof="  ")
    assert refused.value.errors is not None
    assert list(refused.value.errors) == ["proof"]


@pytest.mark.parametrize("name", ["alice", "wen", "oms"])
def test_neither_buyer_nor_agent_nor_program(world: World, name: str) -> None:
    refund = failed(world)
    with pytest.raises(Forbidden):
        settle(refund, world, name)
    settle(refund, world, "mei")
    with pytest.raises(Forbidden):
        settle(refund, world, name)


def test_only_after_a_definite_failure(world: World) -> None:
    with pytest.raises(IllegalTransition):
        settle(unknown(world), world, "mei")


def test_never_twice(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    settle(refund, world, "song")
    with pytest.raises(IllegalTransition):
        settle(refund, world, "sun")
    assert payment(refund.payment.order).refunded == Decimal("60.00")


def test_never_beside_a_retry(world: World) -> None:
    """A proposal, then a retry: the confirmation would pay a second time."""
    refund = failed(world)
    settle(refund, world, "mei")
    services.retry(refund, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict):
        settle(refund, world, "song")
    settled = failed(world, "FAIL-2")
    settle(settled, world, "mei")
    settle(settled, world, "song")
    with pytest.raises(IllegalTransition):
        services.retry(settled, actor=world.actor("mei"), now=world.now)


def test_the_money_is_set_aside_again(world: World) -> None:
    refund = failed(world)
    settle(refund, world, "mei")
    reserve(refund.payment.order, "60.00", now=world.now)
    with pytest.raises(OverRefund):
        settle(refund, world, "song")
    assert Refund.objects.get(pk=refund.pk).status == Status.FAILED
