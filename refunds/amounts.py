"""Which tender pays how much of a refund. Pure: the quote and the payer call the same function."""

from collections.abc import Iterable
from decimal import Decimal

from kernel.errors import OverRefund
from kernel.money import ZERO, split
from orders.models import Payment
from orders.models.payment import Purpose


def tenders(payments: Iterable[Payment], total: Decimal) -> list[tuple[Payment, Decimal]]:
    """`total` over the payments of the order, oldest first, weighted by what is left of each (F-8).

    Shares of zero are left out. OverRefund when the payments do not hold `total` any more.
    """
    # The payment of a price difference belongs to an exchange and is refunded with it, never for goods of the order.
    # By id: the order of the rows decides which tender gets the odd cent, and quote and payout must agree.
    rows = sorted((p for p in payments if p.purpose == Purpose.ORDER), key=lambda p: p.pk)
    left = [payment.left for payment in rows]
    if total > sum(left, ZERO):
        raise OverRefund()
    shares = split(total, left)
    return [(payment, share) for payment, share in zip(rows, shares, strict=True) if share > 0]
