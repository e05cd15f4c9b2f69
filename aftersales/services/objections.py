"""Less was paid on a note of how the buyer agreed, and the buyer objects (B-13): the rest of the money is reviewed by a
manager, then by support.

The objection is a ticket of its own, a claim of exactly the money that was kept back. So it is reserved, decided, paid
and audited as every claim, and the paid ticket stays as it is. It never ends by a clock: what no manager decides in
time, and what a manager rejects, waits for support.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.machine import advance, begin
from kernel.money import ZERO, part, split
from kernel.numbers import new_number
from orders import services as orders
from orders.models import Order

from ..ledger.allocation import Allocation
from ..models import NotedConsent, Ticket, TicketLine
from ..policy import objections
from ..rules.amounts import freight_left
from ..states import NOTE, SETTLEMENT, Alert, Fault, Phase, Status, Type
from . import refunding
from . import settlements as by_hand
from .guards import barred, require, require_text
from .locking import lock


def note_down(ticket: Ticket, amount: Decimal, note: str, *, actor: Actor, now: datetime) -> None:
    """Called by the services that pay less on a note, with what was kept back in all by now. Without a note: the
    earlier one stays."""
    noted: dict[str, object] = {"amount": amount}
    if note.strip():
        noted |= {"note": note, "noted_by": actor.name, "noted_by_id": actor.user_id, "at": now}
    NotedConsent.objects.update_or_create(shop_id=ticket.shop_id, ticket=ticket, defaults=noted)


def withheld_of(ticket: Ticket, before: Decimal, arrived: Decimal) -> Decimal:
    """What a note at the review keeps of goods of which `arrived` is paid instead of `before`."""
    if ticket.noted_at is None or not before:
        return ZERO
    withheld = NotedConsent.objects.get(shop_id=ticket.shop_id, ticket=ticket).amount
    return part(withheld, arrived, before, ticket.order.unit)


@transaction.atomic
def object_to(
    ticket: Ticket, *, note: str, about: str = "", settlements: Collection[str] = (), actor: Actor, now: datetime
) -> Ticket:
    """By the buyer, until 7 days after the money was paid: to less money on a note, or to what was paid by hand, which
    comes first where `about` names none: all of it, or the `settlements` of these numbers. Answers the paid ticket; the
    objection to a note is a claim."""
    require_text("note", note, _("Say why. Whoever decides reads it."))
    order, ticket = lock(ticket)
    require(ticket, "object", actor, now=now)
    possible = objections(ticket, now)
    if not possible or (about and about not in possible):
        raise barred(ticket, "object", actor, now=now)
    if (about or possible[0]) == SETTLEMENT:
        return by_hand.object_to(ticket, note=note, settlements=settlements, actor=actor, now=now)
    noted = NotedConsent.objects.get(shop_id=ticket.shop_id, ticket=ticket)
    claim = _claim(ticket, order, noted.amount, note, actor=actor, now=now)
    noted.objected_at, noted.claim = now, claim
    noted.save(update_fields=["objected_at", "claim"])
    return advance(ticket.object, actor=actor, now=now, note=note, data={"claim": claim.ticket_no}, about=NOTE)


def _claim(ticket: Ticket, order: Order, withheld: Decimal, note: str, *, actor: Actor, now: datetime) -> Ticket:
    allocation = Allocation.of(ticket, order)
    free = [max(item.line.free_amount, ZERO) for item in allocation.lines]
    goods = min(withheld, sum(free, ZERO))
    freight = min(withheld - goods, freight_left(order))
    if goods + freight <= 0:
        raise Conflict(_("Nothing is left of what was withheld: it was paid through another ticket."))
    claim = Ticket(
        ticket_no=new_number("AS", now), order=order, shop=order.shop, buyer=order.buyer,
        created_at=now, applied_at=now, type=Type.REFUND_ONLY, phase=Phase.AFTERSALE,
        reason_id=ticket.reason_id, fault=ticket.fault, description=note, received=True,
        alerts=[Alert.OBJECTION.value], objection=True,
        claimed_amount=goods + freight, requested_amount=goods + freight, freight_amount=freight,
        return_freight_payer="buyer" if ticket.fault == Fault.BUYER else "merchant",
    )  # fmt: skip
    begin(claim, actor=actor, now=now, name="apply", note=note, data={"objects_to": ticket.ticket_no})
    shares = split(goods, free, order.unit)
    items = [
        TicketLine(ticket=claim, line=item.line, quantity=item.quantity, refund_amount=share)
        for item, share in zip(allocation.lines, shares, strict=True)
    ]
    TicketLine.objects.bulk_create(items)
    Allocation.new(claim, order, items).reserve(now=now)
    orders.open_case(order, now=now)
    return claim


@transaction.atomic
def rule_objection(
    ticket: Ticket, *, pay: bool, note: str, version: int | None = None, actor: Actor, now: datetime
) -> Ticket:
    """Support's word on an objection that a manager rejected or left undecided: all of it is paid, or the case ends."""
    require_text("note", note, _("Say why. The buyer and the shop read it."))
    order, ticket = lock(ticket)
    require(ticket, "rule_objection", actor, version, now=now)
    if pay:
        by_hand.may_rule(ticket.requested_amount, actor)
    allocation = Allocation.of(ticket, order)
    if pay and not allocation.reserved:
        allocation.reserve(now=now)
    if not pay and allocation.reserved:
        allocation.release(now=now)
    money = allocation.approved() if pay else {}
    ticket = advance(
        ticket.rule_objection, actor=actor, now=now, note=note, data={"pay": pay}, pay=pay, **money
    )  # fmt: skip
    if ticket.status == Status.PENDING_REFUND:
        return refunding.start(ticket, order, actor=actor, now=now)
    orders.end_case(order, succeeded=False, now=now)
    return ticket
