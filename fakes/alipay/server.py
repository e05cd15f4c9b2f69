"""The gateway: verifies a request, does what the script of its trade says, and signs its answer."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from fakes import answers
from fakes.keys import Pair

from . import complaints, notices, scripts, signatures, transfers
from .certificates import Certificates
from .records import Records
from .scripts import Script
from .transfers import Refused, Transfers

BEIJING = timezone(timedelta(hours=8))
MAX_SKEW = timedelta(minutes=15)
QUERY, REFUND = "alipay.trade.fastpay.refund.query", "alipay.trade.refund"
KNOWN = {"trade_no", "out_trade_no", "refund_amount", "refund_reason", "out_request_no", "query_options"}
SUCCESS = {"code": "10000", "msg": "Success"}
SUB_MESSAGES = {
    "PAYEE_NOT_EXIST": "收款账号不存在",
    "PAYER_BALANCE_NOT_ENOUGH": "付款方余额不足",
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "isv.invalid-signature": "验签出错",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.missing-app-cert-sn": "缺少应用公钥证书序列号",
}


class Fake(ThreadingHTTPServer):
    """`app`: the key whose public half was "uploaded"; `own`: the key that answers are signed with. `certificates`: of
    an app in certificate mode, where each request has to name them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, port: int = 0, *, app_id: str, app: Pair, own: Pair, certificates: Certificates | None = None
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.app_id, self.app, self.own, self.records = app_id, app, own, Records()
        self.transfers, self.certificates = Transfers(), certificates
        self.complaints = complaints.Complaints()
        self.notify_url = ""  # of every payment
        self.elsewhere: set[str] = set()  # trades that another account took: here nobody knows them
        self.patience = 60.0  # how long nothing is said where a script is late or silent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/gateway.do"


