"""Whether an application is possible: the refusals (contract §5), or none. Pure functions of facts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Policy
from kernel.money import ZERO
from orders.machine import Status as OrderStatus
from orders.models import Order, OrderLine, Sku

from ..models import Reason, Ticket
from ..states import NO_REASON, QUALITY_REASONS, STOCK_TYPES, Type
from .facts import Facts, RequestedLine
from .refusal import Refusal

# D-8 三包, days from delivery, where that is longer than the window.
WARRANTY_RETURN_DAYS = 7
WARRANTY_EXCHANGE_DAYS = 15
FAILED_REPAIRS = 2
NEEDS_SHIPPED = frozenset({Type.RETURN_REFUND, Type.EXCHANGE, Type.REPAIR, Type.REISSUE})
NEEDS_DELIVERED = frozenset({Type.EXCHANGE, Type.REPAIR})  # S-008, B-07


def verdict(facts: Facts, goods: list[Refusal] | None = None) -> list[Refusal]:
    """Every refusal of the application; those that explain most come first. `goods`: those of `check_goods`, where
    it was called already."""
    if refusals := check_order(facts):
        return refusals
    return [*check_reason(facts), *(check_goods(facts) if goods is None else goods)]


def check_order(facts: Facts) -> list[Refusal]:
    """What rules out any application for the order; nothing else is then checked."""
    if facts.order.status == OrderStatus.PENDING_PAYMENT:
        return [Refusal("not_paid")]
    closed = facts.order.status == OrderStatus.CLOSED
    return [Refusal("order_closed", facts.order)] if closed and not kept_back(facts.order, facts.lines) else []


def kept_back(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """B-21: what the shop has kept of an order whose goods were all refunded: a fee, a deduction, the freight. Nothing
    of one that was closed for another reason: it was never paid, or was settled before it was imported."""
    if not order.closed_by_refund:
        return ZERO
    # What open claims have of it is kept back until it is paid. What went to a replacement is on that one's line.
    goods = sum((line.free_amount + line.open_amount for line in lines), ZERO)
    return goods + order.freight - order.freight_refunded + order.promotion_kept


def check_reason(facts: Facts) -> list[Refusal]:
    """What rules out the reason that the buyer chose for these goods."""
    if facts.reason is None:
        return [Refusal("unknown_reason")]
    refusals = []
    if needs_photo(facts.reason, facts.policy) and not facts.has_evidence:
        refusals.append(Refusal("evidence_required", facts.reason))
    if facts.reason.code == NO_REASON:
        refusals += _check_no_reason(facts, facts.reason)
    if facts.reason.code not in QUALITY_REASONS:
        refusals += [
            Refusal("window_closed", facts.reason, ended=_window_end(facts.order, requested.line))
            for requested in facts.requested_lines
            if _opened_by_repairs(facts, requested) and not line_open(facts, requested.line)
        ]
    return refusals


def needs_photo(reason: Reason, policy: Policy) -> bool:
    """S-027, B-12. A shop may switch photos off for all reasons."""
    return reason.evidence_required and policy.photos_required


def check_goods(facts: Facts) -> list[Refusal]:
    """What rules out the type for these goods, whatever the reason."""
    refusals = []
    if facts.type in NEEDS_DELIVERED:
        # Nothing can be exchanged or repaired that the buyer does not have; a signed parcel of several counts.
        waiting = (requested.line for requested in facts.requested_lines if requested.line.delivered_at is None)
        refusals += [Refusal("not_delivered", line) for line in waiting]
    # Of goods that never left the house a fee may have been kept back, once they were refunded (B-21).
    undone = facts.order.closed_by_refund
    if facts.claimed is not None and not undone and not any(line.shipped_quantity for line in facts.lines):
        refusals.append(Refusal("not_shipped"))
    for requested in facts.requested_lines:
        refusals += _check_line(facts, requested)
    return [*refusals, *_check_stock(facts)]


def _check_line(facts: Facts, requested: RequestedLine) -> list[Refusal]:
    line, refusals = requested.line, []
    if not (line_open(facts, line) or _opened_by_repairs(facts, requested)):
        refusals.append(Refusal("window_closed", line, ended=_window_end(facts.order, line)))
    if facts.type == Type.EXCHANGE and line.exchange_excluded:
        refusals.append(Refusal("type_excluded", line))  # S-010
    elif not may_be_sent(facts.order, line, requested.sku):
        refusals.append(Refusal("type_excluded", requested.sku))
    if line.failed_applications >= facts.policy.max_applications:
        refusals.append(Refusal("applications_exhausted", line))  # B-08
    return refusals + _check_units(facts, requested)


def may_be_sent(order: Order, line: OrderLine, sku: Sku | None) -> bool:
    """Whether an exchange may send this SKU: always the one that is held; another one unless it is virtual, excluded
    from exchange, or priced in another currency (contract §5)."""
    if sku is None or sku.pk == line.sku_id:
        return True
    return not (sku.virtual or sku.exchange_excluded) and sku.currency == order.currency


def changes_product(facts: Facts) -> bool:
    """An exchange for something else than a variant of what is held."""
    exchanged = facts.requested_lines if facts.type == Type.EXCHANGE else []
    return any(item.sku is not None and not item.sku.same_product(item.line.sku) for item in exchanged)


def _window_end(order: Order, line: OrderLine) -> datetime | None:
    if line.window_ends_at is not None:
        return line.window_ends_at  # it ends later than that of the order
    # The sweep marks the window as closed a little after its end: the earlier date is the true one.
    return min((at for at in (order.window_ends_at, order.window_closed_at) if at is not None), default=None)


def _check_units(facts: Facts, requested: RequestedLine) -> list[Refusal]:
    line, quantity = requested.line, requested.quantity
    if facts.claimed is not None:
        # A claim takes money and no units, so that units in other tickets do not matter.
        left = line.quantity - line.exchanged_quantity
        return [Refusal("quantity_exceeded", line, left=left)] if quantity > left else []
    if refusals := check_free(line, quantity):
        return refusals
    # Free units that are still to be shipped cannot be sent back.
    if facts.type in NEEDS_SHIPPED and quantity > (left := line.free_quantity - line.to_ship):
        return [Refusal("not_shipped", line, left=left)]
    return []


def check_free(line: OrderLine, quantity: int) -> list[Refusal]:
    """Units are free while they are neither refunded nor exchanged nor in another ticket."""
    if quantity > (left := line.left_quantity):
        return [Refusal("quantity_exceeded", line, left=left)]
    return [Refusal("open_ticket_exists", line, left=line.free_quantity)] if quantity > line.free_quantity else []


def line_open(facts: Facts, line: OrderLine) -> bool:
    """S-011 with its exceptions: before completion, in the window, under 三包 (S-013)."""
    if facts.order.status != OrderStatus.COMPLETED or _in_window(facts):
        return True
    if line.window_ends_at is not None and (facts.first_applied_at or facts.now) < line.window_ends_at:
        return True  # D-5: the duty begins again with a replacement
    if not line.warranty_days:
        return False
    # 三包 gives a right to return, exchange and repair; for the other types the window alone counts.
    days = {
        Type.RETURN_REFUND: max(line.warranty_return_days, WARRANTY_RETURN_DAYS),
        Type.EXCHANGE: max(line.warranty_exchange_days, WARRANTY_EXCHANGE_DAYS),
        Type.REPAIR: line.warranty_days,
    }.get(Type(facts.type), 0)
    return _within(facts, line, days)


def _within(facts: Facts, line: OrderLine, days: int) -> bool:
    """So many days from the beginning of the duty (D-5)."""
    begins = line.warranty_from
    return begins is not None and (facts.first_applied_at or facts.now) < begins + timedelta(days=days)


def repairs_failed(facts: Facts, requested: RequestedLine) -> bool:
    """D-8: the units were repaired twice and their fault is reported again, within the warranty. Units of a line are
    not told apart; those in open tickets count as its repaired ones."""
    line = requested.line
    of_fault = facts.type in (Type.EXCHANGE, Type.RETURN_REFUND) and facts.claimed is None
    if not of_fault or line.repair_attempts < FAILED_REPAIRS or not _within(facts, line, line.warranty_days):
        return False
    return line.repair_attempts // FAILED_REPAIRS - line.open_quantity >= requested.quantity


def _opened_by_repairs(facts: Facts, requested: RequestedLine) -> bool:
    """A replacement, although the days for it are over; money back where there is none to be had."""
    if not repairs_failed(facts, requested):
        return False
    line = requested.line
    on_shelf = facts.stock.get(line.sku_id, 0) >= requested.quantity and not line.exchange_excluded
    return facts.type == Type.EXCHANGE or not on_shelf


def _in_window(facts: Facts) -> bool:
    order, first, ends = facts.order, facts.first_applied_at, facts.order.window_ends_at
    # That the job has closed the window since changes nothing for what was applied for before its end.
    return order.window_open(facts.now) or (first is not None and ends is not None and first < ends)


def no_reason_ends(order: Order, lines: Iterable[OrderLine]) -> datetime | None:
    """Seven days from 00:00 of the day after signing (D-4 art. 10); None while nothing was signed for."""
    return days_after_signing(lines, order.policy.no_reason_days)


def days_after_signing(lines: Iterable[OrderLine], days: int) -> datetime | None:
    """The end of so many days from 00:00 of the day after signing, of the line that was signed for first."""
    delivered = [line.delivered_at for line in lines if line.delivered_at is not None]
    if not delivered:
        return None
    # The day of signing is a day of the local calendar, so it is not taken in UTC.
    signed = timezone.localtime(min(delivered))
    midnight = (signed + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days)


def _check_no_reason(facts: Facts, reason: Reason) -> list[Refusal]:
    refusals, ends = [], no_reason_ends(facts.order, (requested.line for requested in facts.requested_lines))
    # Not signed yet: the period has not begun, and the return is possible.
    if ends is not None and (facts.first_applied_at or facts.now) >= ends:
        refusals.append(Refusal("window_closed", reason, ended=ends))
    # B-05: without the buyer's confirmation at purchase the right to return applies.
    if any(requested.line.no_reason_exempt and requested.line.exempt_confirmed for requested in facts.requested_lines):
        refusals.append(Refusal("type_excluded", reason))
    return refusals


def no_reason_return(ticket: Ticket) -> bool:
    """A return that is the buyer's right while in time: it can be rejected only on a ground of the law (B-05)."""
    return ticket.type == Type.RETURN_REFUND and ticket.reason.code == NO_REASON


def _check_stock(facts: Facts) -> list[Refusal]:
    """S-153 a: by the shop's switch of today and not the order's, because it is about today's stock."""
    if facts.type not in STOCK_TYPES or not facts.order.shop.policy.exchange_only_in_stock:
        return []
    needed: dict[Sku, int] = {}
    for requested in facts.requested_lines:
        sku = requested.sku or requested.line.sku
        needed[sku] = needed.get(sku, 0) + requested.quantity
    # Summed by SKU first: two lines may ask for the same goods.
    return [
        Refusal("out_of_stock", sku, left=facts.stock.get(sku.pk, 0))
        for sku, units in needed.items()
        if units > facts.stock.get(sku.pk, 0)
    ]
