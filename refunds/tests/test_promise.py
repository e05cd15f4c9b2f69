"""What a refund keeps of the channel's answers: by which number it is found, where it went, and what was promised."""

from datetime import datetime, timedelta

import pytest

from refunds import services
from refunds.gateways import Outcome, Receipt
from refunds.models import Refund
from refunds.policy import arrives
from tests.world import World

from .helpers import BUSY, YES, Scripted, channel, later, paid, reserve

pytestmark = pytest.mark.django_db
CARD, WALLET = "招商银行信用卡0403", "支付用户零钱"


@pytest.fixture
def refund(world: World) -> Refund:
    order = paid(world)
    order.payments.update(channel="wechatpay")
    return reserve(order, now=world.now)


def stored(refund: Refund) -> tuple[str, str, str, datetime | None]:
    row = Refund.objects.get(pk=refund.pk)
    return row.status, row.trace_no, row.received_account, row.expected_at


def test_nothing_is_promised_before_it_is_sent(refund: Refund) -> None:
    assert stored(refund) == ("pending", "", "", None)


def test_the_promise_is_made_when_it_is_sent_and_never_moved(world: World, refund: Refund) -> None:
    days = arrives("wechatpay", world.now).ends
    yes = Receipt(Outcome.SUCCEEDED, "G-1", "T-1", WALLET)
    with channel(Scripted(BUSY, yes), "wechatpay"):
        services.send(refund.pk, now=world.now)
        assert stored(refund) == ("processing", "", "", days)
        services.send(refund.pk, now=world.now + timedelta(days=9), wall=later())
    assert stored(refund) == ("succeeded", "T-1", WALLET, days)
    row = Refund.objects.get(pk=refund.pk)
    assert row.settled_at is not None
    assert row.settled_at > days  # the promise was broken, and that can be counted


@pytest.mark.parametrize("outcome", [Outcome.PROCESSING, Outcome.SUCCEEDED])
@pytest.mark.parametrize("account", [CARD, WALLET])
def test_the_account_of_the_first_answer_counts(world: World, refund: Refund, outcome: Outcome, account: str) -> None:
    with channel(Scripted(Receipt(outcome, "G-1", account=account)), "wechatpay"):
        services.send(refund.pk, now=world.now)
    assert stored(refund) == (outcome.value, "", account, arrives("wechatpay", world.now, account).ends)
    assert (stored(refund)[3] == arrives("wechatpay", world.now).ends) == (account == CARD)


def test_a_later_answer_without_words_loses_none(world: World, refund: Refund) -> None:
    with channel(Scripted(Receipt(Outcome.PROCESSING, "", "T-1", CARD), YES), "wechatpay"):
        services.send(refund.pk, now=world.now)
        services.send(refund.pk, now=world.now, wall=later())
    assert stored(refund)[:3] == ("succeeded", "T-1", CARD)


def test_two_that_are_settled_together_keep_their_own(world: World) -> None:
    refunds = [reserve(paid(world, f"PAY-{number}"), now=world.now) for number in "12"]
    receipts = [Receipt(Outcome.SUCCEEDED, f"G-{number}", f"T-{number}", f"card {number}") for number in "12"]
    rows = Refund.objects.select_related("payment__order").order_by("pk")
    arrived = [services.Arrived(row, receipt) for row, receipt in zip(rows, receipts, strict=True)]
    assert services.settle_together(arrived, now=world.now) == {refund.pk for refund in refunds}
    assert [stored(refund)[:3] for refund in refunds] == [
        ("succeeded", "T-1", "card 1"),
        ("succeeded", "T-2", "card 2"),
    ]


def test_wechat_pay_is_asked_as_it_advises(world: World, refund: Refund) -> None:
    """After 1, 5, 10, 20 and 30 minutes, and then every half hour."""
    wall, waits = later(), []
    with channel(Scripted(*[BUSY] * 7), "wechatpay"):
        for _ in range(7):
            services.send(refund.pk, now=world.now, wall=wall)
            row = Refund.objects.get(pk=refund.pk)
            assert row.next_attempt_at is not None
            waits.append((row.next_attempt_at - wall).total_seconds() / 60)
            wall = row.next_attempt_at
    assert waits == [1, 5, 10, 20, 30, 30, 30]


def test_a_number_that_is_too_long_is_cut(world: World, refund: Refund) -> None:
    with channel(Scripted(Receipt(Outcome.SUCCEEDED, "G" * 200, "T" * 200, "A" * 200)), "wechatpay"):
        assert services.send(refund.pk, now=world.now)
    row = Refund.objects.get(pk=refund.pk)
    assert (len(row.gateway_no), len(row.trace_no), len(row.received_account)) == (128, 128, 128)
    assert row.findable_by == row.trace_no
