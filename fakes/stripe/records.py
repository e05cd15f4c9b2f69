"""What the fake carried out: in memory, one row a refund, whatever was answered."""

import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Shape = dict[str, Any]  # as JSON
Error = tuple[int, str, str, str, str]  # HTTP status, type, code, parameter, message


class Refused(Exception):
    def __init__(self, status: int, kind: str, code: str = "", param: str = "", message: str = "Refused.") -> None:
        super().__init__(message)
        self.error: Error = (status, kind, code, param, message)


@dataclass
class Refund:
    """`amount`: in the smallest unit. A payment is known by its charge: `ch_1` for `pi_1`."""

    number: str
    charge: str
    amount: int
    currency: str
    metadata: dict[str, str]
    status: str = "succeeded"
    reason: str | None = None
    pending_reason: str | None = None
    reference: str = ""  # the bank's, some days later
    created: int = field(default_factory=lambda: int(time.time()))

    def shape(self, *, expanded: bool = False) -> Shape:
        card = {"brand": "visa", "last4": "4242"}
        charge = {"id": self.charge, "object": "charge", "payment_method_details": {"type": "card", "card": card}}
        shape = {
            "id": self.number,
            "object": "refund",
            "amount": self.amount,
            "charge": charge if expanded else self.charge,
            "created": self.created,
            "currency": self.currency,
            "destination_details": {"type": "card", "card": {"type": "refund", "reference_status": "pending"}},
            "metadata": self.metadata,
            "payment_intent": f"pi_{self.charge[3:]}",
            "status": self.status,
        }
        if self.reference:
            found = {"type": "refund", "reference": self.reference, "reference_status": "available"}
            shape["destination_details"] = {"type": "card", "card": found}
        if self.reason:
            shape["failure_reason"] = self.reason
        if self.pending_reason:
            shape["pending_reason"] = self.pending_reason
        return shape


def charge_of(payment: str) -> str:
    return payment if payment[:3] in ("ch_", "py_") else f"ch_{payment[3:]}"


class Records:
    """Locked as a whole."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.refunds: list[Refund] = []  # oldest first
        self.paid: dict[str, int] = {}  # by charge; one that is not here refunds any amount
        self.currencies: dict[str, str] = {}  # by charge; every other one is in CNY
        self.requests: Counter[str] = Counter()  # by charge
        self.questions: Counter[str] = Counter()  # by charge
        self.disputes: dict[str, Shape] = {}  # by charge
        # Idempotency-Key → the form of its first request, and what was answered to it; None while that one runs.
        self.keys: dict[str, tuple[dict[str, str], tuple[int, Shape] | None]] = {}
        self._numbers = itertools.count(1)

    def next_number(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def of(self, charge: str) -> list[Refund]:
        """Newest first, as Stripe lists them."""
        with self.lock:
            return [row for row in reversed(self.refunds) if row.charge == charge]

    def amounts(self, payment: str) -> list[int]:
        """What was paid back."""
        return [row.amount for row in self.of(charge_of(payment)) if row.status not in ("failed", "canceled")]

    def carry_out(self, charge: str, amount: int, metadata: dict[str, str], status: str = "succeeded") -> Refund:
        with self.lock:
            if sum(self.amounts(charge)) + amount > self.paid.get(charge, 10**12):
                message = "Refund amount is greater than unrefunded amount on charge."
                raise Refused(400, "invalid_request_error", param="amount", message=message)
            number, currency = self.next_number("re"), self.currencies.get(charge, "cny")
            refund = Refund(number, charge, amount, currency, metadata, status)
            self.refunds.append(refund)
            return refund
