"""What Alipay's codes mean for a refund: its outcome, and whether the same number may be sent again. Two facts.

A code that is not here leaves the outcome unknown: nothing is concluded from a word that nobody has read.
"""

from datetime import timedelta
from enum import StrEnum

from ..facts import Facts, Outcome
from ..port import FOR_A_PERSON

SUCCESS, BUSINESS_FAILED = "10000", "40004"
NO_SUCH_TRADE, NUMBER_USED = "ACQ.TRADE_NOT_EXIST", "ACQ.DISCORDANT_REPEAT_REQUEST"
INVALID_SIGNATURE, INVALID_APP, INVALID_TIME = "isv.invalid-signature", "isv.invalid-app-id", "isv.invalid-timestamp"


class Meaning(StrEnum):
    ASK = "ask"  # ask what became of it, then send the same again
    ASK_LATER = "ask_later"  # as ASK, but something at Alipay has to come to an end first
    PERSON = "person"  # sending it again changes nothing: asked for now and then, until somebody looks
    SLOWER = "slower"  # too many calls
    TOP_UP = "top_up"  # the merchant's account is empty
    CONFIGURE = "configure"  # app, key or permission: every refund waits until that is mended
    # Definite, with four next steps of a person (docs/channels.md).
    FAULT = "fault"  # the request itself is wrong
    OVER = "over"  # the trade cannot be refunded any more
    BUYER = "buyer"  # the buyer's account takes nothing
    SPLIT = "split"  # the money was shared out or advanced


_DEFINITE = Facts(Outcome.FAILED, retryable=False)
FACTS = {
    Meaning.ASK: Facts(Outcome.UNKNOWN, retryable=True),
    Meaning.ASK_LATER: Facts(Outcome.UNKNOWN, retryable=True, wait=timedelta(minutes=5)),
    Meaning.PERSON: Facts(Outcome.UNKNOWN, retryable=False, wait=FOR_A_PERSON),
    Meaning.SLOWER: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=1)),
    Meaning.TOP_UP: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=15)),
    # Retryable, because it says nothing about the refund: with the right key the same number goes out.
    Meaning.CONFIGURE: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=5)),
    Meaning.FAULT: _DEFINITE,
    Meaning.OVER: _DEFINITE,
    Meaning.BUYER: _DEFINITE,
    Meaning.SPLIT: _DEFINITE,
}

_GATEWAY = {
    "20000": Meaning.ASK,
    "20001": Meaning.CONFIGURE,
    "40001": Meaning.CONFIGURE,
    "40002": Meaning.CONFIGURE,
    "40005": Meaning.SLOWER,
    "40006": Meaning.CONFIGURE,
}

_BUSINESS = {
    Meaning.ASK: "SYSTEM_ERROR",
    Meaning.ASK_LATER: "REFUND_CHARGE_ERROR TRADE_SETTLE_ERROR ENTERPRISE_PAY_BIZ_ERROR",
    Meaning.PERSON: "DISCORDANT_REPEAT_REQUEST",
    Meaning.TOP_UP: "SELLER_BALANCE_NOT_ENOUGH",
    Meaning.FAULT: (
        "INVALID_PARAMETER REFUND_AMT_NOT_EQUAL_TOTAL REFUND_FEE_ERROR REASON_TRADE_REFUND_FEE_ERR"
        " NOT_ALLOW_PARTIAL_REFUND CURRENCY_NOT_SUPPORT"
    ),
    Meaning.OVER: (
        "TRADE_NOT_EXIST TRADE_STATUS_ERROR REASON_TRADE_STATUS_INVALID TRADE_HAS_CLOSE TRADE_HAS_FINISHED"
        " TRADE_NOT_ALLOW_REFUND ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND"
    ),
    Meaning.BUYER: (
        "REASON_TRADE_BEEN_FREEZEN BUYER_ERROR BUYER_NOT_EXIST BUYER_ENABLE_STATUS_FORBID CUSTOMER_VALIDATE_ERROR"
        " USER_NOT_MATCH_ERR REFUND_ACCOUNT_NOT_EXIST"
    ),
    Meaning.SPLIT: "ALLOC_AMOUNT_VALIDATE_ERROR REFUNDALLOC_UNAUTH_LIMIT REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST",
}
BY_SUB_CODE = {f"ACQ.{name}": meaning for meaning, names in _BUSINESS.items() for name in names.split()}
_OVERDRAFT = "ACQ.OVERDRAFT_"


def meaning(code: str, sub_code: str) -> Meaning:
    """Of an answer that is no success."""
    if code != BUSINESS_FAILED:
        return _GATEWAY.get(code, Meaning.PERSON)
    if sub_code.startswith(_OVERDRAFT):
        return Meaning.SPLIT
    return BY_SUB_CODE.get(sub_code, Meaning.PERSON)


def facts(code: str, sub_code: str) -> Facts:
    return FACTS[meaning(code, sub_code)]
