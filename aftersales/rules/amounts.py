"""The quote (F-2…F-9). Pages, API and payment call the same functions, so that what is quoted is what is paid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kernel.money import ZERO, part, split, unit_share
from orders.models import Order, OrderLine, Payment
from orders.models.payment import Purpose
from refunds.amounts import tenders

from ..states import MONEY_TYPES, Fault, Type
from .facts import Facts, RequestedLine

ONE = Decimal(1)


@dataclass
class PricedLine:
    """`share` is what the units are worth (F-3), `amount` what this ticket pays of it."""

    requested: RequestedLine
    share: Decimal = ZERO
    amount: Decimal = ZERO
    difference: Decimal = ZERO


@dataclass
class Quote:
    priced_lines: list[PricedLine]
    freight_amount: Decimal = ZERO
    price_difference: Decimal = ZERO
    total: Decimal = ZERO
    points: int = 0
    coupons: list[str] = field(default_factory=list)
    tenders: list[tuple[Payment, Decimal]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def goods_amount(self) -> Decimal:
        return self.total - self.freight_amount


def price(facts: Facts) -> Quote:
    """Prices an application, eligible or not. A claim above what is left gets the reason `amount_exceeded`."""
    if facts.claimed is not None:
        return _price_claim(facts, facts.claimed)
    quote = Quote([_price_line(facts, requested) for requested in facts.requested_lines])
    if facts.type in MONEY_TYPES:
        quote.freight_amount = outbound_freight(
            freight_left(facts.order), facts.lines, facts.coming, facts.approved_units, facts.fault
        )
        quote.total = sum((priced.amount for priced in quote.priced_lines), ZERO) + quote.freight_amount
        quote.points = sum(
            points_of(requested.line, requested.line.allocated_quantity, requested.quantity)
            for requested in facts.requested_lines
        )
        if all_refunded(facts.lines, facts.coming, facts.approved_units):
            quote.coupons = list(facts.order.coupons)  # F-7
    else:
        quote.price_difference = sum((priced.difference for priced in quote.priced_lines), ZERO)
        # A positive difference is paid by the buyer and is no refund.
        quote.total = max(-quote.price_difference, ZERO)
        _spread_refund(quote)
    return quote


def _price_line(facts: Facts, requested: RequestedLine) -> PricedLine:
    line = requested.line
    # Refused applications are priced too, so more units may be asked for than are free.
    units = min(requested.quantity, max(line.free_quantity, 0))
    share = worth(line, units) if units else ZERO
    priced = PricedLine(requested, share)
    if facts.type in MONEY_TYPES:
        # A claim (S-058) may have taken a part of the line's money already.
        priced.amount = min(share, max(line.free_amount, ZERO))
    elif facts.type == Type.EXCHANGE:
        priced.difference = difference(facts, requested)
    return priced


def worth(line: OrderLine, units: int) -> Decimal:
    """What `units` more units of the line are worth (F-3)."""
    share = unit_share(line.paid_amount, line.quantity, line.allocated_quantity, line.allocated_share, units)
    return max(share, ZERO)


def difference(facts: Facts, requested: RequestedLine) -> Decimal:
    """F-9: list price now − list price paid, times the units; 0 for the same SKU, and where the fault is not the
    buyer's."""
    if requested.sku is None or requested.sku.pk == requested.line.sku_id or facts.fault != Fault.BUYER:
        return ZERO
    # List prices on both sides: a change of size must not take a discount back that the buyer got (F-9).
    return (requested.sku.price - requested.line.unit_price) * requested.quantity


def _spread_refund(quote: Quote) -> None:
    """A negative difference is refunded, up to what its lines have left."""
    free = [max(priced.requested.line.free_amount, ZERO) for priced in quote.priced_lines]
    quote.total = min(quote.total, sum(free, ZERO))
    if quote.total:
        for priced, amount in zip(quote.priced_lines, split(quote.total, free), strict=True):
            priced.amount = amount


def _price_claim(facts: Facts, claimed: Decimal) -> Quote:
    """Compensation (S-058) takes money and no units: of the lines first, then of what is left of the freight."""
    free = [max(requested.line.free_amount, ZERO) for requested in facts.requested_lines]
    goods = min(claimed, sum(free, ZERO))
    freight = min(claimed - goods, freight_left(facts.order))
    shares = split(goods, free)
    quote = Quote(
        [PricedLine(requested, ZERO, amount) for requested, amount in zip(facts.requested_lines, shares, strict=True)]
    )
    quote.freight_amount, quote.total = freight, claimed
    if goods + freight < claimed:
        quote.reasons.append("amount_exceeded")
        quote.total = goods + freight
    return quote


def freight_left(order: Order) -> Decimal:
    return order.freight - order.freight_refunded - order.freight_open


def outbound_freight(
    left: Decimal, lines: Iterable[OrderLine], coming: Mapping[int, int], approved: Mapping[int, int], fault: str
) -> Decimal:
    """B-04, F-4: all that is `left` of the freight, with the ticket that leaves nothing to ship where nothing was
    shipped; or where the fault is the merchant's or the courier's and everything comes back or never arrived.
    `lines` are all of the order; `coming` and `approved`: line id → units, of this ticket and of what others got
    approved."""
    lines = list(lines)
    if left <= 0 or not all_refunded(lines, coming, approved):
        return ZERO
    nothing_shipped = not any(line.shipped_quantity for line in lines)
    return left if nothing_shipped or fault != Fault.BUYER else ZERO


def all_refunded(lines: Iterable[OrderLine], coming: Mapping[int, int], approved: Mapping[int, int]) -> bool:
    """True when nothing of the order is left once these units are refunded. Undecided tickets do not count: they may
    yet be rejected."""
    return all(
        line.refunded_quantity + approved.get(line.pk, 0) + coming.get(line.pk, 0) >= line.quantity for line in lines
    )


def points_of(line: OrderLine, before: int, units: int) -> int:
    """Points of `units` more units after `before` ones, in kind (F-7); whole points, exact over the line."""
    if not line.points:
        return 0
    points, after = Decimal(line.points), min(before + units, line.quantity)
    # Cumulative like the money (F-1), so that the points of all units add up to those of the line.
    return int(part(points, after, line.quantity, ONE) - part(points, before, line.quantity, ONE))


def received_part(amount: Decimal, received: int, quantity: int) -> Decimal:
    """The part of `amount` for `received` of `quantity` announced units."""
    return part(amount, received, quantity)


def add_tenders(quote: Quote, order: Order) -> None:
    """The payments that the money goes back along (F-8). An unpaid order has none."""
    payments = list(order.payments.all())
    # Above what the payments have left `tenders` raises an error; the quote has its reasons against that already.
    if 0 < quote.total <= sum((payment.left for payment in payments if payment.purpose == Purpose.ORDER), ZERO):
        quote.tenders = tenders(payments, quote.total)
