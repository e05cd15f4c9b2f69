"""Which tender pays how much of a refund. Pure: the quote and the payer call the same function."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from kernel.errors import OverRefund
from kernel.money import ZERO, split
from orders.models import OrderLine, Payment
from orders.models.payment import Purpose


class Claims(NamedTuple):
    """By payment id. `free`: what a refund may take of it; `owed`: how much of that belongs to refunds that failed or
    came back, and that have to be paid once more (`refunds.services.claims`)."""

    free: Mapping[int, Decimal]
    owed: Mapping[int, Decimal]

    @classmethod
    def of(cls, payments: Iterable[Payment]) -> "Claims":
        """What is left of them, with nothing owed."""
        return cls({payment.pk: payment.left for payment in payments}, {})

    def weights(self, payments: Sequence[Payment], total: Decimal) -> list[Decimal]:
        """What failed refunds still need is theirs, while the rest is enough."""
        free = [self.free[payment.pk] for payment in payments]
        rest = [max(self.free[row.pk] - self.owed.get(row.pk, ZERO), ZERO) for row in payments]
        return rest if total <= sum(rest, ZERO) else free


def along_differences(
    lines: Iterable[OrderLine],
    amounts: Mapping[int, Decimal],
    payments: Sequence[Payment],
    claims: Claims | None = None,
) -> dict[int, Decimal]:
    """Line id → what goes back of the price difference that was paid for it, when `amounts` (line id → money) are
    refunded. A line uses up its own difference first, then those of the lines that it replaces; the rest is shared
    by the payments of the order (F-8). `lines`: all of the order. `claims`: as in `tenders`."""
    by_id = {line.pk: line for line in lines}
    left = dict((claims or Claims.of(payments)).free)
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


def over_refund(payments: Iterable[Payment]) -> OverRefund:
    """That they do not hold enough any more; in words, where it is the bank that has the money."""
    rows = list(payments)
    if any(payment.disputed for payment in rows):
        return OverRefund(_("The bank holds this money until it has decided on a chargeback. Wait for that."))
    if any(payment.charged_back for payment in rows):
        return OverRefund(_("The bank has given the buyer this money back by a chargeback. It isn't paid again."))
    return OverRefund()


def tenders(
    payments: Iterable[Payment],
    total: Decimal,
    unit: Decimal,
    differences: Mapping[int, Decimal] | None = None,
    claims: Claims | None = None,
) -> list[tuple[Payment, Decimal]]:
    """`total` over the payments, oldest first: `differences` (payment id → amount) along these, the rest over the
    payments of the order, weighted by what is left of each (F-8).

    `unit`: the smallest of the order's currency. Shares of zero are left out. OverRefund when the payments do not
    hold `total` any more. `claims`: None for what is left of each.
    """
    differences = differences or {}
    # By id: the order of the rows decides which tender gets the odd unit, and quote and payout must agree.
    rows = sorted(payments, key=lambda p: p.pk)
    # The payment of a price difference belongs to a line, and is never refunded for other goods of the order.
    own = [payment for payment in rows if payment.purpose == Purpose.ORDER]
    rest = total - sum(differences.values(), ZERO)
    left = (claims or Claims.of(rows)).weights(own, rest)
    if rest > sum(left, ZERO):
        raise over_refund(rows)
    shares = dict(differences)
    shares |= {payment.pk: share for payment, share in zip(own, split(rest, left, unit), strict=True)}
    return [(payment, shares[payment.pk]) for payment in rows if shares.get(payment.pk, ZERO) > 0]
