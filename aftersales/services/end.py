"""Tickets that end without a refund: withdrawn, closed at a deadline, or the replacement arrived. And reopening."""

from datetime import datetime

from django.db import transaction

from kernel.actors import BUYER, CLOCK, Actor
from kernel.machine import advance
from logistics import services as logistics
from orders import services as orders

from ..conditions import before_end
from ..ledger import exchange, repairs
from ..ledger.allocation import Allocation, Approved
from ..models import Ticket
from ..selectors.applications import counts
from ..states import RESERVING, Type
from . import refunding
from .guards import require
from .locking import lock


def withdraw(ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """The buyer withdraws (S-040). Counts as an unsuccessful application (B-08)."""
    return _end(ticket, "withdraw", actor=actor, now=now)


def close(ticket: Ticket, *, actor: Actor = CLOCK, now: datetime) -> Ticket:
    """The buyer let a deadline pass (S-041)."""
    return _end(ticket, "close", actor=actor, now=now)


@transaction.atomic
def _end(ticket: Ticket, verb: str, *, actor: Actor, now: datetime) -> Ticket:
    order, ticket = lock(ticket)
    require(ticket, verb, actor, now=now)
    allocation = Allocation.of(ticket, order)
    if allocation.reserved:  # a rejected one has nothing reserved any more, and was counted then
        allocation.release(now=now, unsuccessful=counts(ticket))
    # Before the transition: closing clears the payment, so that the difference is owed again after a reopening.
    refunding.give_difference_back(ticket, actor=actor, now=now)
    ticket = advance(getattr(ticket, verb), actor=actor, now=now)
    repairs.recount(ticket)
    orders.end_case(order, succeeded=False, now=now)
    return ticket


@transaction.atomic
def confirm_replacement(ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """The replacement arrived: the case is completed. What was repaired or sent once more may be claimed again
    (S-089); exchanged units are an order line of their own from now on (B-15)."""
    order, ticket = lock(ticket)
    require(ticket, "confirm_replacement", actor, now=now)
    parcel = ticket.replacement_parcel
    allocation, data = Allocation.of(ticket, order), {}
    if ticket.type == Type.EXCHANGE:
        arrived_at = parcel.delivered_at if parcel is not None else None
        made = exchange.complete(allocation, arrived_at=arrived_at or now, now=now)
        data = {"replaced": {str(line.replaces_id): line.pk for line in made}}
    else:
        # Released and not settled: no refund has used the units up.
        allocation.release(now=now)
    ticket = advance(ticket.confirm_replacement, actor=actor, now=now, data=data)
    if parcel is not None and actor.kind == BUYER:
        logistics.confirm_arrival(parcel, now=now)
    repairs.recount(ticket)
    orders.end_case(order, succeeded=True, now=now)
    return ticket


@transaction.atomic
def reopen(ticket: Ticket, *, reason: str, actor: Actor, now: datetime) -> Ticket:
    """Support reopens an ended case (S-014): back to the status before the end. NotEligible (422) where its units,
    money or stock are reserved for others by now."""
    order, ticket = lock(ticket)
    require(ticket, "reopen", actor, now=now)
    # A rejected ticket has not ended: its case is still counted on the order and must not be counted twice.
    had_ended = ticket.ended_at is not None
    allocation = Allocation.of(ticket, order)
    fields: Approved = {}
    if before_end(ticket) in RESERVING:
        allocation.reserve(now=now)
        if ticket.pays_money and ticket.approved_amount is not None:
            # The same units may be worth a cent more or less by now (F-3).
            fields = allocation.approved()
    ticket = advance(ticket.reopen, actor=actor, now=now, note=reason, **fields)
    if had_ended:
        orders.open_case(order, now=now)
    return ticket
