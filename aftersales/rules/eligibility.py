"""May these goods come back? A verdict in reason codes (contract §5); none: yes. Pure functions of facts."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Policy
from orders.machine import Status as OrderStatus
from orders.models import Order, OrderLine

from ..models import Reason, Ticket
from ..states import STOCK_TYPES, Type
from .facts import Facts, RequestedLine

NO_REASON = "no_reason"
# D-8 三包, days from delivery, where that is longer than the window.
WARRANTY_RETURN_DAYS = 7
WARRANTY_EXCHANGE_DAYS = 15
NEEDS_SHIPPED = frozenset({Type.RETURN_REFUND, Type.EXCHANGE, Type.REPAIR, Type.REISSUE})
NEEDS_DELIVERED = frozenset({Type.EXCHANGE, Type.REPAIR})  # S-008, B-07


def verdict(facts: Facts) -> list[str]:
    """Every reason against it, most telling first, each once."""
    return of_the_order(facts.order) or _once([*of_the_reason(facts), *of_the_goods(facts)])


def of_the_order(order: Order) -> list[str]:
    """What is against any application for the order, so that nothing else need be said."""
    return {OrderStatus.PENDING_PAYMENT: ["not_paid"], OrderStatus.CLOSED: ["order_closed"]}.get(
        OrderStatus(order.status), []
    )


def of_the_reason(facts: Facts) -> list[str]:
    """What is against the reason given for these goods."""
    if facts.reason is None:
        return ["unknown_reason"]
    found = []
    if needs_photo(facts.reason, facts.policy) and not facts.has_evidence:
        found.append("evidence_required")
    if facts.reason.code == NO_REASON:
        found += _of_no_reason(facts)
    return found


def needs_photo(reason: Reason, policy: Policy) -> bool:
    """S-027, B-12"""
    return reason.evidence_required and policy.photos_required


def of_the_goods(facts: Facts) -> list[str]:
    """What is against the type for these goods, whatever the reason."""
    found = []
    if facts.type in NEEDS_DELIVERED and facts.order.delivered_at is None:
        found.append("not_delivered")
    if facts.claimed is not None and not any(line.shipped_quantity for line in facts.lines):
        found.append("not_shipped")
    for requested in facts.requested_lines:
        found += _check_line(facts, requested)
    return _once([*found, *_of_the_stock(facts)])


def _once(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _check_line(facts: Facts, requested: RequestedLine) -> list[str]:
    line, found = requested.line, []
    if not line_open(facts.order, line, facts.type, facts.now):
        found.append("window_closed")
    if facts.type == Type.EXCHANGE and line.exchange_excluded:
        found.append("type_excluded")  # S-010
    if line.failed_applications >= facts.policy.max_applications:
        found.append("applications_exhausted")  # B-08
    return found + units_refused(facts, requested)


def units_refused(facts: Facts, requested: RequestedLine) -> list[str]:
    line, wanted = requested.line, requested.quantity
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


def _of_no_reason(facts: Facts) -> list[str]:
    found, ends = [], no_reason_ends(facts.order)
    if ends is not None and facts.now >= ends:
        found.append("window_closed")
    # B-05: without the buyer's confirmation at purchase the right stands.
    if any(requested.line.no_reason_exempt and requested.line.exempt_confirmed for requested in facts.requested_lines):
        found.append("type_excluded")
    return found


def no_reason_return(ticket: Ticket) -> bool:
    """In time it is the buyer's right: it can be refused only on a ground of the law (B-05)."""
    return ticket.type == Type.RETURN_REFUND and ticket.reason.code == NO_REASON


def _of_the_stock(facts: Facts) -> list[str]:
    """S-153 a: the shop's switch of today, because it is about today's shelf."""
    if facts.type not in STOCK_TYPES or not facts.order.shop.policy.exchange_only_in_stock:
        return []
    needed: dict[int, int] = {}
    for requested in facts.requested_lines:
        sku = requested.sku or requested.line.sku
        needed[sku.pk] = needed.get(sku.pk, 0) + requested.quantity
    short = any(units > facts.stock.get(sku, 0) for sku, units in needed.items())
    return ["out_of_stock"] if short else []
