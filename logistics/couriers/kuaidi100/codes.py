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
# An advanced code has more digits: 304 is a kind of 3.
_DELIVERED, _RETURNED = ("3",), ("4", "6", "14")
_CANCELLED = "401"  # nobody has picked it up
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
    """Of a state or an advanced code; `in_transit` for what ends nothing."""
    if code == _CANCELLED:
        return Status.IN_TRANSIT
    if code in _DELIVERED or (len(code) == 3 and code.startswith(_DELIVERED)):
        return Status.DELIVERED
    if code in _RETURNED or (len(code) == 3 and code.startswith(("4", "6"))):
        return Status.RETURNED
    return Status.IN_TRANSIT
