"""One report of a bank about a transaction that paid several orders of a shop: what of it is each order's."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kernel.money import ZERO, split, unit_of
from orders.models import Payment

from .models import Chargeback

Part = tuple[Payment, Decimal]


def missing(payments: Sequence[Payment]) -> Decimal:
    """What the transaction paid of orders that are not known here."""
    total = payments[0].shared_total
    return ZERO if total is None else max(total - _captured(payments), ZERO)


def parts(payments: Sequence[Payment], chargeback_no: str, amount: Decimal) -> list[Part]:
    """Each payment with its part, in the order in which their orders are locked; empty where only a person can know
    it. As the shop's own system has reported the parts before, where they add up to this; else only the whole
    transaction, its fees included, can be divided: a bank does not say which goods a part of it is about."""
    if len(payments) == 1 and not missing(payments):
        return [(payments[0], amount)]
    shop_id, channel = payments[0].shop_id, payments[0].channel
    if any(payment.shop_id != shop_id or payment.shared_total is None for payment in payments):
        return []
    rows = Chargeback.objects.filter(shop_id=shop_id, channel=channel, chargeback_no__same_number=chargeback_no)
    known = {row.payment_id: row.amount for row in rows}
    of_known = [(payment, known[payment.pk]) for payment in payments if payment.pk in known]
    if len(of_known) < len(known):  # of another transaction
        return []
    if known and sum(known.values()) == amount:
        return of_known
    return _divided(payments, known, amount)


def _divided(payments: Sequence[Payment], known: Mapping[int, Decimal], amount: Decimal) -> list[Part]:
    """The parts that are known stay; the rest is divided over the other orders by what they paid, those that are not
    here among them. Empty where an order would have less than it paid: it is not the whole transaction then."""
    new, absent = [payment for payment in payments if payment.pk not in known], missing(payments)
    rest = amount - sum(known.values(), ZERO)
    too_little = any(known[payment.pk] < payment.captured for payment in payments if payment.pk in known)
    if too_little or rest < _captured(new) + absent:
        return []
    weights = [payment.captured for payment in new]
    shares = split(rest, [*weights, absent], unit_of(payments[0].order.currency)) if new else []
    of_new = {payment.pk: share for payment, share in zip(new, shares[: len(new)], strict=True)}
    return [(payment, {**known, **of_new}[payment.pk]) for payment in payments]


def _captured(payments: Sequence[Payment]) -> Decimal:
    return sum((payment.captured for payment in payments), ZERO)
