"""A payment of Stripe's through the sender: whatever is lost on the way, its money goes back exactly once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.stripe.server import Fake
from orders.models import Order
from refunds import policy, services
from refunds.gateways import Deadline
from refunds.gateways.stripe.adapter import Stripe
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from refunds.tests.helpers import channel, later, paid, payment, reserve
from tests.world import World


@pytest.fixture(autouse=True)
def connected(stripe: Stripe) -> Iterator[None]:
    with channel(stripe, "stripe"):
        yield


def paid_by_card(world: World, number: str) -> Order:
    order = paid(world, number)
    order.payments.update(channel="stripe")
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
    ("number", "attempts"),
    [
        ("pi_1", 1),
        ("ch_1", 1),
        ("pi_BUSY_1", 2),
        ("pi_LOST_1", 2),
        ("pi_CUT_1", 2),
        ("pi_HTML_1", 2),
        ("pi_FOREIGN_1", 2),
        ("pi_FORGOTTEN_1", 2),
        ("pi_MANY_1", 2),
        ("pi_USED_1", 2),
        ("pi_LIMIT_1", 2),
        ("pi_SLOW_1", 3),
        ("pi_DOWN_1", 3),
        ("pi_REFUSES:500:api_error::::1", 3),
    ],
)
def test_settled_exactly_once(world: World, fake: Fake, number: str, attempts: int) -> None:
    order = paid_by_card(world, number)
    refund = reserve(order, "60.00", now=world.now)
    results = run(refund, world)
    assert (results[-1], len(results)) == (Result.SETTLED, attempts), results
    ours = [row for row in fake.records.refunds if row.metadata]
    assert [(row.metadata, row.amount) for row in ours] == [({"refund_no": refund.refund_no}, 6000)]
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.gateway_no) == (Status.SUCCEEDED, ours[0].number)
    assert payment(order).refunded == 60
    assert [row.action for row in ended.history()] == ["create", "send", "settle"]


@pytest.mark.parametrize(("number", "requests"), [("pi_SILENT_1", 2), ("pi_LATE_1", 1)])
def test_a_time_out_before_and_after_it_is_carried_out(
    world: World, fake: Fake, number: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt asks first, and sends again only what Stripe does not know."""
    refund = reserve(paid_by_card(world, number), "60.00", now=world.now)
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.4)
    assert services.attempt(refund.pk, now=world.now) == Result.UNREACHABLE
    monkeypatch.undo()
    assert run(refund, world) == [Result.SETTLED]
    charge = f"ch_{number[3:]}"
    assert (fake.records.questions[charge], fake.records.requests[charge]) == (1, requests)
    assert fake.records.amounts(number) == [6000]


@pytest.mark.parametrize(
    ("number", "attempts", "reason"),
    [
        ("pi_FAIL_1", 1, "Charge has already been refunded. (charge_already_refunded)"),
        ("pi_DECLINED_1", 3, "The buyer's bank declined the refund."),
        ("pi_CANCELED_1", 3, "The refund was cancelled at the payment channel."),
    ],
)
def test_a_definite_refusal_fails_and_frees_the_money(
    world: World, fake: Fake, number: str, attempts: int, reason: str
) -> None:
    order = paid_by_card(world, number)
    refund = reserve(order, "60.00", now=world.now)
    results = run(refund, world)
    assert (results[-1], len(results)) == (Result.FAILED, attempts)
    assert Refund.objects.get(pk=refund.pk).failure_reason == reason
    assert (payment(order).refunded, fake.records.amounts(number)) == (0, [])


@pytest.mark.parametrize(
    ("number", "minutes"),
    [
        ("pi_ERROR:400:invalid_request_error:balance_insufficient:::1", 15),
        ("pi_ERROR:401:invalid_request_error:api_key_expired:::1", 5),
    ],
)
def test_what_a_person_has_to_mend_waits_and_is_no_failure(world: World, number: str, minutes: int) -> None:
    order = paid_by_card(world, number)
    refund, wall = reserve(order, "60.00", now=world.now), later()
    # Not UNREACHABLE: a sender leaves a channel alone after several of those.
    assert services.attempt(refund.pk, now=world.now, wall=wall) == Result.WAITING
    waiting = Refund.objects.get(pk=refund.pk)
    assert (waiting.status, waiting.next_attempt_at) == (Status.PROCESSING, wall + timedelta(minutes=minutes))
    assert number.split(":")[3] in waiting.last_error
    assert payment(order).refunded == 60


def test_several_refunds_of_a_payment_need_no_distance(world: World, fake: Fake) -> None:
    order = paid_by_card(world, "pi_1")
    for amount in ("60.00", "40.00"):
        refund = reserve(order, amount, now=world.now)
        assert services.attempt(refund.pk, now=world.now) == Result.SETTLED
    assert fake.records.amounts("pi_1") == [4000, 6000]


def test_what_was_refunded_with_another_amount_is_never_called_paid(world: World, fake: Fake) -> None:
    """Our number with another amount: the question sees it as the request would (F7)."""
    refund = reserve(paid_by_card(world, "pi_LOST_1"), "12.30", now=world.now)
    assert services.attempt(refund.pk, now=world.now, wall=later(0)) == Result.UNREACHABLE
    fake.records.refunds = [replace(row, amount=1231) for row in fake.records.refunds]
    for step in (1, 2):
        assert services.attempt(refund.pk, now=world.now, wall=later(step)) == Result.WAITING
    refund = Refund.objects.get(pk=refund.pk)
    assert (refund.status, "instead of 12.30 CNY" in refund.last_error) == (Status.PROCESSING, True)


@pytest.mark.parametrize(("seconds", "asked"), [(-1, False), (0, True), (1, True)])
def test_what_a_restored_backup_calls_unsent_is_asked_about_first(
    world: World, fake: Fake, stripe: Stripe, seconds: int, asked: bool
) -> None:
    """It was sent after the backup (F30). Within a day Stripe knows the key, and later only what it is asked for."""
    refund = reserve(paid_by_card(world, "pi_1"), "60.00", now=world.now)
    sent = stripe.request(
        refund_no=refund.refund_no,
        transaction_no="pi_1",
        amount=refund.amount,
        total=refund.payment.transaction_total,
        currency="CNY",
        deadline=Deadline.after(5),
    )
    if asked:
        fake.records.keys.clear()
    world.now += policy.ASK_BEFORE_SENDING + timedelta(seconds=seconds)
    questions = fake.records.questions.total()
    assert services.attempt(refund.pk, now=world.now) == Result.SETTLED
    assert fake.records.questions.total() - questions == int(asked)
    assert fake.records.amounts("pi_1") == [6000]
    assert Refund.objects.get(pk=refund.pk).gateway_no == sent.gateway_no


def test_what_waited_for_days_and_was_never_sent_leaves_once(world: World, fake: Fake) -> None:
    refund = reserve(paid_by_card(world, "pi_1"), "60.00", now=world.now)
    world.now += timedelta(days=30)
    assert services.attempt(refund.pk, now=world.now) == Result.SETTLED
    assert fake.records.amounts("pi_1") == [6000]
