"""`wechatpayv3`, which others use with the real WeChat Pay, works with the fake: so the fake is like the real one."""

import json
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from fakes.wechatpay.notices import Kind
from fakes.wechatpay.server import Fake
from refunds.gateways import Outcome
from refunds.gateways.wechatpay.adapter import WechatPay

from .calls import FEN, ask, look
from .conftest import MCHID, PUBLIC_KEY_ID, SECRET, SERIAL_NO, Keys

REFUND: dict[str, Any] = {"out_refund_no": "RF1", "amount": {"refund": FEN, "total": 10000, "currency": "CNY"}}


@pytest.fixture
def client(fake: Fake, keys: Keys) -> WeChatPay:
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=MCHID,
        private_key=keys.merchant.private,
        cert_serial_no=SERIAL_NO,
        appid="wx0",
        apiv3_key=SECRET,
        public_key=keys.platform.public,
        public_key_id=PUBLIC_KEY_ID,
    )
    made._core._gate_way = fake.url
    return made


def test_the_same_refund_by_both_is_one(client: WeChatPay, wechatpay: WechatPay, fake: Fake) -> None:
    status, text = client.refund(transaction_id="PAY-1", **REFUND)
    assert (status, json.loads(text)["status"]) == (200, "SUCCESS")
    assert ask(wechatpay, "PAY-1") == look(wechatpay, "PAY-1")
    status, text = client.query_refund(out_refund_no="RF1")
    assert (status, json.loads(text)["refund_id"]) == (200, look(wechatpay, "PAY-1").gateway_no)
    assert fake.records.amounts("PAY-1") == [FEN]


def test_a_card_that_the_other_client_encrypted(client: WeChatPay, wechatpay: WechatPay, fake: Fake) -> None:
    client.refund(transaction_id="ABNORMAL-1", **REFUND)
    fake.records.ahead = 60.0
    number = look(wechatpay, "ABNORMAL-1").gateway_no
    card = {"bank_type": "ICBC_DEBIT", "bank_account": "6222020200112233445", "real_name": "张三"}
    status, _ = client.abnormal_refund(refund_id=number, out_refund_no="RF1", type="USER_BANK_CARD", **card)
    assert (status, look(wechatpay, "ABNORMAL-1").outcome) == (200, Outcome.PROCESSING)
    assert look(wechatpay, "ABNORMAL-1").account == "ICBC_DEBIT 3445"


@pytest.mark.parametrize(("kind", "taken"), [(Kind.GENUINE, True), (Kind.PROBE, False), (Kind.FORGED, False)])
def test_a_notice_is_what_the_other_client_takes(client: WeChatPay, fake: Fake, kind: Kind, taken: bool) -> None:
    client.refund(transaction_id="PAY-1", **REFUND)
    headers, body = fake.sender.compose(fake.records.refunds["RF1"], kind)
    read = client.callback(headers, body)
    assert bool(read) is taken
    if taken:
        assert (read["event_type"], read["resource"]["out_refund_no"]) == ("REFUND.SUCCESS", "RF1")
        assert read["resource"]["amount"]["refund"] == FEN
