"""What a refund keeps back because of the promotions that the order was bought under: a lost discount (F-6,
D-4 art. 17), a gift that stays (D-4 art. 12), lost free shipping (D-4 art. 18). Pure; `promotion_facts` reads.

Everything follows from the set of tickets alone: what they keep back together is a function of the units that they
take, and a ticket keeps the difference that it makes. So any order of the same tickets gives the same total, and the
one that returns the rest gives back what the others kept. A ticket of the merchant's or courier's fault keeps nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Self

from accounts.models import PromotionRefund
from kernel.money import ZERO, part
from orders.models import Order, OrderLine, Promotion, PromotionKind

# So many tickets are weighed against each other; older ones count as one.
MAX_TICKETS = 8


@dataclass(frozen=True)
class Deductions:
    """What one ticket keeps back, by its cause; below zero: what it gives back of what others kept. `waived` of it was
    not taken, by the shop's kindness."""

    discount: Decimal = ZERO
    gift: Decimal = ZERO
    freight: Decimal = ZERO
    waived: Decimal = ZERO

    @property
    def causes(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.discount, self.gift, self.freight

    @property
    def total(self) -> Decimal:
        return sum(self.causes, ZERO) - self.waived

    def less(self, other: "Deductions") -> "Deductions":
        return Deductions(*(mine - theirs for mine, theirs in zip(self.causes, other.causes, strict=True)))

    def most(self, other: "Deductions") -> "Deductions":
        return Deductions(*map(max, self.causes, other.causes))

    def least(self, other: "Deductions") -> "Deductions":
        return Deductions(*map(min, self.causes, other.causes))

    def within(self, charge: Decimal, restore: Decimal) -> "Deductions":
        """At most `charge` in all is kept back, and at most `restore` is given back."""
        amounts = []
        for amount in self.causes:
            amount = max(min(amount, charge), -restore)
            charge, restore = charge - max(amount, ZERO), restore + min(amount, ZERO)
            amounts.append(amount)
        return Deductions(*amounts)

    def waive(self, amount: Decimal) -> "Deductions":
        return Deductions(*self.causes, waived=min(max(amount, ZERO), max(sum(self.causes, ZERO), ZERO)))


NOTHING = Deductions()


@dataclass(frozen=True)
class TicketUnits:
    """The units that one ticket takes: line id → units. `unshipped` of them were never shipped. `returned`: they come
    back, as far as they were shipped. `by_buyer`: nobody else is at fault."""

    units: Mapping[int, int]
    unshipped: Mapping[int, int]
    returned: bool
    by_buyer: bool


@dataclass
class Position:
    """An order and what its other tickets have come to. `certain` ones are refunded or on the way to it, `pending`
    ones may yet be rejected; `…_deductions` is what they keep back in all."""

    order: Order
    lines: Sequence[OrderLine]
    promotions: Sequence[Promotion]
    certain: list[TicketUnits] = field(default_factory=list)
    certain_deductions: Deductions = NOTHING
    pending: list[TicketUnits] = field(default_factory=list)
    pending_deductions: Deductions = NOTHING
    roots: dict[int, OrderLine] = field(init=False)
    """Line id → the line that was bought: what was exchanged counts as that."""

    def __post_init__(self) -> None:
        by_id = {line.pk: line for line in self.lines}
        self.roots = {}
        for line in self.lines:
            root = line
            while root.replaces_id is not None:
                root = by_id[root.replaces_id]
            self.roots[line.pk] = root

    def deductions(self, ticket: TicketUnits) -> Deductions:
        """Of one more ticket, before they are bounded by what it pays."""
        result = self.together([*self.certain, ticket]).less(self.certain_deductions)
        if self.pending:
            # What another ticket may break first is lost in either order; what it may give back is not there yet.
            all_of_them = self.together([*self.certain, *self.pending, ticket])
            result = result.most(all_of_them.less(self.certain_deductions).less(self.pending_deductions))
        return result if ticket.by_buyer else result.least(NOTHING)

    def together(self, tickets: list[TicketUnits]) -> Deductions:
        """What these tickets keep back in all."""
        return Deductions(self._discount(tickets), self._gifts(tickets), self._freight(tickets))

    # --- F-6, D-4 art. 17 -----------------------------------------------------------------------------------

    def _discount(self, tickets: list[TicketUnits]) -> Decimal:
        steps = [row for row in self.promotions if row.kind == PromotionKind.THRESHOLD]
        if not steps or self.order.policy.promotion_refund != PromotionRefund.RECALCULATE or not self.bought:
            return ZERO
        others = [ticket for ticket in tickets if not ticket.by_buyer]
        groups = [[ticket] for ticket in tickets if ticket.by_buyer]
        older = [ticket for group in groups[:-MAX_TICKETS] for ticket in group]
        groups = ([older] if older else []) + groups[-MAX_TICKETS:]
        # A further return never lowers what the buyer got without it: the best of all choices of these tickets counts.
        most = max(
            self._worth(chosen + others) - self._lost(steps, chosen, others)
            for size in range(len(groups) + 1)
            for picked in combinations(groups, size)
            for chosen in [[ticket for group in picked for ticket in group]]
        )
        return self._worth(tickets) - most

    def _lost(self, steps: Iterable[Promotion], chosen: list[TicketUnits], others: list[TicketUnits]) -> Decimal:
        """The share that what is kept has of the discounts whose threshold it no longer reaches. Goods that went back
        by the fault of others count for the threshold as if they were kept."""
        rest = self.bought - self._value(chosen + others)
        reached, unit = self.bought - self._value(chosen), self.order.unit
        return sum((part(row.discount, rest, self.bought, unit) for row in steps if reached < row.threshold), ZERO)

    def _worth(self, tickets: Iterable[TicketUnits]) -> Decimal:
        units, unit = _sum(tickets), self.order.unit
        return sum((part(line.paid_amount, units.get(line.pk, 0), line.quantity, unit) for line in self.lines), ZERO)

    def _value(self, tickets: Iterable[TicketUnits]) -> Decimal:
        return self.value(_sum(tickets))

    def value(self, units: Mapping[int, int]) -> Decimal:
        """Of units (by line id), at the prices of the purchase, after the discounts of the lines."""
        bought, unit = self._of_roots(units), self.order.unit
        return sum((part(_price(line), bought.get(line.pk, 0), line.quantity, unit) for line in self._goods), ZERO)

    @property
    def _goods(self) -> list[OrderLine]:
        return [line for line in self.lines if line.replaces_id is None and line.kind == OrderLine.Kind.GOODS]

    @property
    def bought(self) -> Decimal:
        return sum((_price(line) for line in self._goods), ZERO)

    def points_earned(self, coming: Mapping[int, int]) -> int:
        """F-7: how many of the points that the order gave are taken back with these units (line id → units), after
        those that were refunded; whole points, exact over the order."""
        if not self.order.points_earned or not self.bought:
            return 0
        before = {line.pk: line.refunded_quantity for line in self.lines}
        after = {pk: count + coming.get(pk, 0) for pk, count in before.items()}
        points, one = Decimal(self.order.points_earned), Decimal(1)
        shares = [part(points, min(self.value(units), self.bought), self.bought, one) for units in (before, after)]
        return int(shares[1] - shares[0])

    def _of_roots(self, units: Mapping[int, int]) -> dict[int, int]:
        sums: dict[int, int] = {}
        for pk, count in units.items():
            root = self.roots[pk].pk
            sums[root] = sums.get(root, 0) + count
        return sums

    # --- D-4 art. 12 ----------------------------------------------------------------------------------------

    def _gifts(self, tickets: list[TicketUnits]) -> Decimal:
        missing = self.missing_gifts(tickets)
        return sum((line.unit_price * missing.get(line.pk, 0) for line in self.lines), ZERO)

    def missing_gifts(self, tickets: list[TicketUnits]) -> dict[int, int]:
        """Line id → units of gifts that should have come back with their goods and did not. What never was shipped, and
        what came with goods that went back by the fault of others or are not asked back, is not missing."""
        returned = self._of_roots(_sum(ticket for ticket in tickets if ticket.by_buyer and ticket.returned))
        units = self._of_roots(_sum(tickets))
        unshipped = self._of_roots(_sum(tickets, unshipped=True))
        missing = {}
        for gift in self.lines:
            if gift.kind != OrderLine.Kind.GIFT or gift.replaces_id is not None:
                continue
            goods = [line for line in self._goods if gift.gift_of_id in (None, line.pk)]
            bought = sum(line.quantity for line in goods)
            # Rounded down: of a gift for several goods the last of them asks it back.
            due = gift.quantity * sum(returned.get(line.pk, 0) for line in goods) // bought if bought else 0
            back = units.get(gift.pk, 0) - unshipped.get(gift.pk, 0)
            missing[gift.pk] = max(min(due, gift.shipped_quantity) - back, 0)
        return missing

    # --- D-4 art. 18 ----------------------------------------------------------------------------------------

    def _freight(self, tickets: list[TicketUnits]) -> Decimal:
        rows = [row for row in self.promotions if row.kind == PromotionKind.FREE_SHIPPING]
        if not rows or not self.order.policy.free_shipping_deducted or self._value(tickets) >= self.bought:
            return ZERO
        reached = self.bought - self._value(ticket for ticket in tickets if ticket.by_buyer)
        return max((row.freight for row in rows if reached < row.threshold), default=ZERO)


@dataclass
class Keeping:
    """What a ticket keeps back, bounded by what it pays. Without a position (nothing was reported of promotions)
    it is nothing."""

    position: Position | None

    @classmethod
    def nothing(cls) -> Self:
        return cls(None)

    @property
    def coupons_given(self) -> list[str]:
        rows = self.position.promotions if self.position else ()
        return [row.code for row in rows if row.kind == PromotionKind.COUPON_GIVEN]

    def points_earned(self, coming: Mapping[int, int]) -> int:
        return self.position.points_earned(coming) if self.position else 0

    def of(self, ticket: TicketUnits, pays: Decimal) -> Deductions:
        if self.position is None:
            return NOTHING
        result = self.position.deductions(ticket)
        return result.within(pays, max(self.position.order.promotion_kept, ZERO))


def _price(line: OrderLine) -> Decimal:
    return line.unit_price * line.quantity - line.discount


def _sum(tickets: Iterable[TicketUnits], *, unshipped: bool = False) -> dict[int, int]:
    sums: dict[int, int] = {}
    for ticket in tickets:
        for pk, count in (ticket.unshipped if unshipped else ticket.units).items():
            sums[pk] = sums.get(pk, 0) + count
    return sums
