"""What a payment channel has to offer: two calls, one receipt, one error.

Amounts are Decimal; minor units only inside an adapter.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    NOT_FOUND = "not_found"  # only a query's answer: this number was never carried out and may be sent


@dataclass(frozen=True, slots=True)
class Receipt:
    outcome: Outcome
    gateway_no: str = ""


class GatewayError(Exception):
    """`permanent`: the gateway said that this refund does not and will not happen (a definite failure).

    Everything else, a time-out, a 5xx, a broken answer, a refused login, leaves the outcome unknown: permanent=False.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Gateway(Protocol):
    """Both calls may come twice, at the same time too: a number is carried out at most once."""

    def request(
        self, *, refund_no: str, transaction_no: str, amount: Decimal, total: Decimal, currency: str
    ) -> Receipt: ...

    def query(self, *, refund_no: str, transaction_no: str) -> Receipt: ...
