"""What the fake did with each refund: in memory, one row a number, whatever was answered."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from . import scripts
from .scripts import Script

BEIJING = timezone(timedelta(hours=8))
MOST_PARTIAL = 50
FREQUENT = (429, "FREQUENCY_LIMITED", "频率限制")


class Refused(Exception):
    """`status`: of HTTP."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(slots=True)
class Refund:
    """`refund`, `total`: in fen. `changes_at`: when a refund that is under way becomes `becomes`."""

    transaction_id: str
    out_refund_no: str
    refund_id: str
    refund: int
    total: int
    notify_url: str
    at: float
    status: str = "SUCCESS"
    becomes: str = ""
    changes_at: float = 0.0
    account: str = "招商银行信用卡0403"

    def fields(self) -> dict[str, object]:
        """As it is answered."""
        sums = {"payer_total": self.total, "payer_refund": self.refund}
        plain: dict[str, object] = {
            "refund_id": self.refund_id,
            "out_refund_no": self.out_refund_no,
            "transaction_id": self.transaction_id,
            "out_trade_no": f"shop-{self.transaction_id}",
            "channel": "ORIGINAL",
            "user_received_account": self.account,
            "create_time": moment(self.at),
            "status": self.status,
            "funds_account": "AVAILABLE",
            "amount": {"total": self.total, "refund": self.refund, "currency": "CNY", "from": [], **sums},
            "promotion_detail": [],
        }
        return plain | ({"success_time": moment(self.at)} if self.status == "SUCCESS" else {})


class Records:
    """Locked as a whole: the same number twice at the same time is carried out once."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.refunds: dict[str, Refund] = {}  # by number of the merchant
        self.requests: Counter[str] = Counter()  # by payment
        self.questions: Counter[str] = Counter()  # by number of the refund
        self.redirections: Counter[str] = Counter()  # the same
        self.spacing = 60.0  # seconds between two refunds of one payment
        self.settle_after = 5.0  # seconds
        self.ahead = 0.0  # how far the clock of what follows was moved

    def now(self) -> float:
        return time.time() + self.ahead

    def amounts(self, transaction_id: str) -> list[int]:
        """What the buyer got, in fen."""
        rows = self.refunds.values()
        return [row.refund for row in rows if row.transaction_id == transaction_id and row.status == "SUCCESS"]

    def accept(self, transaction_id: str, number: str, refund: int, total: int, notify_url: str) -> Refund:
        """The same number again is the same refund. Raises Refused."""
        with self.lock:
            if known := self.look(number):
                if (known.transaction_id, known.refund, known.total) != (transaction_id, refund, total):
                    raise Refused(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
                return known
            self._check_limits(transaction_id, refund, total)
            now = self.now()
            number_here = f"503{len(self.refunds):029d}"
            row = Refund(transaction_id, number, number_here, refund, total, notify_url, now)
            if later := scripts.LATER.get(scripts.of(transaction_id)):
                self._under_way(row, later)
            self.refunds[number] = row
            return row

    def look(self, number: str) -> Refund | None:
        with self.lock:
            row = self.refunds.get(number)
            if row and row.becomes and row.changes_at <= self.now():
                row.status, row.becomes, row.at = row.becomes, "", self.now()
            return row

    def redirect(self, row: Refund, account: str) -> None:
        with self.lock:
            row.account = account
            self._under_way(row, "SUCCESS")

    def _under_way(self, row: Refund, becomes: str) -> None:
        row.status, row.becomes, row.changes_at = "PROCESSING", becomes, self.now() + self.settle_after

    def _check_limits(self, transaction_id: str, refund: int, total: int) -> None:
        rows = [row for row in self.refunds.values() if row.transaction_id == transaction_id]
        alive = [row for row in rows if row.status != "CLOSED"]
        if any(self.now() - row.at < self.spacing for row in rows):
            raise Refused(*FREQUENT)
        if len(rows) >= MOST_PARTIAL:
            raise Refused(400, "INVALID_REQUEST", f"部分退款次数超过{MOST_PARTIAL}次限制")
        if sum(row.refund for row in alive) + refund > total:
            raise Refused(400, "INVALID_REQUEST", "申请退款金额大于订单可退金额")


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).isoformat(timespec="seconds")


def check_request(content: dict[str, object]) -> None:
    """Raises Refused where a request for a refund is not as it should be."""
    amount = content.get("amount")
    if not isinstance(amount, dict) or set(content) - {"transaction_id", "out_refund_no", "amount", "notify_url"}:
        raise Refused(400, "PARAM_ERROR", "参数错误")
    numbers = [amount.get("refund"), amount.get("total")]
    if any(type(number) is not int or number < 1 for number in numbers) or amount["refund"] > amount["total"]:
        raise Refused(400, "PARAM_ERROR", "金额错误")
    if amount.get("currency") != "CNY" or not content.get("transaction_id"):
        raise Refused(400, "PARAM_ERROR", "参数错误")
    if not re.fullmatch(r"[0-9A-Za-z_\-|*@]{1,64}", str(content.get("out_refund_no", ""))):
        raise Refused(400, "PARAM_ERROR", "商户退款单号错误")
    if len(str(content.get("notify_url", ""))) > 256 or "?" in str(content.get("notify_url", "")):
        raise Refused(400, "PARAM_ERROR", "通知地址错误")


def first(script: Script, count: int) -> bool:
    return script in scripts.AFTERWARDS and count == 1
