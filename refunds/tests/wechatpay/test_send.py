"""A payment of WeChat Pay's through the sender: whatever is lost on the way, its money goes back exactly once."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from fakes.wechatpay.server import Fake
from orders.models import Order
from refunds import policy, services
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.labels import CLOSED_BY_CHANNEL
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from refunds.tests.helpers import channel, later, paid, payment, reserve
from tests.world import World

AMOUNT, FEN = Decimal("60.00"), 6000
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def connected(wechatpay: WechatPay) -> Iterator[None]:
    with channel(wechatpay, "wechatpay"):
        yield


def paid_by_wechat(world: World, number: str) -> Order:
    order = paid(world, number)
    order.payments.update(channel="wechatpay")
    return order


def run(refund: Refund, world: World, fake: Fake, steps: int = 8) -> list[Result]:
    """What each attempt came to, until the refund has ended."""
    results = []
    for step in range(steps):
        results.append(services.attempt(refund.pk, now=world.now, wall=later(step)))
        if results[-1] in (Result.SETTLED, Result.FAILED):
            return results
        fake.records.ahead += fake.records.settle_after
    raise AssertionError(f"never ended: {results}")


@pytest.mark.parametrize(
    ("number", "attempts"),
    [
        ("PAY-1", 1),
        ("BUSY-1", 2),
        ("LOST-1", 2),
        ("CUT-1", 2),
        ("BROKEN-1", 2),
        ("HTML-1", 2),
        ("FORGED-1", 2),
        ("UNSIGNED-1", 2),
        ("PROBE-1", 2),
        ("OLD-1", 2),
        ("STRANGE-1", 2),
        ("ALTERED-1", 2),
        ("FOREIGN-1", 2),
        ("SLOW-1", 2),
        ("DOWN-1", 3),
        ("NEW-1", 3),
        ("HIDDEN-1", 2),
        ("REFUSES:500:SYSTEM_ERROR:1", 3),
    ],
)
def test_settled_exactly_once(world: World, fake: Fake, number: str, attempts: int) -> None:
    order = paid_by_wechat(world, number)
    refund = reserve(order, "60.00", now=world.now)
    results = run(refund, world, fake)
    assert (results[-1], len(results)) == (Result.SETTLED, attempts), results
    assert list(fake.records.refunds) == [refund.refund_no]
    assert fake.records.amounts(number) == [FEN]
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.gateway_no) == (Status.SUCCEEDED, "503" + "0" * 29)
    assert payment(order).refunded == AMOUNT
    assert [row.action for row in ended.history()] == ["create", "send", "settle"]


@pytest.mark.parametrize(("number", "requests"), [("SILENT-1", 2), ("LATE-1", 1)])
def test_a_time_out_before_and_after_it_is_carried_out(
    world: World, fake: Fake, number: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt asks first, and sends again only what WeChat Pay does not know."""
    refund = reserve(paid_by_wechat(world, number), "60.00", now=world.now)
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.4)
    assert services.attempt(refund.pk, now=world.now) == Result.UNREACHABLE
    monkeypatch.undo()
    assert run(refund, world, fake) == [Result.SETTLED]
    assert fake.records.questions[refund.refund_no] == 1
    assert fake.records.requests[number] == requests
    assert fake.records.amounts(number) == [FEN]


@pytest.mark.parametrize(
    ("number", "attempts", "reason"),
    [
        ("FAIL-1", 1, "订单已超过可退款的期限 (INVALID_REQUEST)"),
        ("CLOSED-1", 2, CLOSED_BY_CHANNEL),
        # An order that is not there is believed after the fourth refusal.
        ("ERROR:404:RESOURCE_NOT_EXISTS:1", 4, "拒绝 (RESOURCE_NOT_EXISTS)"),
    ],
)
def test_a_definite_refusal_fails_and_frees_the_money(
    world: World, fake: Fake, number: str, attempts: int, reason: str
) -> None:
    order = paid_by_wechat(world, number)
    refund = reserve(order, "60.00", now=world.now)
    results = run(refund, world, fake)
    assert (results[-1], len(results)) == (Result.FAILED, attempts)
    assert Refund.objects.get(pk=refund.pk).failure_reason == reason
    assert (payment(order).refunded, fake.records.amounts(number)) == (0, [])


