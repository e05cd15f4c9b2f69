"""What a decision gives away, in money: goods at list price (B-14). Pure functions of a ticket and its lines."""

from collections.abc import Iterable
from decimal import Decimal

from kernel.money import ZERO

from ..models import Ticket, TicketLine
from ..states import STOCK_TYPES, Type


def goods_worth(ticket: Ticket, lines: Iterable[TicketLine]) -> Decimal:
    """One parcel of this ticket to the buyer at list price. Fetch the lines of an exchange or a reissue with SKUs."""
    return sum((_list_price(ticket, item) * item.returned_quantity for item in lines), ZERO)


def given_in_kind(ticket: Ticket, lines: Iterable[TicketLine], *, nothing_back: bool) -> Decimal:
    """What an exchange, a repair or a reissue gives away: the goods where nothing comes back for them (a reissue, goods
    that stay with the buyer, a replacement sent ahead), else what is dearer than the goods that come back and what is
    paid back for a cheaper replacement."""
    lines = list(lines)
    # By line: what one line costs is not set off against what another gives back.
    paid_back = sum((item.refund_amount + item.given_back for item in lines), ZERO)
    return goods_given(ticket, lines, nothing_back) + paid_back


def goods_given(ticket: Ticket, lines: list[TicketLine], nothing_back: bool) -> Decimal:
    """The same without the money."""
    if nothing_back or ticket.advance_exchange or ticket.type == Type.REISSUE:
        return goods_worth(ticket, lines)
    dearer = sum((_dearer(item) for item in lines), ZERO) if ticket.type == Type.EXCHANGE else ZERO
    return max(dearer - max(ticket.price_difference, ZERO), ZERO)


def _list_price(ticket: Ticket, item: TicketLine) -> Decimal:
    if ticket.type not in STOCK_TYPES:
        return item.line.unit_price
    if item.exchange_sku is not None and item.exchange_sku.pk != item.line.sku_id:
        return _price(item)
    if item.line.sku.currency != ticket.order.currency:
        return item.line.unit_price  # its list price is in another currency
    # What was sold dearer than the list says today is worth what it was sold for.
    return max(item.line.sku.price, item.line.unit_price)


def _dearer(item: TicketLine) -> Decimal:
    if item.exchange_sku is None or item.exchange_sku.pk == item.line.sku_id:
        return ZERO
    return max(_price(item) - item.line.unit_price, ZERO) * item.returned_quantity


def _price(item: TicketLine) -> Decimal:
    """Of the goods that are sent instead: as it was when the buyer applied."""
    if item.exchange_price is not None:
        return item.exchange_price
    return item.exchange_sku.price if item.exchange_sku else ZERO
