"""Approve a ticket: what is paid, where the goods go, who pays the freight. A refund that waits for no goods starts
at once."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import AmountExceeded, NeedsConfirmation
from kernel.machine import advance
from kernel.money import ZERO
from logistics.models import ReturnAddress
from logistics.services import default_address
from orders import services as orders
from orders.models import Order

from ..ledger import stock
from ..ledger.allocation import Allocation, Approved, Terms
from ..models import Ticket
from ..models.offer import GoodsTerms
from ..rules.given import given_in_kind
from ..rules.refusal import Refusal, Refused
from ..states import MONEY_TYPES, RESERVING, RETURN_TYPES, Alert, FreightPayer, Status, Type
from . import authority, refunding
from .consent import offer_body, require_yes
from .guards import barred, require, require_whole
from .locking import lock
from .objections import note_down
from .reship import price_as_refund

IN_HISTORY = ("approved_amount", "service_fee")


class Money(Approved, total=False):
    """The columns that the decision sets on a ticket that pays money; none on others. The last three: where the buyer
    accepted another type."""

    service_fee: Decimal
    reduced: bool
    noted_at: datetime | None
    type: str
    requested_amount: Decimal
    price_difference: Decimal


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
    # Another type than the buyer applied for: only by an offer that they accept.
    type: str = ""

    @property
    def goods(self) -> GoodsTerms:
        """What it says about the goods, as an offer says it."""
        terms: GoodsTerms = {}
        if self.return_address_id is not None:
            terms["return_address_id"] = self.return_address_id
        if self.return_freight_payer:
            terms["return_freight_payer"] = self.return_freight_payer
        if self.returnless:
            terms["returnless"] = True
        return terms


@transaction.atomic
def approve(ticket: Ticket, *, version: int | None = None, actor: Actor, now: datetime, **decision: Any) -> Ticket:
    """By the merchant or the clock. 409 `needs_confirmation` for an alert, a fee or a lower amount without consent,
    422 `amount_exceeded` above the ceiling, 403 above the agent's limit, 422 `no_return_address`."""
    order, ticket = lock(ticket)
    require(ticket, "approve", actor, version, now=now)
    return decide(ticket, order, Decision(**decision), actor=actor, now=now)


def decide(
    ticket: Ticket, order: Order, decision: Decision, *, accepted: bool = False, actor: Actor, now: datetime
) -> Ticket:
    """`approve` with the order locked already. `accepted`: the buyer said yes to these very terms."""
    # Only the merchant, who rejected it, may approve a rejected ticket after all.
    if actor.kind != MERCHANT and ticket.status != Status.PENDING_REVIEW:
        raise barred(ticket, "approve", actor, now=now)
    # The clock never confirms an alert, so it cannot approve such a ticket (S-152).
    # A buyer who accepted an offer has read what they get: there is no mistake left to warn of.
    if Alert.KEYWORD_MISMATCH in ticket.alerts and not (decision.confirm_alerts or accepted):
        raise NeedsConfirmation(_("The description suggests a different service. Confirm the alert to continue."))
    authority.not_own(ticket, actor)
    authority.only_a_manager(ticket, actor)
    allocation = Allocation.of(ticket, order)
    if ticket.status == Status.REJECTED:  # nothing is reserved for it any more
        allocation.reserve(now=now)
    type_ = decision.type or ticket.type
    other = price_as(allocation, type_, now=now) if type_ != ticket.type else {}
    money, withheld = _money(allocation, decision, accepted) if type_ in MONEY_TYPES else (Money(), ZERO)
    if money:
        money = {**other, **money, "noted_at": now if withheld else None}
    if decision.return_freight_payer == FreightPayer.BUYER and not accepted:
        _check_payer(ticket, decision, money)
    goods = _goods(ticket, decision, type_)
    # The limit is compared with what will be paid, so only after fee and freight are known (S-161).
    authority.give(ticket, _amount_given(allocation, money, goods), actor=actor, now=now)
    if _extends(ticket, type_):
        order = orders.extend_for_return(order, ticket_no=ticket.ticket_no, actor=actor, now=now)
        goods["receipt_extended"] = True
    data = {name: value for name, value in money.items() if name in IN_HISTORY}
    ticket = advance(ticket.approve, actor=actor, now=now, note=decision.note, data=data, **money, **goods)
    if withheld:
        note_down(ticket, withheld, decision.note, actor=actor, now=now)
    if ticket.status == Status.PENDING_REFUND:
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _amount_given(allocation: Allocation, money: Money, goods: Goods) -> Decimal:
    ticket = allocation.ticket
    if money:
        return money["approved_amount"]
    stays = ticket.returnless or goods.get("returnless", False)
    return given_in_kind(ticket, allocation.lines, nothing_back=stays)


