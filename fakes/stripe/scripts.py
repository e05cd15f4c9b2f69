"""How the fake treats a payment: the beginning of its number says so, after `pi_`, `ch_` or `py_`.

`pi_ERROR:400:invalid_request_error:charge_disputed:amount:true:1` answers this HTTP status, type, code, parameter and
`Stripe-Should-Retry`, each of which may be empty. "First" is the first request for a refund of the payment.
"""

import re
from enum import StrEnum


class Script(StrEnum):
    PROMPT = "PAY"  # carried out and answered: every other beginning too
    FAIL = "FAIL"  # refused for good: refunded already
    ERROR = "ERROR"  # refused with what is in the number
    NONE = "NONE"  # there is no such payment
    SLOW = "SLOW"  # pending; arrived at the second question
    POOR = "POOR"  # pending, because the balance is too low
    DECLINED = "DECLINED"  # pending; failed at the second question
    CANCELED = "CANCELED"  # the buyer has to act; canceled at the second question
    RETURNED = "RETURNED"  # arrived, and sent back by the bank: failed at the second question
    DOWN = "DOWN"  # 503 to the first two, which are not carried out
    USED = "USED"  # the first is refused: the same key is being used at this moment
    LIMIT = "LIMIT"  # the first is refused: too many calls
    BUSY = "BUSY"  # the first is carried out and answered with HTTP 500, and so is each with the same key
    LOST = "LOST"  # the first is carried out, and the connection cut
    CUT = "CUT"  # the first is cut without being carried out
    SILENT = "SILENT"  # the first is neither carried out nor answered
    LATE = "LATE"  # the first is carried out, and answered when nobody waits any more
    HTML = "HTML"  # the first is carried out and answered with a page
    DRIP = "DRIP"  # the first is carried out, and its answer comes a byte at a time
    FOREIGN = "FOREIGN"  # the first is carried out, and its answer is about another refund
    FORGOTTEN = "FORGOTTEN"  # as LOST, and the key is forgotten, as after a day
    MANY = "MANY"  # as LOST, and 250 refunds of other numbers stand above it in the list
    REFUSES = "REFUSES"  # as LOST, and the first question is refused with what is in the number


# Whose first request is carried out and then answered badly.
AFTERWARDS = frozenset({
    Script.BUSY, Script.LOST, Script.LATE, Script.HTML, Script.DRIP, Script.FOREIGN, Script.FORGOTTEN, Script.MANY,
    Script.REFUSES,
})  # fmt: skip
UNDER_WAY = {
    Script.SLOW: "pending", Script.POOR: "pending", Script.DECLINED: "pending", Script.CANCELED: "requires_action",
}  # fmt: skip
AT_SECOND_QUESTION = {
    Script.SLOW: ("succeeded", None),
    Script.DECLINED: ("failed", "declined"),
    Script.CANCELED: ("canceled", None),
    Script.RETURNED: ("failed", "expired_or_canceled_card"),
}


def of(payment: str) -> Script:
    word = re.split("[_:-]", payment[3:])[0]
    if word.startswith("check"):  # `manage.py check_channel` asks for one that cannot exist
        return Script.NONE
    return Script(word) if word in list(Script) else Script.PROMPT


def failure(payment: str) -> tuple[int, str, str, str, str]:
    """Status, type, code, parameter and `Stripe-Should-Retry` in the number of a payment."""
    _, status, kind, code, param, retry, _ = payment.split(":")
    return int(status), kind, code, param, retry
