"""What units add that were counted as missing and arrive after all (F-3, contract §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.machine import update_columns
from kernel.money import ZERO

from ..models import TicketLine
from ..rules.amounts import paid_of, received_part
from ..rules.eligibility import check_free
from ..rules.promotions import Deductions
from ..wording.refusals import not_eligible
from . import lines
from .allocation import Allocation


@dataclass(frozen=True)
class Added:
    """`goods`: order line id → the money of its late units, without what is kept back for promotions; `total` with the
    outbound freight that became due."""

    goods: dict[int, Decimal]
    total: Decimal


def add_late_units(allocation: Allocation, came: Mapping[int, int]) -> Added:
    """`came`: ticket line id → units. While the refund is on its way they become a part of it. On a completed ticket
    they count as refunded at once, as what a cheaper replacement gives back does. NotEligible (422) where others have
    the units by now. The caller advances the ticket with `allocation.approved()`."""
    order, reserved = allocation.order, allocation.reserved
    items = [item for item in allocation.lines if item.pk in came]
    refusals = [] if reserved else [refusal for item in items for refusal in check_free(item.line, came[item.pk])]
    if refusals:
        raise not_eligible(refusals)
    goods = {item.line_id: _book(allocation, item, came[item.pk]) for item in items}
    freight = _freight(allocation, {item.line_id: came[item.pk] for item in items})
    if reserved:
        order.freight_open += freight
    else:
        order.freight_refunded += freight
    allocation.freight += freight
    released = allocation.deductions.total
    allocation.deductions = _deductions(allocation)
    released -= allocation.deductions.total
    order.promotion_kept -= released
    if reserved:
        order.promotion_open -= released
    order.save(update_fields=["freight_open", "freight_refunded", "promotion_kept", "promotion_open"])
    update_columns(items, ["refund_amount", "received_quantity"])
    lines.save(items)
    money = sum(goods.values(), ZERO) + released
    return Added(paid_of(goods, money, order.unit), money + freight)


def _book(allocation: Allocation, item: TicketLine, units: int) -> Decimal:
    """On the order line; answers the money of the units."""
    line, unit, before = item.line, allocation.order.unit, item.returned_quantity
    after = before + units
    all_units = item.share_amount if item.whole_amount is None else item.whole_amount
    amount = received_part(all_units, after, item.quantity, unit) - received_part(
        all_units, before, item.quantity, unit
    )
    amount = min(amount, max(line.free_amount, ZERO))  # a claim (S-058) may have taken a part
    item.refund_amount += amount
    item.received_quantity = after
    if allocation.reserved:  # the units and their worth are reserved until it is settled
        line.open_amount += amount
        return amount
    share = received_part(item.share_amount, after, item.quantity, unit)
    share -= received_part(item.share_amount, before, item.quantity, unit)
    line.refunded_amount += amount
    line.refunded_quantity += units
    line.allocated_share = min(line.allocated_share + share, line.paid_amount)
    return amount


def _freight(allocation: Allocation, late: dict[int, int]) -> Decimal:
    """The outbound freight, where these units are the last (B-16). A fee or a lower amount that the buyer agreed to
    leaves it as it is, as in a first count; where nothing was agreed to be paid, nothing is added."""
    if (allocation.ticket.service_fee or allocation.ticket.reduced) and not allocation.total:
        return ZERO
    if not allocation.reserved:  # what came before counts as refunded on the lines
        return allocation.freight_for(late)
    return max(allocation.freight_for(allocation.returned()) - allocation.freight, ZERO)


def _deductions(allocation: Allocation) -> Deductions:
    """For promotions: goods that come late never raise what is kept back."""
    before = allocation.deductions
    if not allocation.order.has_promotions:
        return before
    fresh = allocation.deductions_for(allocation.goods + allocation.freight).waive(before.waived)
    return fresh if fresh.total < before.total else before
