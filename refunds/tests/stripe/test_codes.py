"""Every error of protocols §3 and of Stripe's list that a refund can meet: what became of the money, and whether the
same number may be sent again."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from fakes.stripe.scripts import Script
from fakes.stripe.server import Fake
from refunds.gateways import Deadline, GatewayError
from refunds.gateways.stripe import codes
from refunds.gateways.stripe.adapter import Stripe
from refunds.gateways.stripe.codes import Failure, Meaning
from refunds.labels import BANK_REASONS

MINUTE = timedelta(minutes=1)
INVALID = "invalid_request_error"
FOR_GOOD = """
amount_too_large amount_too_small parameter_invalid_empty parameter_invalid_integer parameter_missing parameter_unknown
charge_already_refunded payment_intent_unexpected_state charge_disputed refund_disputed_payment
"""
KEYS = """
api_key_expired platform_api_key_expired secret_key_required account_invalid testmode_charges_only livemode_mismatch
"""
# HTTP status, type, code, parameter, Stripe-Should-Retry, outcome, retryable, wait
TABLE = [
    (500, "api_error", "", "", "", "unknown", True, None),
    (502, "api_error", "", "", "true", "unknown", True, None),
    (503, "api_error", "charge_already_refunded", "", "", "unknown", True, None),
    (500, "api_error", "", "", "false", "unknown", False, 15 * MINUTE),
    (409, INVALID, "", "", "", "unknown", True, None),
    (409, "idempotency_error", "idempotency_key_in_use", "", "", "unknown", True, None),
    (409, INVALID, "lock_timeout", "", "true", "unknown", True, None),
    (400, INVALID, "charge_already_refunded", "", "true", "unknown", True, None),
    (400, INVALID, "charge_already_refunded", "", "false", "failed", False, None),
    (429, INVALID, "", "", "", "failed", True, MINUTE),
    (429, INVALID, "rate_limit", "", "", "failed", True, MINUTE),
    (400, INVALID, "balance_insufficient", "", "", "failed", True, 15 * MINUTE),
    (402, "card_error", "insufficient_funds", "", "false", "failed", True, 15 * MINUTE),
    (401, INVALID, "", "", "", "failed", True, 5 * MINUTE),
    (401, INVALID, "", "", "false", "failed", True, 5 * MINUTE),
    (403, INVALID, "", "", "", "failed", True, 5 * MINUTE),
    (400, "idempotency_error", "", "", "", "unknown", False, 15 * MINUTE),
    (400, INVALID, "", "amount", "", "failed", False, None),
    (400, INVALID, "", "reason", "", "unknown", False, 15 * MINUTE),
    (400, INVALID, "something_new", "amount", "", "unknown", False, 15 * MINUTE),
    (402, "card_error", "something_new", "", "", "unknown", False, 15 * MINUTE),
    (404, INVALID, "resource_missing", "payment_intent", "", "unknown", False, timedelta(minutes=15)),
    *((400, INVALID, code, "", "", "failed", False, None) for code in FOR_GOOD.split()),
    *((400, INVALID, code, "", "", "failed", True, 5 * MINUTE) for code in KEYS.split()),
]


@pytest.mark.parametrize(("status", "kind", "code", "param", "retry", "outcome", "retryable", "wait"), TABLE)
def test_every_error(
    stripe: Stripe,
    fake: Fake,
    status: int,
    kind: str,
    code: str,
    param: str,
    retry: str,
    outcome: str,
    retryable: bool,
    wait: timedelta | None,
) -> None:
    failure = Failure(status, kind, code, param, {"true": True, "false": False}.get(retry))
    facts = codes.facts(failure)
    assert (facts.outcome, facts.retryable, facts.wait) == (outcome, retryable, wait)
    with pytest.raises(GatewayError) as error:
        stripe.request(
            refund_no="RF1",
            transaction_no=f"pi_ERROR:{status}:{kind}:{code}:{param}:{retry}:1",
            amount=Decimal(1),
            total=Decimal(1),
            currency="CNY",
            deadline=Deadline.after(5),
        )
    assert error.value.permanent is (outcome == "failed" and not retryable)
    assert error.value.retry_after == wait
    assert (code or kind) in str(error.value)
    assert fake.records.refunds == []


def test_every_meaning_is_used_and_has_its_facts() -> None:
    failures = [Failure(status, kind, code, param) for status, kind, code, param, *_ in TABLE]
    assert {codes.meaning(failure) for failure in failures} == set(Meaning) == set(codes.FACTS)
    assert set(codes.BY_CODE) <= {failure.code for failure in failures}
    assert set(codes.BY_STATUS) <= {failure.status for failure in failures}


def test_the_page_of_channels_names_every_code() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "channels.md").read_text(encoding="utf-8")
    scripts = {f"`pi_{script}" for script in Script} - {"`pi_PAY"}
    for code in {*codes.BY_CODE, codes.IDEMPOTENCY, *(str(one) for one in codes.BY_STATUS), *BANK_REASONS, *scripts}:
        assert code in page, code
