"""kdniao as a program: knows account and key, verifies what it is asked, pushes to the address that its console has."""

import base64
import hashlib
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from fakes import answers, parcels
from fakes.parcels import Script

from . import journeys
from .pickups import ASKS, BOOKS, CANCELS, PRICES, Pickups

BEIJING = ZoneInfo("Asia/Shanghai")
MOST_A_PUSH = 10
QUERIES, SUBSCRIPTIONS, PICKUPS = "/Ebusiness/EbusinessOrderHandle.aspx", "/api/dist", "/api/OOrderService"
SLOWER = 5  # so that whoever tries it out sees the pickup before it is over
QUERY, SUBSCRIBE, RECOGNISE = "1002", "1008", "2002"
TYPES = {QUERIES: (QUERY, RECOGNISE), SUBSCRIPTIONS: (SUBSCRIBE,), PICKUPS: (BOOKS, CANCELS, ASKS, PRICES)}
SHIPPERS = {"yunda": "YD", "zto": "ZTO", "sto": "STO", "jd": "JD", "nobody": "DNWL"}
REFUSALS = {
    Script.UNKNOWN: "业务错误[快递公司编码与单号不匹配]",
    Script.PHONE: "业务错误[CustomerName 手机尾号有误]",
    Script.KEY: "业务错误[没有可用套餐]",
}


def signature(data: str, key: str) -> str:
    return base64.b64encode(hashlib.md5((data + key).encode(), usedforsecurity=False).hexdigest().encode()).decode()


