"""What the warehouse counts: checked against what was announced, stored, and put on the shelf."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import Invalid
from kernel.machine import update_columns
from orders.services import stock

from ...models import Inspection, TicketLine
from ...models.ticket_line import Condition
from ...rules.refusal import Refusal, Refused

Counted = dict[int, dict[str, int]]
"""Ticket line id → condition → units. Empty where nobody counted."""


def tally(
    lines: list[TicketLine], units: Iterable[Mapping[str, Any]], expected: Callable[[TicketLine], int]
) -> Counted:
    """`units`: [{line_id, quantity, condition}]. 400 for a line that the ticket does not have, 422 `quantity_exceeded`
    above what is `expected` of a line."""
    by_line = {item.line_id: item for item in lines}
    counted: Counted = {item.pk: {} for item in lines}
    for unit in units:
        item = by_line.get(unit["line_id"])
        if item is None:
            raise Invalid(errors={"units": [_("This ticket doesn't have that line. Use a line_id from the ticket.")]})
        conditions = counted[item.pk]
        # Added up: one line may be named several times, also with the same condition.
        conditions[unit["condition"]] = conditions.get(unit["condition"], 0) + unit["quantity"]
    for item in lines:
        if sum(counted[item.pk].values()) > expected(item):
            text = _("More units than announced. Count the others as extra goods.")
            raise Refused([Refusal("quantity_exceeded", item.line, left=expected(item))], text)
    return counted


def count(lines: list[TicketLine], units: Iterable[Mapping[str, Any]]) -> Counted:
    """The first count: what is not named is missing."""
    counted = tally(lines, units, lambda item: item.quantity)
    for item in lines:
        conditions = counted[item.pk]
        if (named := sum(conditions.values())) < item.quantity:
            conditions[Condition.MISSING] = conditions.get(Condition.MISSING, 0) + item.quantity - named
    return counted


def store(lines: list[TicketLine], counted: Counted) -> int:
    """Answers how many units are missing in all."""
    inspections, missing = [], 0
    for item in lines:
        gone = counted[item.pk].get(Condition.MISSING, 0)
        missing += gone
        item.received_quantity = item.quantity - gone
        # Before the refund follows the count: what the missing ones would add to it.
        item.whole_amount = item.refund_amount if gone else None
        conditions = counted[item.pk].items()
        inspections += [Inspection(ticket_line=item, condition=c, quantity=n) for c, n in conditions if n]
    Inspection.objects.bulk_create(inspections)
    update_columns(lines, ["received_quantity", "whole_amount"])
    return missing


def store_late(lines: list[TicketLine], counted: Counted) -> None:
    """Units leave `missing` for the condition that they came in. `received_quantity` is the caller's."""
    for item in lines:
        came = counted[item.pk]
        rows = {row.condition: row for row in Inspection.objects.filter(shop_id=item.shop_id, ticket_line=item)}
        for condition, units in came.items():
            row = rows.get(condition) or Inspection(ticket_line=item, condition=condition, quantity=0)
            row.quantity += units
            row.save()
        if came:
            missing = rows[Condition.MISSING]
            missing.quantity -= sum(came.values())
            missing.save() if missing.quantity else missing.delete()


def restock(lines: list[TicketLine], counted: Counted) -> None:
    for item in lines:
        conditions = counted.get(item.pk, {})
        as_new, resellable = conditions.get(Condition.AS_NEW, 0), conditions.get(Condition.RESELLABLE, 0)
        if as_new or resellable:
            stock.restock(item.line.sku_id, as_new=as_new, resellable=resellable, shop_id=item.shop_id)
