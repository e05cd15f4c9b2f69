"""Pickups of the fake (上门取件): booked, assigned and collected, unless the sender's address says otherwise."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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

BOOKS, CANCELS, ASKS, PRICES = "1801", "1802", "1804", "1815"
STEPS, OF_ABSENT = ("103", "104", "301"), ("103", "203")


@dataclass
class Booked:
    number: str
    param: Mapping[str, Any] = field(repr=False)
    tracking_no: str = ""
    said: int = 0
    state: str = ""

    @property
    def task(self) -> str:
        """It calls it as we do."""
        return self.number

    @property
    def address(self) -> str:
        return str(self.param["Sender"]["Address"])

    @property
    def steps(self) -> tuple[str, ...]:
        return OF_ABSENT if ABSENT in self.address else STEPS


class Pickups:
    """`first`: numbers count from here, so that a fake that was started anew gives none a second time."""

    books, cancels, collected, cancelled_state = BOOKS, CANCELS, "104", "203"  # for tests: as those of kuaidi100

    def __init__(self, business_id: str) -> None:
        self.business_id, self.first = business_id, 0
        self.bookings: dict[str, Booked] = {}  # by OrderCode
        self.asked: Counter[str] = Counter()  # by RequestType
        self.cancelled: list[str] = []

    def answer(self, kind: str, param: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """None: the connection ends without an answer, though what was asked for is done."""
        self.asked[kind] += 1
        match kind:
            case "1815":
                price = HIGH_PRICE if DEAR in param["Sender"]["Address"] else PRICE
                row = {"weight": param["Weight"], "firstWeightAmount": 10.0, "continuousWeightAmount": 2.0}
                rows = [row | {"shipperCode": shipper, "totalFee": float(price)} for shipper in ("ZTO", "YTO")]
                return self._yes({"Data": rows})
            case "1801":
                return self._book(param)
            case "1802":
                return self._cancel(param)
        booked = self.bookings.get(param["OrderCode"])
        return self._yes({"Data": [self._facts(booked)]}) if booked else self._no("105", "订单不存在")

    def _book(self, param: Mapping[str, Any]) -> Mapping[str, Any] | None:
        address, number = param["Sender"]["Address"], param["OrderCode"]
        if FAR in address:
            return self._no("105", "该地址不在揽收范围内")
        if number in self.bookings:
            return self._no("106", "该订单号已下单成功，请勿重复下单")
        place = self.first + len(self.bookings)
        waybill = "" if NUMBERLESS in address else f"YT{9 * 10**12 + place:013d}"
        self.bookings[number] = Booked(number, param, waybill)
        if BUSY in address:
            return None
        order = {"OrderCode": number, "ShipperCode": param["ShipperCode"], "KDNOrderCode": f"KDN{place}"}
        return self._yes({"Order": order | {"LogisticCode": waybill}})

    def _cancel(self, param: Mapping[str, Any]) -> Mapping[str, Any]:
        booked = self.bookings.get(param["OrderCode"])
        if booked is None:
            return self._no("105", "订单不存在")
        if booked.state in STEPS[1:] or LATE in booked.address:
            return self._no("105", "快递员已取件，不能取消")
        booked.state = self.cancelled_state
        self.cancelled.append(booked.number)
        return self._yes({})

    def move(self, number: str) -> bool:
        """The next thing happens. False: nothing is left to happen."""
        booked = self.bookings[number]
        if booked.state == self.cancelled_state or booked.said >= len(booked.steps):
            return False
        booked.state, booked.said = booked.steps[booked.said], booked.said + 1
        if booked.state == self.collected and not booked.tracking_no:
            booked.tracking_no = f"YT{8 * 10**12:013d}"
        return True

    def notice(self, *numbers: str) -> str:
        """`RequestData` of it."""
        items = [self._facts(self.bookings[number]) for number in numbers]
        fields = {"EBusinessID": self.business_id, "PushTime": "2026-03-02 10:00:00", "Count": str(len(items))}
        return json.dumps(fields | {"Data": items}, ensure_ascii=False)

    def _facts(self, booked: Booked) -> dict[str, Any]:
        facts: dict[str, Any] = {"EBusinessID": self.business_id, "OrderCode": booked.number, "State": booked.state}
        facts |= {"ShipperCode": booked.param["ShipperCode"], "LogisticCode": booked.tracking_no, "Reason": ""}
        if booked.state == "103":
            facts["PickerInfo"] = [{"PersonName": PERSON, "PersonTel": PHONE, "PickupCode": ""}]
        if booked.state == "301":
            facts |= {"Weight": float(WEIGHT), "Cost": 12.0, "TotalFee": float(FREIGHT)}
        return facts

    def _yes(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"EBusinessID": self.business_id, "Success": True, "ResultCode": "100", "Reason": "成功", **fields}

    def _no(self, code: str, reason: str) -> Mapping[str, Any]:
        return {"EBusinessID": self.business_id, "Success": False, "ResultCode": code, "Reason": reason}
