"""What a ticket line changes on its order line, in memory; `save` stores it.

For a ticket that takes units: open_quantity and reserved_quantity (of the unshipped), allocated_share and
open_amount. A claim (S-058) changes open_amount alone.
"""

from decimal import Decimal

from kernel.machine import update_columns
from kernel.money import ZERO

from ..models import Ticket, TicketLine
from ..rules.amounts import received_part, worth
from ..rules.eligibility import check_free
from ..rules.refusal import Refusal
from ..wording.refusals import not_eligible

FIELDS = [
    "open_quantity", "reserved_quantity", "cancelled_quantity", "refunded_quantity",
    "allocated_share", "open_amount", "refunded_amount", "failed_applications", "exchanged_quantity",
    "exchanged_amount",
]  # fmt: skip


def save(items: list[TicketLine]) -> None:
    """The caller has the order locked, and its lines with it."""
    update_columns([item.line for item in items], FIELDS)


def allocate(ticket: Ticket, item: TicketLine) -> bool:
    """True when the ticket line itself had to change to fit its order line of now. NotEligible (422) where others
    have taken units or money meanwhile."""
    line, changed = item.line, False
    if ticket.takes_units:
        if refusals := check_free(line, item.quantity):
            raise not_eligible(refusals)
        changed = _evaluate(ticket, item)
    if item.refund_amount > line.free_amount:
        raise not_eligible([Refusal("amount_exceeded", line, left=line.free_amount)])
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


def _evaluate(ticket: Ticket, item: TicketLine) -> bool:
    """Units that were released and are reserved once more may be other units of the line by now: worth one more
    or less of the smallest unit (F-3). Nothing changes for a ticket that was priced a moment ago."""
    share = worth(item.line, item.quantity, ticket.order.unit)
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
    units, unit = item.returned_quantity, ticket.order.unit
    _free_units(item)
    line.refunded_quantity += units
    # Units that are refunded before they were shipped are taken off what is still to ship.
    line.cancelled_quantity += item.unshipped
    # The share of units that never arrived is free for a later refund of them (F-3).
    line.allocated_share -= item.share_amount - received_part(item.share_amount, units, item.quantity, unit)


def give_back(item: TicketLine, unit: Decimal) -> Decimal:
    """F-9: what a cheaper replacement gives back for the units that are sent, within what they are worth. Answers what
    is to be paid now; called again, only what was not paid yet."""
    line, sent = item.line, item.sent_quantity or 0
    worth_of_sent = received_part(item.share_amount, sent, item.quantity, unit)
    # What the ticket has reserved, or paid, is there for it once more.
    most = min(worth_of_sent, line.free_amount + item.refund_amount + item.given_back)
    amount = max(min(-item.settled_difference, most) - item.given_back, ZERO)
    line.open_amount -= item.refund_amount
    line.refunded_amount += amount
    item.refund_amount, item.given_back = ZERO, item.given_back + amount
    return amount


def exchange(item: TicketLine, unit: Decimal) -> Decimal:
    """The units that were sent instead leave the line, and their money with them; units that never came back are free
    again. Answers the money."""
    line, sent = item.line, item.sent_quantity or 0
    share = received_part(item.share_amount, sent, item.quantity, unit)
    line.open_amount -= item.refund_amount
    _free_units(item)
    line.exchanged_quantity += sent
    # The share of the units stays allocated, so that the others keep theirs (F-3).
    line.allocated_share -= item.share_amount - share
    # A claim (S-058) may have taken a part of the line's money.
    moved = max(min(share - item.given_back, line.free_amount), ZERO)
    line.exchanged_amount += moved
    return moved


def release(ticket: Ticket, item: TicketLine) -> None:
    item.line.open_amount -= item.refund_amount
    if ticket.takes_units:
        _free_units(item)
        item.line.allocated_share -= min(item.share_amount, item.line.allocated_share)


def _free_units(item: TicketLine) -> None:
    item.line.open_quantity -= item.quantity
    item.line.reserved_quantity -= item.unshipped
