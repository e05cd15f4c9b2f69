"""Repairs of a line that did not help (D-8). `OrderLine.repair_attempts` counts, in units, the repairs of a fault that
were completed and, once one was, those that the shop refused. Whoever then reports the fault again says that each of
them failed. Nothing is counted that the buyer opened and withdrew; a replacement or refund uses two up."""

from collections.abc import Iterable
from typing import Any

from orders.models import OrderLine

from ..models import Ticket, TicketLine
from ..rules.eligibility import FAILED_REPAIRS
from ..states import QUALITY_REASONS, Fault, Status, Type

_COLUMNS = (
    "line_id", "quantity", "received_quantity", "sent_quantity", "ticket__type", "ticket__status",
    "ticket__closed_from", "ticket__after_failed_repairs",
)  # fmt: skip


def recount(ticket: Ticket) -> None:
    """After an end of `ticket` that may count. Call with the order locked. Nothing is read for most tickets."""
    if not (_of_fault(ticket) or ticket.after_failed_repairs):
        return
    lines = set(ticket.lines.values_list("line_id", flat=True))
    # What ended with a voucher or a gift was neither repaired nor given back.
    rows = TicketLine.objects.filter(shop_id=ticket.shop_id, line_id__in=lines, ticket__outcome="")
    rows = rows.order_by("ticket__created_at", "id")
    repairs = rows.filter(ticket__type=Type.REPAIR, ticket__fault=Fault.MERCHANT)
    repairs = repairs.filter(ticket__reason__code__in=QUALITY_REASONS)
    used = rows.filter(ticket__after_failed_repairs=True, ticket__status=Status.COMPLETED)
    attempts = _count([*repairs.values_list(*_COLUMNS), *used.values_list(*_COLUMNS)])
    for line_id in lines:
        line = OrderLine.objects.filter(shop_id=ticket.shop_id, pk=line_id)
        line.update(repair_attempts=max(attempts.get(line_id, 0), 0))


def _of_fault(ticket: Ticket) -> bool:
    return ticket.type == Type.REPAIR and ticket.fault == Fault.MERCHANT and ticket.reason.code in QUALITY_REASONS


def _count(rows: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    attempts: dict[int, int] = {}
    for line_id, quantity, received, sent, type_, status, closed_from, after in rows:
        before, units = attempts.get(line_id, 0), quantity if received is None else received
        refused = status == Status.REJECTED or (status == Status.CLOSED and closed_from == Status.REJECTED)
        if after:
            before -= FAILED_REPAIRS * (units if sent is None else sent)
        elif type_ == Type.REPAIR and (status == Status.COMPLETED or (refused and before)):
            before += units
        attempts[line_id] = before
    return attempts