def _money(allocation: Allocation, decision: Decision, accepted: bool) -> tuple[Money, Decimal]:
    """Checks the amount against the ceiling, and what needs the buyer's yes; then reserves exactly the rest. Also
    answers what is kept back on a note of that yes."""
    require_whole(allocation.order.currency, refund_amount=decision.refund_amount, service_fee=decision.service_fee)
    terms = allocation.terms(to=decision.type, returnless=decision.returnless)
    fee = decision.service_fee
    amount = terms.requested if decision.refund_amount is None else decision.refund_amount
    # A fee may use up the refund and no more (F-11).
    if amount > terms.ceiling or fee > amount:
        raise AmountExceeded(details={"ceiling": str(terms.ceiling)})
    reduced = amount < terms.requested
    if (reduced or fee > 0) and not accepted:
        _require_yes(allocation.ticket, decision, amount, reduced)
    # More than requested, within the ceiling, is of what would be kept back for promotions: the shop waives it.
    allocation.deductions = terms.deductions.waive(terms.deductions.waived + max(amount - terms.requested, ZERO))
    allocation.reprice_total(amount - fee, terms.freight)
    withheld = ZERO if accepted else max(terms.requested - amount, ZERO) + fee
    return {**allocation.approved(), "service_fee": fee, "reduced": reduced}, withheld


def _require_yes(ticket: Ticket, decision: Decision, amount: Decimal, reduced: bool) -> None:
    fee, note = decision.service_fee, decision.note
    # Each thing that is taken off has its own tick.
    agreed = (decision.refund_amount_consent or not reduced) and (decision.service_fee_consent or not fee)
    text = (
        _("The buyer has to agree to less than requested.")
        if reduced
        else _("The buyer has to agree to a service fee.")
    )
    offer = offer_body(ticket, amount, fee, note, decision.goods)
    require_yes(ticket, agreed=agreed, note=note, pays=amount - fee, offer=offer, message=text)


def price_as(allocation: Allocation, type_: str, *, now: datetime) -> Money:
    """The ticket priced as a refund of another type; 422 where its goods cannot be that."""
    ticket = allocation.ticket
    if type_ == Type.RETURN_REFUND:
        if not ticket.takes_units:
            raise Refused([Refusal("type_excluded")], _("A claim for money has no goods to send back."))
        if any(item.unshipped for item in allocation.lines):
            raise Refused(
                [Refusal("not_shipped")], _("Some of these goods haven't shipped, so they can't be sent back.")
            )
    if ticket.type in MONEY_TYPES:
        return {"type": type_}
    stock.release(allocation.lines, now=now)
    refund = price_as_refund(allocation, type_)
    return {
        "type": type_, "requested_amount": refund["requested_amount"], "price_difference": refund["price_difference"],
    }  # fmt: skip


def _check_payer(ticket: Ticket, decision: Decision, money: Money) -> None:
    """Who is at fault pays the way back, unless both agreed otherwise (S-065)."""
    if ticket.return_freight_payer == FreightPayer.BUYER:
        return
    details: dict[str, object] = {}
    if money:
        fee = money["service_fee"]
        amount = money["approved_amount"] + fee
        details["offer"] = offer_body(ticket, amount, fee, decision.note, decision.goods)
    raise NeedsConfirmation(
        _("The buyer isn't at fault, so you pay for the return. Otherwise, make an offer they can respond to."),
        details=details,
    )


def approvable(ticket: Ticket) -> Terms:
    """What may be approved of a ticket that pays money and waits for a decision: every page, form and answer that
    names an amount before the decision asks here. Nothing (0) for a rejected one that no longer fits its order.
    Writes nothing; at most three statements. Fetch with the order's freight."""
    # Without outbound freight and promotions the requested amount is the ceiling too, and nothing has to be read.
    plain = not ticket.order.freight and not ticket.order.has_promotions
    if ticket.status in RESERVING and ticket.takes_units and plain:
        return _left_by_banks(ticket, Terms(ticket.requested_amount, ticket.requested_amount, ZERO))
    allocation = Allocation.of(ticket, copy(ticket.order))  # the caller's copy of the order stays as it is
    if not allocation.reserved:
        try:
            allocation.allocate()
        except Refused:
            return Terms(ZERO, ZERO, ZERO)
    return _left_by_banks(ticket, allocation.terms())


def _left_by_banks(ticket: Ticket, terms: Terms) -> Terms:
    """At most what the payments still have, where a bank has taken something of them. Of goods that come back, or never
    left, the refund waits for the bank instead."""
    if not ticket.order.has_chargebacks or ticket.unshipped or ticket.type == Type.RETURN_REFUND:
        return terms
    left = sum((payment.left for payment in ticket.order.payments.all()), ZERO)
    return replace(terms, requested=min(terms.requested, left), ceiling=min(terms.ceiling, left))


def _goods(ticket: Ticket, decision: Decision, type_: str) -> Goods:
    """Where the goods go and who pays for it (S-084, S-065)."""
    fields: Goods = {}
    if decision.return_freight_payer:
        fields["return_freight_payer"] = decision.return_freight_payer
    if decision.returnless:
        fields["returnless"] = True
    if type_ in RETURN_TYPES and not (ticket.returnless or decision.returnless):
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
        text = _("The shop doesn't have that return address. Add it, then approve.")
        raise Refused([Refusal("no_return_address")], text)
    return address


def _extends(ticket: Ticket, type_: str) -> bool:
    """S-093: an agreed return or exchange extends the receipt of the order by 10 days, once a ticket."""
    return not ticket.receipt_extended and type_ in (Type.RETURN_REFUND, Type.EXCHANGE)
