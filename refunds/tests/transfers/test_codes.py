"""Every code of Alipay's transfers: what became of the money, and whether the number is sent again."""

from datetime import timedelta

import pytest

from refunds.gateways.alipay import codes, transfer_codes
from refunds.gateways.alipay.codes import FACTS, Meaning
from refunds.gateways.facts import Outcome

DEFINITE = {Meaning.FAULT, Meaning.BUYER}


@pytest.mark.parametrize("code", sorted(transfer_codes.BY_SUB_CODE))
def test_two_facts_a_code(code: str) -> None:
    meaning = transfer_codes.meaning("40004", code)
    facts = FACTS[meaning]
    assert facts.permanent == (meaning in DEFINITE)
    assert (facts.outcome == Outcome.UNKNOWN) == (meaning in (Meaning.ASK, Meaning.ASK_LATER, Meaning.PERSON))


@pytest.mark.parametrize(
    ("code", "sub_code", "meaning"),
    [
        ("20000", "isp.unknow-error", Meaning.ASK),
        ("40005", "", Meaning.SLOWER),
        ("40002", "isv.invalid-signature", Meaning.CONFIGURE),
        ("40004", "NEVER_READ", Meaning.PERSON),
        ("40004", "", Meaning.PERSON),
        ("40004", "PAYMENT_INFO_INCONSISTENCY", Meaning.PERSON),
        ("40004", "PAYER_BALANCE_NOT_ENOUGH", Meaning.TOP_UP),
        ("99999", "PAYEE_NOT_EXIST", Meaning.PERSON),
        ("40002", "isv.missing-app-cert-sn", Meaning.CONFIGURE),
    ],
)
def test_what_is_not_listed_is_not_known(code: str, sub_code: str, meaning: Meaning) -> None:
    assert transfer_codes.meaning(code, sub_code) == meaning


def test_an_empty_account_is_never_a_failure() -> None:
    facts = FACTS[transfer_codes.meaning(codes.BUSINESS_FAILED, "PAYER_BALANCE_NOT_ENOUGH")]
    assert (facts.permanent, facts.wait) == (False, timedelta(minutes=15))
