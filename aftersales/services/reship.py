"""Sending the replacement, and turning into a refund what cannot be fulfilled."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import machine
from kernel.actors import BUYER, Actor
from kernel.errors import IllegalTransition, Invalid
from kernel.money import ZERO
from logistics import services as logistics
from logistics.models import Parcel
from logistics.services import default_address
from orders.models import Order
from orders.services import stock

from ..ledger import holds
from ..machine import awaits_goods
from ..models import Ticket, TicketLine
from ..rules.amounts import outbound_freight, received_part
from ..rules.facts import approved_units
from ..states import MONEY_TYPES, STOCK_TYPES, Status, Type
from . import refunding
from .actions import allowed_actions, buyer_may_convert
from .guards import require, require_text
from .locking import lock
from .parcels import attach_parcel, retire_parcel


@transaction.atomic
def reship(
    ticket: Ticket,
    *,
    courier: str,
    tracking_no: str,
    advance: bool = False,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> Ticket:
    """Once the goods are received; before that only ahead of them (S-091), with a note. Again when it was lost."""
    order, ticket = lock(ticket)
    require(ticket, "reship", actor)
    ahead = ticket.status == Status.PENDING_RESHIP and awaits_goods(ticket)
    if ahead and not advance:
        others = [name for name in allowed_actions(ticket, actor) if name != "reship"]
        raise IllegalTransition("reship", ticket.status, others)
    if ahead:
        require_text("note", note, _("Say why the replacement goes out before the goods are back."))
    lines = holds.ticket_lines(ticket)
    _take_stock(ticket, lines, order, now=now)
    _send(ticket, lines, order, courier, tracking_no, actor=actor, now=now)
    first = ticket.reshipped_at is None
    data = {"courier": courier, "tracking_no": tracking_no}
    ticket = machine.advance(ticket.reship, actor=actor, now=now, note=note, data=data, advance=ahead)
    if first and ticket.price_difference < 0:
        _pay_cheaper(ticket, lines, order, actor=actor, now=now)
    return ticket


def _send(
    ticket: Ticket,
    lines: list[TicketLine],
    order: Order,
    courier: str,
    tracking_no: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    kind = Parcel.Kind.REPLACEMENT
    units = {item.line_id: holds.refunded_units(item) for item in lines if not item.line.virtual}
    units = {line_id: quantity for line_id, quantity in units.items() if quantity}
    if not units:  # S-170: card keys travel without a parcel
        retire_parcel(ticket, kind)
        return
    parcel = logistics.create_parcel(
        order, kind, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now
    )
    attach_parcel(ticket, parcel)


def _take_stock(ticket: Ticket, lines: list[TicketLine], order: Order, *, now: datetime) -> None:
    """The reservation is used up; without one (switched off, or sent again) the shelf is counted down (S-153 c)."""
    if ticket.type not in STOCK_TYPES:
        return
    for item in lines:
        units, reservation = holds.refunded_units(item), item.reservation
        if reservation is not None and reservation.state == reservation.State.HELD:
            if reservation.quantity == units:
                stock.consume(reservation, now=now)
                continue
            stock.release(reservation, now=now)  # fewer came back than announced
            stock.deduct(item.exchange_sku or item.line.sku, units)
        elif order.shop.policy.exchange_deduct_offline:
            stock.deduct(item.exchange_sku or item.line.sku, units)


def _pay_cheaper(ticket: Ticket, lines: list[TicketLine], order: Order, *, actor: Actor, now: datetime) -> None:
    """F-9: a cheaper replacement gives money back along the order's payments, once."""
    total = sum((item.refund_amount for item in lines), ZERO)
    if not total:
        return
    for item in lines:
        item.line.open_amount -= item.refund_amount
        item.line.refunded_amount += item.refund_amount
        # What is paid is no longer held: a later release must not give it back a second time.
        item.difference, item.refund_amount = -item.refund_amount, ZERO
    holds.save_lines(lines)
    TicketLine.objects.bulk_update(lines, ["difference", "refund_amount"])
    refunding.pay_difference_back(ticket, order, total, actor=actor, now=now)


@transaction.atomic
def convert(ticket: Ticket, *, to: str, note: str = "", actor: Actor, now: datetime) -> Ticket:
    """What cannot be fulfilled becomes a refund: the merchant says so, or the buyer once it is overdue."""
    if to not in MONEY_TYPES:
        raise Invalid(errors={"to": [_("Choose return_refund or refund_only.")]})
    order, ticket = lock(ticket)
    require(ticket, "convert", actor)
    if actor.kind == BUYER and not buyer_may_convert(ticket):
        raise IllegalTransition("convert", ticket.status, allowed_actions(ticket, actor))
    lines = holds.ticket_lines(ticket)
    fields = _refund_instead(ticket, lines, order, to)
    refunding.check_limit(actor, fields["approved_amount"])
    holds.release_stock(lines, now=now)
    refunding.give_difference_back(ticket, actor=actor, now=now)
    ticket = machine.advance(ticket.convert, actor=actor, now=now, note=note, data={"to": to}, to=to, **fields)
    if ticket.status == Status.PENDING_REFUND and not awaits_goods(ticket):
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _refund_instead(ticket: Ticket, lines: list[TicketLine], order: Order, to: str) -> dict[str, Any]:
    """Prices the refund as if it had been applied for: worth of the units, freight by fault."""
    amounts = []
    for item in lines:
        worth = min(item.share_amount, item.line.free_amount + item.refund_amount)
        amounts.append(received_part(worth, holds.refunded_units(item), item.quantity))
    back = {item.line_id: holds.refunded_units(item) for item in lines}
    approved = approved_units(order, but=ticket.pk)
    freight = outbound_freight(order, order.lines.all(), back, approved, ticket.fault)
    holds.reprice(ticket, lines, order, amounts, freight)
    total = sum(amounts, ZERO) + freight
    fields = {"approved_amount": total, "requested_amount": total, "freight_amount": freight, "price_difference": ZERO}
    address = None if to == Type.REFUND_ONLY or ticket.return_address_copy else default_address(ticket.shop_id)
    if address is not None:
        fields |= {"return_address": address, "return_address_copy": address.as_dict()}  # type: ignore[dict-item]
    return fields
