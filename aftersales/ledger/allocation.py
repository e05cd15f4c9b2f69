"""What a ticket has reserved of its order (units, money, freight, stock), and every change of it.

`reserve` sets units, money, freight and stock aside, so that no two tickets can have the same; `reprice` changes the
money while they are set aside; `settle` turns them into refunded ones; `release` gives them back. The columns on the
order lines and their CHECKs are described in docs/money.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self, TypedDict

from kernel.money import ZERO, split
from orders.models import Order

from ..models import Ticket, TicketLine
from ..rules.amounts import freight_left, outbound_freight
from ..rules.facts import approved_units
from ..states import RESERVING, STOCK_TYPES, Fault
from ..wording.refusals import not_eligible
from . import lines, stock


class Approved(TypedDict, total=False):
    """The columns of a ticket that say what its allocation comes to; none where nothing is approved."""

    approved_amount: Decimal
    freight_amount: Decimal


@dataclass(frozen=True)
class Terms:
    """What may be approved, fee included: `requested` where no amount is named, `ceiling` at most. `freight` is the
    outbound freight in `requested`."""

    requested: Decimal
    ceiling: Decimal
    freight: Decimal


@dataclass
class Allocation:
    """Goods by ticket line (`TicketLine.refund_amount`) and the outbound freight of one ticket.

    The caller has the order locked for everything that writes. `order` is the copy that is written.
    """

    ticket: Ticket
    order: Order
    lines: list[TicketLine]
    freight: Decimal
    reserved: bool

    @classmethod
    def of(cls, ticket: Ticket, order: Order) -> Self:
        """The allocation as it is stored. One statement."""
        related = ("line__sku", "exchange_sku", "reservation") if ticket.type in STOCK_TYPES else ()
        items = list(ticket.lines.select_related("line", *related))
        return cls(ticket, order, items, ticket.freight_amount, ticket.status in RESERVING)

    @classmethod
    def new(cls, ticket: Ticket, order: Order, items: list[TicketLine]) -> Self:
        """That of an application that has reserved nothing yet."""
        return cls(ticket, order, items, ticket.freight_amount, reserved=False)

    # --- what it comes to -------------------------------------------------------------------------------

    @property
    def goods(self) -> Decimal:
        return sum((item.refund_amount for item in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods + self.freight

    def approved(self) -> Approved:
        return {"approved_amount": self.total, "freight_amount": self.freight}

    def returned(self) -> dict[int, int]:
        """Order line id → units: those that were counted, or those announced while nobody has counted."""
        return {item.line_id: item.returned_quantity for item in self.lines}

    # --- what it may come to ----------------------------------------------------------------------------

    def terms(self) -> Terms:
        """For a ticket that waits for a decision. NotEligible (422) where a rejected one no longer fits."""
        freight = self.freight
        if self.ticket.takes_units:
            # Quoted is quoted: a rule may add the freight after the application, never take it away.
            freight = max(self.freight_for({item.line_id: item.quantity for item in self.lines}), freight)
        requested = ceiling = self.goods + freight
        if not self.ticket.takes_units:
            # A claim has no units whose worth bounds it: all that is left of its lines and of the freight may be given.
            ceiling += sum((item.line.free_amount for item in self.lines), ZERO) + freight_left(self.order)
        return Terms(requested, ceiling, freight)

    def freight_for(self, units: Mapping[int, int]) -> Decimal:
        """The outbound freight that goes back with `units` (line id → units), judged by what other tickets have got
        approved until now (B-04). At most two statements."""
        # What the ticket itself has reserved is there for it once more.
        left = freight_left(self.order) + (self.freight if self.reserved else ZERO)
        shipped = any(item.line.shipped_quantity for item in self.lines)
        # `outbound_freight` would return zero as well; this saves its two statements.
        if left <= 0 or (self.ticket.fault == Fault.BUYER and shipped):
            return ZERO
        approved = approved_units(self.order, but=self.ticket.pk)
        return outbound_freight(left, self.order.lines.all(), units, approved, self.ticket.fault)

    # --- reserve ----------------------------------------------------------------------------------------

    def reserve(self, *, now: datetime) -> None:
        """Sets everything the ticket needs aside. NotEligible (422) when others have taken it meanwhile."""
        changed = self.allocate()
        if self.freight:
            self.order.save(update_fields=["freight_open"])
        if changed:
            self.ticket.lines.bulk_update(changed, ["share_amount", "refund_amount", "unshipped"])
        lines.save(self.lines)
        # Last, because all orders of the shop share the row of a SKU: its lock is held as briefly as possible.
        stock.reserve(self.ticket, self.lines, self.order, now=now)

    def allocate(self) -> list[TicketLine]:
        """`reserve` in memory alone. Answers the ticket lines that had to change to fit their order lines of now."""
        changed = [item for item in self.lines if lines.allocate(self.ticket, item)]
        if self.freight > freight_left(self.order):
            raise not_eligible(["amount_exceeded"])
        self.order.freight_open += self.freight
        self.reserved = True
        return changed

    # --- reprice ----------------------------------------------------------------------------------------

    def reprice(self, amounts: Sequence[Decimal], freight: Decimal) -> None:
        """Replaces the reserved money: one amount a ticket line, and the freight. The verb that follows writes
        `approved()` onto the ticket."""
        changed = [item for item, amount in zip(self.lines, amounts, strict=True) if amount != item.refund_amount]
        for item, amount in zip(self.lines, amounts, strict=True):
            # Only the difference: other tickets have reserved money of the same line.
            item.line.open_amount += amount - item.refund_amount
            item.refund_amount = amount
        if freight != self.freight:
            self.order.freight_open += freight - self.freight
            self.order.save(update_fields=["freight_open"])
            self.freight = freight
        if changed:
            self.ticket.lines.bulk_update(changed, ["refund_amount"])
            lines.save(changed)

    def reprice_total(self, total: Decimal, freight: Decimal) -> None:
        """`total`, in which up to `freight` is freight: what is above that falls on the goods by their weight."""
        if self.ticket.takes_units:
            weights = [item.refund_amount for item in self.lines]
        else:
            # A claim may be raised above what was asked, so each line is weighted by all that it can still give.
            weights = [item.refund_amount + item.line.free_amount for item in self.lines]
        goods = min(max(total - freight, ZERO), sum(weights, ZERO))
        self.reprice(split(goods, weights), total - goods)

    def settle_difference(self) -> Decimal:
        """F-9: what a cheaper replacement gives back is refunded now, once; the units stay reserved."""
        total = self.goods
        if not total:
            return total
        for item in self.lines:
            item.line.open_amount -= item.refund_amount
            item.line.refunded_amount += item.refund_amount
            # What is paid is no longer reserved: releasing the ticket must not give it back a second time.
            item.difference, item.refund_amount = -item.refund_amount, ZERO
        lines.save(self.lines)
        self.ticket.lines.bulk_update(self.lines, ["difference", "refund_amount"])
        return total

    # --- settle, release --------------------------------------------------------------------------------

    def settle(self) -> None:
        """The money is back: what came back counts as refunded, units that never arrived are free again."""
        for item in self.lines:
            lines.settle(self.ticket, item)
        if self.freight:
            self.order.freight_open -= self.freight
            self.order.freight_refunded += self.freight
            self.order.save(update_fields=["freight_open", "freight_refunded"])
        lines.save(self.lines)
        self.reserved = False

    def release(self, *, now: datetime, unsuccessful: bool = False) -> None:
        """Gives everything back untouched: the ticket ends without a refund, or is priced anew. `unsuccessful`: a
        rejected, withdrawn or closed application counts against the limit of its lines (B-08)."""
        self.deallocate()
        # Counted a line and not a unit: B-08 limits how often a buyer applies.
        for item in self.lines if unsuccessful else ():
            item.line.failed_applications += 1
        if self.freight:
            self.order.save(update_fields=["freight_open"])
        lines.save(self.lines)
        stock.release(self.lines, now=now)

    def deallocate(self) -> None:
        """`release` in memory alone: the order as it would be without the ticket."""
        for item in self.lines:
            lines.release(self.ticket, item)
        self.order.freight_open -= self.freight
        self.reserved = False
