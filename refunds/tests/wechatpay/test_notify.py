"""Notices of WeChat Pay at `/notify/wechatpay/`: what they settle, give back and refuse, from the bytes to the row."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from fakes.wechatpay.notices import Kind
from fakes.wechatpay.server import Fake
from refunds import services
from refunds.gateways import Deadline
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.labels import CLOSED_BY_CHANNEL
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from refunds.tests.helpers import channel, paid, payment, reserve
from tests.world import World

from .calls import CARD

AMOUNT = Decimal("60.00")


@pytest.fixture(autouse=True)
def connected(wechatpay: WechatPay) -> Iterator[None]:
    with channel(wechatpay, "wechatpay"):
        yield


def under_way(world: World, number: str) -> Refund:
    order = paid(world, number)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, "60.00", now=world.now)
    assert services.attempt(refund.pk, now=world.now) == Result.WAITING
    return refund


def tell(fake: Fake, refund: Refund, kind: Kind = Kind.GENUINE, event_id: str = "", *, times: int = 1) -> int:
    """The status of the last answer. A minute later: of two notices of one refund the newer one counts."""
    fake.records.ahead += 60.0
    row = fake.records.look(refund.refund_no)
    assert row is not None
    headers, body = fake.sender.compose(row, kind, event_id)
    for _ in range(times):
        answer = Client().post("/notify/wechatpay/", body, content_type="application/json", headers=headers)
    return answer.status_code


def test_paid_says_the_notice_and_it_is_settled_once(world: World, fake: Fake) -> None:
    refund = under_way(world, "SLOW-1")
    assert tell(fake, refund, event_id="EV-1", times=3) == 200
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.received_account) == (Status.SUCCEEDED, "招商银行信用卡0403")
    assert ended.trace_no == fake.records.refunds[refund.refund_no].refund_id
    assert [row.action for row in ended.history()] == ["create", "send", "settle"]


def test_what_the_card_did_not_take_is_free_again(world: World, fake: Fake) -> None:
    refund = under_way(world, "ABNORMAL-1")
    assert tell(fake, refund) == 200
    assert Refund.objects.get(pk=refund.pk).status == Status.RETURNED
    assert payment(refund.payment.order).refunded == 0


def test_it_was_sent_on_to_another_card_and_arrives_after_all(world: World, fake: Fake, wechatpay: WechatPay) -> None:
    refund = under_way(world, "ABNORMAL-1")
    tell(fake, refund)
    number = fake.records.refunds[refund.refund_no].refund_id
    call: dict[str, Any] = {"refund_no": refund.refund_no, "gateway_no": number, "transaction_no": "ABNORMAL-1"}
    wechatpay.apply_abnormal_refund(card=CARD, deadline=Deadline.after(5), **call)
    assert tell(fake, refund) == 200
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.received_account) == (Status.SUCCEEDED, "ICBC_DEBIT 3445")
    assert payment(refund.payment.order).refunded == AMOUNT


def test_closed_has_failed(world: World, fake: Fake) -> None:
    refund = under_way(world, "CLOSED-1")
    assert tell(fake, refund) == 200
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.failure_reason) == (Status.FAILED, CLOSED_BY_CHANNEL)


@pytest.mark.parametrize("kind", [Kind.PROBE, Kind.FORGED, Kind.ALTERED, Kind.OLD, Kind.BAD_TAG, Kind.OTHER_MERCHANT])
def test_what_is_not_genuine_changes_nothing(world: World, fake: Fake, kind: Kind) -> None:
    refund = under_way(world, "SLOW-1")
    assert tell(fake, refund, kind) == 400
    assert Refund.objects.get(pk=refund.pk).status == Status.PROCESSING
    assert tell(fake, refund) == 200
    assert Refund.objects.get(pk=refund.pk).status == Status.SUCCEEDED


def test_one_that_comes_before_the_answer_is_stored(world: World, fake: Fake) -> None:
    """The answer is lost, and the notice says what it would have said; nothing is sent again."""
    order = paid(world, "LOST-1")
    order.payments.update(channel="wechatpay")
    refund = reserve(order, "60.00", now=world.now)
    assert services.attempt(refund.pk, now=world.now) == Result.UNREACHABLE
    assert tell(fake, refund) == 200
    assert Refund.objects.get(pk=refund.pk).status == Status.SUCCEEDED
    assert fake.records.requests["LOST-1"] == 1
