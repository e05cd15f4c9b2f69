"""What a new refund may take of each payment of an order. The quote and the payer ask the same function."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, Sum

from kernel.money import ZERO
from orders.models import Payment
from orders.models.payment import Purpose

from ..amounts import Claims
from ..models import Refund
from ..worklist import UNRESOLVED


def claims(payments: Iterable[Payment], *, behind_bank: bool = False) -> Claims:
    """Of the payments of one order. `behind_bank`: what a bank holds or has taken counts as theirs as well, but for
    what it has given instead of other refunds (`reserve`)."""
    rows = list(payments)
    by_bank: dict[int, Decimal] = {}
    if behind_bank and any(payment.charged_back for payment in rows):
        by_bank = _sums(rows, "charged_back", Q(charged_back__gt=0))
    owed: dict[int, Decimal] = {}
    # With one tender there is nothing to choose from.
    if sum(payment.purpose == Purpose.ORDER for payment in rows) > 1:
        owed = _sums(rows, "amount", UNRESOLVED)
    gone = {row.pk: by_bank.get(row.pk, ZERO) if behind_bank else row.charged_back for row in rows}
    free = {row.pk: max(row.captured - row.refunded - gone[row.pk], ZERO) for row in rows}
    return Claims(free, owed)


def _sums(payments: list[Payment], column: str, condition: Q) -> dict[int, Decimal]:
    ids = [payment.pk for payment in payments]
    rows = Refund.objects.filter(condition, shop_id=payments[0].shop_id, payment_id__in=ids).order_by()
    return dict(rows.values_list("payment_id").annotate(Sum(column)))
