"""What may be asked for: the types, reasons and units that are possible for the goods of one order, and why the
others are not. Evaluated by the same functions as an application (`rules.eligibility`). Everything is read once, then
computed in memory."""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, prefetch_related_objects

from kernel.money import ZERO
from orders.api.representation import LINES
from orders.models import Order, OrderLine, Sku, Stock

from ..models import Reason
from ..models.reference import on_offer
from ..rules.application import Application, LineRequest
from ..rules.eligibility import repairs_failed
from ..rules.facts import Facts, chosen_skus, compose
from ..rules.freight import freight_left
from ..rules.refusal import Refusal, by_code, codes
from ..services.applying.columns import first_status
from ..states import Status, Type
from ..wording.labels import type_sentence
from .judgement import Judgement

Goods = tuple[LineRequest, ...]


@dataclass(frozen=True)
class Option:
    """One type for some goods. No `refusals`: it is possible, for the units or only as a claim of money.
    `claim_up_to`: what may be asked for without giving units back (S-058); 0: nothing."""

    type: str
    label: str
    sentence: str
    refusals: list[Refusal]
    claim_up_to: Decimal = ZERO
    only_claim: bool = False
    """The units themselves cannot be asked back (any more), only a part of the money."""

    @property
    def possible(self) -> bool:
        return not self.refusals

    @property
    def reasons(self) -> list[str]:
        """The codes of the refusals, each once."""
        return codes(self.refusals)


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
    first_applied_at: datetime | None = None
    """Where an application is changed."""
    own_lines: frozenset[int] = frozenset()
    """Of the application that is changed: what it asks of them may be asked again."""
    by_id: dict[int, OrderLine] = field(init=False)
    _judgements: dict[tuple[str, Goods, bool | None, bool], Judgement] = field(init=False, default_factory=dict)

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
    ) -> dict[str, list[Refusal]]:
        """Reason code → what is against it for these goods; only those that would be refused whatever photos come."""
        return self.judgement(type_, self._one_of_each() if goods is None else goods, received).refused_reasons

    def max_units(self, type_: str) -> dict[int, int]:
        """Line id → the most units of that line alone that the type takes now; 0: none."""
        return {line.pk: self._max_units(type_, line) for line in self.lines}

    def _max_units(self, type_: str, line: OrderLine) -> int:
        # More units are never easier to get: once a number is refused, all larger ones are. So a bisection is enough.
        return bisect_left(
            range(1, line.free_quantity + 1),
            True,
            key=lambda units: bool(self.judgement(type_, (LineRequest(line.pk, units),)).refusals),
        )

    def _anywhere(self, type_: str, received: bool | None) -> Option:
        refusals: list[list[Refusal]] = []
        for unit in self._one_of_each():
            refusals.append(self.judgement(type_, (unit,), received).refusals)
            if not refusals[-1]:
                break  # one line on which the type is possible is enough
        free = tuple(LineRequest(line.pk, line.free_quantity) for line in self.lines if line.free_quantity > 0)
        against = [] if [] in refusals else by_code(refusal for refused in refusals for refusal in refused)
        return self._as_option(type_, free or self._one_of_each(), received, against)

    def _option(self, type_: str, goods: Goods, received: bool | None) -> Option:
        return self._as_option(type_, goods, received, self.judgement(type_, goods, received).refusals)

    def _as_option(self, type_: str, goods: Goods, received: bool | None, refusals: list[Refusal]) -> Option:
        facts, claim = self.judgement(type_, goods, received).facts, self._claim(type_, goods, received)
        sentence = type_sentence(
            facts.type,
            at_once=first_status(facts) == Status.PENDING_REFUND,
            unshipped=all(requested.unshipped == requested.quantity for requested in facts.requested_lines),
            received=facts.received,
            only_claim=bool(refusals and claim),
            nothing_to_send=all(requested.line.virtual for requested in facts.requested_lines),
            repairs_failed=any(repairs_failed(facts, requested) for requested in facts.requested_lines),
        )
        label = str(Type(facts.type).label)
        return Option(facts.type, label, sentence, [] if claim else refusals, claim, bool(refusals and claim))

    def _claim(self, type_: str, goods: Goods, received: bool | None) -> Decimal:
        """The most that a claim on these lines may ask for (contract §5)."""
        if type_ != Type.REFUND_ONLY:
            return ZERO
        judged = self.judgement(type_, goods, received, claims=True)
        if judged.goods:
            return ZERO
        unclaimed = sum(
            (max(requested.line.free_amount, ZERO) for requested in judged.facts.requested_lines),
            freight_left(self.order),
        )
        return max(unclaimed, ZERO)

    def judgement(self, type_: str, goods: Goods, received: bool | None = None, *, claims: bool = False) -> Judgement:
        """What speaks against the type for these goods. `claims`: money is asked for and no units (S-058)."""
        key = (type_, goods, received, claims)
        if key not in self._judgements:
            facts = self.facts(Application(type_, "", goods, received=received))
            facts.claimed = self.order.unit if claims else None  # the smallest one: else no claim is possible
            facts.has_evidence = True  # the page asks for photos; a missing one makes no type or reason impossible
            self._judgements[key] = Judgement(facts, self.reasons.get(type_, []))
        return self._judgements[key]

    def facts(self, asked: Application) -> Facts:
        """The facts of one application, all but the other tickets. Invalid (400) for lines or SKUs not there."""
        offered = self.reasons.get(asked.type, [])
        reason = next((reason for reason in offered if reason.code == asked.reason), None)
        facts = compose(
            self.order, self.lines, asked, skus=self._chosen(asked), reason=reason, now=self.now, by_id=self.by_id
        )
        facts.stock, facts.first_applied_at = self.stock, self.first_applied_at
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
        # What a line gave for replacements is asked for on their lines; one line at least has units of its own.
        return tuple(LineRequest(line.pk, 1) for line in self.lines if line.quantity > line.exchanged_quantity)


def choices(order: Order, *, now: datetime) -> Choices:
    """At most four statements: lines (none where LINES was prefetched), reasons, stock, and the shop's policy of
    today where it is not the order's. Fetch the order with policy and shop (`orders.access.order_for`)."""
    prefetch_related_objects([order], LINES)
    return choices_of(order, reasons_by_type([order.shop_id])[order.shop_id], stock_of([order]), now=now)


def choices_of(order: Order, reasons: dict[str, list[Reason]], stock: dict[int, int], *, now: datetime) -> Choices:
    """The same from what was read for many orders at once."""
    lines = list(order.lines.all())
    # Mostly the shop's policy of today is the order's own: then it is not read again.
    if order.shop.policy_id == order.policy_id:
        order.shop.policy = order.policy
    return Choices(order, lines, now, reasons, dict(stock), {line.sku.code: line.sku for line in lines})


def options(order: Order, *, now: datetime, goods: Goods | None = None, received: bool | None = None) -> list[Option]:
    return choices(order, now=now).options(goods, received)


def reasons_by_type(shops: Iterable[int]) -> dict[int, dict[str, list[Reason]]]:
    """Shop id → type → the reasons on offer (S-023, S-167), in order; one statement."""
    rows = list(Reason.objects.filter(Q(shop=None) | Q(shop_id__in=set(shops))))
    by_shop: dict[int, dict[str, list[Reason]]] = {}
    for shop_id in shops:
        by_type = by_shop[shop_id] = {type_: [] for type_ in Type.values}
        # Copies, because the kinds of a reason differ between shops.
        for reason in on_offer(copy(row) for row in rows if row.shop_id in (None, shop_id)):
            by_type[reason.type].append(reason)
    return by_shop


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
