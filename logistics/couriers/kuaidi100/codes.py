"""The words of kuaidi100 (protocols §4.1, §4.2): its names of couriers, its states, its errors."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ...machine import Status
from ..port import Fault

COMPANIES = {
    "sf": "shunfeng",
    "jd": "jd",
    "ems": "ems",
    "youzheng": "youzhengguonei",
    "zto": "zhongtong",
    "yto": "yuantong",
    "sto": "shentong",
    "yunda": "yunda",
    "jtexpress": "jtexpress",
    "deppon": "debangkuaidi",
}
CODES = {company: code for code, company in COMPANIES.items()}
# They tell only who knows the phone of sender or receiver.
WITH_PHONE = frozenset({"sf", "zto"})
# A state, or an advanced code, which has more digits: 304 is a kind of 3, 205 one of 2. 203 is a problem and no return:
# the parcel is still where it was refused; 14 sets out.
_STATES = {
    "101": Status.ANNOUNCED,  # ordered
    "102": Status.ANNOUNCED,  # waiting for the courier
    "1": Status.PICKED_UP,
    "103": Status.PICKED_UP,
    "5": Status.DELIVERING,
    "501": Status.DELIVERING,  # in a locker or at a station
    "2": Status.EXCEPTION,  # overdue, no update, refused, not collected, unreachable, out of area, held, cancelled
    "209": Status.DAMAGED,
    "13": Status.EXCEPTION,  # at customs
    "401": Status.EXCEPTION,  # the sender's order was cancelled: nobody has picked it up
    "3": Status.DELIVERED,
    "4": Status.RETURNED,
    "6": Status.RETURNED,
    "14": Status.RETURNED,
}
_WITH_KINDS = frozenset("2346")
LOST = "60天"  # of an `abort`: 60 days without a change

OK, ALREADY = "200", "501"  # 501 of a subscription: there is one
NOTHING_YET = "500"  # of a question, or a push: no scan is known
ANSWERS = (OK, NOTHING_YET)
LATER = timedelta(hours=1)
_UNAUTHORISED = "授权"  # of a 400: it may be the account, which says nothing of the number
_FAULTS = {
    "400": (Fault.COURIER, None),
    "408": (Fault.PHONE, None),
    "503": (Fault.KEY, LATER),
    "600": (Fault.KEY, LATER),
    "601": (Fault.KEY, LATER),
    "700": (Fault.COURIER, None),
    "701": (Fault.COURIER, None),
    "702": (Fault.COURIER, None),
}


def code_of(result: Mapping[str, Any]) -> str:
    """Whether it tells of the parcel: `OK`, `NOTHING_YET`, or a code of what went wrong; empty where it says none."""
    return str(result.get("returnCode") or result.get("status") or "")


def fault_of(code: str, message: str) -> tuple[Fault, timedelta | None]:
    """With how long to leave it alone. A code that nobody knows is no answer."""
    if code == "400" and _UNAUTHORISED in message:
        return Fault.KEY, LATER
    return _FAULTS.get(code, (Fault.DOWN, None))


def status_of(code: str) -> str:
    """Of a state or an advanced code; `in_transit` for all others: under way, at customs, with another courier."""
    kind = code[0] if len(code) == 3 and code[0] in _WITH_KINDS else ""
    return _STATES.get(code) or _STATES.get(kind, Status.IN_TRANSIT)
