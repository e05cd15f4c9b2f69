"""Every code of protocols §2.7: what became of the money, and whether the same number may be sent again."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from fakes.wechatpay.scripts import Script
from fakes.wechatpay.server import Fake
from refunds.gateways import GatewayError
from refunds.gateways.wechatpay import codes
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.codes import Meaning

from .calls import ask

MINUTE = timedelta(minutes=1)
# status, code, outcome, retryable, wait
TABLE = [
    (500, "SYSTEM_ERROR", "unknown", True, None),
    (502, "BAD_GATEWAY", "unknown", True, None),
    (503, "PARAM_ERROR", "unknown", True, None),  # no code is believed of a server that has a fault
    (429, "FREQUENCY_LIMITED", "failed", True, MINUTE),
    (429, "RATELIMIT_EXCEEDED", "failed", True, MINUTE),
    (403, "NOT_ENOUGH", "failed", True, 15 * MINUTE),
    (403, "USER_ACCOUNT_ABNORMAL", "failed", False, None),
    (404, "RESOURCE_NOT_EXISTS", "failed", True, MINUTE),
    (404, "MCH_NOT_EXISTS", "failed", True, 5 * MINUTE),
    (403, "NO_AUTH", "failed", True, 5 * MINUTE),
    (401, "SIGN_ERROR", "failed", True, 5 * MINUTE),
    (400, "PARAM_ERROR", "failed", False, None),
    (400, "INVALID_REQUEST", "failed", False, None),
    (403, "REQUEST_BLOCKED", "unknown", False, 15 * MINUTE),
    (400, "SOMETHING_NEW", "unknown", False, 15 * MINUTE),
    (400, "", "unknown", False, 15 * MINUTE),
    (202, "", "unknown", False, 15 * MINUTE),
]
ALARMING = {"NOT_ENOUGH", "MCH_NOT_EXISTS", "NO_AUTH", "SIGN_ERROR"}


@pytest.mark.parametrize(("status", "code", "outcome", "retryable", "wait"), TABLE)
def test_every_code(
    wechatpay: WechatPay,
    fake: Fake,
    caplog: pytest.LogCaptureFixture,
    status: int,
    code: str,
    outcome: str,
    retryable: bool,
    wait: timedelta | None,
) -> None:
    facts = codes.facts(status, code)
    assert (facts.outcome, facts.retryable, facts.wait) == (outcome, retryable, wait)
    with pytest.raises(GatewayError) as error:
        ask(wechatpay, f"ERROR:{status}:{code}:1")
    assert error.value.permanent is (outcome == "failed" and not retryable)
    assert error.value.retry_after == wait
    assert (code or f"HTTP {status}") in str(error.value)
    assert fake.records.refunds == {}
    assert ("until somebody acts" in caplog.text) is (code in ALARMING)
    # No refund is called failed before it was asked for.
    asked = error.value.permanent or code == codes.NO_SUCH_RESOURCE
    assert fake.records.questions["RF1"] == asked


def test_every_meaning_is_used_and_has_its_facts() -> None:
    assert {codes.meaning(status, code) for status, code, *_ in TABLE} == set(Meaning) == set(codes.FACTS)
    assert set(codes.BY_CODE) <= {code for _, code, *_ in TABLE}


def test_the_page_of_channels_names_every_code() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "channels.md").read_text(encoding="utf-8")
    section = page[page.index("## WeChat Pay") :]
    for code in {*codes.BY_CODE, *(f"`{script}" for script in Script)} - {"`PAY"}:
        assert code in section, code