class Handler(answers.Handler):
    server: Fake

    def do_GET(self) -> None:  # noqa: N802
        """`/refunds` and `/transfers`: what was carried out."""
        if self.path == "/transfers":
            sent = [row.fields() | {"trade_no": row.trade_no} for row in list(self.server.transfers.rows.values())]
            return self._send(200, json.dumps(sent, ensure_ascii=False).encode())
        rows = list(self.server.records.refunds.values())
        listed = [
            {"trade_no": row.trade_no, "out_request_no": row.out_request_no, "amount": str(row.amount)} for row in rows
        ]
        return self._send(200, json.dumps(listed).encode())

    def do_POST(self) -> None:  # noqa: N802
        """`/complaints`, beside the gateway, makes or changes one, and tells the app."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/complaints":
            row, server = complaints.scripted(self.server.complaints, json.loads(body)), self.server
            if server.notify_url:
                notices.send_later(server.notify_url, complaints.message(server.app_id, row, server.own.key))
            return self._send(200, json.dumps(row.fields(), ensure_ascii=False).encode())
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
        if (named := self.server.certificates) and not named.named_by(params):
            return self._refuse("40002", "isv.app-cert-not-match")
        if self.method in (transfers.TRANSFER, transfers.QUERY) and not named:
            return self._refuse("40002", "isv.missing-app-cert-sn")
        if self.method in (transfers.TRADE, transfers.TRANSFER, transfers.QUERY):
            return self._pay_out(content)
        if self.method in (complaints.QUERY, complaints.LIST):
            return self._tell(content)
        if not content.get("out_request_no") or set(content) - KNOWN:
            return self._refuse("40004", "ACQ.INVALID_PARAMETER")
        if content.get("trade_no", "") in {"", *self.server.elsewhere}:
            return self._refuse("40004", "ACQ.TRADE_NOT_EXIST")  # nothing was paid here by numbers of shops
        if self.method == REFUND:
            return self._refund(content["trade_no"], content["out_request_no"], content.get("refund_amount", ""))
        if self.method == QUERY:
            return self._query(content["trade_no"], content["out_request_no"])
        return self._refuse("40002", "isv.invalid-method")

    def _tell(self, content: dict[str, object]) -> None:
        try:
            self._answer(SUCCESS | self.server.complaints.answer(self.method, content))
        except Refused as refused:
            self._refuse(refused.code, refused.sub_code)

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
        if moved and self.server.notify_url:
            self._notify(trade_no, number)
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

    def _notify(self, trade_no: str, number: str) -> None:
        refunded = self.server.records.refunded(trade_no)
        body = notices.form(
            app_id=self.server.app_id, trade_no=trade_no, number=number, refunded=refunded, key=self.server.own.key
        )
        notices.send_later(self.server.notify_url, body)

    def _pay_out(self, content: dict[str, object]) -> None:
        """Of transfers and what they ask about."""
        books = self.server.transfers
        try:
            if self.method == transfers.TRADE:
                return self._answer(SUCCESS | books.payer_of(str(content.get("trade_no", ""))))
            if books.refusal:
                return self._refuse(*books.refusal)
            if self.method == transfers.QUERY:
                row = books.look(str(content.get("out_biz_no", "")))
                if scripts.of(row.trade_no) == Script.REFUSES and books.questions[row.out_biz_no] == 1:
                    return self._refuse(*scripts.codes(row.trade_no))
                return self._answer(SUCCESS | row.fields())
            return self._transfer(content)
        except Refused as refused:
            self._refuse(refused.code, refused.sub_code)

    def _transfer(self, content: dict[str, object]) -> None:
        books = self.server.transfers
        number, payee, amount = books.checked(content)
        trade_no = books.trades[payee]
        script = scripts.of(trade_no)
        with books.lock:
            books.requests[number] += 1
            count = books.requests[number]
        match script:
            case Script.ERROR:
                return self._refuse(*scripts.codes(trade_no))
            case Script.FAIL:
                return self._refuse("40004", "PAYEE_NOT_EXIST")
            case Script.DOWN if count <= 2:
                return self._refuse("20000", "isp.unknow-error")
            case Script.CUT if count == 1:
                return self.cut()
            case Script.SILENT if count == 1:
                time.sleep(self.server.patience)
                return self.cut()
        row = books.carry_out(number, payee, amount, "DEALING" if script == Script.SLOW else "SUCCESS")
        node = SUCCESS | row.fields()
        return self._badly(script, node) if count == 1 and script in scripts.AFTERWARDS else self._answer(node)

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
                self.cut()
            case Script.SILENT if count == 1:
                time.sleep(self.server.patience)
                self.cut()
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
                self._refuse("40004", "ACQ.SYSTEM_ERROR" if self.method == REFUND else "SYSTEM_ERROR")
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
                self._answer(node | {"trade_no": "2088000000000000", "out_biz_no": "TF0"})
            case Script.DRIP:
                self._send(200, self._body(raw, signature), pause=0.05)
            case _:
                if script == Script.LATE:
                    time.sleep(self.server.patience)
                self.cut()

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

    def _answer(self, node: Mapping[str, object], script: Script = Script.PROMPT) -> None:
        raw = json.dumps(node, ensure_ascii=False)
        if script == Script.ESCAPED:
            raw = json.dumps({"note": '"}], {中/文\\', **node}, indent=1).replace("/", "\\/")
        self._send(200, self._body(raw, signatures.signature_of(raw, self.server.own.key)))

    def _body(self, raw: str, signature: str) -> bytes:
        sign = f',"sign":"{signature}"' if signature else ""
        if sign and self.server.certificates:
            sign = f',"alipay_cert_sn":"{self.server.certificates.own_name}"{sign}'
        return f'{{"{self.method.replace(".", "_")}_response":{raw}{sign}}}'.encode()

    def _send(self, status: int, body: bytes, *, pause: float = 0.0) -> None:
        self.send_bytes(status, body, {"Content-Type": "text/html;charset=utf-8"}, pause=pause)  # so does the real one


def _on_time(text: str) -> bool:
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - at) <= MAX_SKEW
