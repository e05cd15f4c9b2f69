"""Receive goods: count and grade what came back, add it to the stock, and for a return refund what arrived (S-087,
S-088)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import CLOCK_KIND, Actor
from kernel.errors import AmountExceeded, Invalid, NotEligible
from kernel.machine import advance
from kernel.money import ZERO, split
from orders.services import stock

from ..ledger.allocation import Allocation, Approved
from ..models import Inspection, Ticket, TicketLine
from ..models.ticket_line import RESTOCKED, Condition
from ..rules.amounts import received_part
from ..states import Status, Type
from . import refunding
from .guards import require, require_consent
from .locking import lock

Counted = dict[int, dict[str, int]]
"""Ticket line id → condition → units. Empty where nobody counted."""


class Money(Approved, total=False):
    """The columns that the inspection sets on a return; none on others."""

    deduction: Decimal


@transaction.atomic
def receive(
    ticket: Ticket,
    *,
    units: Iterable[Mapping[str, Any]] | None = None,
    note: str = "",
    deduction: Decimal = ZERO,
    deduction_consent: bool = False,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """`units`: [{line_id, quantity, condition}]; units not named are missing. The clock takes everything as announced,
    and adds nothing to the stock, because nobody has seen the goods."""
    order, ticket = lock(ticket)
    require(ticket, "receive", actor)
    allocation = Allocation.of(ticket, order)
    if ticket.status == Status.REJECTED:  # refused goods, accepted after all: nothing is reserved for them any more
        allocation.reserve(now=now)
    counted: Counted = {}
    if actor.kind != CLOCK_KIND:
        counted = count(allocation.lines, units or ())
        _store(allocation.lines, counted)
        _check_anything_came(ticket, allocation.lines)
    returns = ticket.type == Type.RETURN_REFUND
    money: Money = _money(allocation, deduction, deduction_consent, note) if returns else {}
    refunding.check_limit(actor, money.get("approved_amount"))
    if ticket.type != Type.REPAIR:  # what was repaired belongs to the buyer
        _restock(allocation.lines, counted)
    data = {"deduction": deduction}
    ticket = advance(ticket.receive, actor=actor, now=now, note=note, data=data, **money)
    if ticket.status == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def count(lines: list[TicketLine], units: Iterable[Mapping[str, Any]]) -> Counted:
    by_line = {item.line_id: item for item in lines}
    counted: Counted = {item.pk: {} for item in lines}
    for unit in units:
        item = by_line.get(unit["line_id"])
        if item is None:
            raise Invalid(errors={"units": [_("This ticket has no such line. Take line_id from the ticket.")]})
        tally = counted[item.pk]
        # Added up: one line may be named several times, also with the same condition.
        tally[unit["condition"]] = tally.get(unit["condition"], 0) + unit["quantity"]
    for item in lines:
        tally = counted[item.pk]
        named = sum(tally.values())
        if named > item.quantity:
            raise NotEligible(["quantity_exceeded"], _("More units than were announced. Count them again."))
        if named < item.quantity:
            tally[Condition.MISSING] = tally.get(Condition.MISSING, 0) + item.quantity - named
    return counted


def _store(lines: list[TicketLine], counted: Counted) -> None:
    inspections = []
    for item in lines:
        tally = counted[item.pk]
        item.received_quantity = item.quantity - tally.get(Condition.MISSING, 0)
        inspections += [Inspection(ticket_line=item, condition=c, quantity=n) for c, n in tally.items() if n]
    Inspection.objects.bulk_create(inspections)
    lines[0].ticket.lines.bulk_update(lines, ["received_quantity"])


def _check_anything_came(ticket: Ticket, lines: list[TicketLine]) -> None:
    # A return of which nothing arrived refunds 0. A replacement or a repair for nothing makes no sense.
    if ticket.type != Type.RETURN_REFUND and not any(item.received_quantity for item in lines):
        raise Invalid(errors={"units": [_("Nothing arrived. Wait for the parcel, or refuse the goods.")]})


def _money(allocation: Allocation, deduction: Decimal, agreed: bool, note: str) -> Money:
    """The refund of what arrived. Missing units are never refunded; a deduction needs the buyer's consent."""
    lines = allocation.lines
    amounts = [received_part(item.refund_amount, item.returned_quantity, item.quantity) for item in lines]
    if deduction > sum(amounts, ZERO):
        raise AmountExceeded(_("The deduction is above the amount of what arrived."))
    if deduction > 0:
        require_consent(agreed, note, _("A deduction needs the buyer's yes: tick it and say how."))
        # Weighted by what each line pays, so that no line falls below zero.
        off = split(deduction, amounts)
        amounts = [amount - less for amount, less in zip(amounts, off, strict=True)]
    allocation.reprice(amounts, _freight(allocation))
    return {**allocation.approved(), "deduction": deduction}


def _freight(allocation: Allocation) -> Decimal:
    """The outbound freight by what really arrived (B-04)."""
    freight, ticket = allocation.freight_for(allocation.returned()), allocation.ticket
    if ticket.service_fee or ticket.reduced:
        # The buyer agreed to a lower amount, freight included: what came back since adds nothing to it.
        return min(freight, allocation.freight)
    return freight


def _restock(lines: list[TicketLine], counted: Counted) -> None:
    for item in lines:
        units = sum(n for condition, n in counted.get(item.pk, {}).items() if condition in RESTOCKED)
        if units:
            stock.restock(item.line.sku_id, units, shop_id=item.shop_id)
