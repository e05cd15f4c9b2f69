"""Counter-offers: the shop proposes other terms, and the buyer's own yes carries them out at once (B-13, S-056).

An offer is bounded by what its acceptance would allow, so making one rehearses the acceptance and takes it back: there
is no second set of rules. No offer moves a deadline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import Conflict, Invalid
from kernel.machine import advance, rehearse
from kernel.money import ZERO
from orders.models import Order

from ..models import Offer, Ticket
from ..models.offer import GoodsTerms, units_counted
from ..states import MONEY_TYPES, InKind, Status, Type
from . import authority, in_kind
from .approve import Decision, decide
from .guards import require, require_text, require_whole
from .locking import lock
from .receiving import Agreed, Findings, inspect
from .reship import turn_into_refund


@dataclass(frozen=True)
class Terms:
    """`amount` None: all that the acceptance would pay. `goods`: as in `models.offer`."""

    type: str
    amount: Decimal | None
    service_fee: Decimal
    note: str
    goods: GoodsTerms
    # Of a voucher or a gift (`services.in_kind`).
    what: str = ""
    code: str = ""
    valid_until: date | None = None

    @property
    def pays(self) -> Decimal | None:
        return None if self.amount is None else self.amount - self.service_fee


@transaction.atomic
def offer(
    ticket: Ticket,
    *,
    note: str,
    type: str = "",
    amount: Decimal | None = None,
    service_fee: Decimal = ZERO,
    units: Iterable[Mapping[str, Any]] | None = None,
    return_address_id: int | None = None,
    return_freight_payer: str = "",
    returnless: bool = False,
    what: str = "",
    code: str = "",
    valid_until: date | None = None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """By the merchant, within what they could approve or pay themselves: 422 `amount_exceeded`, 403 above the agent's
    limit. A newer offer supersedes the open one. `units`: what was counted at the inspection, as in `receive`."""
    require_text("note", note, _("Say what you offer and why. The buyer reads it."))
    _order, ticket = lock(ticket)
    require(ticket, "offer", actor, version, now=now)
    goods = Decision(
        return_address_id=return_address_id, return_freight_payer=return_freight_payer, returnless=returnless
    ).goods
    if units is not None:
        goods["units"] = units_counted(units)
    kind = type or _own_type(ticket, units is not None)
    in_kind.check(ticket, kind, what=what, code=code, valid_until=valid_until, now=now)
    terms = Terms(kind, amount, service_fee, note, goods, what.strip(), code.strip(), valid_until)
    require_whole(ticket.order.currency, amount=amount, service_fee=service_fee)
    _check(ticket, terms)
    row = Offer(
        ticket=ticket, type=terms.type, service_fee=service_fee, note=note, goods=goods, what=terms.what,
        code=terms.code, valid_until=terms.valid_until,
        at=now, made_by=actor.name, made_by_id=actor.user_id, made_by_role=actor.role,
    )  # fmt: skip
    row.amount = _rehearse(ticket, row, terms, actor=actor, now=now) + service_fee
    ticket.offers.end(Offer.Status.SUPERSEDED, now=now)
    row.save(force_insert=True)
    data = {"offer": row.pk, "type": row.type, "amount": row.amount, "service_fee": row.service_fee}
    return advance(ticket.offer, actor=actor, now=now, note=note, data=data)


@transaction.atomic
def accept_offer(ticket: Ticket, *, offer: int, version: int | None = None, actor: Actor, now: datetime) -> Ticket:
    """The buyer's yes: the same services carry it out as the merchant's own decision, in the name of whoever offered.
    Their limit was checked when they did."""
    order, ticket = lock(ticket)
    require(ticket, "accept_offer", actor, version, now=now)
    row = _answer(ticket, offer, Offer.Status.ACCEPTED, actor, now)
    ticket = advance(ticket.accept_offer, actor=actor, now=now, data={"offer": row.pk})
    merchant = Actor(MERCHANT, row.made_by, row.made_by_id, role=row.made_by_role)
    if row.type in InKind.values:
        return in_kind.end(ticket, order, row, actor=merchant, now=now)
    terms = Terms(row.type, row.amount, row.service_fee, row.note, row.goods)
    return _carry_out(ticket, order, terms, actor=merchant, now=now)


@transaction.atomic
def decline_offer(ticket: Ticket, *, offer: int, actor: Actor, now: datetime) -> Ticket:
    """The buyer's no: the ticket goes on as if nothing had been offered."""
    _order, ticket = lock(ticket)
    require(ticket, "decline_offer", actor, now=now)
    row = _answer(ticket, offer, Offer.Status.DECLINED, actor, now)
    return advance(ticket.decline_offer, actor=actor, now=now, data={"offer": row.pk})


