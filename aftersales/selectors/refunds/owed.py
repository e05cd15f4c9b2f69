"""What an order counts as refunded and no refund has paid, by what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kernel.money import ZERO
from orders.models import Order
from refunds.machine import OPEN

from ...ledger.owed import not_arrived

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ...models import TicketRefund


@dataclass(frozen=True)
class Owed:
    """`sent`: on its way, the first time or again. `with_bank`: a bank decides on a chargeback of its payment.
    `failed`: it failed or came back, and the shop has to pay it."""

    sent: Decimal = ZERO
    with_bank: Decimal = ZERO
    failed: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.sent + self.with_bank + self.failed


NOTHING = Owed()


def owed_parts(orders: Iterable[Order]) -> dict[int, Owed]:
    """Order id → the parts of its `refund_owed`. Orders that owe nothing are left out; one statement where any does."""
    owing = [order for order in orders if order.refund_owed]
    parts: dict[int, Owed] = {}
    for order_id, status, waits, disputed, amount, by_bank in _rows(owing) if owing else ():
        before = parts.get(order_id, NOTHING)
        part = _part(status, waits=waits, disputed=disputed > 0, amount=amount - by_bank)
        parts[order_id] = Owed(before.sent + part.sent, before.with_bank + part.with_bank, before.failed + part.failed)
    return parts


def _rows(orders: list[Order]) -> "QuerySet[TicketRefund, tuple[int, str, bool, Decimal, Decimal, Decimal]]":
    rows = not_arrived(shop_id__in={order.shop_id for order in orders}, ticket__order__in=orders)
    return rows.values_list(
        "ticket__order_id", "refund__status", "refund__on_hold", "refund__payment__disputed", "refund__amount",
        "refund__charged_back",
    )  # fmt: skip


def _part(status: str, *, waits: bool, disputed: bool, amount: Decimal) -> Owed:
    if waits or (disputed and status not in OPEN):
        return Owed(with_bank=amount)
    return Owed(sent=amount) if status in OPEN else Owed(failed=amount)
