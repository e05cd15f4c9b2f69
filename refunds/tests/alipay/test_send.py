"""A payment of Alipay's through the sender: whatever is lost on the way, its money goes back exactly once."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.alipay.server import Fake
from fakes.keys import Pair
from orders.models import Order
from refunds import policy, services
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.alipay.configuration import build
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from refunds.tests.helpers import channel, later, paid, payment, reserve
from tests.world import World

AMOUNT = Decimal("60.00")


@pytest.fixture(autouse=True)
def connected(alipay: Alipay) -> Iterator[None]:
    with channel(alipay, "alipay"):
        yield


def paid_by_alipay(world: World, trade_no: str) -> Order:
    order = paid(world, trade_no)
    order.payments.update(channel="alipay")
    return order


def run(refund: Refund, world: World, steps: int = 8) -> list[Result]:
    """What each attempt came to, until the refund has ended."""
    results = []
    for step in range(steps):
        results.append(services.attempt(refund.pk, now=world.now, wall=later(step)))
        if results[-1] in (Result.SETTLED, Result.FAILED):
            return results
    raise AssertionError(f"never ended: {results}")


@pytest.mark.parametrize(
    ("trade_no", "attempts"),
    [
        ("PAY-1", 1),
        ("ESCAPED-1", 1),
        ("BUSY-1", 2),
        ("LOST-1", 2),
        ("CUT-1", 2),
        ("BROKEN-1", 2),
        ("HTML-1", 2),
        ("FORGED-1", 2),
        ("UNSIGNED-1", 2),
        ("ALTERED-1", 2),
        ("FOREIGN-1", 2),
        ("SLOW-1", 2),
        ("DOWN-1", 3),
        ("HIDDEN-1", 3),
        ("REFUSES:40004:ACQ.SYSTEM_ERROR:1", 3),
    ],
)
def test_settled_exactly_once(world: World, fake: Fake, trade_no: str, attempts: int) -> None:
    order = paid_by_alipay(world, trade_no)
    refund = reserve(order, "60.00", now=world.now)
    results = run(refund, world)
    assert (results[-1], len(results)) == (Result.SETTLED, attempts), results
    assert [row.out_request_no for row in fake.records.refunds.values()] == [refund.refund_no]
    assert fake.records.amounts(trade_no) == [AMOUNT]
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.gateway_no) == (Status.SUCCEEDED, trade_no)
    assert payment(order).refunded == AMOUNT
    assert [row.action for row in ended.history()] == ["create", "send", "settle"]


@pytest.mark.parametrize(("trade_no", "requests"), [("SILENT-1", 2), ("LATE-1", 1)])
def test_a_time_out_before_and_after_it_is_carried_out(
    world: World, fake: Fake, trade_no: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt asks first, and sends again only what Alipay does not know."""
    refund = reserve(paid_by_alipay(world, trade_no), "60.00", now=world.now)
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.4)
    assert services.attempt(refund.pk, now=world.now) == Result.UNREACHABLE
    monkeypatch.undo()
    assert run(refund, world) == [Result.SETTLED]
    assert fake.records.questions[refund.refund_no] == 1
    assert fake.records.requests[trade_no] == requests
    assert fake.records.amounts(trade_no) == [AMOUNT]


def test_a_definite_refusal_fails_and_frees_the_money(world: World, fake: Fake) -> None:
    order = paid_by_alipay(world, "FAIL-1")
    refund = reserve(order, "60.00", now=world.now)
    assert run(refund, world) == [Result.FAILED]
    assert Refund.objects.get(pk=refund.pk).failure_reason == "交易已完结 (ACQ.TRADE_HAS_FINISHED)"
    assert (payment(order).refunded, fake.records.refunds) == (0, {})


@pytest.mark.parametrize(
    ("trade_no", "minutes"),
    [("ERROR:40004:ACQ.SELLER_BALANCE_NOT_ENOUGH:1", 15), ("ERROR:40002:isv.invalid-signature:1", 5)],
)
def test_what_a_person_has_to_mend_waits_and_is_no_failure(world: World, trade_no: str, minutes: int) -> None:
    order = paid_by_alipay(world, trade_no)
    refund, wall = reserve(order, "60.00", now=world.now), later()
    # Not UNREACHABLE: a sender leaves a channel alone after several of those.
    assert services.attempt(refund.pk, now=world.now, wall=wall) == Result.WAITING
    waiting = Refund.objects.get(pk=refund.pk)
    assert (waiting.status, waiting.next_attempt_at) == (Status.PROCESSING, wall + timedelta(minutes=minutes))
    assert trade_no.split(":")[2] in waiting.last_error
    assert payment(order).refunded == AMOUNT


def test_a_second_refund_of_a_trade_waits_its_turn(world: World, fake: Fake) -> None:
    order = paid_by_alipay(world, "PAY-1")
    first, second = (reserve(order, amount, now=world.now) for amount in ("60.00", "40.00"))
    wall = later()
    assert services.attempt(first.pk, now=world.now, wall=wall) == Result.SETTLED
    assert services.attempt(second.pk, now=world.now, wall=wall + timedelta(seconds=1)) == Result.SKIPPED
    assert Refund.objects.get(pk=second.pk).next_attempt_at == wall + timedelta(seconds=3)
    assert fake.records.amounts("PAY-1") == [AMOUNT]


@pytest.mark.parametrize("cut", [False, True], ids=["answered", "answer lost"])
def test_keys_that_change_while_a_refund_is_on_its_way(world: World, fake: Fake, configured: Any, cut: bool) -> None:
    """Alipay signs with its new key before the shop has it. Nothing that cannot be verified is believed, a no neither;
    with the new key the same number is asked about, and the money has left once."""
    refund = reserve(paid_by_alipay(world, "LOST-1" if cut else "PAY-1"), str(AMOUNT), now=world.now)
    fake.own = Pair.generate()
    for step in range(3):
        assert services.attempt(refund.pk, now=world.now, wall=later(step)) == Result.UNREACHABLE
    assert Refund.objects.get(pk=refund.pk).status == Status.PROCESSING
    configured.ALIPAY_PUBLIC_KEY = fake.own.public
    renewed = build(configured)
    with channel(renewed, "alipay"):
        assert services.attempt(refund.pk, now=world.now, wall=later(3)) == Result.SETTLED
    renewed.account.http.close()
    assert fake.records.amounts(payment(refund.payment.order).transaction_no) == [AMOUNT]
