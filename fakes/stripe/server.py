"""The API: knows its key, remembers idempotency keys, and does what the script of a payment says."""

import json
import re
import time
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fakes import answers

from . import scripts
from .events import Events
from .records import Records, Refund, Refused, Shape, charge_of
from .scripts import Script

INVALID = "invalid_request_error"
KNOWN = re.compile(r"payment_intent|charge|amount|reason|metadata\[\w+\]|expand\[\]")
Answer = tuple[int, Shape]


class Fake(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, *, api_key: str, webhook_secret: str, notify: str = "") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.api_key, self.records = api_key, Records()
        self.events = Events(self.records, webhook_secret, notify)
        self.elsewhere: set[str] = set()  # charges that another account took: here nobody knows them
        self.patience = 60.0  # how long nothing is said where a script is late or silent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(answers.Handler):
    server: Fake

    def do_GET(self) -> None:  # noqa: N802
        address = urlsplit(self.path)
        if address.path == "/refunds":  # for people: what was carried out
            return self._send(200, [row.shape() for row in self.server.records.refunds])
        return self._answered(lambda: self._list(dict(parse_qsl(address.query))))

    def do_POST(self) -> None:  # noqa: N802
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        match urlsplit(self.path).path:
            case "/v1/refunds":
                self._answered(lambda: self._refund(form))
            case "/disputes":  # for people: payment, status, amount
                self.server.events.dispute(form["payment"], form["status"], int(form.get("amount", "100")))
                self._send(200, {})
            case "/returns":
                self.server.events.return_all(form["payment"])
                self._send(200, {})
            case _:
                self._send(404, {"error": {"type": INVALID, "message": "Unrecognized request URL"}})

    def _answered(self, work: Any) -> None:
        """`work` answers by itself, or raises what is refused."""
        try:
            if self.headers.get("Authorization") != f"Bearer {self.server.api_key}":
                raise Refused(401, INVALID, message="Invalid API Key provided: ********")
            work()
        except Refused as refused:
            self._fail(*refused.error)

    def _list(self, params: dict[str, str]) -> None:
        records, charge = self.server.records, charge_of(params.get("payment_intent") or params.get("charge", ""))
        script = scripts.of(charge)
        if script == Script.NONE or charge in self.server.elsewhere:
            raise Refused(404, INVALID, "resource_missing", "payment_intent", "No such payment_intent")
        with records.lock:
            records.questions[charge] += 1
            count = records.questions[charge]
        if script == Script.REFUSES and count == 1:
            status, kind, code, param, _ = scripts.failure(charge)
            raise Refused(status, kind, code, param)
        if count >= 2 and script in scripts.AT_SECOND_QUESTION:
            self._move_on(charge, *scripts.AT_SECOND_QUESTION[script])
        rows, limit = records.of(charge), int(params.get("limit", "10"))
        numbers = [row.number for row in rows]
        start = numbers.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        data = [row.shape(expanded=params.get("expand[]") == "data.charge") for row in rows[start : start + limit]]
        self._send(200, {"object": "list", "data": data, "has_more": start + limit < len(rows), "url": "/v1/refunds"})

    def _move_on(self, charge: str, status: str, reason: str | None) -> None:
        for refund in self.server.records.of(charge):
            if refund.status != status:
                refund.status, refund.reason = status, reason
                self.server.events.send("refund.failed" if status == "failed" else "refund.updated", refund.shape())

    def _refund(self, form: dict[str, str]) -> None:
        records, key = self.server.records, self.headers.get("Idempotency-Key", "")
        if unknown := [name for name in form if not KNOWN.fullmatch(name)]:
            raise Refused(400, INVALID, "parameter_unknown", unknown[0])
        charge = charge_of(form.get("payment_intent") or form.get("charge", ""))
        script = scripts.of(charge)
        if script == Script.NONE or charge in self.server.elsewhere:
            raise Refused(404, INVALID, "resource_missing", "charge", "No such charge")
        if not re.fullmatch(r"[1-9]\d*", form.get("amount", "1")):
            raise Refused(400, INVALID, "parameter_invalid_integer", "amount")
        with records.lock:
            records.requests[charge] += 1
            count = records.requests[charge]
        if self._ends_before(script, count, charge):
            return None
        if known := self._begin(key, form):
            return self._send(*known, replayed=True)
        answer: Answer | None = None
        try:
            answer = 200, self._carry_out(charge, form, script)
        finally:
            self._end(key, form, answer, script)
        if count == 1 and script in scripts.AFTERWARDS:
            return self._badly(script, answer)
        return self._send(*answer)

    def _begin(self, key: str, form: dict[str, str]) -> Answer | None:
        """What was answered to this key before; None for a new one, which is running from now on."""
        with self.server.records.lock:
            if key not in self.server.records.keys:
                self.server.records.keys[key] = (form, None)
                return None
            first, answer = self.server.records.keys[key]
            if first != form:
                message = "Keys for idempotent requests can only be used with the same parameters."
                raise Refused(400, "idempotency_error", message=message)
            if answer is None:
                raise Refused(409, "idempotency_error", "idempotency_key_in_use")
            return answer

    def _end(self, key: str, form: dict[str, str], answer: Answer | None, script: Script) -> None:
        """What was refused is not remembered; a 500 is."""
        with self.server.records.lock:
            if answer is None or script == Script.FORGOTTEN:
                del self.server.records.keys[key]
            else:
                broken = (500, {"error": {"type": "api_error", "message": "Something went wrong."}})
                self.server.records.keys[key] = (form, broken if script == Script.BUSY else answer)

    def _carry_out(self, charge: str, form: dict[str, str], script: Script) -> Shape:
        records = self.server.records
        metadata = {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}
        status = scripts.UNDER_WAY.get(script, "succeeded")
        refund: Refund = records.carry_out(charge, int(form["amount"]), metadata, status)
        if script == Script.POOR:
            refund.pending_reason = "insufficient_funds"
        if script == Script.MANY:
            for _ in range(250):
                records.carry_out(charge, 1, {})
        self.server.events.send("refund.created", refund.shape())
        return refund.shape(expanded=form.get("expand[]") == "charge")

    def _ends_before(self, script: Script, count: int, charge: str) -> bool:
        """Answers, or says nothing, without carrying anything out."""
        match script:
            case Script.FAIL:
                message = "Charge has already been refunded."
                raise Refused(400, INVALID, "charge_already_refunded", message=message)
            case Script.ERROR:
                status, kind, code, param, retry = scripts.failure(charge)
                self._fail(status, kind, code, param, "Refused.", retry)
            case Script.DOWN if count <= 2:
                self._fail(503, "api_error", "", "", "Temporarily down.", "true")
            case Script.USED if count == 1:
                raise Refused(409, "idempotency_error", "idempotency_key_in_use")
            case Script.LIMIT if count == 1:
                raise Refused(429, INVALID, "rate_limit")
            case Script.CUT if count == 1:
                self.cut()
            case Script.SILENT if count == 1:
                time.sleep(self.server.patience)
                self.cut()
            case _:
                return False
        return True

    def _badly(self, script: Script, answer: Answer) -> None:
        status, fields = answer
        match script:
            case Script.BUSY:
                self._fail(500, "api_error", "", "", "Something went wrong.")
            case Script.HTML:
                self.send_bytes(200, b"<html><body>Thank you</body></html>", {})
            case Script.FOREIGN:
                self._send(status, fields | {"id": "re_0", "metadata": {"refund_no": "RF-OTHER"}})
            case Script.DRIP:
                self.send_bytes(status, json.dumps(fields).encode(), {}, pause=0.05)
            case _:
                if script == Script.LATE:
                    time.sleep(self.server.patience)
                self.cut()

    def _fail(self, status: int, kind: str, code: str, param: str, message: str, retry: str = "") -> None:
        error = {"type": kind, "message": message} | {n: v for n, v in (("code", code), ("param", param)) if v}
        self._send(status, {"error": error}, retry=retry)

    def _send(self, status: int, fields: Any, *, replayed: bool = False, retry: str = "") -> None:
        headers = {"Stripe-Should-Retry": retry, "Idempotent-Replayed": "true" if replayed else ""}
        self.send_bytes(status, json.dumps(fields, indent=2).encode(), headers)
