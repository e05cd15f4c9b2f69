"""When the money can be expected, and how that is said."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import translation

from refunds.labels import arrival_text, channel_label, expected, tender_texts
from refunds.policy import SPANS, arrives

FRIDAY = datetime.fromisoformat("2026-03-06T10:00:00+08:00")


@pytest.mark.parametrize(
    ("channel", "earliest", "latest"),
    [
        ("sandbox", date(2026, 3, 6), date(2026, 3, 6)),
        ("balance", date(2026, 3, 6), date(2026, 3, 6)),
        ("wechatpay", date(2026, 3, 6), date(2026, 3, 11)),  # Monday, Tuesday, Wednesday
        ("alipay", date(2026, 3, 6), date(2026, 3, 17)),
        ("stripe", date(2026, 3, 13), date(2026, 3, 20)),
        ("cowries", date(2026, 3, 9), date(2026, 3, 17)),
    ],
)
def test_working_days_from_a_friday(channel: str, earliest: date, latest: date) -> None:
    estimate = arrives(channel, FRIDAY)
    assert (estimate.earliest, estimate.latest) == (earliest, latest)
    assert estimate.ends.isoformat() == f"{latest}T23:59:59+08:00"


def test_the_day_is_that_of_the_shop() -> None:
    assert arrives("sandbox", datetime.fromisoformat("2026-03-06T17:00:00+00:00")).earliest == date(2026, 3, 7)


def test_every_channel_has_a_name() -> None:
    assert all(channel_label(channel) != channel for channel in SPANS)
    assert channel_label("cowries") == "cowries"


def said(status: str, channel: str = "wechatpay", now: datetime = FRIDAY, **more: Any) -> str:
    settled_at = FRIDAY if status == "succeeded" else None
    return arrival_text(status, channel, created_at=FRIDAY, settled_at=settled_at, now=now, **more)


LONGER = "Sent to WeChat Pay on 2026-03-06. This is taking longer than usual; we're following up."
SHOWS = "Refunded to WeChat Pay on 2026-03-06. It appears in your account by 2026-03-11."
LATER = datetime.fromisoformat("2026-03-12T00:00:00+08:00")


@pytest.mark.parametrize(
    ("status", "channel", "now", "text"),
    [
        ("pending", "wechatpay", FRIDAY, "It's about to be sent to WeChat Pay. It usually arrives by 2026-03-11."),
        ("processing", "wechatpay", FRIDAY, "Sent to WeChat Pay. It usually arrives by 2026-03-11."),
        ("processing", "wechatpay", LATER, LONGER),
        ("processing", "balance", FRIDAY, "Sent to account balance. It usually arrives right away."),
        ("succeeded", "wechatpay", FRIDAY, SHOWS),
        ("succeeded", "wechatpay", LATER, "Refunded to WeChat Pay on 2026-03-06."),
        ("succeeded", "balance", FRIDAY, "Refunded to account balance on 2026-03-06."),
        ("failed", "wechatpay", FRIDAY, "This couldn't be paid out. The shop has been notified."),
    ],
)  # fmt: skip
def test_what_is_said(status: str, channel: str, now: datetime, text: str) -> None:
    assert said(status, channel, now) == text


def test_a_failed_refund_is_not_expected() -> None:
    assert expected("failed", "alipay", created_at=FRIDAY, settled_at=None) is None
    assert expected("processing", "alipay", created_at=FRIDAY, settled_at=None) == arrives("alipay", FRIDAY)


@pytest.mark.parametrize("account", ["支付用户零钱", "账户余额", "Balance of the account"])
def test_a_wallet_has_it_the_same_day(account: str) -> None:
    assert arrives("wechatpay", FRIDAY, account).at_once
    assert said("succeeded", account=account) == "Refunded to WeChat Pay on 2026-03-06."


def test_a_bank_card_takes_the_days_of_its_channel() -> None:
    assert arrives("wechatpay", FRIDAY, "招商银行信用卡0403") == arrives("wechatpay", FRIDAY)


def test_what_was_promised_is_what_is_read() -> None:
    """Also after the days that the channel takes were changed."""
    promise = datetime.fromisoformat("2026-03-09T23:59:59+08:00")
    assert said("processing", expected_at=promise) == "Sent to WeChat Pay. It usually arrives by 2026-03-09."
    assert said("processing", now=LATER, expected_at=promise) == LONGER


def test_two_tenders_are_told_apart() -> None:
    card, wallet = ("wechatpay", "招商银行信用卡0403", "42000001"), ("wechatpay", "", "42000002")
    assert tender_texts([card, wallet]) == ["WeChat Pay · 招商银行信用卡0403", "WeChat Pay · …0002"]
    assert tender_texts([("alipay", "", "2026"), wallet]) == ["Alipay", "WeChat Pay"]


def test_no_sentence_keeps_a_placeholder() -> None:
    with translation.override("zh-hans"):
        assert "%(" not in said("pending") + said("succeeded") + said("failed")
