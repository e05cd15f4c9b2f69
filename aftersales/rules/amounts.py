"""The quote (F-2…F-9). Pages, API and payment call the same functions, so that what is quoted is what is paid."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kernel.money import ZERO, part, split, unit_share
from orders.models import OrderLine, Payment, Sku
from orders.models.payment import Purpose
from refunds.amounts import Claims, along_differences, by_payment, tenders

from ..states import MONEY_TYPES, Fault, Type
from .facts import Facts, RequestedLine
from .freight import all_refunded, freight_left, left_with_buyer, outbound_freight
from .promotions import NOTHING, Deductions
from .refusal import Refusal, codes

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
    deductions: Deductions = NOTHING
    price_difference: Decimal = ZERO
    total: Decimal = ZERO
    points: int = 0
    coupons: list[str] = field(default_factory=list)
    points_taken_back: int = 0
    coupons_cancelled: list[str] = field(default_factory=list)
    tenders: list[tuple[Payment, Decimal]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    disputed: bool = False  # a chargeback of a payment is open
    lost: bool = False  # one was lost

    @property
    def goods_amount(self) -> Decimal:
        return self.total - self.freight_amount + self.deductions.total

    @property
    def reasons(self) -> list[str]:
        """The codes of the refusals, each once; none: the application is possible."""
        return codes(self.refusals)


def price(facts: Facts) -> Quote:
    """Prices an application, eligible or not. A claim above what is left gets the refusal `amount_exceeded`."""
    if facts.claimed is not None:
        return _price_claim(facts, facts.claimed)
    quote = Quote([_price_line(facts, requested) for requested in facts.requested_lines])
    if facts.type in MONEY_TYPES:
        quote.freight_amount = outbound_freight(
            freight_left(facts.order),
            facts.lines,
            facts.coming,
            facts.others,
            fault=facts.fault,
            stays=_stay(facts),
        )
        pays = sum((priced.amount for priced in quote.priced_lines), ZERO) + quote.freight_amount
        quote.deductions = facts.keeping.of(facts.as_ticket, pays)
        quote.total = pays - quote.deductions.total
        quote.points = sum(
            points_of(requested.line, requested.line.allocated_quantity, requested.quantity)
            for requested in facts.requested_lines
        )
        if all_refunded(facts.lines, facts.coming, facts.others.coming):
            quote.coupons = list(facts.order.coupons)  # F-7
            quote.coupons_cancelled = facts.keeping.coupons_given
        quote.points_taken_back = facts.keeping.points_earned(facts.coming)
    else:
        # A positive difference is paid by the buyer and is no refund.
        quote.total = sum((priced.amount for priced in quote.priced_lines), ZERO)
        quote.price_difference = owed_or_back((priced.difference for priced in quote.priced_lines), quote.total)
    return quote


def _stay(facts: Facts) -> bool:
    """Goods that nobody asks back stay with the buyer who has them."""
    reason = facts.reason.code if facts.reason else ""
    return facts.type == Type.REFUND_ONLY and any(
        left_with_buyer(reason, received=facts.received, shipped=requested.quantity - requested.unshipped)
        for requested in facts.requested_lines
        if not requested.line.virtual
    )


def _price_line(facts: Facts, requested: RequestedLine) -> PricedLine:
    line = requested.line
    # Refused applications are priced too, so more units may be asked for than are free.
    units = min(requested.quantity, max(line.free_quantity, 0))
    share = worth(line, units, facts.order.unit) if units else ZERO
    priced = PricedLine(requested, share)
    if facts.type in MONEY_TYPES:
        # A claim (S-058) may have taken a part of the line's money already.
        priced.amount = min(share, max(line.free_amount, ZERO))
    elif facts.type == Type.EXCHANGE:
        priced.difference = difference(facts, requested)
        # A cheaper replacement never gives back more than the units are worth and the line has left.
        priced.amount = min(max(-priced.difference, ZERO), share, max(line.free_amount, ZERO))
    return priced


def worth(line: OrderLine, units: int, unit: Decimal) -> Decimal:
    """What `units` more units of the line are worth (F-3), in whole `unit`s of the order's currency."""
    share = unit_share(line.paid_amount, line.quantity, line.allocated_quantity, line.allocated_share, units, unit)
    return max(share, ZERO)


def difference(facts: Facts, requested: RequestedLine) -> Decimal:
    """F-9 for the units: above zero owed by the buyer, below zero refunded."""
    if requested.sku is None:
        return ZERO
    return unit_difference(requested.line, requested.sku, facts.fault) * requested.quantity


