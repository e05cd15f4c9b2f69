"""What a Chinese reader reads: one form of address, and no code of ours in a sentence."""

import polib
import pytest
from django.utils.translation import override

from aftersales.states import Stage
from orders.machine import REFUNDED
from orders.models import Order
from refunds import worklist
from refunds.chargebacks.reasons import REASONS, reason_text
from refunds.gateways import Fault, Finding
from refunds.gateways.wording import finding_text
from refunds.labels import ERRORS, NO_ANSWER, SENTENCES, error_text
from refunds.models import ChannelNotice, MerchantAccount
from scripts.translations import CATALOGUE


def test_a_reader_is_addressed_in_one_form() -> None:
    familiar = [entry.msgid for entry in polib.pofile(str(CATALOGUE)) if "你" in entry.msgstr]
    assert familiar == []


@pytest.mark.parametrize(
    ("msgctxt", "msgid", "chinese"),
    [
        ("time", "paid", "付款时间"), ("amount", "paid", "实付"), ("time", "received", "收到时间"),
        ("quantity", "received", "实收"), ("refund", "under way", "处理中"), ("ticket", "under way", "审核通过"),
        (None, "%(amount)s could not be paid out.", "%(amount)s 未能退款。"), (None, "merchant account", "商户账户"),
        (None, "Merchant accounts", "商户账户"), (None, "Retry refund", "重试退款"),
        (None, "Settle manually", "人工结清"), (None, "Confirm manual settlement", "确认人工结清"),
    ],
)  # fmt: skip
def test_a_word_has_the_meaning_that_its_place_has(msgctxt: str | None, msgid: str, chinese: str) -> None:
    entry = polib.pofile(str(CATALOGUE)).find(msgid, msgctxt=msgctxt or False, include_obsolete_entries=False)
    assert entry is not None
    assert entry.msgstr == chinese


def test_the_filter_of_refunds_and_the_tab_of_tickets_say_different_things() -> None:
    with override("zh-hans"):
        assert str(worklist.LABELS[worklist.UNDER_WAY]) == "处理中"
        assert str(Stage.APPROVED.label) == "审核通过"


@pytest.mark.parametrize("stored", [*ERRORS, *sorted(SENTENCES)])
def test_what_is_stored_of_a_refusal_is_read_in_chinese(stored: str) -> None:
    with override("zh-hans"):
        shown = error_text(stored)
    assert shown != stored
    assert "。" in shown


def test_a_channel_that_does_not_answer_is_said_in_one_language() -> None:
    stored = f"{NO_ANSWER}ConnectError"
    with override("zh-hans"):
        assert error_text(stored) == "支付渠道没有应答（ConnectError）。"
        said_of = finding_text(Finding(Fault.NO_ANSWER, stored), "stripe")
        assert said_of == "Stripe没有返回可用的应答：ConnectError。"


@pytest.mark.parametrize("code", REASONS)
def test_the_reason_of_a_bank_is_read_in_chinese(code: str) -> None:
    with override("zh-hans"):
        assert reason_text(code).isascii() is False
    with override("en"):
        assert reason_text(code) not in ("", code)
    assert reason_text("no table has this") == "no table has this"


def test_a_row_of_a_channel_is_called_by_the_name_of_the_company() -> None:
    with override("zh-hans"):
        assert str(MerchantAccount(channel="alipay", account="2021")) == "支付宝 2021"
        assert str(MerchantAccount(channel="stripe", account="acct_1")) == "Stripe acct_1"
        assert str(ChannelNotice(channel="wechatpay", event_id="EV-6")) == "微信支付 EV-6"


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("ALIPAY_PRIVATE_KEY", "应用私钥 不是 RSA 私钥"),
        ("ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE", "应用私钥 不是 RSA 私钥"),
        ("WHAT_NOBODY_KNOWS", "WHAT_NOBODY_KNOWS 不是 RSA 私钥"),
    ],
)
def test_a_fault_in_the_form_of_a_shop_names_the_field(detail: str, shown: str) -> None:
    with override("zh-hans"):
        finding = Finding(Fault.KEY_PRIVATE, detail)
        assert finding_text(finding, "alipay", of_shop=True).startswith(shown)
        assert finding_text(finding, "alipay").startswith(detail)


def test_why_an_order_is_closed() -> None:
    with override("zh-hans"):
        assert Order(close_reason=REFUNDED).why_closed == "商品已全部退款。"
        assert Order(close_reason="买家不要了").why_closed == "买家不要了"
