"""kuaidi100: asked for traces, subscribed to, and believed by its signature (protocols §4)."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kernel.calls import Deadline, NoAnswer
from kernel.calls.http import Http

from ..port import CourierError, Fault, Push, Scan
from . import callbacks, codes
from .signing import sign
from .traces import scans_of

HOME = "https://poll.kuaidi100.com/poll"
DETAILED = "4"  # with a code for each scan
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kuaidi100:
    """`url`: that of subscriptions; questions go to `query.do` below it. `callback`: where pushes come to, or empty."""

    url: str
    customer: str
    key: str = field(repr=False)
    salt: str = field(repr=False)
    callback: str
    http: Http

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
        answer = self._post(f"{self.url}/query.do", form, deadline)
        code = str(answer.get("returnCode") or answer.get("status") or "")
        if code == codes.NOTHING_YET:
            return ()
        if code != codes.OK or answer.get("result") is False:
            raise _error(code, answer)
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
        answer = self._post(self.url, {"schema": "json", "param": _written(param)}, deadline)
        code = str(answer.get("returnCode", ""))
        if code not in (codes.OK, codes.ALREADY):
            raise _error(code, answer)

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> Push | None:
        return callbacks.read(form, salt=self.salt, now=now)

    def _post(self, url: str, form: Mapping[str, str], deadline: Deadline) -> Mapping[str, Any]:
        """Raises CourierError where there is no answer, or none of kuaidi100's: a page of a proxy, say."""
        try:
            answer = self.http.post(url, form=form, deadline=deadline)
            fields = json.loads(answer.body)
        except NoAnswer as error:
            raise CourierError(f"no answer: {error}", Fault.DOWN) from None
        except (ValueError, RecursionError):
            raise CourierError("the answer is not JSON", Fault.DOWN) from None
        if answer.status != 200 or not isinstance(fields, dict):
            raise CourierError(f"HTTP {answer.status}", Fault.DOWN)
        return fields


def build(settings: Any, http: Http | None = None) -> Kuaidi100:
    """`courier_settings.problems` has found none."""
    return Kuaidi100(
        _address(settings.KUAIDI100_POLL_URL or HOME),
        settings.KUAIDI100_CUSTOMER,
        settings.KUAIDI100_KEY,
        settings.KUAIDI100_SALT,
        settings.KUAIDI100_CALLBACK_URL,
        http or Http(),
    )


def _address(url: str) -> str:
    """A host alone is the address of its API."""
    return url.rstrip("/") if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/poll"


def _error(code: str, answer: Mapping[str, Any]) -> CourierError:
    fault, retry_after = codes.FAULTS.get(code, (Fault.DOWN, None))
    text = f"kuaidi100 {code}: {str(answer.get('message', ''))[:200]}"
    if fault == Fault.KEY:
        log.error("%s", text)
    return CourierError(text, fault, retry_after=retry_after)


def _written(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _digits(courier: str, phone: str) -> str:
    """The last four, where the courier asks for them: no more of a phone leaves the house than is needed."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return digits[-4:] if courier in codes.WITH_PHONE else ""
