"""Every code of protocols §1.6: what became of the money, and whether the same number may be sent again."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from fakes.alipay.scripts import Script
from fakes.alipay.server import Fake
from refunds.gateways import Deadline, GatewayError
from refunds.gateways.alipay import codes
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.alipay.codes import Meaning

MINUTE = timedelta(minutes=1)
NEVER = """
INVALID_PARAMETER REFUND_AMT_NOT_EQUAL_TOTAL REFUND_FEE_ERROR REASON_TRADE_REFUND_FEE_ERR NOT_ALLOW_PARTIAL_REFUND
CURRENCY_NOT_SUPPORT TRADE_NOT_EXIST TRADE_STATUS_ERROR REASON_TRADE_STATUS_INVALID TRADE_HAS_CLOSE TRADE_HAS_FINISHED
TRADE_NOT_ALLOW_REFUND ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND REASON_TRADE_BEEN_FREEZEN BUYER_ERROR BUYER_NOT_EXIST
BUYER_ENABLE_STATUS_FORBID CUSTOMER_VALIDATE_ERROR USER_NOT_MATCH_ERR REFUND_ACCOUNT_NOT_EXIST
ALLOC_AMOUNT_VALIDATE_ERROR REFUNDALLOC_UNAUTH_LIMIT REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST OVERDRAFT_NOT_SIGNED
"""
# code, sub-code, outcome, retryable, wait
TABLE = [
    ("20000", "isp.unknow-error", "unknown", True, None),
    ("20001", "aop.invalid-auth-token", "failed", True, 5 * MINUTE),
    ("40001", "isv.missing-method", "failed", True, 5 * MINUTE),
    ("40002", "isv.invalid-signature", "failed", True, 5 * MINUTE),
    ("40002", "isv.invalid-app-id", "failed", True, 5 * MINUTE),
    ("40002", "isv.invalid-timestamp", "failed", True, 5 * MINUTE),
    ("40006", "isv.insufficient-isv-permissions", "failed", True, 5 * MINUTE),
    ("40005", "isv.app-call-limited", "failed", True, MINUTE),
    ("40004", "ACQ.SYSTEM_ERROR", "unknown", True, None),
    ("40004", "ACQ.REFUND_CHARGE_ERROR", "unknown", True, 5 * MINUTE),
    ("40004", "ACQ.TRADE_SETTLE_ERROR", "unknown", True, 5 * MINUTE),
    ("40004", "ACQ.ENTERPRISE_PAY_BIZ_ERROR", "unknown", True, 5 * MINUTE),
    ("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "failed", True, 15 * MINUTE),
    ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST", "unknown", False, 15 * MINUTE),
    ("40004", "ACQ.SOMETHING_NEW", "unknown", False, 15 * MINUTE),
    ("40004", "", "unknown", False, 15 * MINUTE),
    ("50000", "isp.other", "unknown", False, 15 * MINUTE),
    *(("40004", f"ACQ.{name}", "failed", False, None) for name in NEVER.split()),
]


@pytest.mark.parametrize(("code", "sub_code", "outcome", "retryable", "wait"), TABLE)
def test_every_code(
    alipay: Alipay, fake: Fake, code: str, sub_code: str, outcome: str, retryable: bool, wait: timedelta | None
) -> None:
    facts = codes.facts(code, sub_code)
    assert (facts.outcome, facts.retryable, facts.wait) == (outcome, retryable, wait)
    with pytest.raises(GatewayError) as error:
        alipay.request(
            refund_no="RF1",
            transaction_no=f"ERROR:{code}:{sub_code}:1",
            amount=Decimal(1),
            total=Decimal(1),
            currency="CNY",
            deadline=Deadline.after(5),
        )
    assert error.value.permanent is (outcome == "failed" and not retryable)
    assert error.value.retry_after == wait
    assert (sub_code or code) in str(error.value)
    assert fake.records.refunds == {}


def test_every_meaning_is_used_and_has_its_facts() -> None:
    assert {codes.meaning(code, sub_code) for code, sub_code, *_ in TABLE} == set(Meaning) == set(codes.FACTS)
    assert set(codes.BY_SUB_CODE) <= {sub_code for _, sub_code, *_ in TABLE}


def test_the_page_of_channels_names_every_code() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "channels.md").read_text(encoding="utf-8")
    numbers = {code for code, *_ in TABLE} - {codes.BUSINESS_FAILED, "50000"}
    for code in {*codes.BY_SUB_CODE, *numbers, "ACQ.OVERDRAFT_…", *(f"`{script}" for script in Script)} - {"`PAY"}:
        assert code in page, code