@pytest.mark.parametrize(("first", "result"), [("ERROR:404", Result.FAILED), ("CUT", Result.WAITING)])
def test_an_order_that_is_not_there_is_believed_at_the_fourth_answer(world: World, first: str, result: str) -> None:
    """A minute apart. Where the answer to an earlier request was lost, that may still be carried out."""
    order = paid_by_wechat(world, "ERROR:404:RESOURCE_NOT_EXISTS:1" if first == "ERROR:404" else "CUT-1")
    refund, wall = reserve(order, "60.00", now=world.now), later()
    services.attempt(refund.pk, now=world.now, wall=wall)
    order.payments.update(transaction_no="ERROR:404:RESOURCE_NOT_EXISTS:1")
    attempts = 4 if first == "ERROR:404" else 5
    results = [services.attempt(refund.pk, now=world.now, wall=wall + step * MINUTE) for step in range(1, attempts)]
    assert results == [Result.WAITING] * (attempts - 2) + [result]


def test_a_closed_refund_goes_out_again_under_a_new_number(world: World, fake: Fake) -> None:
    order = paid_by_wechat(world, "CLOSED-1")
    refund = reserve(order, "60.00", now=world.now)
    assert run(refund, world, fake)[-1] == Result.FAILED
    new = services.retry(Refund.objects.get(pk=refund.pk), actor=world.actor("mei"), now=world.now)
    services.attempt(new.pk, now=world.now, wall=later(9))
    assert list(fake.records.refunds) == [refund.refund_no, new.refund_no]


@pytest.mark.parametrize(
    ("number", "minutes"),
    [("ERROR:403:NOT_ENOUGH:1", 15), ("ERROR:403:NO_AUTH:1", 5), ("ERROR:404:MCH_NOT_EXISTS:1", 5)],
)
def test_what_a_person_has_to_mend_waits_and_is_no_failure(world: World, number: str, minutes: int) -> None:
    order = paid_by_wechat(world, number)
    refund, wall = reserve(order, "60.00", now=world.now), later()
    # Not UNREACHABLE: a sender leaves a channel alone after several of those.
    assert services.attempt(refund.pk, now=world.now, wall=wall) == Result.WAITING
    waiting = Refund.objects.get(pk=refund.pk)
    assert (waiting.status, waiting.next_attempt_at) == (Status.PROCESSING, wall + timedelta(minutes=minutes))
    assert number.split(":")[2] in waiting.last_error
    assert payment(order).refunded == AMOUNT


def test_a_transaction_that_paid_several_orders_is_named_with_its_whole_amount(world: World, fake: Fake) -> None:
    """WeChat Pay refuses another total than that of the transaction."""
    order = paid_by_wechat(world, "PAY-1")
    order.payments.update(shared_total=Decimal("250.00"))
    refund = reserve(order, "60.00", now=world.now)
    assert services.attempt(refund.pk, now=world.now) == Result.SETTLED
    assert [row.total for row in fake.records.refunds.values()] == [25000]


def test_money_that_the_card_did_not_take_is_free_again(world: World, fake: Fake) -> None:
    order = paid_by_wechat(world, "ABNORMAL-1")
    refund = reserve(order, "60.00", now=world.now)
    assert services.attempt(refund.pk, now=world.now, wall=later(0)) == Result.WAITING
    assert payment(order).refunded == AMOUNT
    fake.records.ahead = fake.records.settle_after
    assert services.attempt(refund.pk, now=world.now, wall=later(1)) == Result.RETURNED
    assert Refund.objects.get(pk=refund.pk).status == Status.RETURNED
    assert (payment(order).refunded, fake.records.amounts("ABNORMAL-1")) == (0, [])
