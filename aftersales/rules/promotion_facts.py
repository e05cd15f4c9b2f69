"""What the deductions of `rules.promotions` are computed from. Nothing is read of an order without promotions."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypedDict

from orders.models import Order, OrderLine

from ..models import Ticket, TicketLine
from ..states import MONEY_TYPES, RESERVING, Fault, Status, Type
from .freight import on_its_way
from .promotions import NOTHING, Deductions, Keeping, Position, TicketUnits


class DeductionColumns(TypedDict, total=False):
    """The columns of a ticket that say what it keeps back for promotions."""

    discount_lost: Decimal
    gift_kept: Decimal
    free_shipping_lost: Decimal
    promotion_waived: Decimal


def columns_of(deductions: Deductions) -> DeductionColumns:
    return {
        "discount_lost": deductions.discount,
        "gift_kept": deductions.gift,
        "free_shipping_lost": deductions.freight,
        "promotion_waived": deductions.waived,
    }


def deductions_of(ticket: Ticket) -> Deductions:
    return Deductions(ticket.discount_lost, ticket.gift_kept, ticket.free_shipping_lost, waived=ticket.promotion_waived)


def keeping_of(order: Order, lines: Sequence[OrderLine] | None = None, *, but: int | None = None) -> Keeping:
    """Beside all tickets but `but`. At most three statements: the promotions, the other tickets and, where they were
    not given, the lines of the order."""
    if not order.has_promotions:
        return Keeping.nothing()
    rows = TicketLine.objects.filter(
        shop_id=order.shop_id, ticket__order_id=order.pk, ticket__type__in=MONEY_TYPES,
        ticket__claimed_amount__isnull=True, ticket__status__in=[*RESERVING, Status.COMPLETED],
        ticket__outcome="",
    )  # fmt: skip
    by_ticket: dict[int, list[TicketLine]] = {}
    for item in rows.exclude(ticket_id=but or 0).select_related("ticket").order_by("ticket_id", "id"):
        by_ticket.setdefault(item.ticket_id, []).append(item)
    position = Position(order, list(order.lines.all()) if lines is None else lines, list(order.promotions.all()))
    for items in by_ticket.values():
        ticket = items[0].ticket
        deductions = deductions_of(ticket)
        if ticket.status == Status.COMPLETED or on_its_way(ticket):
            position.certain.append(units_of(ticket, items))
            position.certain_deductions = _added(position.certain_deductions, deductions)
        else:
            position.pending.append(units_of(ticket, items))
            position.pending_deductions = _added(position.pending_deductions, deductions)
    return Keeping(position)


def units_of(ticket: Ticket, items: Iterable[TicketLine], *, to: str = "", returnless: bool = False) -> TicketUnits:
    """`to`, `returnless`: what a decision is about to make of the ticket."""
    items = list(items)
    return TicketUnits(
        {item.line_id: item.returned_quantity for item in items},
        {item.line_id: min(item.unshipped, item.returned_quantity) for item in items},
        returned=(to or ticket.type) == Type.RETURN_REFUND and not (returnless or ticket.returnless),
        by_buyer=ticket.fault == Fault.BUYER,
    )


def _added(one: Deductions, other: Deductions) -> Deductions:
    return one.less(NOTHING.less(other))
