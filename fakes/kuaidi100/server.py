"""kuaidi100 as a program: knows customer and key, verifies what it is asked, pushes with the salt it was given."""

import hashlib
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from fakes import answers, parcels
from fakes.parcels import Script

from . import journeys
from .pickups import Pickups

SLOWER = 5  # so that whoever tries it out sees the pickup before it is over
BEIJING = ZoneInfo("Asia/Shanghai")
COMPANIES = {"yunda": "yunda", "zto": "zhongtong", "sto": "shentong", "jd": "jd", "nobody": "danniao"}
REFUSALS = {
    Script.UNKNOWN: ("400", "找不到对应公司"),
    Script.PHONE: ("408", "验证码错误"),
    Script.KEY: ("601", "POLL:KEY已过期"),
}


def signature(*parts: str) -> str:
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class Subscription:
    company: str
    number: str
    callback: str
    salt: str = field(repr=False)


class Fake(ThreadingHTTPServer):
    """`pause`: seconds between two pushes of a parcel; None: only `push` sends them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, *, customer: str, key: str, secret: str = "", pause: float | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.customer, self.key, self.pause = customer, key, pause
        self.pickups = Pickups(key, secret, signature)
        self.lock = threading.RLock()
        self.asked: Counter[str] = Counter()  # questions, by number
        self.scans: dict[str, list[datetime]] = {}  # when each happened, by number: the first with the first look
        self.phones: dict[str, str] = {}  # as they were sent, by number
        self.knows: dict[str, str] = {}  # the last digits on the label, by number; of others any phone will do
        self.subscriptions: dict[str, Subscription] = {}  # by number
        self.pushes: list[tuple[str, int]] = []  # number, HTTP status of the answer
        self.recognised: list[str] = []  # the numbers that were asked about
        self.down = False
        self.delay = 0.0  # seconds before each answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/poll"

    @property
    def numbers_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/autonumber/auto"

    @property
    def order_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/order/borderapi.do"

    def push(self, number: str, *, status: str = "", message: str = "", salt: str | None = None) -> int:
        """The next scan, with all before it. The HTTP status of the answer; 0: none."""
        known = self.subscriptions[number]
        answer = self.send(
            known.callback,
            self.next_push(number, status=status, message=message),
            known.salt if salt is None else salt,
        )
        with self.lock:
            self.pushes.append((number, answer))
        return answer

    def look(self, company: str, number: str) -> tuple[journeys.Row, int]:
        """What is known of it after one more scan, and how many looks that were."""
        with self.lock:
            times = self.scans.setdefault(number, [])
            times.append(datetime.now(BEIJING))
            return journeys.result(company, number, parcels.of(number), times), len(times)

    def next_push(self, number: str, *, status: str = "", message: str = "") -> str:
        """`param` of it."""
        known, script = self.subscriptions[number], parcels.of(number)
        result, looks = self.look(known.company, number)
        ended = "shutdown" if looks >= len(journeys.steps(script)) else "polling"
        fields = {"status": status or ended, "message": message, "autoCheck": "0", "comOld": "", "comNew": ""}
        return json.dumps(fields | {"lastResult": result}, ensure_ascii=False)

    def send(self, callback: str, param: str, salt: str) -> int:
        form = urlencode({"sign": signature(param, salt), "param": param}).encode()
        try:
            with urllib.request.urlopen(callback, form, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except (OSError, http.client.HTTPException):
            return 0

    def travel(self, number: str) -> None:
        """Pushes the whole journey, a scan each `pause`."""
        for _ in journeys.steps(parcels.of(number)):
            time.sleep(self.pause or 0)
            self.push(number)

    def come(self, number: str) -> None:
        """The courier collects it, a step each `pause`."""
        for _ in self.pickups.bookings[number].steps:
            time.sleep(SLOWER * (self.pause or 0))
            self.pickups.step(number)


class Handler(answers.Handler):
    server: Fake

    def do_GET(self) -> None:  # noqa: N802
        """For people: the parcels that were asked for or subscribed to. For programs: whose a number is."""
        fake, url = self.server, urlsplit(self.path)
        if url.path == "/autonumber/auto":
            return self._recognise(dict(parse_qsl(url.query)))
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
        return self._send(rows)

    def _recognise(self, given: Mapping[str, str]) -> None:
        fake, number = self.server, given.get("num", "")
        time.sleep(fake.delay)
        if fake.down:
            return self.cut()
        with fake.lock:
            fake.recognised.append(number)
        if given.get("key") != fake.key:
            return self._refuse("601", "POLL:KEY已过期")
        match parcels.of(number):
            case Script.HTML:
                return self.send_bytes(200, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html"})
            case Script.DENIED:
                return self.send_bytes(403, b"[]", {})
            case Script.CUT:
                return self.cut()
            case Script.UNKNOWN:
                return self._refuse("201", "不是有效的快递单号")
            case Script.KEY:
                return self._refuse("601", "POLL:KEY已过期")
            case Script.BUSY:
                return self._refuse("500", "服务器错误")
        names = [COMPANIES[code] for code in parcels.whose(number)]
        return self._send([{"lengthPre": len(number), "comCode": name, "name": name} for name in names])

    def do_POST(self) -> None:  # noqa: N802
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        time.sleep(self.server.delay)
        if self.server.down:
            return self.cut()
        if self.path == "/order/borderapi.do":
            return self._pickup(form)
        try:
            param: Mapping[str, Any] = json.loads(form["param"])
        except (KeyError, ValueError):
            return self._refuse("400", "提交的数据不完整")
        match self.path:
            case "/poll":
                return self._subscribe(param)
            case "/poll/query.do":
                return self._query(form, param)
        return self._refuse("400", "没有这个地址")

    def _pickup(self, form: dict[str, str]) -> None:
        fake, pickups = self.server, self.server.pickups
        with fake.lock:
            before = set(pickups.bookings)
            answer = pickups.answer(form)
        if answer is None:
            return self.cut()
        self._send(answer)
        if fake.pause is not None:
            for number in set(pickups.bookings) - before:
                threading.Thread(target=fake.come, args=(number,), daemon=True).start()
        return None

    def _query(self, form: dict[str, str], param: Mapping[str, Any]) -> None:
        fake, number = self.server, param.get("num", "")
        signed = signature(form["param"], fake.key, fake.customer)
        if form.get("customer") != fake.customer or form.get("sign") != signed:
            return self._refuse("503", "验证签名失败")
        with fake.lock:
            fake.asked[number] += 1
            fake.phones[number] = param.get("phone", "")
            count = fake.asked[number]
        script = parcels.of(number)
        phone = param.get("phone", "")
        if script in REFUSALS and not (script == Script.PHONE and phone and phone == fake.knows.get(number, phone)):
            return self._refuse(*REFUSALS[script])
        match script:
            case Script.NONE | Script.SILENT:
                return self._refuse("500", "查询无结果，请隔段时间再查")
            case Script.BUSY if count == 1:
                return self._refuse("501", "服务器错误")
            case Script.HTML:
                return self.send_bytes(200, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html"})
            case Script.CUT:
                return self.cut()
        return self._send(fake.look(param["com"], number)[0])

    def _subscribe(self, param: Mapping[str, Any]) -> None:
        fake, number, parameters = self.server, param.get("number", ""), param.get("parameters", {})
        if param.get("key") != fake.key:
            return self._refuse("601", "POLL:KEY已过期")
        script = parcels.of(number)
        if script == Script.UNKNOWN:
            return self._refuse("702", "POLL:识别不到该单号对应的快递公司")
        if script == Script.UNSUBSCRIBED:
            return self._refuse("701", "拒绝订阅的快递公司")
        if script in (Script.HTML, Script.CUT):
            return self.cut()
        with fake.lock:
            fake.phones[number] = parameters.get("phone", "")
            if number in fake.subscriptions:
                return self._refuse("501", "POLL:重复订阅")
            callback, salt = parameters["callbackurl"], parameters.get("salt", "")
            fake.subscriptions[number] = Subscription(param["company"], number, callback, salt)
        self._send({"result": True, "returnCode": "200", "message": "提交成功"})
        if fake.pause is not None:
            threading.Thread(target=fake.travel, args=(number,), daemon=True).start()
        return None

    def _refuse(self, code: str, message: str) -> None:
        self._send({"result": False, "returnCode": code, "message": message})

    def _send(self, fields: Any) -> None:
        self.send_bytes(200, json.dumps(fields, ensure_ascii=False).encode(), {})
