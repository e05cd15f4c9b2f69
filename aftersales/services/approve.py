"""Approve a ticket: what is paid, where the goods go, who pays the freight. A refund that waits for no goods starts
at once."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import AmountExceeded, IllegalTransition, NeedsConfirmation, NotEligible
from kernel.machine import advance
from kernel.money import ZERO
from logistics.models import ReturnAddress
from logistics.services import default_address
from orders import services as orders
from orders.models import Order

from ..ledger.allocation import Allocation, Approved, Terms
from ..models import Ticket
from ..states import RESERVING, RETURN_TYPES, Alert, Status, Type
from . import refunding
from .guards import require, require_consent
from .locking import lock

IN_HISTORY = ("approved_amount", "service_fee")


class Money(Approved, total=False):
    """The columns that the decision sets on a ticket that pays money; none on others."""

    service_fee: Decimal
    reduced: bool


class Goods(TypedDict, total=False):
    """Those of the goods; only the ones that change."""

    return_freight_payer: str
    returnless: bool
    return_address: ReturnAddress
    return_address_copy: dict[str, object]
    receipt_extended: bool


@dataclass(frozen=True)
class Decision:
    """`refund_amount` includes the outbound freight; None: as requested. The fee is subtracted from it (F-11)."""

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
    """By the merchant or the clock. 409 `needs_confirmation` for an alert, a fee or a lower amount without consent,
    422 `amount_exceeded` above the ceiling, 403 above the agent's limit, 422 `no_return_address`."""
    order, ticket = lock(ticket)
    require(ticket, "approve", actor)
    return decide(ticket, order, Decision(**decision), actor=actor, now=now)


def decide(ticket: Ticket, order: Order, decision: Decision, *, actor: Actor, now: datetime) -> Ticket:
    """`approve` with the order locked already."""
    # Only the merchant, who rejected it, may approve a rejected ticket after all.
    if actor.kind != MERCHANT and ticket.status != Status.PENDING_REVIEW:
        raise IllegalTransition("approve", ticket.status, [])
    # The clock never confirms an alert, so it cannot approve such a ticket (S-152).
    if Alert.KEYWORD_MISMATCH in ticket.alerts and not decision.confirm_alerts:
        raise NeedsConfirmation(
            _("The description speaks of another service than the one applied for. Confirm the alert to go on.")
        )
    allocation = Allocation.of(ticket, order)
    if ticket.status == Status.REJECTED:  # nothing is reserved for it any more
        allocation.reserve(now=now)
    money: Money = _money(allocation, decision) if ticket.pays_money else {}
    # The limit is compared with what will be paid, so only after fee and freight are known (S-161).
    refunding.check_limit(actor, money.get("approved_amount"))
    goods = _goods(ticket, decision)
    if _extends(ticket):
        order = orders.extend_for_return(order, now=now)
        goods["receipt_extended"] = True
    data = {name: value for name, value in money.items() if name in IN_HISTORY}
    ticket = advance(ticket.approve, actor=actor, now=now, note=decision.note, data=data, **money, **goods)
    if ticket.status == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _money(allocation: Allocation, decision: Decision) -> Money:
    """Checks the amount against the ceiling, and what needs the buyer's consent; then reserves exactly the rest."""
    terms = allocation.terms()
    amount = terms.requested if decision.refund_amount is None else decision.refund_amount
    # A fee may use up the refund and no more (F-11).
    if amount > terms.ceiling or decision.service_fee > amount:
        raise AmountExceeded(details={"ceiling": str(terms.ceiling)})
    reduced = amount < terms.requested
    if reduced:
        agreed = decision.refund_amount_consent
        require_consent(agreed, decision.note, _("Less than requested needs the buyer's yes: tick it and say how."))
    if decision.service_fee > 0:
        agreed = decision.service_fee_consent
        require_consent(agreed, decision.note, _("A service fee needs the buyer's yes: tick it and say how."))
    allocation.reprice_total(amount - decision.service_fee, terms.freight)
    return {**allocation.approved(), "service_fee": decision.service_fee, "reduced": reduced}


def approvable(ticket: Ticket) -> Terms:
    """What may be approved of a ticket that pays money and waits for a decision: every page, form and answer that
    names an amount before the decision asks here. Nothing (0) for a rejected one that no longer fits its order.
    Writes nothing; at most three statements. Fetch with the order's freight."""
    # Without outbound freight the requested amount is the ceiling too, and nothing has to be read.
    if ticket.status in RESERVING and ticket.takes_units and not ticket.order.freight:
        return Terms(ticket.requested_amount, ticket.requested_amount, ZERO)
    allocation = Allocation.of(ticket, copy(ticket.order))  # the caller's copy of the order stays as it is
    if not allocation.reserved:
        try:
            allocation.allocate()
        except NotEligible:
            return Terms(ZERO, ZERO, ZERO)
    return allocation.terms()


def _goods(ticket: Ticket, decision: Decision) -> Goods:
    """Where the goods go and who pays for it (S-084, S-065)."""
    fields: Goods = {}
    if decision.return_freight_payer:
        fields["return_freight_payer"] = decision.return_freight_payer
    if decision.returnless:
        fields["returnless"] = True
    if ticket.type in RETURN_TYPES and not (ticket.returnless or decision.returnless):
        address = _address(ticket, decision)
        # The copy keeps the address that the buyer was given, also after the shop changes or deletes it.
        fields["return_address"], fields["return_address_copy"] = address, address.as_dict()
    return fields


def _address(ticket: Ticket, decision: Decision) -> ReturnAddress:
    if decision.return_address_id is None:
        address = default_address(ticket.shop_id)
    else:
        # The id comes from the request: an address of another shop is not accepted (A3).
        address = ReturnAddress.objects.filter(
            pk=decision.return_address_id, shop_id=ticket.shop_id, active=True
        ).first()
    if address is None:
        raise NotEligible(["no_return_address"], _("The shop has no such return address. Add one, then approve."))
    return address


def _extends(ticket: Ticket) -> bool:
    """S-093: an agreed return or exchange extends the receipt of the order by 10 days, once a ticket."""
    return not ticket.receipt_extended and ticket.type in (Type.RETURN_REFUND, Type.EXCHANGE)
