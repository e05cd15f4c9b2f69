"""What the fake carried out: in memory, one row a refund, whatever was answered."""

import threading
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Refund:
    trade_no: str
    out_request_no: str
    amount: Decimal


class Records:
    """Locked as a whole: the same number twice at the same time is carried out once."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.refunds: dict[tuple[str, str], Refund] = {}
        self.paid: dict[str, Decimal] = {}  # what a trade was paid with; a trade that is not here refunds any amount
        self.requests: Counter[str] = Counter()  # by trade
        self.questions: Counter[str] = Counter()  # by number of the refund
        self.accepted: dict[tuple[str, str], Decimal] = {}  # not carried out yet

    def refunded(self, trade_no: str) -> Decimal:
        return sum((row.amount for row in self.refunds.values() if row.trade_no == trade_no), Decimal(0))

    def amounts(self, trade_no: str) -> list[Decimal]:
        return [row.amount for row in self.refunds.values() if row.trade_no == trade_no]

    def carry_out(self, trade_no: str, number: str, amount: Decimal) -> bool:
        """False where this number was carried out before. Raises ValueError with Alipay's code."""
        with self.lock:
            if known := self.refunds.get((trade_no, number)):
                if known.amount != amount:
                    raise ValueError("ACQ.DISCORDANT_REPEAT_REQUEST")
                return False
            if self.refunded(trade_no) + amount > self.paid.get(trade_no, Decimal("Infinity")):
                raise ValueError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            self.refunds[trade_no, number] = Refund(trade_no, number, amount)
            return True
