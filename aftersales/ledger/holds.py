"""What a ticket holds while it is open: units, their worth, money, freight and stock. Each is reserved on the order,
so that no two tickets can have the same (traps: duplicate requests, cumulative caps). The caller has the order locked.

For a ticket without a claimed amount, per line: open_quantity += quantity, held_quantity += unshipped,
taken_share += share_amount, open_amount += refund_amount. A claim holds open_amount only. The order's
freight_open += freight_amount. Settling turns open into refunded for what really came back.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from kernel.money import ZERO, unit_share
from orders.models import Order, OrderLine
from orders.services import stock

from ..models import Ticket, TicketLine
from ..rules.amounts import received_part, taken
from ..states import STOCK_TYPES
from ..wording.refusals import not_eligible

LINE_FIELDS = [
    "open_quantity", "held_quantity", "cancelled_quantity", "refunded_quantity",
    "taken_share", "open_amount", "refunded_amount",
]  # fmt: skip


def ticket_lines(ticket: Ticket) -> list[TicketLine]:
    more = ("line__sku", "exchange_sku", "reservation") if ticket.type in STOCK_TYPES else ()
    return list(ticket.lines.select_related("line", *more))


def hold(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """Takes everything the ticket needs. NotEligible when others have taken it meanwhile."""
    for item in lines:
        _hold_line(ticket, item)
    if ticket.freight_amount:
        if ticket.freight_amount > order.freight - order.freight_open - order.freight_refunded:
            raise not_eligible(["amount_exceeded"])
        order.freight_open += ticket.freight_amount
        order.save(update_fields=["freight_open"])
    save_lines(lines)
    _reserve_stock(ticket, lines, order, now=now)


def _hold_line(ticket: Ticket, item: TicketLine) -> None:
    line = item.line
    if ticket.claimed_amount is None:
        _check_units(item)
        _weigh_again(ticket, item)
    if item.refund_amount > line.free_amount:
        raise not_eligible(["amount_exceeded"])
    line.open_amount += item.refund_amount
    if ticket.claimed_amount is not None:
        return
    if item.unshipped > line.to_ship:
        # Shipped since: the units are asked back all the same, from the buyer's hands.
        item.unshipped = line.to_ship
        item.save(update_fields=["unshipped"])
    line.open_quantity += item.quantity
    line.held_quantity += item.unshipped
    line.taken_share += item.share_amount


def _check_units(item: TicketLine) -> None:
    line = item.line
    if item.quantity > line.free_quantity:
        full = item.quantity > line.quantity - line.refunded_quantity
        raise not_eligible(["quantity_exceeded" if full else "open_ticket_exists"])


def _weigh_again(ticket: Ticket, item: TicketLine) -> None:
    """Units that were let go and are taken once more may be other units of the line by now: worth a cent more or
    less than they were (F-3). Nothing changes for a ticket that was weighed a moment ago."""
    line = item.line
    share = max(unit_share(line.paid_amount, line.quantity, taken(line), line.taken_share, item.quantity), ZERO)
    if share == item.share_amount:
        return
    if ticket.pays_money:
        whole = item.refund_amount == item.share_amount
        item.refund_amount = min(share if whole else min(item.refund_amount, share), line.free_amount)
    item.share_amount = share
    item.save(update_fields=["share_amount", "refund_amount"])


def save_lines(lines: list[TicketLine]) -> None:
    if len(lines) == 1:  # the common case, at a third of the cost
        lines[0].line.save(update_fields=LINE_FIELDS)
        return
    OrderLine.objects.bulk_update([item.line for item in lines], LINE_FIELDS)


def _reserve_stock(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """S-153 b, by the shop's switch of today."""
    if ticket.type not in STOCK_TYPES or not order.shop.policy.exchange_lock_stock:
        return
    for item in lines:
        sku = item.exchange_sku or item.line.sku
        item.reservation = stock.reserve(sku, item.quantity, holder=ticket.ticket_no, now=now)
        item.save(update_fields=["reservation"])


def release(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """Gives everything back untouched: the ticket ends without a refund, or is weighed anew."""
    let_go(ticket, lines)
    _free_freight(ticket, order, refunded=False)
    save_lines(lines)
    release_stock(lines, now=now)


def let_go(ticket: Ticket, lines: list[TicketLine]) -> None:
    """The order lines as they are without the ticket. In memory only."""
    for item in lines:
        item.line.open_amount -= item.refund_amount
        if ticket.claimed_amount is None:
            _free_units(item)
            item.line.taken_share -= min(item.share_amount, item.line.taken_share)


def release_stock(lines: list[TicketLine], *, now: datetime) -> None:
    for item in lines:
        if item.reservation is not None:
            stock.release(item.reservation, now=now)


def _free_units(item: TicketLine) -> None:
    item.line.open_quantity -= item.quantity
    item.line.held_quantity -= item.unshipped


def _free_freight(ticket: Ticket, order: Order, *, refunded: bool) -> None:
    if not ticket.freight_amount:
        return
    order.freight_open -= ticket.freight_amount
    if refunded:
        order.freight_refunded += ticket.freight_amount
    order.save(update_fields=["freight_open", "freight_refunded"])


def settle(ticket: Ticket, lines: list[TicketLine], order: Order) -> None:
    """The money is back: what came back counts as refunded, units that never arrived are free again."""
    for item in lines:
        line = item.line
        line.open_amount -= item.refund_amount
        line.refunded_amount += item.refund_amount
        if ticket.claimed_amount is None:
            _free_units(item)
            _settle_units(item)
    _free_freight(ticket, order, refunded=True)
    save_lines(lines)


def _settle_units(item: TicketLine) -> None:
    line, units = item.line, refunded_units(item)
    line.refunded_quantity += units
    line.cancelled_quantity += item.unshipped
    line.taken_share -= item.share_amount - received_part(item.share_amount, units, item.quantity)


def refunded_units(item: TicketLine) -> int:
    return item.quantity if item.received_quantity is None else item.received_quantity


def reprice(
    ticket: Ticket, lines: list[TicketLine], order: Order, amounts: Sequence[Decimal], freight: Decimal
) -> None:
    """Replaces what an open ticket holds of money and freight: one amount a ticket line. The ticket itself is
    saved by the verb that follows, with `freight_amount=freight` among its facts."""
    changed = [item for item, amount in zip(lines, amounts, strict=True) if amount != item.refund_amount]
    for item, amount in zip(lines, amounts, strict=True):
        item.line.open_amount += amount - item.refund_amount
        item.refund_amount = amount
    if freight != ticket.freight_amount:
        order.freight_open += freight - ticket.freight_amount
        order.save(update_fields=["freight_open"])
    if changed:
        TicketLine.objects.bulk_update(changed, ["refund_amount"])
        save_lines(changed)
