"""Pickups of the fake: booked, assigned and collected, one step a `step`; the sender's address says otherwise."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fakes.pickups import (
    ABSENT,
    BUSY,
    DEAR,
    FAR,
    FREIGHT,
    HIGH_PRICE,
    LATE,
    NUMBERLESS,
    PERSON,
    PHONE,
    PRICE,
    WEIGHT,
)  # fmt: skip

# What the courier's system says after the booking, one at a time.
STEPS = ("1", "10", "15")
OF_ABSENT = ("1", "11")
ADDRESS_BYTES = 300


@dataclass
class Booked:
    number: str
    task: str
    param: Mapping[str, Any] = field(repr=False)
    tracking_no: str = ""
    said: int = 0
    state: str = "0"

    @property
    def steps(self) -> tuple[str, ...]:
        return OF_ABSENT if ABSENT in self.param["sendManPrintAddr"] else STEPS


class Pickups:
    """`sign(*parts)`: how kuaidi100 signs. `first`: numbers count from here, so that a fake that was started anew gives
    none a second time."""

    books, cancels, collected, cancelled_state = "bOrder", "cancel", "10", "9"  # for tests: as those of kdniao

    def __init__(self, key: str, secret: str, sign: Callable[..., str]) -> None:
        self.key, self.secret, self.sign, self.first = key, secret, sign, 0
        self.bookings: dict[str, Booked] = {}  # by thirdOrderId
        self.asked: Counter[str] = Counter()  # by method
        self.cancelled: list[str] = []

    def answer(self, form: Mapping[str, str]) -> Mapping[str, Any] | None:
        """None: the connection ends without an answer, though what was asked for is done."""
        text, method = form.get("param", ""), form.get("method", "")
        if form.get("key") != self.key or form.get("sign") != self.sign(text, form.get("t", ""), self.key, self.secret):
            return _no("503", "验证签名失败")
        param = json.loads(text)
        self.asked[method] += 1
        match method:
            case "price":
                dear = DEAR in param["sendManPrintAddr"]
                return _yes({"price": HIGH_PRICE if dear else PRICE, "firstPrice": "10.00", "overPrice": "2.00"})
            case "bOrder":
                return self._book(param)
            case "cancel":
                return self._cancel(param)
            case "detail":
                return self._detail(param)
        return _no("400", "没有这个方法")

    def _book(self, param: Mapping[str, Any]) -> Mapping[str, Any] | None:
        address, number = param["sendManPrintAddr"], param["thirdOrderId"]
        if any(len(param[name].encode()) > ADDRESS_BYTES for name in ("sendManPrintAddr", "recManPrintAddr")):
            return _no("400", "地址过长")
        if FAR in address:
            return _no("30002", "该地址不在揽收范围内")
        known = number in self.bookings
        if not known:
            place = self.first + len(self.bookings)
            task = f"T{place + 1:06d}"
            waybill = "" if NUMBERLESS in address else f"YT{9 * 10**12 + place:013d}"
            self.bookings[number] = Booked(number, task, param, waybill)
        if BUSY in address and not known:
            return None
        booked = self.bookings[number]
        return _yes({"taskId": booked.task, "orderId": f"O{booked.task}", "kuaidinum": booked.tracking_no})

    def _cancel(self, param: Mapping[str, Any]) -> Mapping[str, Any]:
        booked = self.of_task(param["taskId"])
        if booked is None:
            return _no("400", "订单不存在")
        if booked.state in STEPS[1:] or LATE in booked.param["sendManPrintAddr"]:
            return _no("30003", "快递员已取件，不能取消")
        booked.state = "9"
        self.cancelled.append(booked.number)
        return _yes({})

    def _detail(self, param: Mapping[str, Any]) -> Mapping[str, Any]:
        booked = self.of_task(param["taskId"])
        if booked is None:
            return _no("400", "订单不存在")
        return _yes(self._facts(booked) | {"kuaidiNum": booked.tracking_no})

    def of_task(self, task: str) -> Booked | None:
        return next((each for each in self.bookings.values() if each.task == task), None)

    def step(self, number: str) -> int:
        """The next thing happens and is told. The HTTP status of the answer; 0: there is none, or no address."""
        return self.tell(number) if self.move(number) else 0

    def move(self, number: str) -> bool:
        """The next thing happens. False: nothing is left to happen."""
        booked = self.bookings[number]
        if booked.state == "9" or booked.said >= len(booked.steps):
            return False
        booked.state, booked.said = booked.steps[booked.said], booked.said + 1
        if booked.state == "10" and not booked.tracking_no:
            booked.tracking_no = f"YT{8 * 10**12:013d}"
        return True

    def notice(self, number: str) -> str:
        """`param` of it."""
        booked = self.bookings[number]
        fields = {"kuaidicom": booked.param["kuaidicom"], "kuaidinum": booked.tracking_no, "status": "200"}
        return json.dumps(fields | {"message": "成功", "data": self._facts(booked)}, ensure_ascii=False)

    def tell(self, number: str, *, salt: str | None = None) -> int:
        booked, param = self.bookings[number], self.notice(number)
        address = booked.param.get("callBackUrl")
        if not address:
            return 0
        signed = self.sign(param, booked.param["salt"] if salt is None else salt)
        form = urlencode({"taskId": booked.task, "sign": signed, "param": param}).encode()
        try:
            with urllib.request.urlopen(address, form, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    def _facts(self, booked: Booked) -> dict[str, str]:
        facts = {"orderId": f"O{booked.task}", "status": booked.state, "courierName": PERSON}
        facts["courierMobile"] = PHONE
        if booked.state == "15":
            facts |= {"weight": WEIGHT, "freight": FREIGHT}
        return facts


def _yes(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"result": True, "returnCode": "200", "message": "提交成功", "data": data}


def _no(code: str, message: str) -> Mapping[str, Any]:
    return {"result": False, "returnCode": code, "message": message}
