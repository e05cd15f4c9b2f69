"""What may be asked for: the types, reasons and units that are possible for the goods of one order, and why the
others are not. Evaluated by the same functions as an application (`rules.eligibility`). Everything is read once, then
computed in memory."""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import prefetch_related_objects

from kernel.money import ZERO
from orders.api.representation import LINES
from orders.models import Order, OrderLine, Sku, Stock

from ..models import Reason
from ..rules.amounts import freight_left
from ..rules.application import Application, LineRequest
from ..rules.eligibility import check_goods, check_order, check_reason
from ..rules.facts import Facts, chosen_skus, compose
from ..services.apply import first_status
from ..states import Status, Type
from ..wording.labels import type_sentence

# The smallest claim: where even this is refused, no claim is possible.
ONE_CENT = Decimal("0.01")
Goods = tuple[LineRequest, ...]


@dataclass(frozen=True)
class Option:
    """One type for some goods. No `reasons`: it is possible, for the units or only as a claim of money.
    `claim_up_to`: what may be asked for without giving units back (S-058); 0: nothing."""

    type: str
    label: str
    sentence: str
    reasons: list[str]
    claim_up_to: Decimal = ZERO
    only_claim: bool = False
    """The units themselves cannot be asked back (any more), only a part of the money."""

    @property
    def possible(self) -> bool:
        return not self.reasons


@dataclass
class Choices:
    """All that an application on `order` can choose from. Make it with `choices`; asking it reads nothing (an
    `exchange_sku` that differs from the line's is looked up)."""

    order: Order
    lines: list[OrderLine]
    now: datetime
    reasons: dict[str, list[Reason]]
    """Type → the reasons on offer, in order."""
    stock: dict[int, int]
    """SKU id → units that can be promised."""
    skus: dict[str, Sku]
    """Code → what can be sent instead: the SKUs of the lines, and others once they were asked for."""
    by_id: dict[int, OrderLine] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {line.pk: line for line in self.lines}

    def options(self, goods: Goods | None = None, received: bool | None = None) -> list[Option]:
        """Every type, for the goods together. None: for the order, possible where one unit of a line is."""
        # One unit of each line: what is impossible for one unit is impossible for more.
        if goods is None:
            return [self._anywhere(type_, received) for type_ in Type.values]
        return [self._option(type_, goods, received) for type_ in Type.values]

    def entries(self) -> dict[int, list[Option]]:
        """Line id → the types that are possible for one unit of it; none: the entry is closed there."""
        return {
            line.pk: [option for option in self.options((LineRequest(line.pk, 1),)) if option.possible]
            for line in self.lines
        }

    def refused_reasons(
        self, type_: str, goods: Goods | None = None, received: bool | None = None
    ) -> dict[str, list[str]]:
        """Reason code → what is against it for these goods; only those that would be refused whatever photos come."""
        return self._refused(self._facts(type_, self._one_of_each() if goods is None else goods, received))

    def max_units(self, type_: str) -> dict[int, int]:
        """Line id → the most units of that line alone that the type takes now; 0: none."""
        return {line.pk: self._max_units(type_, line) for line in self.lines}

    def _max_units(self, type_: str, line: OrderLine) -> int:
        # More units are never easier to get: once a number is refused, all larger ones are. So a bisection is enough.
        return bisect_left(
            range(1, line.free_quantity + 1),
            True,
            key=lambda units: bool(self._refusals_of_units(self._facts(type_, (LineRequest(line.pk, units),), None))),
        )

    def _anywhere(self, type_: str, received: bool | None) -> Option:
        refusals: list[list[str]] = []
        for unit in self._one_of_each():
            refusals.append(self._refusals_of_units(self._facts(type_, (unit,), received)))
            if not refusals[-1]:
                break  # one line on which the type is possible is enough
        free = tuple(LineRequest(line.pk, line.free_quantity) for line in self.lines if line.free_quantity > 0)
        codes = [] if [] in refusals else _distinct(code for codes in refusals for code in codes)
        return self._as_option(self._facts(type_, free or self._one_of_each(), received), codes)

    def _option(self, type_: str, goods: Goods, received: bool | None) -> Option:
        facts = self._facts(type_, goods, received)
        return self._as_option(facts, self._refusals_of_units(facts))

    def _as_option(self, facts: Facts, codes: list[str]) -> Option:
        claim = self._claim(facts)
        sentence = type_sentence(
            facts.type,
            at_once=first_status(facts) == Status.PENDING_REFUND,
            unshipped=all(requested.unshipped == requested.quantity for requested in facts.requested_lines),
            received=facts.received,
            only_claim=bool(codes and claim),
            nothing_to_send=all(requested.line.virtual for requested in facts.requested_lines),
        )
        label = str(Type(facts.type).label)
        return Option(facts.type, label, sentence, [] if claim else codes, claim, bool(codes and claim))

    def _refusals_of_units(self, facts: Facts) -> list[str]:
        """The codes against the type for these units: by the goods, or because each of its reasons is refused."""
        if codes := check_order(self.order) or check_goods(facts):
            return codes
        offered = self.reasons.get(facts.type, [])
        if any(not check_reason(replace(facts, reason=reason)) for reason in offered):
            return []  # mostly the first reason is accepted, and no other has to be evaluated
        return _distinct(code for codes in self._refused(facts).values() for code in codes) or ["unknown_reason"]

    def _refused(self, facts: Facts) -> dict[str, list[str]]:
        verdicts = {
            reason.code: check_reason(replace(facts, reason=reason)) for reason in self.reasons.get(facts.type, [])
        }
        return {code: against for code, against in verdicts.items() if against}

    def _claim(self, facts: Facts) -> Decimal:
        """The most that a claim on these lines may ask for (contract §5)."""
        if facts.type != Type.REFUND_ONLY:
            return ZERO
        claim = replace(facts, claimed=ONE_CENT)
        if check_order(self.order) or check_goods(claim):
            return ZERO
        unclaimed = sum(
            (max(requested.line.free_amount, ZERO) for requested in facts.requested_lines), freight_left(self.order)
        )
        return max(unclaimed, ZERO)

    def facts(self, asked: Application) -> Facts:
        """The facts of one application, all but the approved units. Invalid (400) for lines or SKUs not there."""
        offered = self.reasons.get(asked.type, [])
        reason = next((reason for reason in offered if reason.code == asked.reason), None)
        facts = compose(
            self.order, self.lines, asked, skus=self._chosen(asked), reason=reason, now=self.now, by_id=self.by_id
        )
        facts.stock = self.stock
        return facts

    def _facts(self, type_: str, goods: Goods, received: bool | None) -> Facts:
        facts = self.facts(Application(type_, "", goods, received=received))
        facts.has_evidence = True  # the page asks for photos; a missing one makes no type or reason impossible
        return facts

    def _chosen(self, asked: Application) -> dict[str, Sku]:
        if asked.type != Type.EXCHANGE:
            return {}
        if any(item.exchange_sku and item.exchange_sku not in self.skus for item in asked.lines):
            skus = chosen_skus(self.order, asked)
            self.skus |= skus
            self.stock |= _stock(skus.values())
        return self.skus

    def _one_of_each(self) -> Goods:
        return tuple(LineRequest(line.pk, 1) for line in self.lines)


