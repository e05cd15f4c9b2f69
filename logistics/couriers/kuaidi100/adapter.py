"""kuaidi100: asked for traces, subscribed to, and believed by its signature (protocols §4)."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kernel.calls import Deadline
from kernel.calls.http import Http

from ..port import CourierError, Fault, Push, Scan
from ..reading import answer_of, last_digits, read_at
from . import callbacks, codes, recognition
from .signing import sign
from .traces import scans_of

HOME = "https://poll.kuaidi100.com/poll"
DETAILED = "4"  # with a code for each scan
MAX_PUSH = 256 * 1024  # all scans of a parcel
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kuaidi100:
    """`url`: that of subscriptions; questions go to `query.do` below it. `callback`: where pushes come to, or empty.
    `numbers`: where it says whose a number is."""

    url: str
    customer: str
    key: str = field(repr=False)
    salt: str = field(repr=False)
    callback: str
    http: Http
    name: str = "kuaidi100"
    max_push: int = MAX_PUSH
    numbers: str = recognition.HOME

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(codes.COMPANIES)

    @property
    def pushes(self) -> bool:
        return bool(self.callback)

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        param = _written(
            {
                "com": codes.COMPANIES[courier],
                "num": tracking_no,
                "phone": _digits(courier, phone),
                "resultv2": DETAILED,
                "show": "0",
                "order": "desc",
            }
        )
        form = {"customer": self.customer, "sign": sign(param, self.key, self.customer), "param": param}
        answer = answer_of(self.http, f"{self.url}/query.do", form, deadline)
        code = codes.code_of(answer)
        if code == codes.NOTHING_YET:
            return ()
        if code != codes.OK or answer.get("result") is False:
            raise _error(code, answer, phone=_digits(courier, phone))
        return scans_of(answer)

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        parameters = {
            "callbackurl": self.callback,
            "salt": self.salt,
            "resultv2": DETAILED,
            "autoCom": "0",
            "interCom": "0",
            "phone": _digits(courier, phone),
        }
        company = codes.COMPANIES[courier]
        param = {"company": company, "number": tracking_no, "key": self.key, "parameters": parameters}
        answer = answer_of(self.http, self.url, {"schema": "json", "param": _written(param)}, deadline)
        code = str(answer.get("returnCode", ""))
        if code not in (codes.OK, codes.ALREADY):
            raise _error(code, answer, phone=_digits(courier, phone))

    def recognise(self, *, tracking_no: str, deadline: Deadline) -> tuple[str, ...]:
        asked = {"num": tracking_no, "key": self.key}
        return recognition.couriers_of(read_at(self.http, self.numbers, asked, deadline))

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> tuple[Push, ...]:
        push = callbacks.read(form, salt=self.salt, now=now)
        return () if push is None else (push,)

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        return callbacks.reply(status, reason)


def build(settings: Any, http: Http | None = None) -> Kuaidi100:
    """`courier_settings.problems` has found none."""
    return Kuaidi100(
        _address(settings.KUAIDI100_POLL_URL or HOME),
        settings.KUAIDI100_CUSTOMER,
        settings.KUAIDI100_KEY,
        settings.KUAIDI100_SALT,
        settings.KUAIDI100_CALLBACK_URL,
        http or Http(),
        numbers=settings.KUAIDI100_NUMBERS_URL or recognition.HOME,
    )


def _address(url: str) -> str:
    """A host alone is the address of its API."""
    return url.rstrip("/") if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/poll"


def _error(code: str, answer: Mapping[str, Any], *, phone: str) -> CourierError:
    """`phone`: what was named of it."""
    message = str(answer.get("message", ""))[:200]
    fault, retry_after = codes.fault_of(code, message)
    text = f"kuaidi100 {code}: {message}"
    if fault == Fault.KEY:
        log.error("%s", text)
    return CourierError(text, fault, retry_after=retry_after, unasked=fault == Fault.PHONE and not phone)


def _written(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _digits(courier: str, phone: str) -> str:
    return last_digits(phone) if courier in codes.WITH_PHONE else ""
