"""The goods that a replacement needs (S-153): reserved with the ticket, used up when it is sent, else given back."""

from datetime import datetime

from kernel.errors import NotEligible
from orders.models import Order
from orders.services import stock

from ..models import Ticket, TicketLine
from ..rules.refusal import Refusal
from ..states import STOCK_TYPES
from ..wording.refusals import not_eligible


def reserve(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """S-153 b, by the shop's switches of today. 422 `out_of_stock` where less is in stock; a shop that takes exchanges
    without stock (S-153 a) gets them without a reservation then."""
    policy = order.shop.policy
    if ticket.type not in STOCK_TYPES or not policy.exchange_lock_stock:
        return
    for item in lines:
        sku = item.exchange_sku or item.line.sku
        try:
            item.reservation = stock.reserve(sku, item.quantity, holder=ticket.ticket_no, now=now)
        except NotEligible as refused:
            if policy.exchange_only_in_stock:
                raise not_eligible([Refusal("out_of_stock", sku)]) from refused
            continue
        item.save(update_fields=["reservation"])


def release(lines: list[TicketLine], *, now: datetime) -> None:
    for item in lines:
        if item.reservation is not None:
            stock.release(item.reservation, now=now)


def consume(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """The reservation is used up; without one (switched off, or sent again) the stock is reduced (S-153 c)."""
    if ticket.type not in STOCK_TYPES:
        return
    for item in lines:
        units, reservation = item.returned_quantity, item.reservation
        if reservation is not None and reservation.state == reservation.State.RESERVED:
            # A reservation is used up as a whole: for fewer units it is released, and what leaves is deducted.
            if reservation.quantity == units:
                stock.consume(reservation, now=now)
                continue
            stock.release(reservation, now=now)  # fewer came back than announced
            stock.deduct(item.exchange_sku or item.line.sku, units)
        elif order.shop.policy.exchange_deduct_offline:
            stock.deduct(item.exchange_sku or item.line.sku, units)
