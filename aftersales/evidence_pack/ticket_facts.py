"""What became of the order after the sale: tickets, the conversation, and the lines of every history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Q

from kernel.actors import BUYER, GATEWAY_KIND, INTEGRATION, MERCHANT, kind_label
from kernel.models import History
from orders.models import Order
from orders.wording import action_label
from orders.wording import status_label as order_status
from refunds.chargebacks.machine import ACTION_LABELS
from refunds.chargebacks.machine import Status as ChargebackStatus
from refunds.models import Chargeback
from web.api.answers import money, when

from ..models import Ticket, TicketLine, TicketParcel
from ..news import INTERNAL
from ..services import conversation
from ..states import Type
from ..wording.event_labels import event_label
from ..wording.labels import label_of, status_label
from .shapes import MessageFacts, Move, ReturnedFacts, TicketFacts

# Of the order and the chargeback: who of the shop has seen what.
_NOT_SHOWN = {"order": {"receiver"}, "chargeback": {"take_evidence"}, "ticket": INTERNAL}
# Of the order: what the shop's program reports, and the buyer has done.
_OF_THE_BUYER = frozenset({"create", "pay"})
# Why a channel or a bank did not pay out is between the shop and them.
_WITHOUT_NOTE = frozenset({"refund_failed", "refund_returned"})
Histories = Mapping[tuple[str, int], list[Move]]


def tickets_of(order: Order) -> list[Ticket]:
    rows = Ticket.objects.filter(shop_id=order.shop_id, order=order).select_related("reason").order_by("pk")
    tickets = list(rows)
    for ticket in tickets:
        ticket.order = order
    return tickets


def histories(chargeback: Chargeback, order: Order, tickets: Sequence[Ticket]) -> Histories:
    """(machine, id) → its lines as the buyer may read them. One statement."""
    types = {ticket.pk: ticket.type for ticket in tickets}
    rows = History.objects.filter(
        Q(machine="order", object_id=order.pk)
        | Q(machine="chargeback", object_id=chargeback.pk)
        | Q(machine="ticket", object_id__in=list(types)),
        shop_id=order.shop_id,
    ).order_by("machine", "object_id", "sequence")
    lines: defaultdict[tuple[str, int], list[Move]] = defaultdict(list)
    for row in rows:
        if row.action not in _NOT_SHOWN[row.machine]:
            lines[row.machine, row.object_id].append(_move(row, types.get(row.object_id, "")))
    return lines


def _move(row: History, type_: str) -> Move:
    if row.machine == "ticket":
        action, status = event_label(row.action), label_of(type_, row.target)
    elif row.machine == "order":
        action, status = action_label(row.action), order_status(row.target)
    else:
        action, status = str(ACTION_LABELS.get(row.action, row.action)), str(ChargebackStatus(row.target).label)
    # A bank's word is the channel's, whoever reported it.
    by = GATEWAY_KIND if row.machine == "chargeback" else side(row.actor_kind)
    if row.machine == "order" and row.action in _OF_THE_BUYER and row.actor_kind == INTEGRATION:
        by = BUYER
    return {
        "at": when(row.at),
        "by": by,
        "by_label": kind_label(by),
        "action": row.action,
        "action_label": action,
        "status": row.target,
        "status_label": status,
        "note": "" if row.action in _WITHOUT_NOTE else row.words,
    }


def side(kind: str) -> str:
    """To the outside a shop's program is the shop."""
    return MERCHANT if kind == INTEGRATION else kind


def tickets_facts(order: Order, tickets: Sequence[Ticket], lines: Histories) -> list[TicketFacts]:
    goods = _goods(order, tickets)
    return [_ticket(ticket, order.currency, goods[ticket.pk], lines["ticket", ticket.pk]) for ticket in tickets]


def _ticket(ticket: Ticket, currency: str, goods: list[ReturnedFacts], history: list[Move]) -> TicketFacts:
    approved = ticket.approved_amount
    return {
        "ticket_no": ticket.ticket_no,
        "type": ticket.type,
        "type_label": str(Type(ticket.type).label),
        "reason": ticket.reason.code,
        "reason_label": ticket.reason.label,
        "description": ticket.description,
        "status": ticket.status,
        "status_label": status_label(ticket),
        "requested_amount": money(ticket.requested_amount, currency),
        "approved_amount": None if approved is None else money(approved, currency),
        "refunded_amount": money(ticket.refunded_amount, currency),
        "rejection_reason": ticket.rejection_reason,
        "applied_at": when(ticket.applied_at),
        "ended_at": when(ticket.ended_at),
        "goods": goods,
        "history": history,
    }


def _goods(order: Order, tickets: Sequence[Ticket]) -> Mapping[int, list[ReturnedFacts]]:
    ids = [ticket.pk for ticket in tickets]
    rows = TicketLine.objects.filter(shop_id=order.shop_id, ticket_id__in=ids).select_related("line__sku")
    goods: defaultdict[int, list[ReturnedFacts]] = defaultdict(list)
    for row in rows.order_by("pk"):
        goods[row.ticket_id].append(
            {
                "line_id": row.line_id,
                "sku": row.line.sku.code,
                "quantity": row.quantity,
                "received_quantity": row.received_quantity,
                "refund_amount": money(row.refund_amount, order.currency),
            }
        )
    return goods


def parcels_of(order: Order, tickets: Sequence[Ticket]) -> Mapping[int, str]:
    """Id of a parcel → number of its ticket."""
    numbers = {ticket.pk: ticket.ticket_no for ticket in tickets}
    rows = TicketParcel.objects.filter(shop_id=order.shop_id, ticket_id__in=list(numbers))
    return {parcel: numbers[ticket] for parcel, ticket in rows.values_list("parcel_id", "ticket_id")}


def messages_facts(order: Order, paths: Mapping[int, list[str]]) -> list[MessageFacts]:
    """`paths`: id of a message → its files in the pack."""
    return [
        {
            "at": when(message.at),
            "by": message.author_kind,
            "by_label": kind_label(message.author_kind),
            "ticket_no": message.ticket.ticket_no if message.ticket else "",
            "text": message.words,
            "files": paths.get(message.pk, []),
        }
        for message in conversation(order).prefetch_related(None)
    ]
