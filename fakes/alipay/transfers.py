"""Transfers of the fake: what was carried out, and how the beginning of a payer's trade number scripts them."""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from . import scripts
from .scripts import Script

TRADE = "alipay.trade.query"
TRANSFER, QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"
PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
KNOWN = {"out_biz_no", "trans_amount", "order_title", "remark", "payee_info", *PRODUCT}
LEAST = Decimal("0.10")
PAID = {"trade_status": "TRADE_SUCCESS", "total_amount": "1000000.00", "send_pay_date": "2026-01-01 12:00:00"}


class Refused(Exception):
    def __init__(self, code: str, sub_code: str) -> None:
        super().__init__(sub_code)
        self.code, self.sub_code = code, sub_code


@dataclass(slots=True)
class Transfer:
    """`trade_no`: of the trade that its payee paid, which scripts it. `status`: as Alipay says it."""

    out_biz_no: str
    order_id: str
    payee: str
    trade_no: str
    amount: Decimal
    status: str = "SUCCESS"

    def fields(self) -> dict[str, str]:
        plain = {"out_biz_no": self.out_biz_no, "order_id": self.order_id, "pay_fund_order_id": self.order_id}
        plain |= {"status": self.status, "trans_amount": f"{self.amount:.2f}"}
        failed = {"error_code": "PAYEE_ACCOUNT_STATUS_ERROR", "fail_reason": "收款方账户异常"}
        return plain | (failed if self.status == "FAIL" else {})


class Transfers:
    """Locked as a whole: the same number twice at the same time is carried out once."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Transfer] = {}
        self.trades: dict[str, str] = {}  # what its payer is called here → their trade
        self.of_trades: dict[str, dict[str, str]] = {}  # by trade: what a question says otherwise than of every other
        self.refusal: tuple[str, str] | None = None  # code and sub-code of every answer about a transfer
        self.requests: Counter[str] = Counter()  # by number
        self.questions: Counter[str] = Counter()  # by number

    def payer_of(self, trade_no: str) -> dict[str, str]:
        """Raises Refused for a trade that begins with NONE."""
        if trade_no.startswith("NONE"):
            raise Refused("40004", "ACQ.TRADE_NOT_EXIST")
        number = f"2088{abs(hash(trade_no)) % 10**12:012d}"
        with self.lock:
            self.trades[number] = trade_no
        named = {} if trade_no.startswith("NAMELESS") else {"buyer_user_id": number}
        if trade_no.startswith("OPENID"):
            named = {"buyer_open_id": number}
        fields = PAID | self.of_trades.get(trade_no, {})
        return {"trade_no": trade_no, "buyer_logon_id": "150****8675", **fields, **named}

    def arrived(self) -> list[tuple[str, Decimal]]:
        """Trade of the payee and amount."""
        return [(row.trade_no, row.amount) for row in self.rows.values() if row.status == "SUCCESS"]

    def script(self, number: str) -> Script:
        row = self.rows.get(number)
        return scripts.of(row.trade_no) if row else Script.PROMPT

    def checked(self, content: dict[str, object]) -> tuple[str, str, Decimal]:
        """Number, the payee and the amount. Raises Refused."""
        payee, amount = content.get("payee_info"), str(content.get("trans_amount", ""))
        if set(content) - KNOWN or any(content.get(name) != value for name, value in PRODUCT.items()):
            raise Refused("40004", "INVALID_PARAMETER")
        if not isinstance(payee, dict) or payee.get("identity_type") not in ("ALIPAY_USER_ID", "ALIPAY_OPEN_ID"):
            raise Refused("40004", "INVALID_PARAMETER")
        number = str(content.get("out_biz_no", ""))
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", number) or not content.get("order_title"):
            raise Refused("40004", "INVALID_PARAMETER")
        if not re.fullmatch(r"\d+\.\d\d", amount) or Decimal(amount) < LEAST:
            raise Refused("40004", "EXCEED_LIMIT_SM_MIN_AMOUNT")
        if payee.get("identity") not in self.trades:
            raise Refused("40004", "PAYEE_NOT_EXIST")
        return number, str(payee["identity"]), Decimal(amount)

    def carry_out(self, number: str, payee: str, amount: Decimal, status: str = "SUCCESS") -> Transfer:
        with self.lock:
            if known := self.rows.get(number):
                if (known.payee, known.amount) != (payee, amount):
                    raise Refused("40004", "PAYMENT_INFO_INCONSISTENCY")
                return known
            order_id = f"20261129110070000006{len(self.rows):012d}"
            row = self.rows[number] = Transfer(number, order_id, payee, self.trades[payee], amount, status)
            return row

    def look(self, number: str) -> Transfer:
        """What is under way ends at the second question. Raises Refused."""
        with self.lock:
            self.questions[number] += 1
            row = self.rows.get(number)
            if row is None or (self.script(number) == Script.HIDDEN and self.questions[number] <= 2):
                raise Refused("40004", "ORDER_NOT_EXIST")
            if row.status == "DEALING" and self.questions[number] >= 2:
                row.status = "FAIL" if row.trade_no.startswith("SLOW-FAIL") else "SUCCESS"
            return row
