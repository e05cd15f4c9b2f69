"""The outbound freight: when it goes back, and with which ticket (B-04, B-16, F-4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kernel.money import ZERO
from orders.models import Order, OrderLine

from ..models import Ticket, TicketLine
from ..states import MONEY_TYPES, Fault, Status, Type

# Reasons of units that are not with the buyer, though the parcel they were to be in has arrived.
NEVER_CAME = frozenset({"missing", "lost"})
APPROVED = (
    Status.PENDING_SUPPLEMENT, Status.PENDING_RETURN, Status.PENDING_REFUND, Status.PENDING_RESHIP, Status.RESHIPPED,
    Status.COMPLETED,
)  # fmt: skip


@dataclass(frozen=True)
class Others:
    """What the other tickets of an order have come to. `coming`: line id → units whose refund is approved and on its
    way. `stay`: units were refunded that stay with the buyer. `at_fault`: a ticket was the merchant's or courier's."""

    coming: Mapping[int, int] = field(default_factory=dict)
    stay: bool = False
    at_fault: bool = False


def freight_left(order: Order) -> Decimal:
    return order.freight - order.freight_refunded - order.freight_open


def outbound_freight(
    left: Decimal, lines: Iterable[OrderLine], coming: Mapping[int, int], others: Others, *, fault: str, stays: bool
) -> Decimal:
    """All that is `left` of the freight, or none. `lines` are all of the order; `coming`: line id → units of this
    ticket, which `stays` says to be with the buyer for good."""
    lines = list(lines)
    if left <= 0 or not all_refunded(lines, coming, others.coming):
        return ZERO
    if not any(line.shipped_quantity for line in lines):
        return left  # F-4
    # B-16: the fault of any ticket is enough. Which of them is the last must make no difference.
    due = fault != Fault.BUYER or others.at_fault
    return left if due and not (stays or others.stay) else ZERO


def all_refunded(lines: Iterable[OrderLine], coming: Mapping[int, int], others: Mapping[int, int]) -> bool:
    """True when nothing of the order is left once these units are refunded. Undecided tickets do not count: they may
    yet be rejected."""
    # Exchanged units are on the line of their replacement. A gift may stay with the buyer (D-4 art. 12).
    return all(
        others.get(line.pk, 0) + coming.get(line.pk, 0) >= line.left_quantity
        for line in lines
        if line.kind != OrderLine.Kind.GIFT
    )


def others_of(order: Order, but: int | None = None) -> Others:
    """Of all tickets but `but`. It matters to the freight alone, so nothing is read where all of that was refunded, nor
    where the order counts no other ticket."""
    known = 0 if but is None else 1
    if order.freight <= order.freight_refunded or order.open_cases + order.succeeded_cases <= known:
        return Others()
    rows = TicketLine.objects.filter(
        shop_id=order.shop_id, ticket__order_id=order.pk, ticket__status__in=APPROVED, ticket__outcome=""
    ).exclude(ticket_id=but or 0)
    items = list(rows.select_related("line", "ticket__reason"))
    coming: dict[int, int] = {}
    for item in items:
        if on_its_way(item.ticket):
            coming[item.line_id] = coming.get(item.line_id, 0) + item.returned_quantity
    return Others(
        coming,
        stay=any(stays_with_buyer(item.ticket, item, item.ticket.type) for item in items),
        # A parcel in which nothing was found proves no fault.
        at_fault=any(item.ticket.fault != Fault.BUYER and item.returned_quantity for item in items),
    )


def on_its_way(ticket: Ticket) -> bool:
    """An approved refund of units, of which the goods need not come back any more."""
    if ticket.status != Status.PENDING_REFUND or not ticket.takes_units:
        return False
    # Goods on their way back may yet be missing or refused: they count once they were received.
    return ticket.type == Type.REFUND_ONLY or ticket.returnless or ticket.received_at is not None


def stays_with_buyer(ticket: Ticket, item: TicketLine, type_: str, *, returnless: bool = False) -> bool:
    """Units that the buyer gets back money for and keeps (B-04). `type_`, `returnless`: what a decision is about to
    make of the ticket."""
    if not ticket.takes_units or item.line.virtual or type_ not in MONEY_TYPES or ticket.received_at is not None:
        return False
    if type_ == Type.RETURN_REFUND:
        return returnless or ticket.returnless
    return left_with_buyer(ticket.reason.code, received=ticket.received, shipped=item.quantity - item.unshipped)


def left_with_buyer(reason: str, *, received: bool, shipped: int) -> bool:
    """A refund without return: do units stay with the buyer?"""
    return received and shipped > 0 and reason not in NEVER_CAME


def collect_couriers(order: Order) -> list[str]:
    """Codes of those by which the shop takes a parcel that it pays for on delivery (S-072)."""
    return [one.strip() for one in order.policy.collect_couriers.split(",") if one.strip()]
