"""Trying again: the same number while nobody knows, a new one after a definite no, once, by who may."""

from decimal import Decimal
from typing import Any

import pytest

from kernel.errors import Conflict, Forbidden, IllegalTransition, OverRefund
from refunds import services
from refunds.gateways import GatewayError
from refunds.machine import Status
from refunds.models import Refund
from refunds.signals import refund_retried
from tests.world import World

from .helpers import YES, Scripted, carried_out, channel, later, paid, payment, reserve


def failed(world: World, number: str = "FAIL-1", amount: str = "60.00") -> Refund:
    refund = reserve(paid(world, number), amount, now=world.now)
    services.send(refund.pk, now=world.now)
    return Refund.objects.get(pk=refund.pk)


def unknown(world: World) -> Refund:
    refund = reserve(paid(world, "LOST-1"), now=world.now)
    services.send(refund.pk, now=world.now)
    return Refund.objects.get(pk=refund.pk)


def test_unknown_outcome_keeps_its_number(world: World) -> None:
    refund = unknown(world)
    Refund.objects.filter(pk=refund.pk).update(next_attempt_at=later(5))
    again = services.retry(refund, actor=world.actor("mei"), now=world.now)
    assert (again.pk, again.refund_no, again.status) == (refund.pk, refund.refund_no, Status.PROCESSING)
    assert services.send(refund.pk, now=world.now) is True
    assert carried_out("LOST-1") == [Decimal("60.00")]
    assert Refund.objects.count() == 1
    assert [h.action for h in refund.history()] == ["create", "send", "retry", "settle"]


def test_a_definite_failure_gets_a_new_number(world: World) -> None:
    heard: list[tuple[int, int]] = []

    def link(old: Refund, new: Refund, **kwargs: Any) -> None:
        heard.append((old.pk, new.pk))

    old = failed(world)
    refund_retried.connect(link)
    try:
        new = services.retry(old, actor=world.actor("mei"), now=world.now)
    finally:
        refund_retried.disconnect(link)
    assert heard == [(old.pk, new.pk)]
    assert (new.status, new.retry_of_id, new.amount) == (Status.PENDING, old.pk, old.amount)
    assert new.refund_no != old.refund_no
    assert payment(old.payment.order).refunded == Decimal("60.00")
    with channel(Scripted(YES)):
        assert services.send(new.pk, now=world.now) is True
    assert Refund.objects.get(pk=old.pk).status == Status.FAILED


def test_only_once(world: World) -> None:
    old = failed(world)
    new = services.retry(old, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict) as refused:
        services.retry(old, actor=world.actor("mei"), now=world.now)
    assert refused.value.details == {"retried_as": new.refund_no}
    assert payment(old.payment.order).refunded == Decimal("60.00")


def test_the_new_one_may_fail_and_be_tried_again(world: World) -> None:
    first = failed(world)
    second = services.retry(first, actor=world.actor("mei"), now=world.now)
    services.send(second.pk, now=world.now)
    third = services.retry(second, actor=world.actor("song"), now=world.now)
    assert third.retry_of_id == second.pk
    assert payment(first.payment.order).refunded == Decimal("60.00")


def test_not_after_success(world: World) -> None:
    refund = reserve(paid(world), now=world.now)
    services.send(refund.pk, now=world.now)
    with pytest.raises(IllegalTransition):
        services.retry(refund, actor=world.actor("mei"), now=world.now)


def test_not_when_the_money_has_gone_elsewhere(world: World) -> None:
    old = failed(world)
    reserve(old.payment.order, "60.00", now=world.now)
    with pytest.raises(OverRefund):
        services.retry(old, actor=world.actor("mei"), now=world.now)
    assert Refund.objects.filter(retry_of=old).count() == 0


@pytest.mark.parametrize("name", ["alice", "wen", "oms", "sun"])
@pytest.mark.parametrize("make", [failed, unknown])
def test_only_leaders(world: World, name: str, make: Any) -> None:
    with pytest.raises(Forbidden):
        services.retry(make(world), actor=world.actor(name, world.lantern), now=world.now)


def test_while_a_gateway_is_away_the_same_number_is_asked_for(world: World) -> None:
    refund = reserve(paid(world), now=world.now)
    gateway = Scripted(GatewayError("503", permanent=False), GatewayError("503", permanent=False), YES)
    with channel(gateway):
        services.send(refund.pk, now=world.now)
        for step in (1, 2):
            services.retry(refund, actor=world.actor("mei"), now=world.now)
            services.send(refund.pk, now=world.now, wall=later(step))
    assert {number for _, number in gateway.calls} == {refund.refund_no}