def choices(order: Order, *, now: datetime) -> Choices:
    """At most four statements: lines (none where LINES was prefetched), reasons, stock, and the shop's policy of
    today where it is not the order's. Fetch the order with policy and shop (`orders.access.order_for`)."""
    prefetch_related_objects([order], LINES)
    return choices_of(order, reasons_by_type(), stock_of([order]), now=now)


def choices_of(order: Order, reasons: dict[str, list[Reason]], stock: dict[int, int], *, now: datetime) -> Choices:
    """The same from what was read for many orders at once."""
    lines = list(order.lines.all())
    # Mostly the shop's policy of today is the order's own: then it is not read again.
    if order.shop.policy_id == order.policy_id:
        order.shop.policy = order.policy
    return Choices(order, lines, now, reasons, dict(stock), {line.sku.code: line.sku for line in lines})


def options(order: Order, *, now: datetime, goods: Goods | None = None, received: bool | None = None) -> list[Option]:
    return choices(order, now=now).options(goods, received)


def reasons_by_type() -> dict[str, list[Reason]]:
    """The reasons on offer (S-023), in order; one statement."""
    by_type: dict[str, list[Reason]] = {type_: [] for type_ in Type.values}
    for reason in Reason.objects.filter(active=True):
        by_type[reason.type].append(reason)
    return by_type


def stock_of(orders: Iterable[Order]) -> dict[int, int]:
    """SKU id → units that can be promised, of what was shipped: only that can be exchanged or sent again. One
    statement; none where the lines came with `sku__stock`."""
    skus = {line.sku_id: line.sku for order in orders for line in order.lines.all() if line.shipped_quantity}
    if all("stock" in sku._state.fields_cache for sku in skus.values()):
        rows = ((pk, getattr(sku, "stock", None)) for pk, sku in skus.items())  # an SKU may have no row
        return {pk: row.available for pk, row in rows if row is not None}
    return _stock(skus.values())


def _stock(skus: Collection[Sku]) -> dict[int, int]:
    rows = Stock.objects.filter(shop_id__in={sku.shop_id for sku in skus}, sku_id__in={sku.pk for sku in skus})
    return {row.sku_id: row.available for row in rows}


def _distinct(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
