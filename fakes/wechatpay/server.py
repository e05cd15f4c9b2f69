"""The API: verifies a request and does what the script of its payment says."""

import json
import threading
import time
from dataclasses import asdict
from http.server import ThreadingHTTPServer
from urllib.parse import unquote

from fakes.keys import Pair

from . import complaints, notices, scripts, signatures, transfers
from .answering import AnsweringHandler
from .records import Records, Refund, Refused, check_request, first
from .scripts import Script
from .transfers import BILLS, PAYMENTS, Transfers

REFUNDS, CERTIFICATES = "/v3/refund/domestic/refunds", "/v3/certificates"
MAX_SKEW = 300
UNKNOWN = Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")


class Fake(ThreadingHTTPServer):
    """`merchant`: the key whose certificate WeChat Pay knows; `own`: the key of its own, `serial` the id of that."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, port: int = 0, *, mchid: str, serial_no: str, secret: str, merchant: Pair, own: Pair, serial: str
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.mchid, self.serial_no, self.secret, self.merchant = mchid, serial_no, secret, merchant
        self.platform = {serial: own}  # its keys by their serials
        self.signs_with = serial
        self.certificates: dict[str, str] = {}  # as PEM, by serial, for merchants without a public key
        self.certificates_after = 0.0  # seconds until they are answered
        self.records, self.stopped = Records(), threading.Event()
        self.transfers, self.complaints = Transfers(), complaints.Complaints()
        self.sent: list[notices.Sent] = []
        self.notify_url = ""  # of the merchant's console: where a request names none
        self.elsewhere: set[str] = set()  # payments that another account took: here nobody knows them
        self.patience = 60.0  # how long nothing is said where a script is late or silent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def sender(self) -> notices.Sender:
        return notices.Sender(self.mchid, self.secret, self.signs_with, self.platform[self.signs_with])

    def shutdown(self) -> None:
        self.stopped.set()
        super().shutdown()

    def notify(self, row: Refund) -> None:
        """Tells the merchant what became of it, once that is certain."""
        self.records.look(row.out_refund_no)
        if row.notify_url and row.status != "PROCESSING":
            times = 2 if scripts.of(row.transaction_id) == Script.TWICE else 1
            notices.send_until_taken(self.sender, row, self.stopped, times=times, sent=self.sent)

    def tell(self, row: complaints.Complaint, event_type: str = "COMPLAINT.CREATE") -> int:
        """What the merchant answered; 0: nobody did."""
        return notices.post(self.notify_url, *complaints.compose(self.sender, row, event_type=event_type))[0]

    def notify_later(self, row: Refund) -> None:
        """In a thread of its own, when the refund has ended."""
        if not row.notify_url:
            return

        def wait() -> None:
            seconds = row.changes_at - self.records.now() + 0.05 if row.becomes else 0.0
            if not self.stopped.wait(max(0.0, seconds)):
                self.notify(row)

        threading.Thread(target=wait, daemon=True).start()


class Handler(AnsweringHandler):
    server: Fake

    def do_GET(self) -> None:  # noqa: N802
        """`/refunds` and others, beside the API: what was carried out, and what the merchant was told."""
        if (listed := self._listed(self.path)) is not None:
            return self.send_bytes(200, json.dumps(listed, ensure_ascii=False).encode(), {})
        return self._serve(b"")

    def _listed(self, path: str) -> list[dict[str, object]] | None:
        names = ("transaction_id", "out_refund_no", "refund", "status")
        if path == "/refunds":
            return [{name: getattr(row, name) for name in names} for row in list(self.server.records.refunds.values())]
        if path == "/transfers":
            return [row.fields(self.server.mchid) for row in list(self.server.transfers.rows.values())]
        if path == "/complaints":
            return [row.fields() for row in list(self.server.complaints.rows.values())]
        return [asdict(one) for one in list(self.server.sent)] if path == "/notices" else None

    def do_POST(self) -> None:  # noqa: N802
        """`/complaints`, beside the API, makes or changes one."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/complaints":
            row, event_type = complaints.scripted(self.server.complaints, json.loads(body))
            return self.send_bytes(200, json.dumps({"told": self.server.tell(row, event_type)}).encode(), {})
        return self._serve(body)

    def _serve(self, body: bytes) -> None:
        if reason := self._stranger(body):
            refusal = json.dumps({"code": "SIGN_ERROR", "message": reason}, ensure_ascii=False).encode()
            return self.send_bytes(401, refusal, {})  # nothing is signed for strangers
        try:
            self._route(body)
        except Refused as refused:
            self._refuse(refused)

    def _stranger(self, body: bytes) -> str:
        """Why this is not the merchant; empty: it is."""
        fields = signatures.fields_of(self.headers.get("Authorization", ""))
        known = (self.server.mchid, self.server.serial_no)
        if (fields.get("mchid"), fields.get("serial_no")) != known:
            return "商户证书序列号有误"
        if not signatures.genuine(self.command, self.path, body, fields, self.server.merchant.key.public_key()):
            return "签名错误"
        if abs(time.time() - int(fields["timestamp"])) > MAX_SKEW:
            return "时间戳超过5分钟"
        return ""

    def _route(self, body: bytes) -> None:
        path, _, last = self.path.rpartition("/")
        if not self.headers.get("User-Agent") or self.headers.get("Accept") != "application/json":
            raise Refused(400, "PARAM_ERROR", "Http头缺少Accept或User-Agent")
        if self.path.startswith((PAYMENTS, BILLS)):
            return self._pay_out(body)
        if self.command == "GET" and self.path.startswith(complaints.PATH):
            return self._answer(self.server.complaints.answer(self.path))
        if (self.command, self.path) == ("POST", REFUNDS):
            return self._refund(json.loads(body))
        if (self.command, path) == ("GET", REFUNDS):
            return self._query(last)
        if self.command == "POST" and path.startswith(REFUNDS) and last == "apply-abnormal-refund":
            return self._redirect(path.rpartition("/")[2], json.loads(body))
        if (self.command, self.path) == ("GET", CERTIFICATES) and self.server.certificates:
            self.server.records.requests[CERTIFICATES] += 1
            self.server.stopped.wait(self.server.certificates_after)
            return self._answer({"data": self._sealed_certificates()})
        raise Refused(404, "RESOURCE_NOT_EXISTS", "资源不存在")

    def _pay_out(self, body: bytes) -> None:
        """Of transfers and what they ask about."""
        books, last = self.server.transfers, self.path.rpartition("/")[2]
        if books.refusal and self.path.startswith(BILLS):
            raise books.refusal
        if (self.command, self.path) == ("POST", BILLS):
            return self._transfer(json.loads(body))
        if self.command == "POST" and last == "cancel":
            row = books.cancel(self.path.split("/")[-2])
            names = ("out_bill_no", "transfer_bill_no", "state")
            return self._answer({name: getattr(row, name) for name in names})
        if self.path.startswith(PAYMENTS):
            number, _, query = last.partition("?")
            if query != f"mchid={self.server.mchid}":
                raise Refused(400, "PARAM_ERROR", "商户号错误")
            return self._answer(books.payment(unquote(number), self.server.mchid))
        books.questions[last] += 1
        found = books.look(last)
        if found is None or (scripts.of(found.payment) == Script.HIDDEN and books.questions[last] <= 2):
            raise transfers.UNKNOWN
        if scripts.of(found.payment) == Script.REFUSES and books.questions[last] == 1:
            raise _scripted(found.payment)
        return self._answer(found.fields(self.server.mchid))

    def _transfer(self, content: dict[str, object]) -> None:
        books = self.server.transfers
        number, openid, amount = books.checked(content)
        script = scripts.of(books.payments[openid])
        with books.lock:
            books.requests[number] += 1
            count = books.requests[number]
        if script == Script.FAIL:
            raise Refused(400, "INVALID_REQUEST", "该用户收款受限")
        if script == Script.ERROR:
            raise _scripted(books.payments[openid])
        if script == Script.DOWN and count <= 2:
            raise Refused(500, "SYSTEM_ERROR", "系统超时")
        if script == Script.CUT and count == 1:
            return self.cut()
        if script == Script.SILENT and count == 1:
            time.sleep(self.server.patience)
            return self.cut()
        fields = books.accept(number, openid, amount).answer()
        return self._answer_badly(script, fields) if first(script, count) else self._answer(fields)

    def _refund(self, content: dict[str, object]) -> None:
        check_request(content)
        amount, number, payment = content["amount"], str(content["out_refund_no"]), str(content["transaction_id"])
        assert isinstance(amount, dict)
        records, script = self.server.records, scripts.of(payment)
        with records.lock:
            records.requests[payment] += 1
            count = records.requests[payment]
        if self._ends_before(script, count, payment, number):
            return
        is_new = number not in records.refunds
        url = str(content.get("notify_url") or self.server.notify_url)
        row = records.accept(payment, number, amount["refund"], amount["total"], url)
        if is_new and script == Script.AHEAD:
            self.server.notify(row)
        if first(script, count):
            self._badly(script, row)
        else:
            self._answer(row.fields())
        if is_new and script != Script.AHEAD:
            self.server.notify_later(row)

    def _ends_before(self, script: Script, count: int, payment: str, number: str) -> bool:
        """Answers, or says nothing, without carrying anything out."""
        match script:
            case Script.FAIL:
                raise Refused(400, "INVALID_REQUEST", "订单已超过可退款的期限")
            case Script.ERROR:
                raise _scripted(payment)
            case _ if payment in self.server.elsewhere:
                raise Refused(404, "RESOURCE_NOT_EXISTS", "订单不存在")
            case Script.NEW if count <= 2:
                raise Refused(404, "RESOURCE_NOT_EXISTS", "订单不存在")
            case Script.DOWN if count <= 2:
                raise Refused(500, "SYSTEM_ERROR", "系统超时")
            case Script.CUT if count == 1:
                self.cut()
            case Script.SILENT if count == 1:
                time.sleep(self.server.patience)
                self.cut()
            case Script.ALTERED if count == 1:
                signed = self._signed(b'{"code":"USER_ACCOUNT_ABNORMAL"}')
                row = Refund(payment, number, "5030", 1, 1, "", 0)
                self.send_bytes(200, json.dumps(row.fields()).encode(), signed)
            case _:
                return False
        return True

    def _badly(self, script: Script, row: Refund) -> None:
        self._answer_badly(script, row.fields())

    def _query(self, number: str) -> None:
        records = self.server.records
        with records.lock:
            records.questions[number] += 1
            count = records.questions[number]
        row = records.look(number)
        if row is None:
            raise UNKNOWN
        script = scripts.of(row.transaction_id)
        if script == Script.REFUSES and count == 1:
            raise _scripted(row.transaction_id)
        if script == Script.HIDDEN and count <= 2:
            raise UNKNOWN
        self._answer(row.fields() | ({"status": "WANDERING"} if script == Script.VAGUE else {}))

    def _redirect(self, refund_id: str, content: dict[str, str]) -> None:
        records = self.server.records
        row = records.look(content["out_refund_no"])
        if row is None or row.refund_id != refund_id:
            raise UNKNOWN
        records.redirections[row.out_refund_no] += 1
        mishap = scripts.of_redirection(row.transaction_id) if records.redirections[row.out_refund_no] == 1 else ""
        if row.status != "ABNORMAL" or mishap == "FAIL":
            raise Refused(400, "INVALID_REQUEST", "退款单状态不支持发起异常退款")
        if mishap == "CUT":
            return self.cut()
        records.redirect(row, self._account_of(content))
        self.server.notify_later(row)
        return self.cut() if mishap == "LOST" else self._answer(row.fields())

    def _account_of(self, content: dict[str, str]) -> str:
        """Where the money shall go, masked."""
        if content["type"] == "MERCHANT_BANK_CARD":
            return "商户结算银行账户"
        pair = self.server.platform.get(self.headers.get("Wechatpay-Serial", ""))
        if pair is None:
            raise Refused(400, "PARAM_ERROR", "敏感信息加密的公钥或证书有误")
        try:
            number, holder = (signatures.open_field(content[name], pair.key) for name in ("bank_account", "real_name"))
        except ValueError:
            raise Refused(400, "PARAM_ERROR", "敏感信息解密失败") from None
        if not number.isdigit() or not holder or not content.get("bank_type", "").endswith("_DEBIT"):
            raise Refused(400, "PARAM_ERROR", "收款银行卡信息有误")
        return f"{content['bank_type']} {number[-4:]}"

    def _sealed_certificates(self) -> list[dict[str, object]]:
        return [
            {"serial_no": serial, "encrypt_certificate": signatures.seal(text, "certificate", self.server.secret)}
            for serial, text in self.server.certificates.items()
        ]


def _scripted(payment: str) -> Refused:
    status, code = scripts.refusal(payment)
    return Refused(status, code, "拒绝")
