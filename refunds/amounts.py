"""Which tender pays how much of a refund. Pure: the quote and the payer call the same function."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kernel.errors import OverRefund
from kernel.money import ZERO, split
from orders.models import OrderLine, Payment
from orders.models.payment import Purpose


def along_differences(
    lines: Iterable[OrderLine], amounts: Mapping[int, Decimal], payments: Iterable[Payment]
) -> dict[int, Decimal]:
    """Line id → what goes back of the price difference that was paid for it, when `amounts` (line id → money) are
    refunded. A line uses up its own difference first, then those of the lines that it replaces; the rest is shared
    by the payments of the order (F-8). `lines`: all of the order."""
    by_id = {line.pk: line for line in lines}
    left = {payment.pk: payment.left for payment in payments}
    along: dict[int, Decimal] = {}
    for pk, amount in sorted(amounts.items()):
        line, rest = by_id.get(pk), amount
        while line is not None and rest > 0:
            paid_by = line.difference_payment_id
            if paid_by is not None and paid_by in left:
                part = min(rest, line.difference_left - along.get(line.pk, ZERO), left[paid_by])
                along[line.pk] = along.get(line.pk, ZERO) + part
                left[paid_by] -= part
                rest -= part
            line = by_id.get(line.replaces_id or 0)
    return {pk: amount for pk, amount in along.items() if amount > 0}


def by_payment(lines: Iterable[OrderLine], along: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Payment id → the same amounts."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        if line.pk in along and line.difference_payment_id is not None:
            sums[line.difference_payment_id] = sums.get(line.difference_payment_id, ZERO) + along[line.pk]
    return sums


def tenders(
    payments: Iterable[Payment], total: Decimal, unit: Decimal, differences: Mapping[int, Decimal] | None = None
) -> list[tuple[Payment, Decimal]]:
    """`total` over the payments, oldest first: `differences` (payment id → amount) along these, the rest over the
    payments of the order, weighted by what is left of each (F-8).

    `unit`: the smallest of the order's currency. Shares of zero are left out. OverRefund when the payments do not
    hold `total` any more.
    """
    differences = differences or {}
    # By id: the order of the rows decides which tender gets the odd unit, and quote and payout must agree.
    rows = sorted(payments, key=lambda p: p.pk)
    # The payment of a price difference belongs to a line, and is never refunded for other goods of the order.
    own = [payment for payment in rows if payment.purpose == Purpose.ORDER]
    left, rest = [payment.left for payment in own], total - sum(differences.values(), ZERO)
    if rest > sum(left, ZERO):
        raise OverRefund()
    shares = dict(differences)
    shares |= {payment.pk: share for payment, share in zip(own, split(rest, left, unit), strict=True)}
    return [(payment, shares[payment.pk]) for payment in rows if shares.get(payment.pk, ZERO) > 0]
