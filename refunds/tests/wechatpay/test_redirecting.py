"""A refund that the buyer's card did not take is sent to another account, once, whatever is lost on the way."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.wechatpay.server import Fake
from refunds.gateways import BankCard, Deadline, GatewayError, Outcome
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.verification import PublicKeys

from .calls import CARD, FEN, ask, look, redirect
from .conftest import PUBLIC_KEY_ID, Keys


def abnormal(wechatpay: WechatPay, fake: Fake, payment: str) -> None:
    ask(wechatpay, payment)
    fake.records.ahead += fake.records.settle_after
    assert look(wechatpay, payment).outcome == Outcome.RETURNED


def paid(wechatpay: WechatPay, fake: Fake, payment: str) -> bool:
    fake.records.ahead += fake.records.settle_after
    return look(wechatpay, payment).outcome == Outcome.SUCCEEDED and fake.records.amounts(payment) == [FEN]


def test_to_a_card_of_the_buyer(wechatpay: WechatPay, fake: Fake) -> None:
    abnormal(wechatpay, fake, "ABNORMAL-1")
    receipt = redirect(wechatpay, "ABNORMAL-1")
    assert (receipt.outcome, receipt.account) == (Outcome.PROCESSING, "ICBC_DEBIT 3445")
    assert paid(wechatpay, fake, "ABNORMAL-1")


def test_to_the_account_of_the_merchant(wechatpay: WechatPay, fake: Fake) -> None:
    """WeChat Pay calls that a success; but the buyer has nothing of it."""
    abnormal(wechatpay, fake, "ABNORMAL-1")
    receipt = redirect(wechatpay, "ABNORMAL-1", None)
    assert (receipt.outcome, receipt.account) == (Outcome.RETURNED, "商户结算银行账户")
    assert not paid(wechatpay, fake, "ABNORMAL-1")
    last = look(wechatpay, "ABNORMAL-1")
    assert (last.outcome, fake.records.refunds["RF1"].status) == (Outcome.RETURNED, "SUCCESS")
    assert last.may_arrive is False


def test_once_however_often_it_is_asked_for(wechatpay: WechatPay, fake: Fake) -> None:
    abnormal(wechatpay, fake, "ABNORMAL-1")
    assert redirect(wechatpay, "ABNORMAL-1").outcome == Outcome.PROCESSING
    for _ in range(2):
        with pytest.raises(GatewayError, match="INVALID_REQUEST") as again:
            redirect(wechatpay, "ABNORMAL-1")
        assert again.value.permanent is True
    assert paid(wechatpay, fake, "ABNORMAL-1")


@pytest.mark.parametrize("mishap", ["LOST", "CUT"])
def test_without_an_answer_its_outcome_is_not_known(wechatpay: WechatPay, fake: Fake, mishap: str) -> None:
    abnormal(wechatpay, fake, f"ABNORMAL:{mishap}:1")
    with pytest.raises(GatewayError, match="no answer") as unknown:
        redirect(wechatpay, f"ABNORMAL:{mishap}:1")
    assert unknown.value.permanent is False


def test_what_is_refused_says_why(wechatpay: WechatPay, fake: Fake) -> None:
    abnormal(wechatpay, fake, "ABNORMAL:FAIL:1")
    with pytest.raises(GatewayError, match="INVALID_REQUEST") as refused:
        redirect(wechatpay, "ABNORMAL:FAIL:1")
    assert refused.value.permanent is True
    assert look(wechatpay, "ABNORMAL:FAIL:1").outcome == Outcome.RETURNED


def test_a_refund_that_is_not_known_there_is_no_definite_no(wechatpay: WechatPay, fake: Fake) -> None:
    """Whoever applies was told just before that WeChat Pay has it."""
    abnormal(wechatpay, fake, "ABNORMAL-1")
    del fake.records.refunds["RF1"]
    call: dict[str, Any] = {"refund_no": "RF1", "gateway_no": "5030", "transaction_no": "ABNORMAL-1"}
    with pytest.raises(GatewayError, match="RESOURCE_NOT_EXISTS") as unknown:
        wechatpay.apply_abnormal_refund(card=CARD, deadline=Deadline.after(5), **call)
    assert (unknown.value.permanent, unknown.value.permanent_after) == (False, None)


def test_a_card_encrypted_by_the_wrong_key_is_refused(wechatpay: WechatPay, fake: Fake, keys: Keys) -> None:
    """The key is right for signatures, and another one is believed to be it: what only the fake can see."""
    abnormal(wechatpay, fake, "ABNORMAL-1")
    platform = wechatpay.account.platform
    assert isinstance(platform, PublicKeys)

    class Mixed:
        requested = platform.requested
        find = platform.find

        def current(self, deadline: object) -> object:
            return PUBLIC_KEY_ID, keys.other.key.public_key()

    mixed = replace(wechatpay, account=replace(wechatpay.account, platform=Mixed()))  # type: ignore[arg-type]
    with pytest.raises(GatewayError, match="敏感信息解密失败"):
        redirect(mixed, "ABNORMAL-1")
    assert redirect(wechatpay, "ABNORMAL-1").outcome == Outcome.PROCESSING


def test_neither_number_nor_holder_of_a_card_is_shown(
    wechatpay: WechatPay, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    abnormal(wechatpay, fake, "ABNORMAL:FAIL:1")
    with caplog.at_level("DEBUG"), pytest.raises(GatewayError) as refused:
        redirect(wechatpay, "ABNORMAL:FAIL:1", BankCard("ICBC_DEBIT", "6222020200112233445", "张三"))
    shown = repr(CARD) + repr(refused.value) + caplog.text
    assert "ICBC_DEBIT" in shown
    assert "6222020200112233445" not in shown
    assert "张三" not in shown
