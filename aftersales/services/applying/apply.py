"""Applying: reads the facts, checks and prices them, stores the ticket and reserves what it needs. A refund of units
that nobody has packed starts at once (S-045, B-01)."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from kernel.errors import Forbidden, NotSimple
from kernel.machine import begin
from kernel.numbers import new_number
from orders import services as orders
from orders.models import Order

from ...ledger.allocation import Allocation
from ...models import Ticket, TicketLine
from ...rules.amounts import Quote
from ...rules.application import Application
from ...rules.facts import Facts, RequestedLine, gather
from ...states import Status, Type
from ...wording.refusals import not_eligible
from .. import authority, refunding
from .columns import described, first_status, in_history
from .files import attach_files
from .quote import judged

if TYPE_CHECKING:
    pass

APPLICANTS = (BUYER, MERCHANT, SUPPORT)


@transaction.atomic
def apply(order: Order, application: Application, *, actor: Actor, now: datetime) -> Ticket:
    """Opens a ticket; NotEligible (422) with every reason against it. Merchant and support apply on behalf of the
    buyer, and the history records it."""
    may_apply(actor)
    # The facts are read under the order's lock: of two applications for the last unit the second sees what the first
    # took (F9).
    order = orders.lock(order.pk, shop_id=order.shop_id, like=order)
    facts, quote = evaluate(order, application, now=now)
    if actor.simple and not (facts.type == Type.REFUND_ONLY and facts.claimed is None and facts.all_unshipped):
        raise NotSimple
    ticket = Ticket(
        ticket_no=new_number("AS", now),
        order=order,
        shop=order.shop,
        buyer=order.buyer,
        created_at=now,
        applied_at=now,
        status=_status(order, facts, quote, actor, now),
        applied_by_id=None if actor.kind == BUYER else actor.user_id,
        needs_second_person=actor.kind == MERCHANT and not actor.is_manager,
        **described(facts, quote, application),
    )
    data = in_history(facts, quote, application)
    if actor.kind != BUYER:
        data |= {"remark": "on_behalf", "on_behalf_of": order.buyer.username}
    begin(ticket, actor=actor, now=now, name="apply", data=data)
    attach_files(application.evidence, ticket, actor)
    store_lines(ticket, quote, order, now=now)
    # The order's receipt clock stops with its first open case (S-101).
    orders.open_case(order, now=now)
    if ticket.status == Status.PENDING_REFUND:
        authority.give(ticket, quote.total, actor=actor, now=now)
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


def _status(order: Order, facts: Facts, quote: Quote, actor: Actor, now: datetime) -> str:
    """What a person of the shop asks for on the buyer's behalf waits for the second person, where it needs one."""
    status = first_status(facts)
    alone = actor.kind != MERCHANT or not authority.needs_second_on(order, quote.total, now)
    return status if alone or status != Status.PENDING_REFUND else Status.PENDING_REVIEW


def may_apply(actor: Actor) -> None:
    if actor.kind not in APPLICANTS:
        raise Forbidden()


def evaluate(
    order: Order, application: Application, *, now: datetime, first_applied_at: datetime | None = None
) -> tuple[Facts, Quote]:
    facts = gather(order, application, now=now, first_applied_at=first_applied_at)
    quote = judged(facts)
    if quote.refusals:
        raise not_eligible(quote.refusals, order.shop)
    return facts, quote


def store_lines(ticket: Ticket, quote: Quote, order: Order, *, now: datetime) -> None:
    """Stores the ticket's lines and reserves what they need of the order."""
    items = [
        TicketLine(
            ticket=ticket,
            line=priced.requested.line,
            quantity=priced.requested.quantity,
            unshipped=priced.requested.unshipped,
            share_amount=priced.share,
            refund_amount=priced.amount,
            exchange_sku=priced.requested.sku if ticket.type == Type.EXCHANGE else None,
            difference=priced.difference,
            exchange_price=_list_price(ticket, priced.requested),
        )
        for priced in quote.priced_lines
    ]
    TicketLine.objects.bulk_create(items)
    Allocation.new(ticket, order, items).reserve(now=now)


def _list_price(ticket: Ticket, requested: RequestedLine) -> Decimal | None:
    """Of what is to be sent, as it was quoted: a price that changes until then changes nothing (F-9)."""
    return requested.sku.price if ticket.type == Type.EXCHANGE and requested.sku is not None else None
