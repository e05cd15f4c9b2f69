"""How the fakes of couriers treat a parcel: the beginning of its number says so. Every other one arrives."""

from enum import StrEnum


class Script(StrEnum):
    ARRIVES = ""  # picked up, on its way, delivered: one scan a question, or a push
    NONE = "NONE"  # nobody has scanned it
    UNKNOWN = "UNKNOWN"  # the courier does not know it
    UNSUBSCRIBED = "UNSUBSCRIBED"  # answered about, and no subscription is taken
    PHONE = "PHONE"  # only for who knows the phone
    KEY = "KEY"  # the quota is used up
    BUSY = "BUSY"  # 501 to the first question
    HTML = "HTML"  # a page instead of an answer
    CUT = "CUT"  # the connection ends without an answer
    RETURNED = "RETURNED"  # refused by the receiver, and back
    LOST = "LOST"  # 60 days without a change
    SILENT = "SILENT"  # 3 days without a scan: the subscription ends
    DENIED = "DENIED"  # HTTP 403, to who asks whose it is


def of(number: str) -> Script:
    return next((script for script in Script if script and number.upper().startswith(script)), Script.ARRIVES)


# The couriers of numbers of which no look decides, by their beginning. Of others nobody knows whose they are.
WHOSE = {"88": ("yunda",), "66": ("zto", "sto"), "55": ("jd", "nobody"), "33": ("nobody",)}


def whose(number: str) -> tuple[str, ...]:
    """As our own codes of couriers; `nobody`: one that this program does not know."""
    return next((codes for begins, codes in WHOSE.items() if number.startswith(begins)), ())
