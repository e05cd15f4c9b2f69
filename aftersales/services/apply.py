"""Applying: reads the facts, checks and prices them, stores the ticket and reserves what it needs. A refund of units
that nobody has packed starts at once (S-045, B-01)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from kernel.errors import Forbidden, Invalid, NotSimple
from kernel.machine import begin
from kernel.money import ZERO
from kernel.numbers import new_number
from orders import services as orders
from orders.machine import Fulfilment
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..ledger.allocation import Allocation
from ..models import Evidence, Ticket, TicketLine
from ..models.evidence import UNUSED
from ..rules.amounts import Quote
from ..rules.application import Application
from ..rules.eligibility import changes_product, repairs_failed
from ..rules.facts import Facts, RequestedLine, gather
from ..rules.promotion_facts import columns_of
from ..rules.quality import quality_path
from ..selectors.alerts import alerts_for
from ..states import MONEY_TYPES, QUALITY_REASONS, Alert, Fault, Phase, Status, Type
from ..wording.refusals import not_eligible
from . import authority, refunding
from .quote import judged

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
    attach(application, ticket, actor)
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


def in_history(facts: Facts, quote: Quote, application: Application) -> dict[str, object]:
    """The facts of this version of the application; every one is kept."""
    return {"type": facts.type, "requested_amount": _requested(facts, quote), "application": application.as_data()}


def _requested(facts: Facts, quote: Quote) -> Decimal:
    return quote.total if facts.type in MONEY_TYPES else ZERO


def evaluate(
    order: Order, application: Application, *, now: datetime, first_applied_at: datetime | None = None
) -> tuple[Facts, Quote]:
    facts = gather(order, application, now=now, first_applied_at=first_applied_at)
    quote = judged(facts)
    if quote.refusals:
        raise not_eligible(quote.refusals, order.shop)
    return facts, quote


def first_status(facts: Facts) -> str:
    """A refund of units that nobody has packed needs no review."""
    at_once = (
        facts.type == Type.REFUND_ONLY
        # An amount named by the buyer has to be judged by somebody (E-6).
        and facts.claimed is None
        and facts.order.status == OrderStatus.PAID
        # Packed units may leave at any moment, so the merchant stops them first (B-01); not once they are late (B-18).
        and (facts.order.fulfilment == Fulfilment.UNALLOCATED or facts.order.ship_overdue(facts.now))
        and facts.all_unshipped
    )
    return Status.PENDING_REFUND if at_once else Status.PENDING_REVIEW


def described(facts: Facts, quote: Quote, application: Application) -> dict[str, Any]:
    """The columns of the ticket that follow from the application; for applying and amending."""
    at_once = first_status(facts) == Status.PENDING_REFUND
    return {
        "type": facts.type,
        "unshipped": facts.claimed is None and facts.all_unshipped,
        "phase": Phase.AFTERSALE if facts.order.status == OrderStatus.COMPLETED else Phase.ONSALE,  # S-004
        "reason": facts.reason,
        "sub_reason": facts.sub_reason,
        # A copy: when the back office changes the reason later, open tickets keep what they were priced by.
        "fault": facts.fault,
        "description": application.description,
        "received": facts.received,
        "alerts": ([] if at_once else alerts_for(facts.type, application.description, facts.order.shop_id))
        + [Alert.CHARGEBACK_OPEN.value] * quote.disputed
        + [Alert.CHARGEBACK_LOST.value] * quote.lost,
        "quality_path": quality_path(facts),
        "after_failed_repairs": facts.reason is not None
        and facts.reason.code in QUALITY_REASONS
        and any(repairs_failed(facts, requested) for requested in facts.requested_lines),
        "claimed_amount": facts.claimed,
        "requested_amount": _requested(facts, quote),
        "approved_amount": quote.total if at_once else None,
        "approved_at": facts.now if at_once else None,
        "refund_started_at": facts.now if at_once else None,
        "freight_amount": quote.freight_amount,
        **columns_of(quote.deductions),
        "price_difference": quote.price_difference,
        "other_product": changes_product(facts),
        "return_freight_payer": "buyer" if facts.fault == Fault.BUYER else "merchant",  # S-065…S-067
        "returnless": all(requested.line.virtual for requested in facts.requested_lines),  # S-170
    }


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


def attach(application: Application, ticket: Ticket, actor: Actor) -> None:
    attach_files(application.evidence, ticket, actor)


def attach_files(files: Iterable[UUID], ticket: Ticket, actor: Actor) -> None:
    ids = set(files)
    # Check and write are one UPDATE: a file that is attached elsewhere at the same moment makes the count differ (A3).
    if ids and own_files(ids, ticket, actor).update(ticket=ticket, shop_id=ticket.shop_id) != len(ids):
        raise not_ones_own()


def own_files(files: Iterable[UUID], ticket: Ticket | None, actor: Actor) -> "QuerySet[Evidence]":
    """The actor's own uploads that nothing else uses (A3). Without a ticket: those that nothing uses."""
    usable = UNUSED if ticket is None else UNUSED | Q(ticket=ticket)
    return Evidence.objects.filter(usable, pk__in=files, uploader_id=actor.user_id)


def not_ones_own() -> Invalid:
    return Invalid(errors={"evidence": [_("Upload each file first, and use it for one ticket only.")]})
