"""Approving: what is paid, where the goods go, who pays the freight; a refund without goods starts at once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import AmountExceeded, IllegalTransition, NeedsConfirmation, NotEligible
from kernel.machine import advance
from kernel.money import ZERO, split
from logistics.models import ReturnAddress
from logistics.services import default_address
from orders import services as orders
from orders.models import Order

from ..ledger import holds
from ..models import Ticket, TicketLine
from ..rules.amounts import freight_left, outbound_freight
from ..rules.facts import approved_units
from ..states import RETURN_TYPES, Alert, Fault, Status, Type
from . import refunding
from .guards import require, require_consent
from .locking import lock


@dataclass(frozen=True)
class Decision:
    """`refund_amount` includes the outbound freight; None: as requested. The fee is taken off it (F-11)."""

    refund_amount: Decimal | None = None
    service_fee: Decimal = ZERO
    service_fee_consent: bool = False
    refund_amount_consent: bool = False
    return_address_id: int | None = None
    return_freight_payer: str = ""
    returnless: bool = False
    confirm_alerts: bool = False
    note: str = ""


@transaction.atomic
def approve(ticket: Ticket, *, actor: Actor, now: datetime, **decision: Any) -> Ticket:
    """Merchant, or the clock. 409 `needs_confirmation` for an alert, a fee or a lower amount without consent,
    422 `amount_exceeded` above the ceiling, 403 above the agent's limit, 422 `no_return_address`."""
    order, ticket = lock(ticket)
    require(ticket, "approve", actor)
    return decide(ticket, order, Decision(**decision), actor=actor, now=now)


def decide(ticket: Ticket, order: Order, decision: Decision, *, actor: Actor, now: datetime) -> Ticket:
    if actor.kind != MERCHANT and ticket.status != Status.PENDING_REVIEW:  # only who rejected may think again
        raise IllegalTransition("approve", ticket.status, [])
    if Alert.KEYWORD_MISMATCH in ticket.alerts and not decision.confirm_alerts:
        raise NeedsConfirmation(
            _("The description speaks of another service than the one applied for. Confirm the alert to go on.")
        )
    lines = holds.ticket_lines(ticket)
    if ticket.status == Status.REJECTED:
        holds.hold(ticket, lines, order, now=now)
    fields = _money(ticket, lines, order, decision) if ticket.pays_money else {}
    refunding.check_limit(actor, fields.get("approved_amount"))
    fields |= _goods(ticket, decision)
    if _extends(ticket):
        order = orders.extend_for_return(order, now=now)
        fields["receipt_extended"] = True
    data: dict[str, Any] = {name: fields[name] for name in ("approved_amount", "service_fee") if name in fields}
    ticket = advance(ticket.approve, actor=actor, now=now, note=decision.note, data=data, **fields)
    if ticket.status == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _money(ticket: Ticket, lines: list[TicketLine], order: Order, decision: Decision) -> dict[str, Any]:
    """Weighs the amount against the ceiling and spreads it over the lines."""
    freight = _freight_now(ticket, lines, order)
    goods = sum((item.refund_amount for item in lines), ZERO)
    requested = goods + freight
    ceiling = _claim_ceiling(ticket, lines, order) if ticket.claimed_amount is not None else requested
    amount = requested if decision.refund_amount is None else decision.refund_amount
    if amount > ceiling or decision.service_fee > amount:
        raise AmountExceeded(details={"ceiling": str(ceiling)})
    if amount < requested:
        agreed = decision.refund_amount_consent
        require_consent(agreed, decision.note, _("Less than requested needs the buyer's yes: tick it and say how."))
    if decision.service_fee > 0:
        agreed = decision.service_fee_consent
        require_consent(agreed, decision.note, _("A service fee needs the buyer's yes: tick it and say how."))
    approved = amount - decision.service_fee
    amounts, freight = spread(ticket, lines, approved, freight)
    holds.reprice(ticket, lines, order, amounts, freight)
    return {"approved_amount": approved, "service_fee": decision.service_fee, "freight_amount": freight}


def _freight_now(ticket: Ticket, lines: list[TicketLine], order: Order) -> Decimal:
    """What others got approved since the application may have changed who takes the freight along."""
    of_the_buyer = ticket.fault == Fault.BUYER and any(item.line.shipped_quantity for item in lines)
    if ticket.claimed_amount is not None or order.freight == 0 or of_the_buyer:
        return ticket.freight_amount
    order.freight_open -= ticket.freight_amount
    coming = {item.line_id: item.quantity for item in lines}
    approved = approved_units(order, but=ticket.pk)
    freight = outbound_freight(order, order.lines.all(), coming, approved, ticket.fault)
    order.freight_open += ticket.freight_amount
    # Quoted is quoted: a rule may add the freight afterwards, never take it away.
    return max(freight, ticket.freight_amount)


def _claim_ceiling(ticket: Ticket, lines: list[TicketLine], order: Order) -> Decimal:
    held = sum((item.refund_amount for item in lines), ZERO) + ticket.freight_amount
    return held + sum((item.line.free_amount for item in lines), ZERO) + freight_left(order)


def ceiling(ticket: Ticket) -> Decimal:
    """The most that may be approved, fee included: what the merchant is shown."""
    order = ticket.order
    if ticket.claimed_amount is None and not order.freight:
        return ticket.requested_amount
    lines = list(ticket.lines.select_related("line"))
    if ticket.claimed_amount is None:
        return sum((item.refund_amount for item in lines), ZERO) + _freight_now(ticket, lines, order)
    if ticket.status == Status.REJECTED:  # holds nothing
        return sum((item.line.free_amount for item in lines), ZERO) + freight_left(order)
    return _claim_ceiling(ticket, lines, order)


def spread(ticket: Ticket, lines: list[TicketLine], total: Decimal, freight: Decimal) -> tuple[list[Decimal], Decimal]:
    """`total` over the goods first by their weight; what is above them is freight."""
    if ticket.claimed_amount is not None:
        weights = [item.refund_amount + item.line.free_amount for item in lines]
    else:
        weights = [item.refund_amount for item in lines]
    room = sum(weights, ZERO)
    goods = min(max(total - freight, ZERO), room)
    return split(goods, weights), total - goods


def _goods(ticket: Ticket, decision: Decision) -> dict[str, Any]:
    """Where the goods go and who pays for it (S-084, S-065)."""
    fields: dict[str, Any] = {}
    if decision.return_freight_payer:
        fields["return_freight_payer"] = decision.return_freight_payer
    if decision.returnless:
        fields["returnless"] = True
    if ticket.type in RETURN_TYPES and not (ticket.returnless or decision.returnless):
        address = _address(ticket, decision)
        fields |= {"return_address": address, "return_address_copy": address.as_dict()}
    return fields


def _address(ticket: Ticket, decision: Decision) -> ReturnAddress:
    if decision.return_address_id is None:
        address = default_address(ticket.shop_id)
    else:
        address = ReturnAddress.objects.filter(
            pk=decision.return_address_id, shop_id=ticket.shop_id, active=True
        ).first()
    if address is None:
        raise NotEligible(["no_return_address"], _("The shop has no such return address. Add one, then approve."))
    return address


def _extends(ticket: Ticket) -> bool:
    """S-093: an agreed return or exchange gives the order 10 days more, once a ticket."""
    return not ticket.receipt_extended and ticket.type in (Type.RETURN_REFUND, Type.EXCHANGE)
