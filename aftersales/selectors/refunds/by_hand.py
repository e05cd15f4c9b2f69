"""What was paid by hand because of a ticket: its refunds, and what is owed beyond them."""

from datetime import datetime

from ...models import Ticket, TicketPayable, TicketRefund
from ...policy import OBJECTION_TIME

ByHand = TicketRefund | TicketPayable


def paid_by_hand(ticket: Ticket) -> list[ByHand]:
    """All of them, refunds first. Two statements."""
    own = {"shop_id": ticket.shop_id, "ticket_id": ticket.pk, "by_hand_at__isnull": False}
    refunds = TicketRefund.objects.filter(**own).select_related("refund").order_by("refund_id")
    payables = TicketPayable.objects.filter(**own).select_related("payable").order_by("payable_id")
    return [*refunds, *payables]


def to_object_to(ticket: Ticket, now: datetime) -> list[ByHand]:
    """Those that the buyer may say did not arrive: neither reported nor ruled on, and within the time."""
    if ticket.by_hand_at is None:
        return []
    since = now - OBJECTION_TIME
    return [link for link in paid_by_hand(ticket) if link.may_be_objected_to and link.paid_after(since)]


def disputed(ticket: Ticket) -> list[ByHand]:
    """Those that the buyer says did not arrive, and that support has not ruled on."""
    return [link for link in paid_by_hand(ticket) if link.objected_at is not None]