def _answer(ticket: Ticket, pk: int, status: Offer.Status, actor: Actor, now: datetime) -> Offer:
    row = ticket.offers.filter(pk=pk).first()
    if row is None:
        raise Invalid(errors={"offer": [_("This ticket doesn't have that offer. Use an offer id from the ticket.")]})
    # A yes to terms that have been replaced is no yes to the new ones.
    if row.status != Offer.Status.OPEN:
        raise Conflict(
            _("This offer is no longer open. Look at the ticket again."), details={"offer_status": row.status}
        )
    row.answer(status, by_id=actor.user_id, now=now)
    return row


def _own_type(ticket: Ticket, counted: bool) -> str:
    """What an offer that names no type means."""
    # Another replacement cannot be offered yet, so on these types an offer is money for what the buyer keeps.
    if not ticket.pays_money or _nothing_came_back(ticket, counted):
        return Type.REFUND_ONLY
    return ticket.type


def _nothing_came_back(ticket: Ticket, counted: bool) -> bool:
    return ticket.status == Status.PENDING_RETURN and not counted


def _check(ticket: Ticket, terms: Terms) -> None:
    errors: dict[str, list[str]] = {}
    settles_return = ticket.type == Type.RETURN_REFUND and ticket.status != Status.PENDING_REVIEW
    if terms.type in InKind.values:
        if terms.amount is None:
            errors["amount"] = [_("Enter what it costs. It counts toward your limit and in reports.")]
        if terms.service_fee or terms.goods:
            errors["type"] = [_("A voucher or gift has no fee and no return.")]
    elif terms.type not in MONEY_TYPES:
        errors["type"] = [_("Offer money (refund_only, return_refund), a voucher or a gift.")]
    elif settles_return and terms.type == Type.REFUND_ONLY and ticket.shipped_back_at is not None:
        errors["type"] = [_("The goods are already on their way back. Offer an amount for the return.")]
    # The money of an accepted offer flows at once, and never before the goods unless the buyer is to keep them.
    elif settles_return and terms.type == Type.RETURN_REFUND and _nothing_came_back(ticket, "units" in terms.goods):
        errors["type"] = [
            _("Nothing has come back yet. Receive the goods first, or let the buyer keep them (refund_only).")
        ]
    if terms.service_fee and ticket.status != Status.PENDING_REVIEW:
        errors["service_fee"] = [_("A fee has to be agreed during review. Enter the remaining amount instead.")]
    if terms.pays is not None and terms.pays <= 0:
        errors["amount"] = [_("Offer an amount above zero and above the fee.")]
    if errors:
        raise Invalid(errors=errors)


def _rehearse(ticket: Ticket, row: Offer, terms: Terms, *, actor: Actor, now: datetime) -> Decimal:
    """What the acceptance would pay or cost, with the limit of whoever offers."""

    def accept() -> Ticket:
        order, copy = lock(ticket)  # the caller's copies stay as they are
        if terms.type in InKind.values:
            row.amount = terms.amount or ZERO
            return in_kind.end(copy, order, row, actor=actor, now=now)
        return _carry_out(copy, order, terms, actor=actor, now=now)

    authority.take_turns(ticket.shop_id, actor)  # a lock that is taken in the rehearsal ends with it
    ended = rehearse(accept)
    pays = ended.outcome_cost if terms.type in InKind.values else ended.approved_amount or ZERO
    if pays <= 0:
        raise Invalid(errors={"amount": [_("There's nothing left to offer for this.")]})
    return pays


def _carry_out(ticket: Ticket, order: Order, terms: Terms, *, actor: Actor, now: datetime) -> Ticket:
    if ticket.status == Status.PENDING_REVIEW:
        goods = {name: value for name, value in terms.goods.items() if name != "units"}
        decision = Decision(
            refund_amount=terms.amount, service_fee=terms.service_fee, note=terms.note, type=terms.type,
            **goods,  # type: ignore[arg-type]
        )  # fmt: skip
        return decide(ticket, order, decision, accepted=True, actor=actor, now=now)
    if ticket.type != Type.RETURN_REFUND:
        return turn_into_refund(ticket, order, terms.type, terms.note, amount=terms.amount, actor=actor, now=now)
    findings = Findings(terms.goods.get("units"), note=terms.note)
    agreed = Agreed(terms.amount, terms.type)
    return inspect(ticket, order, findings, agreed=agreed, actor=actor, now=now)
