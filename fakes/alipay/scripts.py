"""How the fake treats a trade: the beginning of its number says so, as with the sandbox channel.

`ERROR:40004:ACQ.BUYER_ERROR:1` answers these two codes. "First" is the first request for a refund of the trade.
"""

from enum import StrEnum


class Script(StrEnum):
    PROMPT = "PAY"  # carried out and answered: every other beginning too
    FAIL = "FAIL"  # refused for good: the trade is over
    ERROR = "ERROR"  # refused with the codes in the number
    SLOW = "SLOW"  # accepted without moving money; done at the second question
    DOWN = "DOWN"  # 20000 to the first two, which are not carried out
    BUSY = "BUSY"  # the first is carried out and answered with ACQ.SYSTEM_ERROR
    LOST = "LOST"  # the first is carried out, and the connection cut
    CUT = "CUT"  # the first is cut without being carried out
    SILENT = "SILENT"  # the first is neither carried out nor answered
    LATE = "LATE"  # the first is carried out, and answered when nobody waits any more
    BROKEN = "BROKEN"  # the first is carried out and answered with HTTP 500
    HTML = "HTML"  # the first is carried out and answered with a page
    FORGED = "FORGED"  # the first is carried out, and the signature of its answer is wrong
    UNSIGNED = "UNSIGNED"  # the first is carried out, and its answer has no signature
    ALTERED = "ALTERED"  # a refused refund, of which somebody on the way made a success
    ESCAPED = "ESCAPED"  # carried out; its answers hold `\/`, `\u4e2d` and braces in strings
    HIDDEN = "HIDDEN"  # carried out, the answer lost; questions do not see it before the third
    FOREIGN = "FOREIGN"  # the first is carried out, and its answer is about another trade
    REFUSES = "REFUSES"  # carried out, the answer lost; the first question is refused with the codes in the number
    VAGUE = "VAGUE"  # carried out, the answer lost; questions answer with the amount and no status
    DRIP = "DRIP"  # the first is carried out, and its answer comes a byte at a time


# Whose first request is carried out and then answered badly.
AFTERWARDS = frozenset({
    Script.BUSY, Script.LOST, Script.LATE, Script.BROKEN, Script.HTML, Script.FORGED, Script.UNSIGNED, Script.HIDDEN,
    Script.FOREIGN, Script.REFUSES, Script.VAGUE, Script.DRIP,
})  # fmt: skip


def of(trade_no: str) -> Script:
    word = trade_no.replace(":", "-").partition("-")[0]
    return Script(word) if word in list(Script) else Script.PROMPT


def codes(trade_no: str) -> tuple[str, str]:
    """Code and sub-code in the number of a trade."""
    _, code, sub_code, _ = trade_no.split(":")
    return code, sub_code
