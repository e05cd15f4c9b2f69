"""Whether an application is possible: the reason codes against it (contract §5), or none. Pure functions of facts."""

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
    """Every reason against the application, each once; those that explain most come first."""
    return check_order(facts.order) or _once([*check_reason(facts), *check_goods(facts)])


def check_order(order: Order) -> list[str]:
    """What rules out any application for the order; nothing else is then checked."""
    return {OrderStatus.PENDING_PAYMENT: ["not_paid"], OrderStatus.CLOSED: ["order_closed"]}.get(
        OrderStatus(order.status), []
    )


def check_reason(facts: Facts) -> list[str]:
    """What rules out the reason that the buyer chose for these goods."""
    if facts.reason is None:
        return ["unknown_reason"]
    codes = []
    if needs_photo(facts.reason, facts.policy) and not facts.has_evidence:
        codes.append("evidence_required")
    if facts.reason.code == NO_REASON:
        codes += _check_no_reason(facts)
    return codes


def needs_photo(reason: Reason, policy: Policy) -> bool:
    """S-027, B-12. A shop may switch photos off for all reasons."""
    return reason.evidence_required and policy.photos_required


def check_goods(facts: Facts) -> list[str]:
    """What rules out the type for these goods, whatever the reason."""
    codes = []
    if facts.type in NEEDS_DELIVERED and facts.order.delivered_at is None:
        # Nothing can be exchanged or repaired that the buyer does not have.
        codes.append("not_delivered")
    if facts.claimed is not None and not any(line.shipped_quantity for line in facts.lines):
        codes.append("not_shipped")
    for requested in facts.requested_lines:
        codes += _check_line(facts, requested)
    return _once([*codes, *_check_stock(facts)])


def _once(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _check_line(facts: Facts, requested: RequestedLine) -> list[str]:
    line, codes = requested.line, []
    if not line_open(facts.order, line, facts.type, facts.now):
        codes.append("window_closed")
    if facts.type == Type.EXCHANGE and line.exchange_excluded:
        codes.append("type_excluded")  # S-010
    if line.failed_applications >= facts.policy.max_applications:
        codes.append("applications_exhausted")  # B-08
    return codes + units_refused(facts, requested)


def units_refused(facts: Facts, requested: RequestedLine) -> list[str]:
    line, quantity = requested.line, requested.quantity
    if facts.claimed is not None:
        # A claim takes money and no units, so that units in other tickets do not matter.
        return ["quantity_exceeded"] if quantity > line.quantity else []
    if quantity > line.quantity - line.refunded_quantity:
        return ["quantity_exceeded"]
    if quantity > line.free_quantity:
        return ["open_ticket_exists"]
    # Free units that are still to be shipped cannot be sent back.
    if facts.type in NEEDS_SHIPPED and quantity > line.free_quantity - line.to_ship:
        return ["not_shipped"]
    return []


def line_open(order: Order, line: OrderLine, type_: str, now: datetime) -> bool:
    """S-011 with its exceptions: before completion, in the window, under 三包 (S-013)."""
    if order.status != OrderStatus.COMPLETED or order.window_open(now):
        return True
    if not line.warranty_days or order.delivered_at is None:
        return False
    # 三包 gives a right to return, exchange and repair; for the other types the window alone counts.
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
    # The day of signing is a day of the local calendar, so it is not taken in UTC.
    signed = timezone.localtime(order.delivered_at)
    midnight = (signed + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=order.policy.no_reason_days)


def _check_no_reason(facts: Facts) -> list[str]:
    codes, ends = [], no_reason_ends(facts.order)
    # Not signed yet: the period has not begun, and the return is possible.
    if ends is not None and facts.now >= ends:
        codes.append("window_closed")
    # B-05: without the buyer's confirmation at purchase the right to return applies.
    if any(requested.line.no_reason_exempt and requested.line.exempt_confirmed for requested in facts.requested_lines):
        codes.append("type_excluded")
    return codes


def no_reason_return(ticket: Ticket) -> bool:
    """A return that is the buyer's right while in time: it can be rejected only on a ground of the law (B-05)."""
    return ticket.type == Type.RETURN_REFUND and ticket.reason.code == NO_REASON


def _check_stock(facts: Facts) -> list[str]:
    """S-153 a: by the shop's switch of today and not the order's, because it is about today's stock."""
    if facts.type not in STOCK_TYPES or not facts.order.shop.policy.exchange_only_in_stock:
        return []
    needed: dict[int, int] = {}
    for requested in facts.requested_lines:
        sku = requested.sku or requested.line.sku
        needed[sku.pk] = needed.get(sku.pk, 0) + requested.quantity
    # Summed by SKU first: two lines may ask for the same goods.
    short = any(units > facts.stock.get(sku, 0) for sku, units in needed.items())
    return ["out_of_stock"] if short else []
