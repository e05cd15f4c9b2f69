"""kdniao: asked for traces, subscribed to, and believed by its signature (protocols §5)."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.calls import Deadline
from kernel.calls.http import Http

from ..port import CourierError, Fault, Push, Scan
from ..reading import answer_of, last_digits, text_of
from . import callbacks, codes, recognition
from .signing import sign
from .traces import fault_of, is_success, scans_of

HOME = "https://api.kdniao.com"
QUERIES, SUBSCRIPTIONS = "/Ebusiness/EbusinessOrderHandle.aspx", "/api/dist"
JSON = "2"  # of DataType
PHONE = "CustomerName"
MAX_PUSH = 1024 * 1024  # all scans of ten parcels
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kdniao:
    """`url`: of the host. `callback`: where pushes come to, as its console has it; empty: none come."""

    url: str
    business_id: str
    key: str = field(repr=False)
    callback: str
    http: Http
    name: str = "kdniao"
    max_push: int = MAX_PUSH

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(codes.SHIPPERS)

    @property
    def pushes(self) -> bool:
        return bool(self.callback)

    def trace(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> tuple[Scan, ...]:
        fields = _parcel(courier, tracking_no, phone)
        answer = self._ask(QUERIES, codes.QUERY, fields, deadline)
        if fault := fault_of(answer):
            raise _error(answer, fault, fields)
        return scans_of(answer)

    def subscribe(self, *, courier: str, tracking_no: str, phone: str, deadline: Deadline) -> None:
        fields = _parcel(courier, tracking_no, phone)
        answer = self._ask(SUBSCRIPTIONS, codes.SUBSCRIBE, fields, deadline)
        if not is_success(answer) and not codes.ALREADY.search(str(answer.get("Reason"))):
            raise _error(answer, fault_of(answer) or Fault.DOWN, fields)

    def recognise(self, *, tracking_no: str, deadline: Deadline) -> tuple[str, ...]:
        fields = {"LogisticCode": tracking_no}
        return recognition.couriers_of(self._ask(QUERIES, recognition.RECOGNISE, fields, deadline))

    def read_push(self, form: Mapping[str, str], *, now: datetime) -> tuple[Push, ...]:
        return callbacks.read(form, key=self.key)

    def reply(self, status: int, reason: str, *, now: datetime) -> Mapping[str, Any]:
        return callbacks.reply(self.business_id, status, reason, now=now)

    def _ask(self, path: str, kind: str, fields: Mapping[str, str], deadline: Deadline) -> Mapping[str, Any]:
        """Raises CourierError."""
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        form = {"RequestData": data, "EBusinessID": self.business_id, "RequestType": kind}
        form |= {"DataSign": sign(data, self.key), "DataType": JSON}
        return answer_of(self.http, f"{self.url}{path}", form, deadline)


def build(settings: Any, http: Http | None = None) -> Kdniao:
    """`courier_settings.problems` has found none."""
    return Kdniao(
        (settings.KDNIAO_API_URL or HOME).rstrip("/"),
        settings.KDNIAO_EBUSINESS_ID,
        settings.KDNIAO_APP_KEY,
        settings.KDNIAO_CALLBACK_URL,
        http or Http(),
    )


def _parcel(courier: str, tracking_no: str, phone: str) -> dict[str, str]:
    """With the last digits of a phone, where the courier asks for them."""
    fields = {"ShipperCode": codes.SHIPPERS[courier], "LogisticCode": tracking_no}
    digits = last_digits(phone) if courier in codes.WITH_PHONE else ""
    return fields | ({PHONE: digits} if digits else {})


def _error(answer: Mapping[str, Any], fault: Fault, asked: Mapping[str, str]) -> CourierError:
    reason = text_of(answer.get("Reason"))[:200]
    text = f"kdniao: {reason or 'no reason'}"
    if fault != Fault.KEY:
        unnamed = fault == Fault.PHONE and PHONE not in asked
        return CourierError(text, fault, unasked=unnamed or bool(codes.UNSUPPORTED.search(reason)))
    log.error("%s", text)
    return CourierError(text, fault, retry_after=codes.LATER)
