"""How an exchange is settled: the difference for the units that are really sent (F-9), and at the end the order line
that they become (B-15)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from kernel.machine import update_columns
from kernel.money import ZERO
from orders import services as orders
from orders.models import OrderLine

from ..models import TicketLine
from ..rules.amounts import owed_or_back, points_of
from . import lines, stock
from .allocation import Allocation


@dataclass(frozen=True)
class Settled:
    """`back`: order line id → what a cheaper replacement gives back of its money. `unused`: what of the difference was
    paid for units that are not sent. `difference`: what remains of the difference of the ticket."""

    back: dict[int, Decimal]
    unused: Decimal
    difference: Decimal


def settle_sent(allocation: Allocation) -> Settled:
    """Before the replacement leaves. Once more where it is sent again after a loss: then only for what has changed."""
    back, unused = {}, ZERO
    for item in allocation.lines:
        paid_for = max(item.settled_difference, ZERO)
        # Never more units than the first time: the difference of the others went back then.
        item.sent_quantity = min(
            item.returned_quantity, item.quantity if item.sent_quantity is None else item.sent_quantity
        )
        unused += paid_for - max(item.settled_difference, ZERO)
        if amount := lines.give_back(item, allocation.order.unit):
            back[item.line_id] = amount
    lines.save(allocation.lines)
    update_columns(allocation.lines, ["sent_quantity", "refund_amount", "given_back"])
    given_back = sum((item.given_back for item in allocation.lines), ZERO)
    return Settled(back, unused, owed_or_back((item.settled_difference for item in allocation.lines), given_back))


def complete(allocation: Allocation, *, arrived_at: datetime, now: datetime) -> list[OrderLine]:
    """The replacement has arrived. Answers the new lines: what the buyer holds now. Its window begins anew (D-5)."""
    made = []
    for item in allocation.lines:
        # Counted before the units leave the line.
        points = points_of(item.line, item.line.quantity - item.line.left_quantity, item.sent_quantity or 0)
        moved = lines.exchange(item, allocation.order.unit)
        if item.sent_quantity:
            new = _replacement(allocation, item, moved, points)
            item.replacement = orders.add_replacement(
                allocation.order, item.line, new, delivered_at=arrived_at, now=now
            )
            made.append(item.replacement)
    lines.save(allocation.lines)
    update_columns(allocation.lines, ["replacement"])
    stock.release(allocation.lines, now=now)
    allocation.reserved = False
    return made


def _replacement(allocation: Allocation, item: TicketLine, moved: Decimal, points: int) -> orders.Replacement:
    sku, units = item.exchange_sku or item.line.sku, item.sent_quantity or 0
    paid = max(item.settled_difference, ZERO)
    return orders.Replacement(
        sku=sku,
        quantity=units,
        unit_price=sku.price if item.exchange_price is None else item.exchange_price,
        list_paid=_list_paid(item, paid, units, allocation.order.unit),
        moved=moved,
        points=points,
        difference=paid,
        payment_id=allocation.ticket.difference_payment_id if paid else None,
    )


def _list_paid(item: TicketLine, paid: Decimal, units: int, unit: Decimal) -> Decimal:
    """By what was really paid or given back, which may be less than the difference of the list prices. Rounded down:
    nobody gets a cent for nothing."""
    each = item.line.list_price_paid + (paid - item.given_back) / units
    return max(each, ZERO).quantize(unit, rounding=ROUND_DOWN)
