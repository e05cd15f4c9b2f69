"""What Stripe's errors mean for a refund: its outcome, and whether the same number may be sent again. Two facts.

An error that is not here leaves the outcome unknown: nothing is concluded from a word that nobody has read.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ..facts import Facts, Outcome
from ..port import FOR_A_PERSON

RESOURCE_MISSING, KEY_IN_USE = "resource_missing", "idempotency_key_in_use"
INVALID_REQUEST, IDEMPOTENCY = "invalid_request_error", "idempotency_error"


class Meaning(StrEnum):
    ASK = "ask"  # ask what became of it, then send the same again
    PERSON = "person"  # sending it again changes nothing: asked for now and then, until somebody looks
    SLOWER = "slower"  # too many calls
    TOP_UP = "top_up"  # the merchant's balance is empty
    CONFIGURE = "configure"  # key or permission: every refund waits until that is mended
    # Definite, with three next steps of a person (docs/channels.md).
    FAULT = "fault"  # the request itself is wrong
    OVER = "over"  # the payment cannot be refunded (any more)
    DISPUTED = "disputed"  # the buyer's bank has taken the money back


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is no success. `may_retry`: what `Stripe-Should-Retry` says, None where it is not there."""

    status: int
    type: str = ""
    code: str = ""
    param: str = ""
    may_retry: bool | None = None


_DEFINITE = Facts(Outcome.FAILED, retryable=False)
FACTS = {
    Meaning.ASK: Facts(Outcome.UNKNOWN, retryable=True),
    Meaning.PERSON: Facts(Outcome.UNKNOWN, retryable=False, wait=FOR_A_PERSON),
    Meaning.SLOWER: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=1)),
    Meaning.TOP_UP: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=15)),
    # Retryable, because it says nothing about the refund: with the right key the same number goes out.
    Meaning.CONFIGURE: Facts(Outcome.FAILED, retryable=True, wait=timedelta(minutes=5)),
    Meaning.FAULT: _DEFINITE,
    Meaning.OVER: _DEFINITE,
    Meaning.DISPUTED: _DEFINITE,
}
_CODES = {
    Meaning.ASK: f"{KEY_IN_USE} lock_timeout",
    Meaning.SLOWER: "rate_limit",
    Meaning.TOP_UP: "balance_insufficient insufficient_funds",
    Meaning.CONFIGURE: (
        "api_key_expired platform_api_key_expired secret_key_required account_invalid testmode_charges_only"
        " livemode_mismatch"
    ),
    Meaning.FAULT: (
        "amount_too_large amount_too_small parameter_invalid_empty parameter_invalid_integer parameter_missing"
        " parameter_unknown"
    ),
    Meaning.OVER: "charge_already_refunded payment_intent_unexpected_state",
    # The key may be of another account, which says nothing of what was sent by the right one.
    Meaning.PERSON: RESOURCE_MISSING,
    Meaning.DISPUTED: "charge_disputed refund_disputed_payment",
}
BY_CODE = {code: meaning for meaning, codes in _CODES.items() for code in codes.split()}
BY_STATUS = {401: Meaning.CONFIGURE, 403: Meaning.CONFIGURE, 409: Meaning.ASK, 429: Meaning.SLOWER}
_DEFINITE_ONES = frozenset(meaning for meaning, facts in FACTS.items() if facts.permanent)


def meaning(failure: Failure) -> Meaning:
    stated = _stated(failure)
    if failure.may_retry and stated in _DEFINITE_ONES:
        return Meaning.ASK
    return Meaning.PERSON if failure.may_retry is False and stated == Meaning.ASK else stated


def facts(failure: Failure) -> Facts:
    return FACTS[meaning(failure)]


def _stated(failure: Failure) -> Meaning:
    """By the code, else by the status; `Stripe-Should-Retry` aside."""
    if failure.status >= 500:
        return Meaning.ASK  # whatever else it says: it may have been carried out
    if failure.type == IDEMPOTENCY:
        return BY_CODE[KEY_IN_USE] if failure.code == KEY_IN_USE else Meaning.PERSON
    if failure.code in BY_CODE:
        return BY_CODE[failure.code]
    # More than is left of the payment has no code, only the name of the parameter.
    if (failure.status, failure.type, failure.param, failure.code) == (400, INVALID_REQUEST, "amount", ""):
        return Meaning.FAULT
    return BY_STATUS.get(failure.status, Meaning.PERSON)
