"""What a ticket line changes on its order line, in memory; `save` stores it.

For a ticket that takes units: open_quantity and reserved_quantity (of the unshipped), allocated_share and
open_amount. A claim (S-058) changes open_amount alone.
"""

from orders.models import OrderLine

from ..models import Ticket, TicketLine
from ..rules.amounts import received_part, worth
from ..wording.refusals import not_eligible

FIELDS = [
    "open_quantity", "reserved_quantity", "cancelled_quantity", "refunded_quantity",
    "allocated_share", "open_amount", "refunded_amount", "failed_applications",
]  # fmt: skip


def save(items: list[TicketLine]) -> None:
    if len(items) == 1:  # the common case, at a third of the cost
        items[0].line.save(update_fields=FIELDS)
        return
    rows = OrderLine.objects.filter(shop_id__in={item.shop_id for item in items})
    rows.bulk_update([item.line for item in items], FIELDS)


def allocate(ticket: Ticket, item: TicketLine) -> bool:
    """True when the ticket line itself had to change to fit its order line of now. NotEligible (422) where others
    have taken units or money meanwhile."""
    line, changed = item.line, False
    if ticket.takes_units:
        _check_units(item)
        changed = _evaluate(ticket, item)
    if item.refund_amount > line.free_amount:
        raise not_eligible(["amount_exceeded"])
    line.open_amount += item.refund_amount
    if not ticket.takes_units:
        return changed
    if item.unshipped > line.to_ship:
        # Shipped since: the units are asked back all the same, from the buyer's hands.
        item.unshipped, changed = line.to_ship, True
    line.open_quantity += item.quantity
    line.reserved_quantity += item.unshipped
    line.allocated_share += item.share_amount
    return changed


def _check_units(item: TicketLine) -> None:
    line = item.line
    if item.quantity > line.free_quantity:
        gone = item.quantity > line.quantity - line.refunded_quantity
        raise not_eligible(["quantity_exceeded" if gone else "open_ticket_exists"])


def _evaluate(ticket: Ticket, item: TicketLine) -> bool:
    """Units that were released and are reserved once more may be other units of the line by now: worth a cent more
    or less than they were (F-3). Nothing changes for a ticket that was priced a moment ago."""
    share = worth(item.line, item.quantity)
    if share == item.share_amount:
        return False
    if ticket.pays_money:
        # A lower amount was agreed with the buyer and stays; only a full refund follows the new share.
        in_full = item.refund_amount == item.share_amount
        amount = share if in_full else min(item.refund_amount, share)
        item.refund_amount = min(amount, item.line.free_amount)
    item.share_amount = share
    return True


def settle(ticket: Ticket, item: TicketLine) -> None:
    """What came back counts as refunded; units that never arrived are free again."""
    line = item.line
    line.open_amount -= item.refund_amount
    line.refunded_amount += item.refund_amount
    if not ticket.takes_units:
        return
    units = item.returned_quantity
    _free_units(item)
    line.refunded_quantity += units
    # Units that are refunded before they were shipped are taken off what is still to ship.
    line.cancelled_quantity += item.unshipped
    # The share of units that never arrived is free for a later refund of them (F-3).
    line.allocated_share -= item.share_amount - received_part(item.share_amount, units, item.quantity)


def release(ticket: Ticket, item: TicketLine) -> None:
    item.line.open_amount -= item.refund_amount
    if ticket.takes_units:
        _free_units(item)
        item.line.allocated_share -= min(item.share_amount, item.line.allocated_share)


def _free_units(item: TicketLine) -> None:
    item.line.open_quantity -= item.quantity
    item.line.reserved_quantity -= item.unshipped
