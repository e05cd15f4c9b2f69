"""Units that were counted as missing and come after all (contract §6): counted by receiving once more. Of a return
their refund follows on the same ticket, also after it was completed; a replacement that has not been sent is sent for
them too. Once a replacement has left, the units are free for a new request, and nothing is received here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.machine import advance, update_columns
from kernel.money import ZERO, part
from orders import services as orders

from ...ledger import benefits
from ...ledger.allocation import Allocation
from ...ledger.late import Added, add_late_units
from ...models import Benefit, NotedConsent, Ticket, TicketLine
from ...models.ticket_line import Condition
from ...rules.given import given_in_kind
from ...states import Status, Type
from .. import authority, refunding
from .counting import restock, store_late, tally
from .extras import Extra, record_extras

LATE = "late_units"


def receive_late(
    ticket: Ticket,
    units: Iterable[Mapping[str, Any]],
    extras: Iterable[Extra],
    *,
    note: str,
    deduction: Decimal,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """Call with the order and the ticket locked. 400 where none came, and for a deduction: nothing can be agreed on any
    more, and whoever will not pay for them leaves them out. 422 where the units are in another ticket by now."""
    if deduction:
        raise Invalid(errors={"deduction": [_("Late units are refunded as agreed, without another deduction.")]})
    allocation = Allocation.of(ticket, ticket.order)
    lines = allocation.lines
    named = (unit for unit in units if unit["condition"] != Condition.MISSING and unit["quantity"])
    counted = tally(lines, named, missing_of)
    came = {item.pk: sum(counted[item.pk].values()) for item in lines if counted[item.pk]}
    extra_units = record_extras(ticket, extras, now=now)
    if not came:
        raise Invalid(errors={"units": [_("None of the missing units is counted. Enter those that came.")]})
    store_late(lines, counted)
    late = sum(came.values())
    data: dict[str, object] = {"remark": LATE, "units": late} | ({"extras": extra_units} if extra_units else {})
    facts = {"missing_quantity": ticket.missing_quantity - late}
    if ticket.type != Type.RETURN_REFUND:
        for item in lines:
            item.received_quantity = item.returned_quantity + came.get(item.pk, 0)
        update_columns(lines, ["received_quantity"])
        amount_given = given_in_kind(ticket, lines, nothing_back=ticket.advance_exchange)
        authority.give(ticket, amount_given, actor=actor, now=now)
        if ticket.type != Type.REPAIR:  # what was repaired belongs to the buyer
            restock(lines, counted)
        return advance(ticket.receive, actor=actor, now=now, note=note, data=data, **facts)
    return _pay(allocation, came, note, data, facts, counted, actor=actor, now=now)


def missing_of(item: TicketLine) -> int:
    return item.quantity - item.returned_quantity


def _pay(
    allocation: Allocation, came: dict[int, int], note: str, data: dict[str, object], facts: dict[str, int],
    counted: dict[int, dict[str, int]], *, actor: Actor, now: datetime,
) -> Ticket:  # fmt: skip
    ticket, order = allocation.ticket, allocation.order
    goods_before, completed = allocation.goods, ticket.status == Status.COMPLETED
    late = {item.line_id: came[item.pk] for item in allocation.lines if item.pk in came}
    # Before the units count as refunded, from which the points are counted.
    moved = benefits.due(allocation, now=now, late=late) if completed else benefits.NONE
    added = add_late_units(allocation, came)
    authority.give(ticket, allocation.total, actor=actor, now=now)
    restock(allocation.lines, counted)
    columns = {**allocation.approved(), **moved.columns}
    moved_ticket = advance(ticket.receive, actor=actor, now=now, note=note, data=data | moved.data, **facts, **columns)
    Benefit.objects.bulk_create(moved.rows)
    _withhold(moved_ticket, goods_before, allocation.goods)
    _refund(moved_ticket, added, actor=actor, now=now)
    if completed:
        orders.close_if_refunded(order, now=now)
    return moved_ticket


def _refund(ticket: Ticket, added: Added, *, actor: Actor, now: datetime) -> None:
    if added.total:
        refunding.add(ticket, ticket.order, added.total, added.goods, actor=actor, now=now)


def _withhold(ticket: Ticket, before: Decimal, goods: Decimal) -> None:
    """What a note keeps back (B-13) grows with the goods that it was noted for: the buyer may object to all of it."""
    if ticket.noted_at is None or not before:
        return
    noted = NotedConsent.objects.get(shop_id=ticket.shop_id, ticket=ticket)
    withheld = max(noted.amount - ticket.deduction, ZERO)
    grown = part(withheld, goods + ticket.deduction, before + ticket.deduction, ticket.order.unit)
    noted.amount += grown - withheld
    noted.save(update_fields=["amount"])
