"""Each thing that WeChat Pay may answer, and what is concluded from it: over real sockets, with real signatures."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.keys import Pair
from fakes.wechatpay.server import Fake
from refunds.gateways import GatewayError, Outcome, Receipt
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.configuration import build
from refunds.labels import CLOSED_BY_CHANNEL

from .calls import FEN, ask, look
from .conftest import SECRET, Keys

PAID = Receipt(Outcome.SUCCEEDED, "503" + "0" * 29, "503" + "0" * 29, "招商银行信用卡0403", Decimal("12.30"))


def test_a_refund_is_carried_out_once_however_often_it_is_asked_for(wechatpay: WechatPay, fake: Fake) -> None:
    assert look(wechatpay, "PAY-1").outcome == Outcome.NOT_FOUND
    assert ask(wechatpay, "PAY-1") == PAID
    assert ask(wechatpay, "PAY-1") == PAID
    assert look(wechatpay, "PAY-1") == PAID
    assert fake.records.amounts("PAY-1") == [FEN]


def test_the_same_number_at_the_same_time_is_carried_out_once(wechatpay: WechatPay, fake: Fake) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: ask(wechatpay, "PAY-1"), range(16)))
    assert set(receipts) == {PAID}
    assert fake.records.amounts("PAY-1") == [FEN]


@pytest.mark.parametrize(
    ("amount", "fen"), [("0.01", 1), ("1", 100), ("9.9", 990), ("0.29", 29), ("1234567890.12", 123456789012)]
)
def test_amounts_are_sent_in_fen(wechatpay: WechatPay, fake: Fake, amount: str, fen: int) -> None:
    assert ask(wechatpay, "PAY-1", amount=Decimal(amount), total=Decimal(amount)).outcome == Outcome.SUCCEEDED
    assert [(row.refund, row.total) for row in fake.records.refunds.values()] == [(fen, fen)]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("BUSY", "SYSTEM_ERROR"),
        ("LOST", "no answer"),
        ("BROKEN", "HTTP 502"),
        ("HTML", "HTTP 200 without JSON"),
        ("FORGED", "wrong signature"),
        ("UNSIGNED", "no signature"),
        ("PROBE", "wrong signature"),
        ("OLD", "more than 5 minutes ago"),
        ("STRANGE", "a key that is not set"),
        ("FOREIGN", "another refund"),
        ("HIDDEN", "no answer"),
    ],
)
def test_carried_out_and_not_known_is_asked_for(wechatpay: WechatPay, fake: Fake, script: str, text: str) -> None:
    with pytest.raises(GatewayError, match=text) as unknown:
        ask(wechatpay, f"{script}-1")
    assert unknown.value.is_permanent(1000) is False
    assert fake.records.amounts(f"{script}-1") == [FEN]
    for _ in range(3):
        last = look(wechatpay, f"{script}-1")
    assert last == PAID
    assert fake.records.amounts(f"{script}-1") == [FEN]


@pytest.mark.parametrize("script", ["CUT", "ALTERED"])
def test_not_carried_out_and_not_known_is_sent_again(wechatpay: WechatPay, fake: Fake, script: str) -> None:
    with pytest.raises(GatewayError) as unknown:
        ask(wechatpay, f"{script}-1")
    assert unknown.value.is_permanent(1000) is False
    assert fake.records.refunds == {}
    assert look(wechatpay, f"{script}-1").outcome == Outcome.NOT_FOUND
    assert ask(wechatpay, f"{script}-1") == PAID


@pytest.mark.parametrize(("script", "amounts"), [("SILENT", []), ("LATE", [FEN]), ("DRIP", [FEN])])
def test_no_call_is_longer_than_its_deadline(wechatpay: WechatPay, fake: Fake, script: str, amounts: list[int]) -> None:
    begun = time.monotonic()
    with pytest.raises(GatewayError) as unknown:
        ask(wechatpay, f"{script}-1", seconds=0.4)
    assert time.monotonic() - begun < 1.5
    assert unknown.value.permanent is False
    assert fake.records.amounts(f"{script}-1") == amounts
    assert look(wechatpay, f"{script}-1").outcome == (Outcome.SUCCEEDED if amounts else Outcome.NOT_FOUND)


def test_accepted_is_not_paid(wechatpay: WechatPay, fake: Fake) -> None:
    assert ask(wechatpay, "SLOW-1").outcome == Outcome.PROCESSING
    assert look(wechatpay, "SLOW-1").outcome == Outcome.PROCESSING
    assert fake.records.amounts("SLOW-1") == []
    fake.records.ahead = fake.records.settle_after
    assert look(wechatpay, "SLOW-1") == PAID
    assert fake.records.amounts("SLOW-1") == [FEN]


def test_money_that_could_not_reach_the_card_comes_back(wechatpay: WechatPay, fake: Fake) -> None:
    assert ask(wechatpay, "ABNORMAL-1").outcome == Outcome.PROCESSING
    fake.records.ahead = fake.records.settle_after
    assert look(wechatpay, "ABNORMAL-1") == replace(PAID, outcome=Outcome.RETURNED, may_arrive=True)
    assert ask(wechatpay, "ABNORMAL-1").outcome == Outcome.RETURNED


def test_a_closed_refund_has_failed_and_needs_a_new_number(wechatpay: WechatPay, fake: Fake) -> None:
    assert ask(wechatpay, "CLOSED-1").outcome == Outcome.PROCESSING
    fake.records.ahead = fake.records.settle_after
    for call in (look, ask):
        with pytest.raises(GatewayError, match=CLOSED_BY_CHANNEL) as closed:
            call(wechatpay, "CLOSED-1")
        assert closed.value.permanent is True


def test_a_number_that_was_used_is_asked_for(wechatpay: WechatPay, fake: Fake) -> None:
    ask(wechatpay, "PAY-1")
    with pytest.raises(GatewayError, match=r"used for 12.3 +instead of 12.31 CNY") as other:
        ask(wechatpay, "PAY-1", amount=Decimal("12.31")).require(Decimal("12.31"), "CNY")
    assert other.value.permanent is False
    assert fake.records.amounts("PAY-1") == [FEN]


def test_refused_for_good_is_believed_only_once_the_number_is_not_known(wechatpay: WechatPay, fake: Fake) -> None:
    with pytest.raises(GatewayError, match=r"订单已超过可退款的期限 \(INVALID_REQUEST\)") as refused:
        ask(wechatpay, "FAIL-1")
    assert refused.value.permanent is True
    fake.records.accept("FAIL-2", "RF2", FEN, 10000, "")  # by an earlier call, whose answer was lost
    assert ask(wechatpay, "FAIL-2", "RF2").outcome == Outcome.SUCCEEDED


def test_an_order_that_is_not_known_yet_is_waited_for_and_then_believed(wechatpay: WechatPay, fake: Fake) -> None:
    for _ in range(2):
        with pytest.raises(GatewayError, match="RESOURCE_NOT_EXISTS") as refused:
            ask(wechatpay, "NEW-1")
        assert (refused.value.permanent, refused.value.retry_after) == (False, timedelta(minutes=1))
        assert [refused.value.is_permanent(attempts) for attempts in (1, 3, 4)] == [False, False, True]
    assert ask(wechatpay, "NEW-1") == PAID


def test_more_than_was_paid_is_refused(wechatpay: WechatPay, fake: Fake) -> None:
    assert ask(wechatpay, "PAY-1", total=Decimal(20)).outcome == Outcome.SUCCEEDED
    with pytest.raises(GatewayError, match="INVALID_REQUEST") as refused:
        ask(wechatpay, "PAY-1", "RF2", total=Decimal(20))
    assert refused.value.permanent is True
    assert fake.records.amounts("PAY-1") == [FEN]


def test_a_payment_is_refunded_in_fifty_parts_and_no_more(wechatpay: WechatPay, fake: Fake) -> None:
    part = Decimal("0.01")
    for number in range(50):
        assert ask(wechatpay, "PAY-1", f"RF{number}", amount=part).outcome == Outcome.SUCCEEDED
    with pytest.raises(GatewayError, match=r"部分退款次数超过50次限制 \(INVALID_REQUEST\)") as refused:
        ask(wechatpay, "PAY-1", "RF50", amount=part)
    assert refused.value.permanent is True
    assert fake.records.amounts("PAY-1") == [1] * 50


def test_what_was_sent_too_soon_by_another_process_is_sent_again(wechatpay: WechatPay, fake: Fake) -> None:
    fake.records.spacing = 60.0
    ask(wechatpay, "PAY-1")
    with pytest.raises(GatewayError, match="FREQUENCY_LIMITED") as refused:
        ask(wechatpay, "PAY-1", "RF2")
    assert (refused.value.permanent, refused.value.retry_after) == (False, timedelta(minutes=1))
    fake.records.ahead = 60.0
    assert ask(wechatpay, "PAY-1", "RF2").outcome == Outcome.SUCCEEDED


@pytest.mark.parametrize(
    "payment", ["REFUSES:500:SYSTEM_ERROR:1", "REFUSES:429:FREQUENCY_LIMITED:1", "REFUSES:502:RESOURCE_NOT_EXISTS:1"]
)
def test_a_refused_question_says_nothing_about_the_refund(wechatpay: WechatPay, fake: Fake, payment: str) -> None:
    with pytest.raises(GatewayError):
        ask(wechatpay, payment)
    with pytest.raises(GatewayError) as unknown:
        look(wechatpay, payment)
    assert unknown.value.is_permanent(1000) is False
    assert look(wechatpay, payment) == PAID


def test_a_status_that_nobody_knows_is_no_success(wechatpay: WechatPay, fake: Fake) -> None:
    with pytest.raises(GatewayError):
        ask(wechatpay, "VAGUE-1")
    with pytest.raises(GatewayError, match="WANDERING") as unknown:
        look(wechatpay, "VAGUE-1")
    assert unknown.value.permanent is False


def test_another_currency_is_not_sent(wechatpay: WechatPay, fake: Fake) -> None:
    with pytest.raises(GatewayError, match="USD") as refused:
        ask(wechatpay, "PAY-1", currency="USD")
    assert refused.value.permanent is True
    assert fake.records.requests == {}


def test_nobody_listens(wechatpay: WechatPay, fake: Fake) -> None:
    merchant = replace(wechatpay.account.merchant, url="http://127.0.0.1:9")
    with pytest.raises(GatewayError, match="ConnectError") as unknown:
        ask(replace(wechatpay, account=replace(wechatpay.account, merchant=merchant)), "PAY-1")
    assert (unknown.value.permanent, unknown.value.retry_after) == (False, None)


@pytest.mark.parametrize(("minutes", "taken"), [(0, True), (-10, False), (10, False)])
def test_a_clock_that_is_wrong_is_refused_and_says_nothing_of_the_refund(
    wechatpay: WechatPay, fake: Fake, minutes: int, taken: bool
) -> None:
    merchant = replace(wechatpay.account.merchant, now=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    adapter = replace(wechatpay, account=replace(wechatpay.account, merchant=merchant))
    if taken:
        assert ask(adapter, "PAY-1") == PAID
    else:
        with pytest.raises(GatewayError, match="时间戳超过5分钟") as refused:
            ask(adapter, "PAY-1")
        assert (refused.value.permanent, refused.value.retry_after) == (False, timedelta(minutes=5))


def test_the_address_of_notices_is_sent_where_it_is_set(configured: Any, fake: Fake) -> None:
    for number, url in enumerate(["", "https://shop.example.com/notify/wechatpay/"]):
        configured.WECHATPAY_NOTIFY_URL = url
        fake.notify_url = ""
        adapter = build(configured)
        fake.stopped.set()  # nothing is sent there
        ask(adapter, f"PAY-{number}", f"RF{number}")
        assert fake.records.refunds[f"RF{number}"].notify_url == url
        adapter.account.merchant.http.close()


def test_nothing_secret_is_shown(
    wechatpay: WechatPay, fake: Fake, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    merchant = replace(wechatpay.account.merchant, private_key=Pair.generate().key)
    stranger = replace(wechatpay, account=replace(wechatpay.account, merchant=merchant))
    with caplog.at_level("INFO"), pytest.raises(GatewayError) as refused:
        ask(stranger, "PAY-1")
    shown = repr(wechatpay) + repr(refused.value) + caplog.text
    assert "SIGN_ERROR" in caplog.text
    assert wechatpay.account.merchant.mchid in repr(wechatpay)
    for secret in ("PRIVATE", "signature=", SECRET, keys.merchant.private.splitlines()[1]):
        assert secret not in shown
