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

_RETURNED = frozenset({"404", "406", "407"})  # refused; back with the sender; on its way back

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
    """Of a state, or the finer code of a scan; `in_transit` for what ends nothing."""
    if code == "3" or (len(code) == 3 and code.startswith("3")):  # 304 is a kind of 3
        return Status.DELIVERED
    return Status.RETURNED if code in _RETURNED else Status.IN_TRANSIT


def fault_of(reason: str) -> Fault | None:
    """None: there is no fault, only no scan yet. A reason that nobody knows is no answer."""
    return next((fault for words, fault in _REASONS if re.search(words, reason, re.IGNORECASE)), Fault.DOWN)
