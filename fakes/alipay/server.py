"""The gateway: verifies a request, does what the script of its trade says, and signs its answer."""

import json
import re
import socket
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from fakes.keys import Pair

from . import scripts, signatures
from .records import Records
from .scripts import Script

BEIJING = timezone(timedelta(hours=8))
MAX_SKEW = timedelta(minutes=15)
QUERY, REFUND = "alipay.trade.fastpay.refund.query", "alipay.trade.refund"
KNOWN = {"trade_no", "out_trade_no", "refund_amount", "refund_reason", "out_request_no", "query_options"}
SUB_MESSAGES = {
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "isv.invalid-signature": "验签出错",
    "isv.invalid-app-id": "无效的AppID参数",
}


class Fake(ThreadingHTTPServer):
    """`app`: the key whose public half was "uploaded"; `own`: the key that answers are signed with."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, *, app_id: str, app: Pair, own: Pair) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.app_id, self.app, self.own, self.records = app_id, app, own, Records()
        self.patience = 60.0  # how long nothing is said where a script is late or silent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/gateway.do"


class Handler(BaseHTTPRequestHandler):
    server: Fake

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address holds what was signed."""

    def do_GET(self) -> None:
        """`/refunds`: what was carried out."""
        rows = list(self.server.records.refunds.values())
        listed = [
            {"trade_no": row.trade_no, "out_request_no": row.out_request_no, "amount": str(row.amount)} for row in rows
        ]
        self._send(200, json.dumps(listed).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        params = dict(parse_qsl(urlsplit(self.path).query)) | dict(parse_qsl(body))
        if params.get("app_id") != self.server.app_id:
            refusal = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-app-id"}
            refusal["sub_msg"] = SUB_MESSAGES["isv.invalid-app-id"]
            return self._send(200, json.dumps({"error_response": refusal}).encode())  # whose key would sign it?
        self.method = params.get("method", "")
        if not signatures.genuine(params, self.server.app.key.public_key()):
            return self._refuse("40002", "isv.invalid-signature")
        if not _on_time(params.get("timestamp", "")):
            return self._refuse("40002", "isv.invalid-timestamp")
        content = json.loads(params["biz_content"])
        if not content.get("out_request_no") or set(content) - KNOWN:
            return self._refuse("40004", "ACQ.INVALID_PARAMETER")
        if "trade_no" not in content:
            return self._refuse("40004", "ACQ.TRADE_NOT_EXIST")  # nothing was paid here by numbers of shops
        if self.method == REFUND:
            return self._refund(content["trade_no"], content["out_request_no"], content.get("refund_amount", ""))
        if self.method == QUERY:
            return self._query(content["trade_no"], content["out_request_no"])
        return self._refuse("40002", "isv.invalid-method")

    def _refund(self, trade_no: str, number: str, amount: str) -> None:
        records, script = self.server.records, scripts.of(trade_no)
        with records.lock:
            records.requests[trade_no] += 1
            count = records.requests[trade_no]
        if not re.fullmatch(r"\d+\.\d\d", amount):
            return self._refuse("40004", "ACQ.INVALID_PARAMETER")
        if self._ends_before(script, count, trade_no, number, Decimal(amount)):
            return None
        try:
            moved = records.carry_out(trade_no, number, Decimal(amount))
        except ValueError as error:
            return self._refuse("40004", str(error))
        node = {
            "code": "10000",
            "msg": "Success",
            "buyer_logon_id": "150****8675",
            "fund_change": "Y" if moved else "N",
            "out_trade_no": f"shop/{trade_no}",
            "refund_fee": str(records.refunded(trade_no)),  # of the whole trade so far
            "trade_no": trade_no,
        }
        return self._badly(script, node) if count == 1 and script in scripts.AFTERWARDS else self._answer(node, script)

    def _ends_before(self, script: Script, count: int, trade_no: str, number: str, amount: Decimal) -> bool:
        """Answers, or says nothing, without carrying anything out."""
        records = self.server.records
        match script:
            case Script.FAIL:
                self._refuse("40004", "ACQ.TRADE_HAS_FINISHED")
            case Script.ERROR:
                self._refuse(*scripts.codes(trade_no))
            case Script.DOWN if count <= 2:
                self._refuse("20000", "isp.unknow-error")
            case Script.SLOW if (trade_no, number) not in records.refunds:
                records.accepted[trade_no, number] = amount
                self._answer({"code": "10000", "msg": "Success", "fund_change": "N", "trade_no": trade_no})
            case Script.CUT if count == 1:
                self._cut()
            case Script.SILENT if count == 1:
                time.sleep(self.server.patience)
                self._cut()
            case Script.ALTERED if count == 1:
                refusal = json.dumps(self._refusal("40004", "ACQ.TRADE_HAS_FINISHED"))
                success = json.dumps({"code": "10000", "msg": "Success", "fund_change": "Y", "trade_no": trade_no})
                self._send(200, self._body(success, signatures.signature_of(refusal, self.server.own.key)))
            case _:
                return False
        return True

    def _badly(self, script: Script, node: dict[str, str]) -> None:
        raw = json.dumps(node)
        signature = signatures.signature_of(raw, self.server.own.key)
        match script:
            case Script.BUSY:
                self._refuse("40004", "ACQ.SYSTEM_ERROR")
            case Script.BROKEN:
                self._send(500, self._body(raw, signature))
            case Script.HTML:
                self._send(200, b"<html><body>Thank you</body></html>")
            case Script.FORGED:
                other = Pair.generate()
                self._send(200, self._body(raw, signatures.signature_of(raw, other.key)))
            case Script.UNSIGNED:
                self._send(200, self._body(raw, ""))
            case Script.FOREIGN:
                self._answer(node | {"trade_no": "2088000000000000"})
            case Script.DRIP:
                self._send(200, self._body(raw, signature), pause=0.05)
            case _:
                if script == Script.LATE:
                    time.sleep(self.server.patience)
                self._cut()

    def _query(self, trade_no: str, number: str) -> None:
        records, script = self.server.records, scripts.of(trade_no)
        with records.lock:
            records.questions[number] += 1
            count = records.questions[number]
        if script == Script.REFUSES and count == 1:
            return self._refuse(*scripts.codes(trade_no))
        if script == Script.SLOW and count >= 2 and (trade_no, number) in records.accepted:
            records.carry_out(trade_no, number, records.accepted[trade_no, number])
        row = records.refunds.get((trade_no, number))
        if row is None or (script == Script.HIDDEN and count <= 2):
            return self._answer({"code": "10000", "msg": "Success"}, script)
        node = {
            "code": "10000",
            "msg": "Success",
            "out_request_no": number,
            "out_trade_no": f"shop/{trade_no}",
            "refund_amount": str(row.amount),
            "refund_status": "REFUND_SUCCESS",
            "total_amount": str(records.paid.get(trade_no, row.amount)),
            "trade_no": trade_no,
        }
        if script == Script.VAGUE:
            del node["refund_status"]
        return self._answer(node, script)

    def _refusal(self, code: str, sub_code: str) -> dict[str, str]:
        message = "Business Failed" if code == "40004" else "Not done"
        return {"code": code, "msg": message, "sub_code": sub_code, "sub_msg": SUB_MESSAGES.get(sub_code, message)}

    def _refuse(self, code: str, sub_code: str) -> None:
        self._answer(self._refusal(code, sub_code))

    def _answer(self, node: dict[str, str], script: Script = Script.PROMPT) -> None:
        raw = json.dumps(node, ensure_ascii=False)
        if script == Script.ESCAPED:
            raw = json.dumps({"note": '"}], {中/文\\'} | node, indent=1).replace("/", "\\/")
        self._send(200, self._body(raw, signatures.signature_of(raw, self.server.own.key)))

    def _body(self, raw: str, signature: str) -> bytes:
        sign = f',"sign":"{signature}"' if signature else ""
        return f'{{"{self.method.replace(".", "_")}_response":{raw}{sign}}}'.encode()

    def _send(self, status: int, body: bytes, *, pause: float = 0.0) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "text/html;charset=utf-8")  # so does the real one
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(0, len(body), 1 if pause else len(body)):
                self.wfile.write(body[at : at + 1] if pause else body)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:  # nobody waits any more
            self.close_connection = True

    def _cut(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _on_time(text: str) -> bool:
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - at) <= MAX_SKEW
