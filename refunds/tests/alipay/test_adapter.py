"""Each thing that Alipay may answer, and what is concluded from it: over real sockets, with real signatures."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.alipay.server import Fake
from fakes.keys import Pair
from refunds.gateways import Deadline, GatewayError, Outcome, Receipt
from refunds.gateways.alipay.adapter import Alipay

AMOUNT = Decimal("12.30")


def ask(alipay: Alipay, trade_no: str, number: str = "RF1", *, seconds: float = 5.0, **other: Any) -> Receipt:
    call: dict[str, Any] = {"amount": AMOUNT, "total": Decimal(100), "currency": "CNY"} | other
    return alipay.request(refund_no=number, transaction_no=trade_no, deadline=Deadline.after(seconds), **call)


def look(alipay: Alipay, trade_no: str, number: str = "RF1", *, seconds: float = 5.0) -> Receipt:
    return alipay.query(refund_no=number, transaction_no=trade_no, deadline=Deadline.after(seconds))


def test_a_refund_is_carried_out_once_however_often_it_is_asked_for(alipay: Alipay, fake: Fake) -> None:
    assert look(alipay, "PAY-1").outcome == Outcome.NOT_FOUND
    assert ask(alipay, "PAY-1") == Receipt(Outcome.SUCCEEDED, "PAY-1", account="150****8675")
    # fund_change is N from now on: the query decides.
    assert ask(alipay, "PAY-1") == Receipt(Outcome.SUCCEEDED, "PAY-1", amount=AMOUNT)
    assert look(alipay, "PAY-1") == Receipt(Outcome.SUCCEEDED, "PAY-1", amount=AMOUNT)
    assert fake.records.amounts("PAY-1") == [AMOUNT]


def test_the_same_number_at_the_same_time_is_carried_out_once(alipay: Alipay, fake: Fake) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: ask(alipay, "PAY-1"), range(16)))
    assert {receipt.outcome for receipt in receipts} == {Outcome.SUCCEEDED}
    assert fake.records.amounts("PAY-1") == [AMOUNT]


@pytest.mark.parametrize("amount", ["0.01", "1", "9.9", "1234567890.12"])
def test_amounts_have_two_decimals(alipay: Alipay, fake: Fake, amount: str) -> None:
    """The fake refuses any other way of writing them."""
    assert ask(alipay, "PAY-1", amount=Decimal(amount)).outcome == Outcome.SUCCEEDED
    assert fake.records.amounts("PAY-1") == [Decimal(amount)]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("BUSY", "ACQ.SYSTEM_ERROR"),
        ("LOST", "no answer"),
        ("BROKEN", "HTTP 500"),
        ("HTML", "no answer of Alipay"),
        ("FORGED", "wrong signature"),
        ("UNSIGNED", "no signature"),
        ("FOREIGN", "about something else: trade_no"),
        ("HIDDEN", "no answer"),
    ],
)
def test_carried_out_and_not_known_is_asked_for(alipay: Alipay, fake: Fake, script: str, text: str) -> None:
    with pytest.raises(GatewayError, match=text) as unknown:
        ask(alipay, f"{script}-1")
    assert unknown.value.permanent is False
    assert fake.records.amounts(f"{script}-1") == [AMOUNT]
    for _ in range(3):
        last = look(alipay, f"{script}-1")
    assert last.outcome == Outcome.SUCCEEDED
    assert fake.records.amounts(f"{script}-1") == [AMOUNT]


@pytest.mark.parametrize("script", ["CUT", "ALTERED"])
def test_not_carried_out_and_not_known_is_sent_again(alipay: Alipay, fake: Fake, script: str) -> None:
    with pytest.raises(GatewayError) as unknown:
        ask(alipay, f"{script}-1")
    assert unknown.value.permanent is False
    assert fake.records.refunds == {}
    assert look(alipay, f"{script}-1").outcome == Outcome.NOT_FOUND
    assert ask(alipay, f"{script}-1").outcome == Outcome.SUCCEEDED


@pytest.mark.parametrize(("script", "amounts"), [("SILENT", []), ("LATE", [AMOUNT]), ("DRIP", [AMOUNT])])
def test_no_call_is_longer_than_its_deadline(alipay: Alipay, fake: Fake, script: str, amounts: list[Decimal]) -> None:
    """DRIP sends a byte now and then: a time-out that is counted anew with each would never come."""
    begun = time.monotonic()
    with pytest.raises(GatewayError) as unknown:
        ask(alipay, f"{script}-1", seconds=0.4)
    assert time.monotonic() - begun < 1.5
    assert unknown.value.permanent is False
    assert fake.records.amounts(f"{script}-1") == amounts
    assert look(alipay, f"{script}-1").outcome == (Outcome.SUCCEEDED if amounts else Outcome.NOT_FOUND)


def test_nobody_listens(alipay: Alipay, fake: Fake) -> None:
    deaf = replace(alipay, account=replace(alipay.account, url="http://127.0.0.1:9/gateway.do"))
    with pytest.raises(GatewayError, match="ConnectError") as unknown:
        ask(deaf, "PAY-1")
    assert (unknown.value.permanent, unknown.value.retry_after) == (False, None)


def test_accepted_without_moving_money_is_waited_for(alipay: Alipay, fake: Fake) -> None:
    assert ask(alipay, "SLOW-1").outcome == Outcome.PROCESSING
    assert fake.records.refunds == {}
    assert look(alipay, "SLOW-1").outcome == Outcome.SUCCEEDED
    assert fake.records.amounts("SLOW-1") == [AMOUNT]


def test_escapes_and_braces_survive(alipay: Alipay, fake: Fake) -> None:
    assert ask(alipay, "ESCAPED-1").outcome == Outcome.SUCCEEDED
    assert look(alipay, "ESCAPED-1").outcome == Outcome.SUCCEEDED


def test_an_unsigned_answer_waits_as_usual_unless_it_names_a_fault_of_the_settings(alipay: Alipay, fake: Fake) -> None:
    with pytest.raises(GatewayError) as stripped:
        ask(alipay, "UNSIGNED-1")
    assert stripped.value.retry_after is None
    stranger = replace(alipay, account=replace(alipay.account, app_id="2"))
    with pytest.raises(GatewayError, match=r"isv\.invalid-app-id") as unknown:
        ask(stranger, "PAY-1")
    assert (unknown.value.permanent, unknown.value.retry_after) == (False, timedelta(minutes=5))


def test_a_number_that_was_used_is_asked_for(alipay: Alipay, fake: Fake) -> None:
    ask(alipay, "PAY-1")
    with pytest.raises(GatewayError, match=r"used for 12.30 +instead of 12.31 CNY") as other:
        ask(alipay, "PAY-1", amount=Decimal("12.31")).require(Decimal("12.31"), "CNY")
    assert other.value.permanent is False
    assert fake.records.amounts("PAY-1") == [AMOUNT]


def test_refused_for_good_is_believed_only_once_the_number_is_not_known(alipay: Alipay, fake: Fake) -> None:
    with pytest.raises(GatewayError, match=r"交易已完结 \(ACQ.TRADE_HAS_FINISHED\)") as refused:
        ask(alipay, "FAIL-1")
    assert refused.value.permanent is True
    fake.records.carry_out("FAIL-2", "RF2", AMOUNT)  # by an earlier call, whose answer was lost
    assert ask(alipay, "FAIL-2", "RF2").outcome == Outcome.SUCCEEDED


def test_more_than_was_paid_is_refused(alipay: Alipay, fake: Fake) -> None:
    fake.records.paid["PAY-1"] = Decimal(20)
    assert ask(alipay, "PAY-1").outcome == Outcome.SUCCEEDED
    with pytest.raises(GatewayError, match="REFUND_AMT_NOT_EQUAL_TOTAL") as refused:
        ask(alipay, "PAY-1", "RF2")
    assert refused.value.permanent is True
    assert fake.records.amounts("PAY-1") == [AMOUNT]


@pytest.mark.parametrize("trade_no", ["REFUSES:40004:ACQ.SYSTEM_ERROR:1", "REFUSES:40002:isv.invalid-signature:1"])
def test_a_refused_question_says_nothing_about_the_refund(alipay: Alipay, fake: Fake, trade_no: str) -> None:
    with pytest.raises(GatewayError):
        ask(alipay, trade_no)
    with pytest.raises(GatewayError) as unknown:
        look(alipay, trade_no)
    assert unknown.value.permanent is False
    assert look(alipay, trade_no).outcome == Outcome.SUCCEEDED


def test_a_trade_that_alipay_does_not_know_has_no_refund(alipay: Alipay) -> None:
    assert look(alipay, "REFUSES:40004:ACQ.TRADE_NOT_EXIST:1").outcome == Outcome.NOT_FOUND


def test_data_without_the_word_success_is_no_success(alipay: Alipay, fake: Fake) -> None:
    with pytest.raises(GatewayError):
        ask(alipay, "VAGUE-1")
    with pytest.raises(GatewayError, match="does not say that it succeeded") as unknown:
        look(alipay, "VAGUE-1")
    assert unknown.value.permanent is False


def test_another_currency_is_not_sent(alipay: Alipay, fake: Fake) -> None:
    with pytest.raises(GatewayError, match="USD") as refused:
        ask(alipay, "PAY-1", currency="USD")
    assert refused.value.permanent is True
    assert fake.records.requests == {}


@pytest.mark.parametrize(("offset", "on_time"), [(timedelta(0), True), (timedelta(hours=-8), False)])
def test_times_are_those_of_beijing(alipay: Alipay, offset: timedelta, on_time: bool) -> None:
    """The fake refuses another time, as that of a machine that runs on UTC would be."""
    account = replace(alipay.account, now=lambda: datetime.now(UTC) + offset)
    if on_time:
        assert ask(replace(alipay, account=account), "PAY-1").outcome == Outcome.SUCCEEDED
    else:
        with pytest.raises(GatewayError, match=r"isv\.invalid-timestamp") as refused:
            ask(replace(alipay, account=account), "PAY-1")
        assert refused.value.permanent is False


def test_nothing_secret_is_shown(
    alipay: Alipay, fake: Fake, keys: tuple[Pair, Pair], caplog: pytest.LogCaptureFixture
) -> None:
    stranger = replace(alipay, account=replace(alipay.account, private_key=Pair.generate().key))
    with caplog.at_level("INFO"), pytest.raises(GatewayError) as refused:
        ask(stranger, "PAY-1")
    shown = repr(alipay) + repr(refused.value) + caplog.text
    assert "isv.invalid-signature" in caplog.text
    assert alipay.account.app_id in repr(alipay)
    for secret in ("PRIVATE", "sign=", keys[0].private.splitlines()[1], keys[1].public.splitlines()[1]):
        assert secret not in shown
