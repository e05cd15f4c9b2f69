"""An order as the file says it, ready to be stored."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kernel.money import ZERO

from ..machine import Status
from .columns import Row


class BadRow(Exception):
    """`reason` for a person; `row` is its place within the order, None where it is the order's as a whole."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        self.reason, self.row = reason, row
        super().__init__(reason)


@dataclass(slots=True)
class Line:
    sku: str
    title: str
    spec: str
    category: str
    unit_price: Decimal
    quantity: int
    discount: Decimal
    share: Decimal = ZERO

    @property
    def before_order_discount(self) -> Decimal:
        return self.unit_price * self.quantity - self.discount


@dataclass(slots=True)
class Parsed:
    order_no: str
    buyer: str
    status: str
    fulfilment: str
    freight: Decimal
    discount: Decimal
    amount: Decimal
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    channel: str
    transaction_no: str
    courier: str
    tracking_no: str
    lines: list[Line]
    rows: list[Row]
    fingerprint: str = ""

    @property
    def shipped(self) -> bool:
        return self.status in (Status.SHIPPED, Status.COMPLETED) or (
            self.status == Status.CLOSED and self.shipped_at is not None
        )
