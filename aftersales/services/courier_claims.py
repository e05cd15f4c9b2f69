"""What a courier owes the shop for goods that were lost on their way and that the shop has paid to the buyer (S-132,
S-168): owed by rule, once a parcel and ticket, and withdrawn when the parcel turns up (docs/payables.md)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from kernel.actors import CLOCK_KIND, RULE
from kernel.money import ZERO, part
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from orders.models import Order
from refunds.models import Payable
from refunds.payables import services as payables
from refunds.payables.machine import OPEN, Kind

from ..models import Ticket, TicketLine
from ..states import PAID, Type
from .owing import owe_by_rule
from .parcels import ticket_of

BACK = (Parcel.Kind.RETURN, Parcel.Kind.SEND_BACK)


def on_refunded(ticket: Ticket, items: Iterable[TicketLine], *, now: datetime) -> None:
    """The refund of goods that had not arrived is paid. Call with the order locked; reads only where some were sent."""
    missing = ticket.type == Type.REFUND_ONLY and not ticket.received and ticket.takes_units
    if missing and any(item.quantity > item.unshipped for item in items):
        _owe_for_outbound(ticket.order, now)


def on_received_by_clock(ticket: Ticket, *, now: datetime) -> None:
    """The clock pays a return that nobody has seen. Call with the order locked."""
    rows = Parcel.objects.filter(shop_id=ticket.shop_id, ticket_parcel__ticket=ticket, ticket_parcel__is_current=True)
    for parcel in rows.filter(kind__in=BACK, status=ParcelStatus.LOST).order_by("pk"):
        _owe_for_return(ticket, parcel, now)


def on_lost(parcel: Parcel, *, now: datetime) -> None:
    """Lost, or found again and brought back. The order is locked by the reporter."""
    if parcel.status != ParcelStatus.LOST:
        on_found(parcel, now=now)
    elif parcel.kind == Parcel.Kind.OUTBOUND:
        if parcel.order.succeeded_cases:
            _owe_for_outbound(parcel.order, now)
    elif parcel.kind in BACK:
        ticket = ticket_of(parcel)
        if ticket is not None and _received_by_clock(ticket):
            ticket.order = parcel.order
            _owe_for_return(ticket, parcel, now)


def on_found(parcel: Parcel, *, now: datetime) -> None:
    """It was delivered, or brought back to its sender: the courier owes nothing for it. What they have paid is between
    them and the shop."""
    # Without a ticket there is nothing to read.
    if not parcel.order.open_cases and not parcel.order.succeeded_cases:
        return
    claims = Payable.objects.filter(shop_id=parcel.shop_id, order_id=parcel.order_id, kind=Kind.COURIER_CLAIM)
    for row in claims.filter(key__startswith=f"parcel:{parcel.pk}:", status__in=OPEN).order_by("pk"):
        payables.withdraw(row, actor=RULE, now=now)


def _owe_for_outbound(order: Order, now: datetime) -> None:
    """Of each line the units that were lost, to the tickets in the order in which they were paid: so a unit counts
    once, whoever asks first. What was sent again instead (`replaced_by`) was not refunded as missing."""
    lost = Parcel.objects.filter(shop_id=order.shop_id, order_id=order.pk, kind=Parcel.Kind.OUTBOUND)
    parcels = list(lost.filter(status=ParcelStatus.LOST, replaced_by=None).prefetch_related("lines").order_by("pk"))
    if not parcels:
        return
    free = {(parcel.pk, row.line_id): row.quantity for parcel in parcels for row in parcel.lines.all()}
    paid = Ticket.objects.filter(
        shop_id=order.shop_id, order_id=order.pk, type=Type.REFUND_ONLY, received=False, status__in=PAID,
        claimed_amount=None, completed_at__isnull=False,
    )  # fmt: skip
    for ticket in paid.prefetch_related("lines").order_by("completed_at", "pk"):
        ticket.order = order
        for parcel, amount in _shares(ticket, parcels, free, order.unit).items():
            _owe(ticket, parcel, amount, now)


def _shares(
    ticket: Ticket, parcels: Sequence[Parcel], free: dict[tuple[int, int], int], unit: Decimal
) -> dict[Parcel, Decimal]:
    amounts: defaultdict[Parcel, Decimal] = defaultdict(Decimal)
    for item in ticket.lines.all():
        counted, shipped = 0, item.quantity - item.unshipped
        for parcel in parcels:
            units = min(free.get((parcel.pk, item.line_id), 0), shipped - counted)
            if units > 0:
                free[parcel.pk, item.line_id] -= units
                amounts[parcel] += _worth(item, counted + units, unit) - _worth(item, counted, unit)
                counted += units
    return amounts


def _owe_for_return(ticket: Ticket, parcel: Parcel, now: datetime) -> None:
    inside = {row.line_id: row.quantity for row in parcel.lines.all()}
    lines = ticket.lines.all()
    amounts = (_worth(item, min(inside.get(item.line_id, 0), item.quantity), ticket.order.unit) for item in lines)
    if ticket.type == Type.RETURN_REFUND:
        _owe(ticket, parcel, sum(amounts, ZERO), now)


def _worth(item: TicketLine, units: int, unit: Decimal) -> Decimal:
    return part(item.refund_amount, units, item.quantity, unit)


def _owe(ticket: Ticket, parcel: Parcel, amount: Decimal, now: datetime) -> None:
    if amount > 0:
        key = f"parcel:{parcel.pk}:{ticket.pk}"
        owe_by_rule(ticket, kind=Kind.COURIER_CLAIM, amount=amount, key=key, ground=parcel.tracking_no, now=now)


def _received_by_clock(ticket: Ticket) -> bool:
    last = ticket.history().filter(action="receive").last()
    return last is not None and last.actor_kind == CLOCK_KIND