def unit_difference(line: OrderLine, sku: Sku, fault: str) -> Decimal:
    """List price now − list price paid (F-9): 0 for the SKU that is held, and for another variant of the product where
    the fault is not the buyer's."""
    if sku.pk == line.sku_id or (fault != Fault.BUYER and sku.same_product(line.sku)):
        return ZERO
    # List prices on both sides: a change of size must not take a discount back that the buyer got.
    paid = line.list_price_paid
    if sku.price < paid:
        return sku.price - paid
    # Who was given a dearer thing for nothing pays from its price on, and gets nothing back for giving it up.
    return max(sku.price - max(line.unit_price, paid), ZERO)


def owed_or_back(differences: Iterable[Decimal], back: Decimal) -> Decimal:
    """The difference of a whole ticket: what its lines owe, or below zero `back`, what is refunded. What a dearer
    line costs is not set off against what a cheaper one gives back: either of them may not come, and then only the
    other is settled."""
    return sum((amount for amount in differences if amount > 0), ZERO) or -back


def _price_claim(facts: Facts, claimed: Decimal) -> Quote:
    """Compensation (S-058) takes money and no units: of the lines first, then of what is left of the freight."""
    free = [max(requested.line.free_amount, ZERO) for requested in facts.requested_lines]
    goods = min(claimed, sum(free, ZERO))
    freight = min(claimed - goods, freight_left(facts.order))
    shares = split(goods, free, facts.order.unit)
    quote = Quote(
        [PricedLine(requested, ZERO, amount) for requested, amount in zip(facts.requested_lines, shares, strict=True)]
    )
    quote.freight_amount, quote.total = freight, claimed
    if goods + freight < claimed:
        quote.total = goods + freight
        quote.refusals.append(Refusal("amount_exceeded", left=quote.total))
    return quote


def points_of(line: OrderLine, before: int, units: int) -> int:
    """Points of `units` more units after `before` ones, in kind (F-7); whole points, exact over the line."""
    if not line.points:
        return 0
    points, after = Decimal(line.points), min(before + units, line.quantity)
    # Cumulative like the money (F-1), so that the points of all units add up to those of the line.
    return int(part(points, after, line.quantity, ONE) - part(points, before, line.quantity, ONE))


def received_part(amount: Decimal, received: int, quantity: int, unit: Decimal) -> Decimal:
    """The part of `amount` for `received` of `quantity` announced units."""
    return part(amount, received, quantity, unit)


def paid_of(amounts: dict[int, Decimal], paid: Decimal, unit: Decimal) -> dict[int, Decimal]:
    """Line id → what is really paid of its goods, where a part of them is kept back for promotions."""
    if paid >= sum(amounts.values(), ZERO):
        return amounts
    return dict(zip(amounts, split(max(paid, ZERO), list(amounts.values()), unit), strict=True))


def add_chargebacks(quote: Quote, facts: Facts) -> None:
    """What a bank has taken of the payments for good cannot be asked for. What it only holds may be: it comes back when
    the chargeback is won. Goods that come back bring what the bank has not given, if that is anything; goods that never
    left can be stopped whatever the bank has (`behind_bank`)."""
    if not facts.order.has_chargebacks:
        return
    payments = list(facts.order.payments.all())
    quote.disputed = any(payment.disputed for payment in payments)
    quote.lost = any(payment.lost for payment in payments)
    left = sum((payment.left + min(payment.disputed, payment.charged_back) for payment in payments), ZERO)
    if quote.lost and _beyond_banks(quote, facts, left):
        quote.refusals.append(Refusal("amount_exceeded", left=left))


def _beyond_banks(quote: Quote, facts: Facts, left: Decimal) -> bool:
    if behind_bank(facts):
        return left <= 0 < quote.total and not facts.all_unshipped
    return quote.total > left


def behind_bank(facts: Facts) -> bool:
    """The goods are with the shop when the money is sent: its refund may wait for the bank."""
    return facts.claimed is None and (facts.type == Type.RETURN_REFUND or facts.all_unshipped)


def add_tenders(quote: Quote, facts: Facts, payments: list[Payment], claims: Claims) -> None:
    """The payments of the order that the money goes back along (F-8). An unpaid order has none."""
    amounts = {priced.requested.line.pk: priced.amount for priced in quote.priced_lines}
    amounts = paid_of(amounts, quote.total - quote.freight_amount, facts.order.unit)
    differences = by_payment(facts.lines, along_differences(facts.lines, amounts, payments, claims))
    rest = quote.total - sum(differences.values(), ZERO)
    # Above what the payments have left `tenders` raises an error; the quote has its reasons against that already.
    left = sum((claims.free[row.pk] for row in payments if row.purpose == Purpose.ORDER), ZERO)
    if quote.total > 0 and rest <= left:
        quote.tenders = tenders(payments, quote.total, facts.order.unit, differences, claims)
