"""When the money can be expected, and how that is said."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import translation

from refunds.labels import arrival_text, channel_label, expected
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
        ("pending", "wechatpay", FRIDAY, "Sent to WeChat Pay. It usually arrives by 2026-03-11."),
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


def test_no_sentence_keeps_a_placeholder() -> None:
    with translation.override("zh-hans"):
        assert "%(" not in said("pending") + said("succeeded") + said("failed")
