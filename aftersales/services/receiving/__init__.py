"""Receive goods: count and grade what came back, add it to the stock, and for a return refund what arrived (S-087,
S-088). Units that were missing and come later are received once more (`late`); what nobody announced is recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import CLOCK_KIND, Actor
from kernel.errors import AmountExceeded, Conflict, Invalid
from kernel.machine import advance
from kernel.money import ZERO, split
from orders.models import Order

from ...conditions import awaits_missing
from ...ledger.allocation import Allocation, Approved
from ...models import Ticket, TicketLine
from ...models.offer import GoodsTerms, units_counted
from ...models.ticket_line import Condition
from ...rules.amounts import received_part
from ...rules.given import given_in_kind
from ...rules.promotions import NOTHING, Deductions
from ...states import Status, Type
from .. import authority, courier_claims, refunding
from ..consent import offer_body, require_yes
from ..guards import require, require_whole
from ..locking import lock
from ..objections import note_down, withheld_of
from ..payables import owe_return_freight
from ..refuse_goods import refuse_empty
from .counting import Counted, count, restock, store
from .extras import Extra, record_extras
from .late import receive_late

ON_THE_WAY_BACK = frozenset({Status.PENDING_REFUND, Status.PENDING_RESHIP})


class Money(Approved, total=False):
    """The columns that the inspection sets on a return; none on others. `type`: where the buyer accepted to keep the
    goods."""

    deduction: Decimal
    noted_at: datetime | None
    type: str


@dataclass(frozen=True)
class Findings:
    """`units` None: nobody counted, so everything is taken as announced and nothing goes to the stock."""

    units: Iterable[Mapping[str, Any]] | None = None
    deduction: Decimal = ZERO
    deduction_consent: bool = False
    note: str = ""
    extras: Iterable[Extra] = ()


@dataclass(frozen=True)
class Agreed:
    """What the buyer accepted: the amount that they get (None: all that arrived), and as what."""

    amount: Decimal | None
    type: str


@transaction.atomic
def receive(
    ticket: Ticket,
    *,
    units: Iterable[Mapping[str, Any]] | None = None,
    note: str = "",
    deduction: Decimal = ZERO,
    deduction_consent: bool = False,
    extras: Iterable[Extra] = (),
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """`units`: [{line_id, quantity, condition}]; units not named are missing. Where all are, the parcel is refused as
    empty. Again for missing units that come late, of which only these are named. `extras`: [{line_id?, sku?, quantity,
    condition}], what nobody announced. The clock takes everything as announced, and adds nothing to the stock, because
    nobody has seen the goods."""
    order, ticket = lock(ticket)
    require(ticket, "receive", actor, version, now=now)
    if awaits_missing(ticket):
        return receive_late(ticket, units or (), extras, note=note, deduction=deduction, actor=actor, now=now)
    counted = None if actor.kind == CLOCK_KIND else list(units or ())
    findings = Findings(counted, deduction, deduction_consent, note, extras)
    return inspect(ticket, order, findings, actor=actor, now=now)


def inspect(
    ticket: Ticket, order: Order, findings: Findings, *, agreed: Agreed | None = None, actor: Actor, now: datetime
) -> Ticket:
    """`receive` with the order locked already. `agreed`: the buyer said yes to this amount."""
    allocation, missing = Allocation.of(ticket, order), 0
    extra_units = record_extras(ticket, findings.extras, now=now)
    counted: Counted = {} if findings.units is None else count(allocation.lines, findings.units)
    if counted and agreed is None and _nothing_came(allocation.lines, counted) and ticket.status in ON_THE_WAY_BACK:
        return refuse_empty(allocation, note=findings.note, extras=extra_units, actor=actor, now=now)
    if ticket.status == Status.REJECTED:  # refused goods, accepted after all: nothing is reserved for them any more
        allocation.reserve(now=now)
    if counted:
        _check_anything_came(allocation.lines, counted)
        missing = store(allocation.lines, counted)
        _check_whole(ticket, allocation.lines)
    returns = ticket.type == Type.RETURN_REFUND
    before = allocation.goods
    money: Money = _money(allocation, findings, agreed) if returns else {}
    withheld = _withheld(allocation, before, money, agreed) if returns else ZERO
    if returns:
        money["noted_at"] = now if withheld else None
    amount_given = (
        money["approved_amount"]
        if returns
        else given_in_kind(ticket, allocation.lines, nothing_back=ticket.advance_exchange)
    )
    authority.give(ticket, amount_given, actor=actor, now=now, carries_out=True)
    if ticket.type != Type.REPAIR:  # what was repaired belongs to the buyer
        restock(allocation.lines, counted)
    data: dict[str, object] = {"deduction": money.get("deduction", ZERO)} | (
        {"extras": extra_units} if extra_units else {}
    )
    ticket = advance(
        ticket.receive, actor=actor, now=now, note=findings.note, data=data, missing_quantity=missing, **money
    )
    if withheld:
        note_down(ticket, withheld, findings.note, actor=actor, now=now)
    owe_return_freight(ticket, now=now)
    if actor.kind == CLOCK_KIND:
        courier_claims.on_received_by_clock(ticket, now=now)
    if ticket.status == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _nothing_came(lines: list[TicketLine], counted: Counted) -> bool:
    return all(counted[item.pk].get(Condition.MISSING, 0) == item.quantity for item in lines)


def _check_anything_came(lines: list[TicketLine], counted: Counted) -> None:
    # No refund of 0, and no replacement or repair for nothing.
    if _nothing_came(lines, counted):
        raise Invalid(errors={"units": [_("Nothing arrived. Wait for the parcel.")]})


def _check_whole(ticket: Ticket, lines: list[TicketLine]) -> None:
    """Before anything was sent, nothing can be missing: a count of less would take the buyer's money (B-19)."""
    short = any(item.received_quantity != item.quantity for item in lines)
    if ticket.status == Status.PENDING_RETURN and short:
        raise Conflict(
            _("These goods haven't been sent yet. Receive all of them, or wait for the buyer's tracking number.")
        )


