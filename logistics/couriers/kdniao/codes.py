"""The words of kdniao (protocols §5): its names of couriers, its states, its reasons."""

import re
from datetime import timedelta

from ...machine import Status
from ..port import Fault

# Without JD, which tells only who names the number that it gave the merchant: nothing here knows that.
SHIPPERS = {
    "sf": "SF",
    "ems": "EMS",
    "youzheng": "YZPY",
    "zto": "ZTO",
    "yto": "YTO",
    "sto": "STO",
    "yunda": "YD",
    "jtexpress": "JTSD",
    "deppon": "DBL",
}
CODES = {shipper: code for code, shipper in SHIPPERS.items()}
# They tell only who knows the phone of sender or receiver.
WITH_PHONE = frozenset({"sf", "zto"})

QUERY, SUBSCRIBE = "1002", "1008"
# Without a code for each scan, and with one.
PUSHES = frozenset({"101", "102"})

# A state, or the finer code of a scan: 304 is a kind of 3, 412 one of 4.
_STATES = {
    "10": Status.ANNOUNCED,
    "1": Status.PICKED_UP,
    "202": Status.DELIVERING,
    "211": Status.DELIVERING,  # in a locker or at a station
    "419": Status.DELIVERING,  # once more
    "4": Status.EXCEPTION,  # no news, overdue, not collected, unreachable, late, wrong address, out of area
    "414": Status.DAMAGED,
    "604": Status.EXCEPTION,  # at customs
    "3": Status.DELIVERED,
    "404": Status.RETURNED,  # refused
    "406": Status.RETURNED,  # back with the sender
    "407": Status.RETURNED,  # on its way back
}
_WITH_KINDS = frozenset("34")

LATER = timedelta(hours=1)
ALREADY = re.compile("重复订阅|已订阅")
UNSUPPORTED = re.compile("不支持")  # the courier: no number of it is looked for
# “无法获取物流轨迹” is no such answer, nor “没有物流公司”.
_NOTHING_YET = r"(无|没有|不到)(相关|任何)?(物流)?(轨迹|信息)|(无|没有|不到)(相关|任何)?物流$"
# What went wrong has no code of its own, only a reason in words: the first that fits.
_REASONS: tuple[tuple[str, Fault | None], ...] = (
    ("手机|尾号|电话|CustomerName", Fault.PHONE),
    ("套餐|签名|加密|验证|DataSign|EBusinessID|App ?Key|Api ?Key|用户|权限|无权|余额|次数", Fault.KEY),
    (_NOTHING_YET, None),
    ("快递公司|单号|不支持|ShipperCode|LogisticCode", Fault.COURIER),
)


def status_of(code: str) -> str:
    """`in_transit` for all others: under way, at customs, with another courier."""
    kind = code[0] if len(code) == 3 and code[0] in _WITH_KINDS else ""
    return _STATES.get(code) or _STATES.get(kind, Status.IN_TRANSIT)


def fault_of(reason: str) -> Fault | None:
    """None: there is no fault, only no scan yet. A reason that nobody knows is no answer."""
    return next((fault for words, fault in _REASONS if re.search(words, reason, re.IGNORECASE)), Fault.DOWN)
