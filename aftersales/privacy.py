"""What tickets hold of a person: what they wrote, said and sent, and what was written to them (D-6)."""

from datetime import datetime

from django.db.models import Max, Q

from accounts.models import User
from accounts.privacy.export import except_from_export, export
from accounts.privacy.parts import Part, register
from kernel.actors import BUYER, Actor
from kernel.privacy.erasing import ERASED, call_erasing
from orders.models import Order
from orders.privacy import OfOrder, add_to_orders, mark

from .models import (
    Benefit,
    EmergencyOverride,
    Evidence,
    Given,
    Inspection,
    Message,
    NotedConsent,
    Offer,
    OverrideAlarm,
    ReadMark,
    SecondApproval,
    Ticket,
    TicketLine,
)
from .models.evidence import UNUSED
from .services.evidence import erase_files


def _tickets(shop_id: int, ids: list[int]) -> dict[int, int]:
    return dict(Ticket.objects.filter(shop_id=shop_id, order_id__in=ids).values_list("pk", "order_id"))


def _messages(shop_id: int, ids: list[int]) -> dict[int, datetime]:
    rows = Message.objects.filter(shop_id=shop_id, order_id__in=ids)
    return dict(rows.order_by().values_list("order_id").annotate(at=Max("at")))


def _erase(order: Order, user: User, actor: Actor) -> None:
    shop_id = order.shop_id
    tickets = list(_tickets(shop_id, [order.pk]))
    for ticket in Ticket.objects.filter(shop_id=shop_id, pk__in=tickets):
        ticket.description, ticket.rejection_reason = mark(ticket.description), mark(ticket.rejection_reason)
        ticket.save(update_fields=["description", "rejection_reason"])
    for model in (Offer, NotedConsent):
        model.objects.filter(shop_id=shop_id, ticket_id__in=tickets).exclude(note="").update(note=ERASED)
    overrides = EmergencyOverride.objects.filter(shop_id=shop_id, ticket_id__in=tickets)
    overrides.update(reason=ERASED)
    for name in ("note", "ruling"):
        overrides.exclude(**{name: ""}).update(**{name: ERASED})
    messages = Message.objects.filter(shop_id=shop_id, order_id=order.pk).values_list("pk", flat=True)
    of_order = Q(ticket_id__in=tickets) | Q(message_id__in=list(messages))
    _delete(list(Evidence.objects.filter(of_order, shop_id=shop_id)))
    ReadMark.objects.filter(shop_id=shop_id, order_id=order.pk, side=BUYER).delete()
    values = [shop_id, order.pk, user.pk, actor.kind, actor.name, actor.user_id]
    call_erasing("aftersales_erase_messages(%s, %s, %s, %s, %s, %s)", values)


def _delete(files: list[Evidence]) -> None:
    """Files first: whatever is killed between the two leaves rows, by which the next run finds its work."""
    for row in files:
        erase_files([row.file, row.thumbnail])
        row.delete()


def forget(user: User) -> None:
    """Uploads that belong to no ticket."""
    _delete(list(Evidence.objects.filter(UNUSED, uploader=user)))


add_to_orders(OfOrder(machine="ticket", rows=_tickets, written=_messages, erase=_erase))
register(Part(name="tickets", forget=forget))

export(
    Ticket,
    lambda user: Ticket.objects.filter(buyer_id=user.pk),
    assignee="who of the shop works on it",
    applied_by="who of the shop opened it",
)
for _model in (TicketLine, Offer, NotedConsent, Benefit):
    export(_model, lambda user, model=_model: model.objects.filter(ticket__buyer_id=user.pk))  # type: ignore[misc]
export(Inspection, lambda user: Inspection.objects.filter(ticket_line__ticket__buyer_id=user.pk))
export(Message, lambda user: Message.objects.filter(Q(order__buyer_id=user.pk) | Q(author_id=user.pk)))
export(ReadMark, lambda user: ReadMark.objects.filter(order__buyer_id=user.pk, side=BUYER))
export(Evidence, lambda user: Evidence.objects.filter(uploader=user))
export(Given, lambda user: Given.objects.filter(user=user))
export(SecondApproval, lambda user: SecondApproval.objects.filter(user=user))
export(
    EmergencyOverride,
    lambda user: EmergencyOverride.objects.filter(user=user),
    reviewed_by="who of the shop or support reviewed it",
    ruled_by="who of support decided on an objection",
)
export(OverrideAlarm, lambda user: OverrideAlarm.objects.filter(user=user))
except_from_export(
    {
        "aftersales.reason": "what the back office keeps",
        "aftersales.keyword": "what the back office keeps",
        "aftersales.cannedresponse": "what the back office keeps",
        "aftersales.ticketparcel": "which parcel belongs to which ticket",
        "aftersales.ticketpayable": "which payable belongs to which ticket",
        "aftersales.ticketrefund": "which refund belongs to which ticket",
    }.items()
)