def _money(allocation: Allocation, findings: Findings, agreed: Agreed | None) -> Money:
    """The refund of what arrived. Missing units are never refunded; a deduction needs the buyer's yes."""
    lines, unit, freight = allocation.lines, allocation.order.unit, _freight(allocation)
    require_whole(allocation.order.currency, deduction=findings.deduction)
    amounts = [received_part(item.refund_amount, item.returned_quantity, item.quantity, unit) for item in lines]
    arrived = sum(amounts, ZERO)
    allocation.deductions = _deductions(allocation, arrived + freight)
    pays = arrived + freight - allocation.deductions.total
    deduction = findings.deduction
    if agreed is not None:
        deduction = ZERO if agreed.amount is None else pays - agreed.amount
    if deduction < 0:
        raise AmountExceeded(details={"ceiling": str(pays)})
    if deduction > min(arrived, pays):
        raise AmountExceeded(_("The deduction is more than the amount of what arrived."))
    if deduction > 0:
        if agreed is None:
            _require_yes(allocation.ticket, findings, pays - deduction)
        # Weighted by what each line pays, so that no line falls below zero.
        off = split(deduction, amounts, unit)
        amounts = [amount - less for amount, less in zip(amounts, off, strict=True)]
    allocation.reprice(amounts, freight)
    money: Money = {**allocation.approved(), "deduction": deduction}
    return money if agreed is None else {**money, "type": agreed.type}


def _withheld(allocation: Allocation, before: Decimal, money: Money, agreed: Agreed | None) -> Decimal:
    """What a note keeps back in all: of the approval, as far as the goods arrived, and this deduction."""
    deduction = money["deduction"]
    withheld = withheld_of(allocation.ticket, before, allocation.goods + deduction)
    return withheld + deduction if agreed is None else withheld


def _require_yes(ticket: Ticket, findings: Findings, pays: Decimal) -> None:
    # The count goes with the offer: accepting it settles the inspection.
    goods: GoodsTerms = {"units": units_counted(findings.units or ())}
    offer = offer_body(ticket, pays, ZERO, findings.note, goods)
    text = _("The buyer has to agree to a deduction.")
    agreed = findings.deduction_consent
    require_yes(ticket, agreed=agreed, note=findings.note, pays=pays, offer=offer, message=text)


def _freight(allocation: Allocation) -> Decimal:
    """The outbound freight by what really arrived (B-04, B-16)."""
    freight, ticket = allocation.freight_for(allocation.returned()), allocation.ticket
    lowered = ticket.service_fee or ticket.reduced
    if lowered and (allocation.freight or not allocation.total):
        # The buyer agreed to a lower amount, this freight included: what came back since adds nothing to it.
        return min(freight, allocation.freight)
    return freight


def _deductions(allocation: Allocation, pays: Decimal) -> Deductions:
    """What is kept back for promotions, by what really arrived. Of what came whole never more than was approved; what
    the shop waived stays so."""
    if not allocation.order.has_promotions:
        return NOTHING
    deductions, waived = allocation.deductions_for(pays), allocation.deductions.waived
    if all(item.returned_quantity == item.quantity for item in allocation.lines):
        deductions = deductions.least(allocation.deductions)
    return deductions.waive(waived)
