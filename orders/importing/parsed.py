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
    points_share: Decimal = ZERO
    refunded: Decimal = ZERO  # before the import
    stated: Decimal = ZERO  # what of it the line itself says
    title_en: str = ""
    spec_en: str = ""

    @property
    def before_order_discount(self) -> Decimal:
        return self.unit_price * self.quantity - self.discount

    @property
    def paid(self) -> Decimal:
        return self.before_order_discount - self.share - self.points_share


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
    currency: str = ""
    receiver_name: str = ""
    receiver_phone: str = ""
    receiver_address: str = ""
    points_deduction: Decimal = ZERO
    freight_refunded: Decimal = ZERO  # before the import
    # The payments: what came in by each, and what of it went back before the import.
    captured: Decimal = ZERO
    refunded: Decimal = ZERO
    shared_total: Decimal | None = None
    channel_2: str = ""
    transaction_no_2: str = ""
    captured_2: Decimal = ZERO
    refunded_2: Decimal = ZERO

    @property
    def has_payment(self) -> bool:
        return bool(self.channel and self.transaction_no and self.paid_at)

    @property
    def transactions(self) -> list[tuple[str, str]]:
        """Channel and number of each payment that is stored."""
        both = (self.channel, self.transaction_no), (self.channel_2, self.transaction_no_2)
        return [(channel, number) for channel, number in both if channel and self.paid_at]

    @property
    def shipped(self) -> bool:
        return self.status in (Status.SHIPPED, Status.COMPLETED) or (
            self.status == Status.CLOSED and self.shipped_at is not None
        )
