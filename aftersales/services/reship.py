"""Send the replacement, or convert a ticket that cannot be fulfilled into a refund."""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import machine
from kernel.actors import BUYER, Actor
from kernel.errors import IllegalTransition, Invalid
from kernel.money import ZERO
from logistics import services as logistics
from logistics.models import Parcel, ReturnAddress
from logistics.services import default_address
from orders.models import Order

from ..ledger import stock
from ..ledger.allocation import Allocation, Approved
from ..machine import awaits_goods
from ..models import Ticket, TicketLine
from ..rules.amounts import received_part
from ..states import MONEY_TYPES, Status, Type
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
    """Possible once the goods were received; before that only with `advance` and a note (S-091). Again when the
    replacement was lost."""
    order, ticket = lock(ticket)
    require(ticket, "reship", actor)
    ahead = ticket.status == Status.PENDING_RESHIP and awaits_goods(ticket)
    if ahead and not advance:
        # The machine would offer `reship` again, which is refused without `advance`.
        others = [name for name in allowed_actions(ticket, actor) if name != "reship"]
        raise IllegalTransition("reship", ticket.status, others)
    if ahead:
        require_text("note", note, _("Say why the replacement goes out before the goods are back."))
    allocation = Allocation.of(ticket, order)
    stock.consume(ticket, allocation.lines, order, now=now)
    _send(ticket, allocation.lines, order, courier, tracking_no, actor=actor, now=now)
    # A parcel that is sent again after a loss does not refund the difference a second time.
    first = ticket.reshipped_at is None
    data = {"courier": courier, "tracking_no": tracking_no}
    ticket = machine.advance(ticket.reship, actor=actor, now=now, note=note, data=data, advance=ahead)
    if first and ticket.price_difference < 0:
        _pay_cheaper(allocation, actor=actor, now=now)
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
    # Units that did not come back are not replaced.
    units = {item.line_id: item.returned_quantity for item in lines if not item.line.virtual}
    units = {line_id: quantity for line_id, quantity in units.items() if quantity}
    if not units:  # S-170: card keys travel without a parcel
        retire_parcel(ticket, kind)
        return
    parcel = logistics.create_parcel(
        order, kind, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now
    )
    attach_parcel(ticket, parcel)


def _pay_cheaper(allocation: Allocation, *, actor: Actor, now: datetime) -> None:
    """F-9: the difference to a cheaper replacement is refunded along the order's payments, once."""
    total = allocation.settle_difference()
    if total:
        refunding.pay_difference_back(allocation.ticket, allocation.order, total, actor=actor, now=now)


@transaction.atomic
def convert(ticket: Ticket, *, to: str, note: str = "", actor: Actor, now: datetime) -> Ticket:
    """Turns an exchange, a repair or a reissue into a refund: by the merchant, or by the buyer once it is overdue."""
    if to not in MONEY_TYPES:
        raise Invalid(errors={"to": [_("Choose return_refund or refund_only.")]})
    order, ticket = lock(ticket)
    require(ticket, "convert", actor)
    if actor.kind == BUYER and not buyer_may_convert(ticket):
        raise IllegalTransition("convert", ticket.status, allowed_actions(ticket, actor))
    allocation = Allocation.of(ticket, order)
    money = _refund_instead(allocation)
    refunding.check_limit(actor, money["approved_amount"])
    stock.release(allocation.lines, now=now)
    # The buyer paid the difference for a replacement that will not be sent.
    refunding.give_difference_back(ticket, actor=actor, now=now)
    fields = {**money, **_address(ticket, to)}
    ticket = machine.advance(ticket.convert, actor=actor, now=now, note=note, data={"to": to}, to=to, **fields)
    if ticket.status == Status.PENDING_REFUND and not awaits_goods(ticket):
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


class Converted(Approved):
    """The columns that a conversion sets."""

    requested_amount: Decimal
    price_difference: Decimal


def _refund_instead(allocation: Allocation) -> Converted:
    """Prices the refund as if the buyer had applied for it: worth of the units, freight by fault."""
    amounts = []
    for item in allocation.lines:
        # Claims (S-058) may have used up a part of the line's money. What this ticket has reserved counts as free.
        share = min(item.share_amount, item.line.free_amount + item.refund_amount)
        amounts.append(received_part(share, item.returned_quantity, item.quantity))
    allocation.reprice(amounts, allocation.freight_for(allocation.returned()))
    return {**allocation.approved(), "requested_amount": allocation.total, "price_difference": ZERO}


class Address(TypedDict, total=False):
    return_address: ReturnAddress
    return_address_copy: dict[str, object]


def _address(ticket: Ticket, to: str) -> Address:
    """The return address, when a ticket that has none yet becomes a return."""
    address = None if to == Type.REFUND_ONLY or ticket.return_address_copy else default_address(ticket.shop_id)
    return {} if address is None else {"return_address": address, "return_address_copy": address.as_dict()}
