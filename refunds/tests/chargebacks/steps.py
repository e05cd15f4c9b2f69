"""Chargebacks for tests, as an integration reports them."""

from decimal import Decimal
from typing import Any

from orders.models import Order, Payment
from refunds import services
from refunds.models import Chargeback
from tests.world import World

from ..helpers import payment


def report(
    world: World, order: Order, amount: str = "100.00", status: str = "open", number: str = "CB-1", **more: Any
) -> Chargeback:
    chargeback, _new = services.record_chargeback(
        order,
        transaction_no=more.pop("transaction_no", payment(order).transaction_no),
        chargeback_no=number,
        amount=Decimal(amount),
        status=status,
        actor=world.actor("oms", order.shop),
        now=world.now,
        **more,
    )
    return chargeback


def sums(order: Order) -> tuple[str, str, str]:
    """Of the first payment: refunded, charged back, left."""
    row = Payment.objects.filter(order=order).order_by("pk")[0]
    return str(row.refunded), str(row.charged_back), str(row.left)
