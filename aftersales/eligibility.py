"""May these goods come back? A verdict in reason codes (contract §5); none: yes. Pure functions of facts."""

from datetime import datetime, timedelta

from django.utils import timezone

from orders.machine import Status as OrderStatus
from orders.models import Order, OrderLine

from .facts import Facts, Piece
from .states import STOCK_TYPES, Type

NO_REASON = "no_reason"
# D-8 三包, days from delivery, where that is longer than the window.
WARRANTY_RETURN_DAYS = 7
WARRANTY_EXCHANGE_DAYS = 15
NEEDS_SHIPPED = frozenset({Type.RETURN_REFUND, Type.EXCHANGE, Type.REPAIR, Type.REISSUE})
NEEDS_DELIVERED = frozenset({Type.EXCHANGE, Type.REPAIR})  # S-008, B-07


def verdict(facts: Facts) -> list[str]:
    """Every reason against it, most telling first, each once."""
    if facts.order.status == OrderStatus.PENDING_PAYMENT:
        return ["not_paid"]
    if facts.order.status == OrderStatus.CLOSED:
        return ["order_closed"]
    found = [*_of_the_reason(facts), *_of_the_order(facts)]
    for piece in facts.pieces:
        found += _of_a_piece(facts, piece)
    found += _of_the_stock(facts)
    return list(dict.fromkeys(found))


def _of_the_reason(facts: Facts) -> list[str]:
    if facts.reason is None:
        return ["unknown_reason"]
    if facts.reason.evidence_required and facts.policy.photos_required and not facts.has_evidence:
        return ["evidence_required"]  # S-027, B-12
    return []


def _of_the_order(facts: Facts) -> list[str]:
    if facts.type in NEEDS_DELIVERED and facts.order.delivered_at is None:
        return ["not_delivered"]
    if facts.claimed is not None and not any(line.shipped_quantity for line in facts.lines):
        return ["not_shipped"]
    return []


def _of_a_piece(facts: Facts, piece: Piece) -> list[str]:
    line, found = piece.line, []
    if not line_open(facts.order, line, facts.type, facts.now) or _no_reason_is_late(facts):
        found.append("window_closed")
    if _type_excluded(facts, line):
        found.append("type_excluded")
    if line.failed_applications >= facts.policy.max_applications:
        found.append("applications_exhausted")  # B-08
    return found + units_refused(facts, piece)


def units_refused(facts: Facts, piece: Piece) -> list[str]:
    line, wanted = piece.line, piece.quantity
    if facts.claimed is not None:
        return ["quantity_exceeded"] if wanted > line.quantity else []
    if wanted > line.quantity - line.refunded_quantity:
        return ["quantity_exceeded"]
    if wanted > line.free_quantity:
        return ["open_ticket_exists"]
    # Free units that are still to be shipped cannot be sent back.
    if facts.type in NEEDS_SHIPPED and wanted > line.free_quantity - line.to_ship:
        return ["not_shipped"]
    return []


def line_open(order: Order, line: OrderLine, type_: str, now: datetime) -> bool:
    """S-011 with its exceptions: before completion, in the window, under 三包 (S-013)."""
    if order.status != OrderStatus.COMPLETED or order.window_open(now):
        return True
    if not line.warranty_days or order.delivered_at is None:
        return False
    days = {
        Type.RETURN_REFUND: WARRANTY_RETURN_DAYS,
        Type.EXCHANGE: WARRANTY_EXCHANGE_DAYS,
        Type.REPAIR: line.warranty_days,
    }.get(Type(type_), 0)
    return now < order.delivered_at + timedelta(days=days)


def no_reason_ends(order: Order) -> datetime | None:
    """Seven days from 00:00 of the day after signing (D-4 art. 10); None while not signed."""
    if order.delivered_at is None:
        return None
    signed = timezone.localtime(order.delivered_at)
    midnight = (signed + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=order.policy.no_reason_days)


def _no_reason_is_late(facts: Facts) -> bool:
    if facts.reason is None or facts.reason.code != NO_REASON:
        return False
    ends = no_reason_ends(facts.order)
    return ends is not None and facts.now >= ends


def _type_excluded(facts: Facts, line: OrderLine) -> bool:
    if facts.type == Type.EXCHANGE and line.exchange_excluded:
        return True  # S-010
    # B-05: without the buyer's confirmation at purchase the right stands.
    no_reason = facts.reason is not None and facts.reason.code == NO_REASON
    return no_reason and line.no_reason_exempt and line.exempt_confirmed


def _of_the_stock(facts: Facts) -> list[str]:
    """S-153 a: the shop's switch of today, because it is about today's shelf."""
    if facts.type not in STOCK_TYPES or not facts.order.shop.policy.exchange_only_in_stock:
        return []
    needed: dict[int, int] = {}
    for piece in facts.pieces:
        sku = piece.sku or piece.line.sku
        needed[sku.pk] = needed.get(sku.pk, 0) + piece.quantity
    short = any(units > facts.stock.get(sku, 0) for sku, units in needed.items())
    return ["out_of_stock"] if short else []