class Fake(ThreadingHTTPServer):
    """`callback`: where pushes go, or empty. `pause`: seconds between two pushes of a parcel; None: only `push` sends
    them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, port: int = 0, *, business_id: str, key: str, callback: str = "", pause: float | None = None
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.business_id, self.key, self.callback, self.pause = business_id, key, callback, pause
        self.pickups = Pickups(business_id)
        self.lock = threading.RLock()
        self.asked: Counter[str] = Counter()  # questions, by number
        self.scans: dict[str, list[datetime]] = {}  # when each happened, by number: the first with the first look
        self.phones: dict[str, str] = {}  # as they were sent, by number
        self.knows: dict[str, str] = {}  # the last digits on the label, by number; of others any phone will do
        self.subscriptions: dict[str, str] = {}  # number → its shipper
        self.pushes: list[tuple[int, Mapping[str, Any]]] = []  # HTTP status and fields of the answers
        self.recognised: list[str] = []  # the numbers that were asked about
        self.down = False
        self.delay = 0.0  # seconds before each answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def look(self, shipper: str, number: str) -> journeys.Row:
        """What is known of it after one more scan."""
        with self.lock:
            times = self.scans.setdefault(number, [])
            times.append(datetime.now(BEIJING))
            return journeys.result(self.business_id, shipper, number, parcels.of(number), times)

    def next_push(self, *numbers: str) -> str:
        """`RequestData` of it: the next scan of each, with all before it."""
        assert len(numbers) <= MOST_A_PUSH
        data = [dict(self.look(self.subscriptions[number], number)) | {"CallBack": ""} for number in numbers]
        moment = f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}"
        fields = {"EBusinessID": self.business_id, "PushTime": moment, "Count": str(len(data)), "Data": data}
        return json.dumps(fields, ensure_ascii=False)

    def push(self, *numbers: str, key: str | None = None) -> int:
        """The HTTP status of the answer; 0: none."""
        data = self.next_push(*numbers)
        status, fields = self.send(data, self.key if key is None else key)
        with self.lock:
            self.pushes.append((status, fields))
        return status

    def send(self, data: str, key: str, kind: str = "101") -> tuple[int, Mapping[str, Any]]:
        """Status and fields of the answer; 0: none."""
        fields = {"RequestData": data, "RequestType": kind, "DataSign": signature(data, key)}
        try:
            with urllib.request.urlopen(self.callback, urlencode(fields).encode(), timeout=30) as answer:
                return int(answer.status), json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return int(error.code), {}
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}

    def travel(self, number: str) -> None:
        """Pushes the whole journey, a scan each `pause`."""
        for _ in journeys.steps(parcels.of(number)):
            time.sleep(self.pause or 0)
            self.push(number)

    def come(self, number: str) -> None:
        """The courier collects it, a step each `pause`."""
        for _ in self.pickups.bookings[number].steps:
            time.sleep(SLOWER * (self.pause or 0))
            if self.pickups.move(number):
                self.send(self.pickups.notice(number), self.key, "103")


class Handler(answers.Handler):
    server: Fake

    def do_GET(self) -> None:  # noqa: N802
        """For people: the parcels that were asked for or subscribed to."""
        fake = self.server
        with fake.lock:
            rows = [
                {
                    "number": number,
                    "asked": fake.asked[number],
                    "subscribed": number in fake.subscriptions,
                    "scans": len(fake.scans.get(number, ())),
                }
                for number in sorted({*fake.asked, *fake.subscriptions})
            ]
        self._send(rows)

    def do_POST(self) -> None:  # noqa: N802
        fake = self.server
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        time.sleep(fake.delay)
        if fake.down:
            return self.cut()
        data = form.get("RequestData", "")
        if form.get("EBusinessID") != fake.business_id:
            return self._refuse("用户ID不存在")
        if form.get("DataSign") != signature(data, fake.key):
            return self._refuse("DataSign加密验证失败")
        if form.get("DataType") != "2" or form.get("RequestType") not in TYPES.get(self.path, ()):
            return self._refuse("请求指令不正确")
        parcel: Mapping[str, str] = json.loads(data)
        if self.path == PICKUPS:
            return self._pickup(form["RequestType"], parcel)
        number = parcel["LogisticCode"]
        if form["RequestType"] == RECOGNISE:
            return self._recognise(number)
        with fake.lock:
            fake.phones[number] = parcel.get("CustomerName", "")
        return self._query(parcel, number) if self.path == QUERIES else self._subscribe(parcel, number)

    def _pickup(self, kind: str, param: Mapping[str, Any]) -> None:
        fake, pickups = self.server, self.server.pickups
        with fake.lock:
            before = set(pickups.bookings)
            answer = pickups.answer(kind, param)
        if answer is None:
            return self.cut()
        self._send(answer)
        if fake.pause is not None and fake.callback:
            for number in set(pickups.bookings) - before:
                threading.Thread(target=fake.come, args=(number,), daemon=True).start()
        return None

    def _query(self, parcel: Mapping[str, str], number: str) -> None:
        fake, script = self.server, parcels.of(number)
        with fake.lock:
            fake.asked[number] += 1
            count = fake.asked[number]
        phone = parcel.get("CustomerName", "")
        if script in REFUSALS and not (script == Script.PHONE and phone and phone == fake.knows.get(number, phone)):
            return self._refuse(REFUSALS[script], parcel)
        match script:
            case Script.BUSY if count == 1:
                return self._refuse("系统繁忙，请稍后再试", parcel)
            case Script.HTML:
                return self.send_bytes(200, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html"})
            case Script.CUT:
                return self.cut()
        return self._send(fake.look(parcel["ShipperCode"], number))

    def _recognise(self, number: str) -> None:
        fake = self.server
        with fake.lock:
            fake.recognised.append(number)
        match parcels.of(number):
            case Script.HTML:
                return self.send_bytes(200, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html"})
            case Script.DENIED:
                return self.send_bytes(403, b"{}", {})
            case Script.CUT:
                return self.cut()
            case Script.KEY:
                return self._refuse(REFUSALS[Script.KEY])
            case Script.BUSY:
                return self._refuse("系统繁忙，请稍后再试")
        shippers = [{"ShipperCode": SHIPPERS[code], "ShipperName": code} for code in parcels.whose(number)]
        fields = {"EBusinessID": fake.business_id, "LogisticCode": number, "Success": bool(shippers)}
        return self._send(fields | {"Shippers": shippers, "Code": "100" if shippers else "102"})

    def _subscribe(self, parcel: Mapping[str, str], number: str) -> None:
        fake, script = self.server, parcels.of(number)
        if script in (Script.UNKNOWN, Script.KEY):
            return self._refuse(REFUSALS[script], parcel)
        if script == Script.UNSUBSCRIBED:
            return self._refuse("该快递公司不支持订阅", parcel)
        if script in (Script.HTML, Script.CUT):
            return self.cut()
        with fake.lock:
            known = number in fake.subscriptions
            fake.subscriptions[number] = parcel["ShipperCode"]
        if known:
            return self._refuse("重复订阅", parcel)
        self._send({**self._fields(), "Success": True, "Reason": "", "EstimatedDeliveryTime": ""})
        if fake.pause is not None and fake.callback:
            threading.Thread(target=fake.travel, args=(number,), daemon=True).start()
        return None

    def _fields(self) -> Mapping[str, Any]:
        return {"EBusinessID": self.server.business_id, "UpdateTime": f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}"}

    def _refuse(self, reason: str, parcel: Mapping[str, str] | None = None) -> None:
        """A question has a state, were it answered by a refusal."""
        of_parcel = {"State": "0", "Traces": [], **parcel} if parcel else {}
        self._send({**self._fields(), **of_parcel, "Success": False, "Reason": reason})

    def _send(self, fields: Any) -> None:
        self.send_bytes(200, json.dumps(fields, ensure_ascii=False).encode(), {})
