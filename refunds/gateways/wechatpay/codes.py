"""What WeChat Pay's codes mean for a refund: its outcome, and whether the same number may be sent again. Two facts.

A code that is not here leaves the outcome unknown: nothing is concluded from a word that nobody has read.
"""

from datetime import timedelta
from enum import StrEnum

from ..facts import Facts, Outcome
from ..port import FOR_A_PERSON

NO_SUCH_RESOURCE, SIGNATURE = "RESOURCE_NOT_EXISTS", "SIGN_ERROR"
ATTEMPTS_FOR_ORDER = 4  # refused in so many attempts, an order is believed not to be there


class Meaning(StrEnum):
    ASK = "ask"  # ask what became of it, then send the same again
    PERSON = "person"  # sending it again changes nothing: asked for now and then, until somebody looks
    SLOWER = "slower"  # too many calls, or another refund of this payment within a minute
    TOP_UP = "top_up"  # the merchant's account is empty
    CONFIGURE = "configure"  # account, key or permission: every refund waits until that is mended
    NOT_YET = "not_yet"  # the order is not known: just after it was paid that may be wrong
    # Definite, with two next steps of a person (docs/channels.md).
    FAULT = "fault"  # the request itself is wrong, or a limit is reached
    BUYER = "buyer"  # the buyer's account takes nothing


_DEFINITE = Facts(Outcome.FAILED, retryable=False)
FACTS = {
    Meaning.ASK: Facts(Outcome.UNKNOWN, retryable=True),
    Meaning.PERSON: Facts(Outcome.UNKNOWN, retryable=False, wait=FOR_A_PERSON),
    Meaning.SLOWER: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=1)),
    Meaning.TOP_UP: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=15)),
    # Retryable, because it says nothing about the refund: with the right key the same number goes out.
    Meaning.CONFIGURE: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=5)),
    Meaning.NOT_YET: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=1)),
    Meaning.FAULT: _DEFINITE,
    Meaning.BUYER: _DEFINITE,
}

BY_CODE = {
    "SYSTEM_ERROR": Meaning.ASK,
    "FREQUENCY_LIMITED": Meaning.SLOWER,
    "NOT_ENOUGH": Meaning.TOP_UP,
    "USER_ACCOUNT_ABNORMAL": Meaning.BUYER,
    "RESOURCE_NOT_EXISTS": Meaning.NOT_YET,
    "MCH_NOT_EXISTS": Meaning.CONFIGURE,
    "NO_AUTH": Meaning.CONFIGURE,
    "SIGN_ERROR": Meaning.CONFIGURE,
    "PARAM_ERROR": Meaning.FAULT,
    "INVALID_REQUEST": Meaning.FAULT,
    "REQUEST_BLOCKED": Meaning.PERSON,
}
_TOO_MANY_REQUESTS, _SERVER_FAULT = 429, 500


def meaning(status: int, code: str) -> Meaning:
    """Of an answer that is no success. `status`: of HTTP."""
    if status >= _SERVER_FAULT:
        return Meaning.ASK  # whatever its body says
    if status == _TOO_MANY_REQUESTS:
        return Meaning.SLOWER
    return BY_CODE.get(code, Meaning.PERSON)


def facts(status: int, code: str) -> Facts:
    return FACTS[meaning(status, code)]
