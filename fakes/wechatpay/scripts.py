"""How the fake treats a payment: the beginning of its number says so, as with the sandbox channel.

`ERROR:403:NOT_ENOUGH:1` answers this status and code. "First" is the first request for a refund of the payment.
"""

from enum import StrEnum


class Script(StrEnum):
    PROMPT = "PAY"  # carried out and answered: every other beginning too
    SLOW = "SLOW"  # accepted; paid some seconds later
    ABNORMAL = "ABNORMAL"  # accepted; some seconds later the card turns out to take nothing
    CLOSED = "CLOSED"  # accepted; closed some seconds later
    FAIL = "FAIL"  # refused for good: the payment is too old
    ERROR = "ERROR"  # refused with the status and the code in the number
    NEW = "NEW"  # 404 to the first two: the order is not known everywhere yet
    DOWN = "DOWN"  # 500 SYSTEM_ERROR to the first two, which are not carried out
    BUSY = "BUSY"  # the first is carried out and answered with SYSTEM_ERROR
    LOST = "LOST"  # the first is carried out, and the connection cut
    CUT = "CUT"  # the first is cut without being carried out
    SILENT = "SILENT"  # the first is neither carried out nor answered
    LATE = "LATE"  # the first is carried out, and answered when nobody waits any more
    BROKEN = "BROKEN"  # the first is carried out and answered with HTTP 502 and nothing else
    HTML = "HTML"  # the first is carried out and answered with a page
    FORGED = "FORGED"  # the first is carried out, and the signature of its answer is wrong
    UNSIGNED = "UNSIGNED"  # the first is carried out, and its answer has no signature
    PROBE = "PROBE"  # the first is carried out, and its answer has the signature of a probe
    OLD = "OLD"  # the first is carried out, and its answer was signed ten minutes ago
    STRANGE = "STRANGE"  # the first is carried out, and its answer signed by a key that nobody knows
    ALTERED = "ALTERED"  # a refused refund, of which somebody on the way made a success
    HIDDEN = "HIDDEN"  # carried out, the answer lost; questions do not see it before the third
    FOREIGN = "FOREIGN"  # the first is carried out, and its answer is about another payment
    REFUSES = "REFUSES"  # carried out, the answer lost; the first question is refused as the number says
    VAGUE = "VAGUE"  # carried out, the answer lost; questions answer with a status that nobody knows
    DRIP = "DRIP"  # the first is carried out, and its answer comes a byte at a time
    AHEAD = "AHEAD"  # carried out, and the notice comes before the answer
    TWICE = "TWICE"  # carried out, and the notice comes twice


# Whose first request is carried out and then answered badly.
AFTERWARDS = frozenset({
    Script.BUSY, Script.LOST, Script.LATE, Script.BROKEN, Script.HTML, Script.FORGED, Script.UNSIGNED, Script.PROBE,
    Script.OLD, Script.STRANGE, Script.HIDDEN, Script.FOREIGN, Script.REFUSES, Script.VAGUE, Script.DRIP,
})  # fmt: skip
# What becomes of a refund that is accepted and not carried out at once.
LATER = {Script.SLOW: "SUCCESS", Script.ABNORMAL: "ABNORMAL", Script.CLOSED: "CLOSED"}


def of(transaction_id: str) -> Script:
    word = transaction_id.replace(":", "-").partition("-")[0]
    return Script(word) if word in list(Script) else Script.PROMPT


def refusal(transaction_id: str) -> tuple[int, str]:
    """HTTP status and code in the number of a payment."""
    _, status, code, _ = transaction_id.split(":")
    return int(status), code


def of_redirection(transaction_id: str) -> str:
    """`ABNORMAL:LOST:1`: how the first application for another account goes, LOST, CUT or FAIL; empty: well."""
    parts = transaction_id.split(":")
    return parts[1] if len(parts) > 2 else ""
