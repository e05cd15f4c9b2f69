"""What a ticket has reserved of its order (units, money, freight, stock), and every change of it.

`reserve` sets units, money, freight and stock aside, so that no two tickets can have the same; `reprice` changes the
money while they are set aside; `settle` turns them into refunded ones; `release` gives them back. The columns on the
order lines and their CHECKs are described in docs/money.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from kernel.machine import update_columns
from kernel.money import ZERO, split
from orders.models import Order

from ..models import Ticket, TicketLine
from ..rules.freight import freight_left, others_of, outbound_freight, stays_with_buyer
from ..rules.promotion_facts import DeductionColumns, columns_of, deductions_of, keeping_of, units_of
from ..rules.promotions import NOTHING, Deductions
from ..rules.refusal import Refusal
from ..states import RESERVING, STOCK_TYPES, Fault
from ..wording.refusals import not_eligible
from . import lines, stock


class Approved(DeductionColumns, total=False):
    """The columns of a ticket that say what its allocation comes to; none where nothing is approved."""

    approved_amount: Decimal
    freight_amount: Decimal


@dataclass(frozen=True)
class Terms:
    """What may be approved, fee included: `requested` where no amount is named, `ceiling` at most. `freight` is the
    outbound freight in `requested`, `deductions` what it keeps back for promotions: the shop may waive that."""

    requested: Decimal
    ceiling: Decimal
    freight: Decimal
    deductions: Deductions = NOTHING


def lines_of(tickets: Sequence[Ticket]) -> list[list[TicketLine]]:
    """The lines of each ticket, with all that an allocation reads of them. One statement for all."""
    stocked = any(ticket.type in STOCK_TYPES for ticket in tickets)
    related = ("line__sku", "exchange_sku", "reservation") if stocked else ()
    shops = {ticket.shop_id for ticket in tickets}
    rows = TicketLine.objects.filter(shop_id__in=shops, ticket__in=tickets).select_related("line", *related)
    by_ticket: dict[int, list[TicketLine]] = {ticket.pk: [] for ticket in tickets}
    owners = {ticket.pk: ticket for ticket in tickets}
    for item in rows.order_by("id") if tickets else ():
        item.ticket = owners[item.ticket_id]
        by_ticket[item.ticket_id].append(item)
    return list(by_ticket.values())


@dataclass
class Allocation:
    """Goods by ticket line (`TicketLine.refund_amount`) and the outbound freight of one ticket.

    The caller has the order locked for everything that writes. `order` is the copy that is written.
    """

    ticket: Ticket
    order: Order
    lines: list[TicketLine]
    freight: Decimal
    deductions: Deductions
    reserved: bool

    @classmethod
    def of(cls, ticket: Ticket, order: Order, items: list[TicketLine] | None = None) -> Self:
        """The allocation as it is stored. One statement, none where the caller has the lines (`lines_of`)."""
        if items is None:
            (items,) = lines_of([ticket])
        return cls(ticket, order, items, ticket.freight_amount, deductions_of(ticket), ticket.status in RESERVING)

    @classmethod
    def new(cls, ticket: Ticket, order: Order, items: list[TicketLine]) -> Self:
        """That of an application that has reserved nothing yet."""
        return cls(ticket, order, items, ticket.freight_amount, deductions_of(ticket), reserved=False)

    # --- what it comes to -------------------------------------------------------------------------------

    @property
    def goods(self) -> Decimal:
        return sum((item.refund_amount for item in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods + self.freight - self.deductions.total

    def approved(self) -> Approved:
        columns = columns_of(self.deductions)
        return {"approved_amount": self.total, "freight_amount": self.freight, **columns}

    def returned(self) -> dict[int, int]:
        """Order line id → units: those that were counted, or those announced while nobody has counted."""
        return {item.line_id: item.returned_quantity for item in self.lines}

    # --- what it may come to ----------------------------------------------------------------------------

    def terms(self, *, to: str = "", returnless: bool = False) -> Terms:
        """For a ticket that waits for a decision. NotEligible (422) where a rejected one no longer fits. `returnless`:
        it is about to be decided that the buyer keeps the goods; `to`: the type that the ticket is about to get."""
        freight = self.freight
        if self.ticket.takes_units:
            # Quoted is quoted: a rule may add the freight after the application, never take it away.
            units = {item.line_id: item.quantity for item in self.lines}
            freight = max(self.freight_for(units, to=to, returnless=returnless), freight)
        requested = ceiling = self.goods + freight
        deductions = self.deductions
        if self.ticket.takes_units:
            fresh = self.deductions_for(requested, to=to, returnless=returnless)
            deductions = fresh.least(deductions).waive(deductions.waived)
            requested, ceiling = requested - deductions.total, ceiling - min(deductions.total, ZERO)
        if not self.ticket.takes_units:
            # A claim has no units whose worth bounds it: all that is left of its lines and of the freight may be given.
            ceiling += sum((item.line.free_amount for item in self.lines), ZERO) + freight_left(self.order)
        return Terms(requested, ceiling, freight, deductions)

    def deductions_for(self, pays: Decimal, *, to: str = "", returnless: bool = False) -> Deductions:
        """What a refund that would pay `pays` keeps back for promotions, judged by what really came back and by what
        other tickets have come to until now. At most three statements, none for an order without promotions."""
        keeping = keeping_of(self.order, but=self.ticket.pk)
        return keeping.of(units_of(self.ticket, self.lines, to=to, returnless=returnless), pays)

    def freight_for(self, units: Mapping[int, int], *, to: str = "", returnless: bool = False) -> Decimal:
        """The outbound freight that goes back with `units` (line id → units), judged by what other tickets have come
        to until now (B-16). `to`: the type that the ticket is converted into. At most two statements."""
        ticket = self.ticket
        # What the ticket itself has reserved is there for it once more.
        left = freight_left(self.order) + (self.freight if self.reserved else ZERO)
        if left <= 0:
            return ZERO
        others, shipped = others_of(self.order, but=ticket.pk), any(item.line.shipped_quantity for item in self.lines)
        # `outbound_freight` would return zero as well; this saves its statement.
        if shipped and ticket.fault == Fault.BUYER and not others.at_fault:
            return ZERO
        type_ = to or ticket.type
        stays = any(stays_with_buyer(ticket, item, type_, returnless=returnless) for item in self.lines)
        return outbound_freight(left, self.order.lines.all(), units, others, fault=ticket.fault, stays=stays)

    # --- reserve ----------------------------------------------------------------------------------------

    def reserve(self, *, now: datetime) -> None:
        """Sets everything the ticket needs aside. NotEligible (422) when others have taken it meanwhile."""
        changed = self.allocate()
        if self.freight:
            self.order.save(update_fields=["freight_open"])
        if changed:
            update_columns(changed, ["share_amount", "refund_amount", "unshipped"])
        lines.save(self.lines)
        # Last, because all orders of the shop share the row of a SKU: its lock is held as briefly as possible.
        stock.reserve(self.ticket, self.lines, self.order, now=now)

    def allocate(self) -> list[TicketLine]:
        """`reserve` in memory alone. Answers the ticket lines that had to change to fit their order lines of now."""
        changed = [item for item in self.lines if lines.allocate(self.ticket, item)]
        if self.freight > (left := freight_left(self.order)):
            raise not_eligible([Refusal("amount_exceeded", left=left)])
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
            update_columns(changed, ["refund_amount"])
            lines.save(changed)

    def reprice_total(self, total: Decimal, freight: Decimal) -> None:
        """`total`, in which up to `freight` is freight: what is above that falls on the goods by their weight."""
        if self.ticket.takes_units:
            weights = [item.refund_amount for item in self.lines]
        else:
            # A claim may be raised above what was asked, so each line is weighted by all that it can still give.
            weights = [item.refund_amount + item.line.free_amount for item in self.lines]
        deducted = self.deductions.total
        goods = min(max(total + deducted - freight, ZERO), sum(weights, ZERO))
        self.reprice(split(goods, weights, self.order.unit), total + deducted - goods)

    # --- settle, release --------------------------------------------------------------------------------

    def settle(self) -> None:
        """The money is back: what came back counts as refunded, units that never arrived are free again."""
        for item in self.lines:
            lines.settle(self.ticket, item)
        if self.freight:
            self.order.freight_open -= self.freight
            self.order.freight_refunded += self.freight
            self.order.save(update_fields=["freight_open", "freight_refunded"])
        if deducted := self.deductions.total:
            self.order.promotion_open -= deducted
            self.order.save(update_fields=["promotion_open"])
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


def start_keeping(ticket: Ticket, order: Order) -> None:
    """The refund is on its way: what it keeps back for promotions is there for others to give back (F-6)."""
    if deducted := ticket.promotion_amount:
        order.promotion_kept += deducted
        order.promotion_open += deducted
        order.save(update_fields=["promotion_kept", "promotion_open"])
