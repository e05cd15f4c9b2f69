"""Pickups of kdniao (上门取件): booked and called off under our own number, and told by pushes (docs/pickups.md)."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from kernel.calls import Deadline
from kernel.calls.http import Http

from ..pickup_port import AddressFault, Booking, Contact, PickupNews, PickupRefused, What
from ..port import CourierError, Fault, PushRefused
from ..reading import BEIJING, amount_of, answer_of, content_of, rows_of, text_of
from . import callbacks, codes, signing
from .adapter import HOME, JSON
from .addresses import parts_of
from .traces import is_success

PATH = "/api/OOrderService"
BOOK, CANCEL, ASK, PRICE = "1801", "1802", "1804", "1815"
PUSH = "103"
OK, ALREADY, ACCOUNT = "100", "106", "104"
SHIPPERS = {code: codes.SHIPPERS[code] for code in ("sf", "zto", "yto", "sto", "yunda", "jtexpress", "deppon")}
# Of a parcel of one person to another, by express, paid by the account, on its day.
KIND = {"TransportType": 1, "ShipperType": 5}
EXPRESS, BY_ACCOUNT, BY_SENDER = 1, 3, 1
CARGO, WEIGHT = "退货商品", 1
ADDRESS_BYTES = 300
MAX_TEXT = 200
WHAT = {
    "99": What.REFUSED,
    "102": What.ASSIGNED,  # the branch
    "103": What.ASSIGNED,  # the person
    "109": What.ASSIGNED,  # another branch
    "120": What.BOOKED,  # the number of the parcel
    "104": What.COLLECTED,
    "301": What.COLLECTED,
    "2": What.COLLECTED,
    "3": What.COLLECTED,
    "203": What.CANCELLED,
}
# What went wrong has no code of its own, only words.
_DOWN = re.compile("系统(繁忙|异常|错误)|繁忙|稍后|超时|网络异常")
_KEY = re.compile("套餐|签名|加密|DataSign|EBusinessID|App ?Key|Api ?Key|用户ID|权限|无权|余额|请求指令", re.IGNORECASE)
_ALREADY = re.compile("重复|已存在|已下单")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KdniaoPickups:
    """`url`: of the host."""

    url: str
    business_id: str
    key: str = field(repr=False)
    http: Http
    name: str = "kdniao"

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(SHIPPERS)

    def address_fault(self, address: str) -> AddressFault | None:
        if len(address.encode()) > ADDRESS_BYTES:
            return AddressFault.TOO_LONG
        return None if parts_of(address) else AddressFault.NO_DISTRICT

    def price(self, booking: Booking, *, deadline: Deadline) -> Decimal:
        answer = self._call(PRICE, KIND | {"Weight": WEIGHT} | _route(booking, _place), deadline)
        shipper = SHIPPERS[booking.courier]
        rows = [row for row in rows_of(answer.get("Data")) if row.get("shipperCode") == shipper]
        if not rows:
            raise PickupRefused("该快递公司不支持上门取件")
        price = amount_of(rows[0].get("totalFee"))
        if price is None:
            raise CourierError("no price in the answer", Fault.DOWN)
        return price

    def book(self, booking: Booking, *, deadline: Deadline) -> PickupNews:
        """Asked for a second time under the same number, it says that it has it: then nothing is booked anew."""
        fields = KIND | {
            "ShipperCode": SHIPPERS[booking.courier],
            "OrderCode": booking.number,
            "ExpType": EXPRESS,
            "PayType": BY_ACCOUNT,
            **_route(booking, _party),
            "Weight": WEIGHT,
            "Quantity": 1,
            "StartDate": _moment(booking.starts_at),
            "EndDate": _moment(booking.ends_at),
            "Commodity": [{"GoodsName": CARGO, "GoodsQuantity": 1}],
        }
        answer = self._call(BOOK, fields, deadline, also=(ALREADY, _ALREADY))
        order = answer.get("Order")
        number = order.get("LogisticCode") if isinstance(order, dict) else ""
        return PickupNews(booking.number, What.BOOKED, tracking_no=_text(number)[:64], number=booking.number)

    def cancel(self, *, task_no: str, booking_no: str, deadline: Deadline) -> None:
        self._call(CANCEL, {"OrderCode": task_no, "CancelType": BY_SENDER, "CancelMsg": "暂时不寄了"}, deadline)

    def ask(self, *, task_no: str, deadline: Deadline) -> PickupNews:
        """What is believed are its pushes: the shape of this answer is not published. Where it is not that of a push,
        or the account may not ask, nothing was learned."""
        try:
            answer = self._call(ASK, {"OrderCode": task_no}, deadline)
        except (PickupRefused, CourierError) as error:
            if isinstance(error, CourierError) and error.fault == Fault.DOWN:
                raise
            log.warning("kdniao says nothing of pickup %s: %s", task_no, error)
            return PickupNews(task_no, What.NOTHING, number=task_no)
        source = next((part for part in _parts(answer) if part.get("State")), answer)
        return _news(source, task_no)

    def shares(self, form: Mapping[str, str]) -> bool:
        return form.get("RequestType") == PUSH

    def read_notices(self, form: Mapping[str, str]) -> tuple[PickupNews, ...]:
        data = form.get("RequestData", "")
        if not signing.is_signed(data, self.key, form.get("DataSign", "")):
            raise PushRefused("a wrong signature" if form.get("DataSign") else "no signature")
        items = rows_of(content_of(data).get("Data"))
        if len(items) > callbacks.MAX_PARCELS:
            raise PushRefused("too many pickups")
        return tuple(_news(item, number) for item in items if (number := _text(item.get("OrderCode"))[:64]))

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        return callbacks.reply(self.business_id, status, reason, now=now)

    def _call(
        self,
        kind: str,
        fields: Mapping[str, Any],
        deadline: Deadline,
        *,
        also: tuple[str, re.Pattern[str]] | None = None,
    ) -> Mapping[str, Any]:
        """Raises CourierError and PickupRefused. `also`: code and words of a failure that is none."""
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        form = {"RequestData": data, "EBusinessID": self.business_id, "RequestType": kind}
        form |= {"DataSign": signing.sign(data, self.key), "DataType": JSON}
        answer = answer_of(self.http, f"{self.url}{PATH}", form, deadline)
        code, words = str(answer.get("ResultCode") or ""), _text(answer.get("Reason"))
        if is_success(answer) and code in ("", OK):
            return answer
        if also is not None and (code == also[0] or also[1].search(words)):
            return answer
        if code == ACCOUNT or _KEY.search(words):
            log.error("kdniao %s: %s", code, words)
            raise CourierError(f"kdniao {code}: {words}", Fault.KEY, retry_after=codes.LATER)
        if not words or _DOWN.search(words):
            raise CourierError(f"kdniao {code}: {words or 'no reason'}", Fault.DOWN)
        raise PickupRefused(words)


def build(settings: Any, http: Http | None = None) -> KdniaoPickups:
    """`courier_settings.problems` has found none."""
    url = (settings.KDNIAO_API_URL or HOME).rstrip("/")
    return KdniaoPickups(url, settings.KDNIAO_EBUSINESS_ID, settings.KDNIAO_APP_KEY, http or Http())


def _route(booking: Booking, written: Any) -> dict[str, Any]:
    return {"Sender": written(booking.sender), "Receiver": written(booking.receiver)}


def _place(contact: Contact) -> dict[str, str]:
    """Raises PickupRefused; whoever books has asked `address_fault` before."""
    parts = parts_of(contact.address)
    if parts is None:
        raise PickupRefused("地址缺少省、市或区县")
    return {
        "ProvinceName": parts.province,
        "CityName": parts.city,
        "ExpAreaName": parts.district,
        "Address": parts.rest,
    }


def _party(contact: Contact) -> dict[str, str]:
    is_mobile = re.fullmatch(r"1\d{10}", contact.phone, re.ASCII)
    return {"Name": contact.name, ("Mobile" if is_mobile else "Tel"): contact.phone, **_place(contact)}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _parts(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Where the state of an order may stand."""
    data, order = answer.get("Data"), answer.get("Order")
    return [answer, *(part for part in (order, data) if isinstance(part, dict)), *rows_of(data)]


def _news(item: Mapping[str, Any], number: str) -> PickupNews:
    persons = rows_of(item.get("PickerInfo"))
    person = persons[0] if persons else {}
    return PickupNews(
        number,
        WHAT.get(str(item.get("State", "")), What.NOTHING),
        tracking_no=_text(item.get("LogisticCode"))[:64],
        person_name=_text(person.get("PersonName"))[:64],
        person_phone=_text(person.get("PersonTel"))[:40],
        # 0 is written where nothing is charged yet.
        freight=amount_of(item.get("TotalFee")) or amount_of(item.get("Cost")) or None,
        weight=amount_of(item.get("Weight")) or None,
        reason=_text(item.get("Reason")),
        number=number,
    )


def _text(value: Any) -> str:
    """No longer than a column."""
    return text_of(value)[:MAX_TEXT]
