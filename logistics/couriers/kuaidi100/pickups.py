"""Pickups of kuaidi100 (商家寄件, protocols §4.4)."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kernel.calls import Deadline
from kernel.calls.http import Http

from ..pickup_port import AddressFault, Booking, PickupNews, PickupRefused, What
from ..port import CourierError, Fault, PushRefused
from ..reading import amount_of, answer_of, content_of, text_of
from . import callbacks, codes
from .signing import is_signed, sign

HOME = "https://poll.kuaidi100.com/order/borderapi.do"
DAYS = ("今天", "明天", "后天")
CARGO, WEIGHT, SERVICE = "退货商品", "1", "标准快递"
# Of an answer that says nothing about the request: the server, its load, our key.
_SERVER = frozenset({"500", "501", "502"})
_KEY = frozenset({"503", "600", "601"})
WHAT = {
    "0": What.BOOKED,
    "1": What.ASSIGNED,
    "2": What.ASSIGNED,
    "10": What.COLLECTED,
    "11": What.MISSED,
    "13": What.COLLECTED,
    "14": What.COLLECTED,
    "15": What.COLLECTED,
    "155": What.COLLECTED,
    "9": What.CANCELLED,
    "99": What.CANCELLED,
    "610": What.REFUSED,
}
MAX_TEXT = 200
ADDRESS_BYTES = 300
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kuaidi100Pickups:
    """`callback`: where news comes to, or empty. `clock`: seconds since 1970."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    salt: str = field(repr=False)
    callback: str
    http: Http
    clock: Callable[[], float] = time.time
    name: str = "kuaidi100"

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(codes.COMPANIES)

    def address_fault(self, address: str) -> AddressFault | None:
        return AddressFault.TOO_LONG if len(address.encode()) > ADDRESS_BYTES else None

    def price(self, booking: Booking, *, deadline: Deadline) -> Decimal:
        data = self._call("price", _route(booking), deadline)
        price = amount_of(data.get("price"))
        if price is None:
            raise CourierError("no price in the answer", Fault.DOWN)
        return price

    def book(self, booking: Booking, *, deadline: Deadline) -> PickupNews:
        starts, ends = (timezone.localtime(at) for at in (booking.starts_at, booking.ends_at))
        param = _route(booking) | {
            "sendManName": booking.sender.name,
            "sendManMobile": booking.sender.phone,
            "recManName": booking.receiver.name,
            "recManMobile": booking.receiver.phone,
            "cargo": CARGO,
            "payment": "SHIPPER",
            "dayType": self._day(booking.starts_at),
            "pickupStartTime": f"{starts:%H:%M}",
            "pickupEndTime": f"{ends:%H:%M}",
            "thirdOrderId": booking.number,
            "salt": self.salt,
        }
        if self.callback:
            param["callBackUrl"] = self.callback
        data = self._call("bOrder", param, deadline)
        if not data.get("taskId"):
            raise CourierError("no taskId in the answer", Fault.DOWN)
        return PickupNews(_text(data["taskId"]), What.BOOKED, _text(data.get("orderId")), _text(data.get("kuaidinum")))

    def cancel(self, *, task_no: str, booking_no: str, deadline: Deadline) -> None:
        self._call("cancel", {"taskId": task_no, "orderId": booking_no, "cancelMsg": "暂时不寄了"}, deadline)

    def ask(self, *, task_no: str, deadline: Deadline) -> PickupNews:
        data = self._call("detail", {"taskId": task_no}, deadline)
        return _news(task_no, data, data, "")

    def shares(self, form: Mapping[str, str]) -> bool:
        return False

    def read_notices(self, form: Mapping[str, str]) -> tuple[PickupNews, ...]:
        param = form.get("param", "")
        if not is_signed(param, self.salt, form.get("sign", "")):
            raise PushRefused("a wrong signature" if form.get("sign") else "no signature")
        content = content_of(param)
        data = content.get("data")
        if not isinstance(data, dict) or not form.get("taskId"):
            raise PushRefused("about no pickup")
        return (_news(_text(form["taskId"]), content, data, _text(content.get("message"))),)

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        return callbacks.reply(status, reason)

    def _day(self, starts_at: datetime) -> str:
        """Counted from the moment of the request. ValueError: it has no word (`policy.may_send`)."""
        today = timezone.localtime(datetime.fromtimestamp(self.clock(), timezone.get_default_timezone())).date()
        ahead = (timezone.localtime(starts_at).date() - today).days
        if not 0 <= ahead < len(DAYS):
            raise ValueError("the day of the pickup has passed")
        return DAYS[ahead]

    def _call(self, method: str, param: Mapping[str, str], deadline: Deadline) -> Mapping[str, Any]:
        """`data` of the answer."""
        text, moment = json.dumps(param, ensure_ascii=False, separators=(",", ":")), f"{self.clock() * 1000:.0f}"
        form = {"method": method, "key": self.key, "t": moment, "param": text}
        form["sign"] = sign(text, moment, self.key, self.secret)
        fields = answer_of(self.http, self.url, form, deadline)
        code, words = str(fields.get("returnCode", "")), _text(fields.get("message"))
        if code == codes.OK and fields.get("result") is not False:
            data = fields.get("data")
            return data if isinstance(data, dict) else {}
        if code in _KEY:
            log.error("kuaidi100 %s: %s", code, words)
            raise CourierError(f"kuaidi100 {code}: {words}", Fault.KEY, retry_after=codes.LATER)
        if code in _SERVER or not code:
            raise CourierError(f"kuaidi100 {code}: {words}", Fault.DOWN)
        raise PickupRefused(words or code)


def build(settings: Any, http: Http | None = None) -> Kuaidi100Pickups:
    """`courier_settings.problems` has found none."""
    base = settings.KUAIDI100_CALLBACK_URL
    return Kuaidi100Pickups(
        settings.KUAIDI100_ORDER_URL or HOME,
        settings.KUAIDI100_KEY,
        settings.KUAIDI100_SECRET,
        settings.KUAIDI100_SALT,
        f"{base.rstrip('/')}/pickup/" if base else "",
        http or Http(),
    )


def _route(booking: Booking) -> dict[str, str]:
    return {
        "kuaidicom": codes.COMPANIES[booking.courier],
        "sendManPrintAddr": booking.sender.address,
        "recManPrintAddr": booking.receiver.address,
        "weight": WEIGHT,
        "serviceType": SERVICE,
    }


def _news(task_no: str, content: Mapping[str, Any], data: Mapping[str, Any], message: str) -> PickupNews:
    """`content`: what has the number of the parcel; `data`: what has the state."""
    number = content.get("kuaidinum") or content.get("kuaidiNum") or data.get("kuaidinum")
    return PickupNews(
        task_no,
        WHAT.get(str(data.get("status", "")), What.NOTHING),
        booking_no=_text(data.get("orderId")),
        tracking_no=_text(number)[:64],
        person_name=_text(data.get("courierName"))[:64],
        person_phone=_text(data.get("courierMobile"))[:40],
        freight=amount_of(data.get("freight")),
        weight=amount_of(data.get("weight")),
        reason=_text(data.get("cancelMsg99") or data.get("cancelMsg9") or message),
    )


def _text(value: Any) -> str:
    """No longer than a column."""
    return text_of(value)[:MAX_TEXT]
