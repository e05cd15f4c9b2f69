"""Transfers of the fake: what became of each, and what its payee does, by the beginning of the payment's number."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass

from . import scripts
from .records import Refused, moment
from .scripts import Script

PAYMENTS, BILLS = "/v3/pay/transactions/id", "/v3/fund-app/mch-transfer/transfer-bills"
FIELDS = {
    "appid", "out_bill_no", "transfer_scene_id", "openid", "transfer_amount", "transfer_remark",
    "transfer_scene_report_infos",
}  # fmt: skip
PAID = {"trade_state": "SUCCESS", "amount": {"total": 100_000_000, "payer_total": 100_000_000, "currency": "CNY"}}
DAY = 24 * 3600.0
APPID = "wxd678efh567hg6787"
UNKNOWN = Refused(404, "NOT_FOUND", "记录不存在")


@dataclass(slots=True)
class Transfer:
    """`amount`: in fen. `changes_at`: when it becomes `becomes`."""

    out_bill_no: str
    transfer_bill_no: str
    openid: str
    payment: str
    amount: int
    at: float
    state: str = "WAIT_USER_CONFIRM"
    becomes: str = ""
    changes_at: float = 0.0

    def answer(self) -> dict[str, object]:
        """To a request."""
        fields: dict[str, object] = {
            "out_bill_no": self.out_bill_no,
            "transfer_bill_no": self.transfer_bill_no,
            "create_time": moment(self.at),
            "state": self.state,
        }
        failed = {"fail_reason": "OVERDUE_CLOSE" if self.payment.startswith("IDLE") else "REALNAME_CHECK_FAIL"}
        if self.state == "WAIT_USER_CONFIRM":
            fields["package_info"] = f"affffddafdfafddffda{self.out_bill_no}"
        return fields | (failed if self.state == "FAIL" else {})

    def fields(self, mchid: str) -> dict[str, object]:
        """To a question: without what opens the page."""
        known = {name: value for name, value in self.answer().items() if name != "package_info"}
        of_payee = {"openid": self.openid, "appid": APPID, "mch_id": mchid}
        return known | of_payee | {"transfer_amount": self.amount, "update_time": moment(self.at)}


class Transfers:
    """Locked as a whole: the same number twice at the same time is carried out once."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Transfer] = {}  # by number of the merchant
        self.payments: dict[str, str] = {}  # openid → the payment that it was asked for
        # By payment: what a question says otherwise than of every other.
        self.of_payments: dict[str, dict[str, object]] = {}
        self.refusal: Refused | None = None  # of every call about a transfer
        self.requests: Counter[str] = Counter()  # by number
        self.questions: Counter[str] = Counter()  # by number
        self.accept_after = 5.0  # seconds until a payee accepts
        self.ahead = 0.0  # how far the clock was moved

    def now(self) -> float:
        return time.time() + self.ahead

    def payment(self, number: str, mchid: str) -> dict[str, object]:
        """Raises Refused for a payment that begins with NONE."""
        if number.startswith("NONE"):
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        openid = f"oUpF8u{number[-20:]}"
        with self.lock:
            self.payments[openid] = number
        payer = {} if number.startswith("NAMELESS") else {"payer": {"openid": openid}}
        fields = PAID | self.of_payments.get(number, {})
        return {"transaction_id": number, "mchid": mchid, "appid": APPID, **fields, **payer}

    def arrived(self) -> list[tuple[str, int]]:
        """Payment of the payee and amount in fen."""
        for number in list(self.rows):
            self.look(number)
        return [(row.payment, row.amount) for row in self.rows.values() if row.state == "SUCCESS"]

    def checked(self, content: dict[str, object]) -> tuple[str, str, int]:
        """Number, payee and amount. Raises Refused."""
        infos, amount = content.get("transfer_scene_report_infos"), content.get("transfer_amount")
        number, openid = str(content.get("out_bill_no", "")), str(content.get("openid", ""))
        if set(content) != FIELDS or content["appid"] != APPID or not re.fullmatch(r"[0-9A-Za-z]{1,32}", number):
            raise Refused(400, "PARAM_ERROR", "参数错误")
        if content["transfer_scene_id"] != "1011" or not isinstance(infos, list) or len(infos) != 1:
            raise Refused(400, "INVALID_REQUEST", "你尚未获取该转账场景")
        if infos[0].get("info_type") != "赔付原因" or len(str(content["transfer_remark"])) > 32:
            raise Refused(400, "PARAM_ERROR", "参数错误")
        if type(amount) is not int or not 10 <= amount < 200_000:
            raise Refused(400, "INVALID_REQUEST", "转账金额错误")
        if openid not in self.payments:
            raise Refused(400, "INVALID_REQUEST", "openid与商户appid不匹配")
        return number, openid, amount

    def accept(self, number: str, openid: str, amount: int) -> Transfer:
        with self.lock:
            if known := self.look(number):
                if (known.openid, known.amount) != (openid, amount):
                    raise Refused(400, "ALREADY_EXISTS", "订单已存在")
                return known
            payment, now = self.payments[openid], self.now()
            row = Transfer(number, f"13300000711009999911820{len(self.rows):09d}", openid, payment, amount, now)
            row.becomes, row.changes_at = "SUCCESS", now + self.accept_after
            match scripts.of(payment):
                case Script.SLOW:
                    row.state = "PROCESSING"
                case Script.ABNORMAL:
                    row.becomes = "FAIL"
            if payment.startswith("IDLE"):
                row.becomes, row.changes_at = "FAIL", now + DAY + 60
            self.rows[number] = row
            return row

    def look(self, number: str) -> Transfer | None:
        with self.lock:
            row = self.rows.get(number)
            if row and row.becomes and row.changes_at <= self.now():
                row.state, row.becomes = row.becomes, ""
            return row

    def cancel(self, number: str) -> Transfer:
        with self.lock:
            row = self.look(number)
            if row is None:
                raise UNKNOWN
            if row.state != "WAIT_USER_CONFIRM":
                raise Refused(400, "INVALID_REQUEST", "单据状态不支持撤销")
            row.state, row.becomes, row.changes_at = "CANCELING", "CANCELLED", self.now()
            return row
