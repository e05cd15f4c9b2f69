"""The money of a past order beyond its lines: several payments, and what went back before (docs/files.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.money import ZERO, split
from kernel.numbers import comparable

from ..machine import Status
from .parsed import BadRow, Parsed


@dataclass(frozen=True)
class Stated:
    """What the optional columns say; None where they say nothing."""

    amount: Decimal | None
    amount_2: Decimal | None
    shared_total: Decimal | None
    refunded_amount: Decimal | None


def add_payments(order: Parsed, cells: Mapping[str, str], stated: Stated) -> None:
    """`captured` of each of the payments, which add up to the order; raises BadRow."""
    first = stated.amount
    if cells["channel_2"] or cells["transaction_no_2"] or stated.amount_2 is not None:
        if first is None or not (cells["channel_2"] and cells["transaction_no_2"] and stated.amount_2):
            raise BadRow("a second payment needs amount, channel_2, transaction_no_2 and amount_2")
        order.channel_2, order.transaction_no_2 = cells["channel_2"], cells["transaction_no_2"]
        order.captured_2 = stated.amount_2
        same = comparable(order.transaction_no) == comparable(order.transaction_no_2)
        if order.channel == order.channel_2 and same:
            raise BadRow("both payments are the same transaction")
    paid = order.amount if first is None else first + order.captured_2
    if paid != order.amount:
        raise BadRow(f"the payments make {paid}, but {order.amount} is to be paid")
    order.captured = order.amount - order.captured_2
    if (first is not None or order.captured_2) and not order.has_payment:
        raise BadRow("a payment needs channel, transaction_no and paid_at")
    if stated.shared_total is not None and stated.shared_total < order.captured:
        raise BadRow("shared_total is less than the payment")
    order.shared_total = stated.shared_total


def give_back(order: Parsed, refunded: Decimal | None, unit: Decimal) -> None:
    """What went back before is not refunded again: of the lines that say so, and the rest of `refunded` (of the order)
    by share over what lines and freight have left; then over the payments by theirs, as a refund goes (F-8)."""
    own = sum((line.refunded for line in order.lines), ZERO)
    total = own if refunded is None else refunded
    if not total:
        return
    if order.status == Status.PENDING_PAYMENT or not order.has_payment:
        raise BadRow("refunded_amount is given, but no payment")
    if any(line.refunded > line.paid for line in order.lines) or total > order.amount:
        raise BadRow("more was refunded than was paid")
    if total < own:
        raise BadRow("refunded_amount is less than the lines say")
    left = [*(line.paid - line.refunded for line in order.lines), order.freight]
    *shares, order.freight_refunded = split(total - own, left, unit) if total > own else [ZERO] * len(left)
    for line, share in zip(order.lines, shares, strict=True):
        line.refunded += share
    order.refunded, order.refunded_2 = split(total, [order.captured, order.captured_2], unit)
