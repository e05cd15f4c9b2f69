"""A refund that did not reach the buyer's account, and that WeChat Pay may still pay: nothing is paid instead of it
until it says that it is finished."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from kernel.errors import Conflict
from kernel.jobs import Outcome as Done
from kernel.jobs import job
from refunds import policy, services
from refunds.gateways import GatewayError, Outcome, Receipt
from refunds.labels import AT_MERCHANT, NOT_TAKEN
from refunds.machine import Status
from refunds.models import Refund
from tests.world import World

from .chargebacks.steps import report
from .helpers import BUSY, UNKNOWN_THERE, YES, Scripted, channel, paid, payment, reserve

ABNORMAL = Receipt(Outcome.RETURNED, "503", "503", "招商银行信用卡0403", may_arrive=True)
TO_THE_SHOP = Receipt(Outcome.RETURNED, "503", "503", "商户基本账户")
CLOSED = GatewayError("closed", permanent=True)
DAY = timedelta(days=1)


@pytest.fixture
def refund(world: World) -> Refund:
    order = paid(world)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, now=world.now)
    with channel(Scripted(ABNORMAL), "wechatpay"):
        services.send(refund.pk, now=world.now)
    return fresh(refund)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def look(refund: Refund, world: World, *answers: Any, after: timedelta = 2 * DAY) -> tuple[bool, list[tuple[str, str]]]:
    gateway = Scripted(*answers)
    with channel(gateway, "wechatpay"):
        ended = services.look_again(refund.pk, now=world.now, wall=timezone.now() + after)
    return ended, gateway.calls


def test_nothing_is_paid_instead_of_it(refund: Refund, world: World) -> None:
    assert (refund.status, refund.failure_reason) == (Status.RETURNED, NOT_TAKEN)
    assert services.allowed_actions(refund, world.actor("mei"), now=world.now) == ["retry", "redirect"]
    with pytest.raises(Conflict, match="paid twice"):
        services.settle_by_hand(refund, proof="T-1", actor=world.actor("mei"), now=world.now)
    same = services.retry(refund, actor=world.actor("mei"), now=world.now)
    assert (same.pk, Refund.objects.count(), payment(refund.payment.order).refunded) == (refund.pk, 1, 0)


def test_retry_asks_at_once(refund: Refund, world: World) -> None:
    gateway = Scripted(ABNORMAL)
    with channel(gateway, "wechatpay"):
        assert job("look_again").run(world.now, False) == Done()  # a day from now
        services.retry(refund, actor=world.actor("mei"), now=world.now)
        assert job("look_again").run(world.now, True) == Done(done=1)
        assert job("look_again").run(world.now, False) == Done(skipped=1)
        assert job("look_again").run(world.now, False) == Done()
    assert gateway.calls == [("query", refund.refund_no)]
    assert fresh(refund).may_arrive
    assert [line.action for line in refund.history()][-1] == "retry"


def test_it_is_asked_about_while_a_bank_decides(refund: Refund, world: World) -> None:
    """Asking moves nothing. Another way is not free."""
    report(world, refund.payment.order, "100.00")
    mei = world.actor("mei")
    held = fresh(refund)
    assert services.allowed_actions(held, mei, now=world.now) == ["retry"]
    services.retry(held, actor=mei, now=world.now)
    with channel(Scripted(CLOSED), "wechatpay"):
        assert job("look_again").run(world.now, False) == Done(done=1)
    assert (fresh(refund).may_arrive, services.allowed_actions(fresh(refund), mei, now=world.now)) == (False, [])
    with pytest.raises(Conflict):
        services.retry(fresh(refund), actor=mei, now=world.now)


@pytest.mark.parametrize(("offset", "asked"), [(-1, False), (0, True), (1, True)])
def test_it_is_asked_about_once_a_day(refund: Refund, world: World, offset: int, asked: bool) -> None:
    at = refund.look_again_at
    assert at is not None
    assert timedelta(hours=23) < at - timezone.now() <= DAY
    gateway = Scripted(ABNORMAL)
    with channel(gateway, "wechatpay"):
        services.look_again(refund.pk, now=world.now, wall=at + timedelta(seconds=offset))
    assert bool(gateway.calls) is asked


@pytest.mark.parametrize(("offset", "wait"), [(-1, policy.LOOK), (0, policy.LOOK), (1, policy.LATE_LOOK)])
def test_after_thirty_days_seldom(refund: Refund, world: World, offset: int, wait: timedelta) -> None:
    assert refund.returned_at is not None
    wall = refund.returned_at + policy.LOOKS_DAILY + timedelta(seconds=offset)
    Refund.objects.filter(pk=refund.pk).update(look_again_at=wall)
    with channel(Scripted(ABNORMAL), "wechatpay"):
        services.look_again(refund.pk, now=world.now, wall=wall)
    assert fresh(refund).look_again_at == wall + wait


@pytest.mark.parametrize(
    "answer", [ABNORMAL, BUSY, UNKNOWN_THERE, GatewayError("timed out", permanent=False), ConnectionResetError()]
)
def test_what_is_not_its_last_word_changes_nothing(refund: Refund, world: World, answer: Any) -> None:
    assert look(refund, world, answer) == (False, [("query", refund.refund_no)])
    row = fresh(refund)
    assert (row.status, row.may_arrive, row.failure_reason) == (Status.RETURNED, True, NOT_TAKEN)


def test_a_channel_that_is_not_connected_is_waited_for(refund: Refund, world: World) -> None:
    with channel(None, "wechatpay"):
        assert services.look_again(refund.pk, now=world.now, wall=timezone.now() + 2 * DAY) is False
    assert fresh(refund).may_arrive


@pytest.mark.parametrize(("answer", "reason"), [(CLOSED, "closed"), (TO_THE_SHOP, AT_MERCHANT)])
def test_its_last_word_frees_another_way(refund: Refund, world: World, answer: Any, reason: str) -> None:
    assert look(refund, world, answer)[0] is True
    row = fresh(refund)
    assert (row.status, row.may_arrive, row.failure_reason) == (Status.RETURNED, False, reason)
    assert services.allowed_actions(row, world.actor("mei"), now=world.now) == ["retry", "settle"]
    new = services.retry(row, actor=world.actor("mei"), now=world.now)
    assert (new.retry_of_id, new.refund_no == row.refund_no) == (row.pk, False)
    assert look(refund, world, YES) == (False, [])  # nobody asks any more


def test_then_two_people_may_settle_it(refund: Refund, world: World) -> None:
    look(refund, world, TO_THE_SHOP)
    for name in ("mei", "song"):
        services.settle_by_hand(refund, proof="T-1", actor=world.actor(name), now=world.now)
    assert fresh(refund).status == Status.SUCCEEDED


def test_it_arrives_after_all(refund: Refund, world: World) -> None:
    assert look(refund, world, YES)[0] is True
    row = fresh(refund)
    assert (row.status, row.may_arrive, payment(row.payment.order).refunded) == ("succeeded", False, Decimal("60.00"))


def test_it_arrives_when_its_money_is_used(refund: Refund, world: World) -> None:
    reserve(refund.payment.order, "50.00", now=world.now)
    assert look(refund, world, YES)[0] is False
    assert (fresh(refund).status, payment(refund.payment.order).refunded) == (Status.RETURNED, Decimal("50.00"))


def test_what_went_to_the_shop_at_once_is_finished(world: World) -> None:
    order = paid(world)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, now=world.now)
    with channel(Scripted(TO_THE_SHOP), "wechatpay"):
        services.send(refund.pk, now=world.now)
    assert (fresh(refund).may_arrive, fresh(refund).failure_reason) == (False, AT_MERCHANT)
