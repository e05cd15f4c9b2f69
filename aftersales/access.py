"""Fetch and authorise in one query: what is not yours is not there."""

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.access import actor_for, visible
from accounts.models import User
from kernel.access import get_or_not_found
from kernel.actors import Actor
from kernel.errors import Forbidden, NotFound
from kernel.machine import who_may

from .models import Evidence, Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

# A row of a list needs little of the rows around it, and loading columns is most of what a list costs.
_NEVER_LISTED = {"description", "return_address_copy", "coupons_returned", "rejection_reason"}
_AROUND = (
    "order__order_no", "order__currency", "shop__code", "shop__name", "shop__contact_name", "shop__contact_phone",
    "buyer__username", "reason__type", "reason__code", "reason__label_zh", "reason__label_en",
)  # fmt: skip
LISTED = [field.name for field in Ticket._meta.concrete_fields if field.name not in _NEVER_LISTED] + list(_AROUND)


def tickets_of(user: User) -> "QuerySet[Ticket]":
    return Ticket.objects.filter(visible(user))


def ticket_for(user: User, ticket_no: str, verb: str = "") -> tuple[Ticket, Actor]:
    """The ticket and whom the user acts as on it. 403 at once when that kind of actor never may `verb`."""
    rows = tickets_of(user).select_related("order", "shop", "buyer", "reason")
    ticket = get_or_not_found(rows, ticket_no=ticket_no)
    actor = acting_on(user, ticket)
    if verb and actor.kind not in who_may(Ticket, verb):
        raise Forbidden()
    return ticket, actor


def acting_on(user: User, ticket: Ticket) -> Actor:
    actor = actor_for(user, shop_id=ticket.shop_id, buyer_id=ticket.buyer_id)
    if actor is None:
        raise NotFound()
    return actor


def evidence_for(user: User, evidence_id: str) -> Evidence:
    """One's own upload, or a file of a ticket that one is a party of (S-106)."""
    of_the_ticket = visible(user, shop="ticket__shop_id", buyer="ticket__buyer_id")
    rows = Evidence.objects.filter(Q(uploader=user) | Q(ticket__isnull=False) & of_the_ticket)
    return get_or_not_found(rows, pk=evidence_id)
