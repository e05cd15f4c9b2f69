"""Two refunds of one transaction keep the channel's distance, whichever process sends them, and do not go above its
number."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Lock
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from refunds import services
from refunds.gateways import GatewayError, Limits, Receipt
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.labels import NO_MORE_REFUNDS
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .helpers import UNKNOWN_THERE, YES, Scripted, channel, paid, payment, reserve

MINUTE = timedelta(seconds=60)
TIMED_OUT = GatewayError("timed out", permanent=False)


class Spaced(Scripted):
    def __init__(self, *answers: Receipt | Exception, refunds: int | None = None) -> None:
        super().__init__(*answers)
        self.limits, self.lock = Limits(MINUTE, refunds), Lock()

    def _answer(self, *call: Any) -> Receipt:
        with self.lock:
            return super()._answer(*call)


def attempt(refund: Refund, world: World, wall: datetime) -> Result:
    return services.attempt(refund.pk, now=world.now, wall=wall)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def two(world: World) -> tuple[Refund, Refund]:
    order = paid(world)
    return reserve(order, "60.00", now=world.now), reserve(order, "40.00", now=world.now)


def two_orders(world: World) -> tuple[Refund, Refund]:
    """One transaction paid both."""
    orders = paid(world, "PAY-1"), paid(world, "PAY-2")
    for order in orders:
        order.payments.update(transaction_no="PAY-1", shared_total=Decimal("200.00"))
    return reserve(orders[0], now=world.now), reserve(orders[1], now=world.now)


def test_what_the_channels_ask_for() -> None:
    """protocols §0.5."""
    assert Alipay.limits == Limits(timedelta(seconds=3))
    assert WechatPay.limits == Limits(MINUTE, 50)


@pytest.mark.parametrize("make", [two, two_orders])
@pytest.mark.parametrize(("offset", "sent"), [(-1, False), (0, True), (1, True)])
def test_the_second_of_a_transaction_waits_for_its_turn(world: World, make: Any, offset: int, sent: bool) -> None:
    (first, second), wall = make(world), timezone.now() + MINUTE
    gateway = Spaced(YES, YES)
    with channel(gateway):
        assert attempt(first, world, wall) == Result.SETTLED
        result = attempt(second, world, wall + MINUTE + timedelta(seconds=offset))
    row = fresh(second)
    assert (result == Result.SETTLED, len(gateway.calls)) == (sent, 1 + sent)
    if not sent:
        # Due at the moment that is free, and nothing else of it has changed.
        assert (result, row.next_attempt_at, row.claimed_until) == (Result.SKIPPED, wall + MINUTE, None)
        assert (row.status, row.attempts, row.last_error) == (Status.PENDING, 0, "")
        assert [line.action for line in row.history()] == ["create"]


def test_another_transaction_and_a_channel_without_limits_wait_for_nobody(world: World) -> None:
    wall = timezone.now() + MINUTE
    first, other = reserve(paid(world, "PAY-1"), now=world.now), reserve(paid(world, "PAY-2"), now=world.now)
    with channel(Spaced(YES, YES)):
        assert [attempt(refund, world, wall) for refund in (first, other)] == [Result.SETTLED] * 2
    second = reserve(first.payment.order, "40.00", now=world.now)
    with channel(Scripted(YES)):
        assert attempt(second, world, wall) == Result.SETTLED


def test_the_same_number_again_needs_no_distance(world: World) -> None:
    refund, wall = reserve(paid(world), now=world.now), timezone.now() + MINUTE
    gateway = Spaced(TIMED_OUT, UNKNOWN_THERE, YES)
    with channel(gateway):
        attempt(refund, world, wall)
        assert attempt(refund, world, wall + timedelta(seconds=1)) == Result.SETTLED
    sent_at = fresh(refund).sent_at
    assert sent_at is not None
    assert timedelta(seconds=1) <= sent_at - wall < timedelta(seconds=3)


@pytest.mark.parametrize(("offset", "sent"), [(-1, False), (1, True)])
def test_a_repetition_waits_for_what_was_sent_since(world: World, offset: int, sent: bool) -> None:
    """Asked for at once; only the request waits."""
    (first, second), wall = two(world), timezone.now() + MINUTE
    gateway = Spaced(TIMED_OUT, YES, UNKNOWN_THERE, YES)
    with channel(gateway):
        attempt(first, world, wall)
        assert attempt(second, world, wall + MINUTE) == Result.SETTLED
        again = wall + 2 * MINUTE + timedelta(seconds=offset)
        assert attempt(first, world, again) == (Result.SETTLED if sent else Result.WAITING)
    calls = ["request", "request", "query", *(["request"] if sent else [])]
    assert [call for call, _ in gateway.calls] == calls
    if not sent:
        due = fresh(first).next_attempt_at
        assert due is not None
        assert timedelta(0) < due - again <= timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [two, two_orders])
def test_of_two_workers_at_the_same_moment_one_sends(world: World, make: Any) -> None:
    refunds, wall = make(world), timezone.now() + MINUTE
    for turn in range(2):
        gateway = Spaced(YES, YES)
        at = wall + turn * 2 * MINUTE
        with channel(gateway):
            open_ones = [refund for refund in refunds if fresh(refund).status == Status.PENDING]
            said = race(*[partial(attempt, refund, world, at) for refund in open_ones])
        assert said == ["ok"] * len(open_ones)
        assert len(gateway.calls) == 1
    assert [fresh(refund).status for refund in refunds] == [Status.SUCCEEDED] * 2


def test_a_sweep_sends_one_and_leaves_the_other_for_its_turn(world: World) -> None:
    from kernel.jobs import Outcome, job

    first, second = two(world)
    with channel(Spaced(YES)):
        assert job("send_refunds").run(world.now, False) == Outcome(done=1, skipped=1)
    assert (fresh(first).status, fresh(second).status) == (Status.SUCCEEDED, Status.PENDING)
    sent_at = fresh(first).sent_at
    assert sent_at is not None
    assert fresh(second).next_attempt_at == sent_at + MINUTE


def test_more_than_the_channel_takes_is_refused_before_it_is_sent(world: World) -> None:
    order, wall = paid(world), timezone.now() + MINUTE
    refunds = [reserve(order, "10.00", now=world.now) for _ in range(3)]
    gateway = Spaced(YES, YES, YES, refunds=2)
    with channel(gateway):
        results = [attempt(refund, world, wall + step * MINUTE) for step, refund in enumerate(refunds)]
    assert results == [Result.SETTLED, Result.SETTLED, Result.FAILED]
    assert len(gateway.calls) == 2
    last = fresh(refunds[2])
    assert (last.status, last.failure_reason, last.attempts) == (Status.FAILED, NO_MORE_REFUNDS, 0)
    assert last.why_failed.endswith("Settle this one manually.")
    assert payment(order).refunded == Decimal("20.00")


def test_what_the_channel_refused_is_not_counted(world: World) -> None:
    order, wall = paid(world), timezone.now() + MINUTE
    refunds = [reserve(order, "10.00", now=world.now) for _ in range(2)]
    with channel(Spaced(GatewayError("no", permanent=True), YES, refunds=1)):
        results = [attempt(refund, world, wall + step * MINUTE) for step, refund in enumerate(refunds)]
    assert results == [Result.FAILED, Result.SETTLED]


def test_a_channel_without_limits_pays_no_statement_more(world: World) -> None:
    """Two for one that has them: its lock, and what was sent."""
    counts = []
    for number, gateway in (("PAY-1", Scripted(YES)), ("PAY-2", Spaced(YES))):
        refund = reserve(paid(world, number), now=world.now)
        with channel(gateway), CaptureQueriesContext(connection) as statements:
            assert services.send(refund.pk, now=world.now)
        counts.append(len(statements))
        asked = [row["sql"] for row in statements if "advisory" in row["sql"] or 'sent_at") AS' in row["sql"]]
        assert len(asked) == (2 if isinstance(gateway, Spaced) else 0)
    assert counts[1] - counts[0] == 2
