"""Fetches rows and checks access in one query: rows that the user may not see are not found (404)."""

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from accounts.access import actor_for, visible
from accounts.models import User
from kernel.access import get_by_number, get_or_not_found
from kernel.actors import Actor
from kernel.errors import Forbidden, NotFound
from kernel.machine import allowed_actors
from logistics.models import Pickup
from orders.models import Order
from refunds.models import Payable
from refunds.payables.models import FOR_BUYERS

from .models import Benefit, Evidence, Ticket
from .selectors.buyers_turn import WAITS_FOR_BUYER
from .states import STAGE_OF, STAGES

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Loading columns is most of what reading costs: only those that the answers need.
_NEVER_LISTED = {"description", "coupons_returned", "rejection_reason"}
_OWN = [field.name for field in Ticket._meta.concrete_fields]
_AROUND = [
    "order__order_no", "order__currency", "shop__code", "shop__name", "shop__name_en",
    "shop__second_approval_above", "shop__second_approval_since",
    "shop__contact_name", "shop__contact_phone",
    "assignee__username", "assignee__first_name", "assignee__last_name",
    "buyer__username", "reason__type", "reason__code", "reason__label_zh", "reason__label_en",
    "pickup__status", "pickup__cancel_asked_at",
]  # fmt: skip
_PERSON = ["buyer__username", "buyer__first_name", "buyer__last_name"]
_FREIGHT = [
    "order__shop", "order__policy", "order__has_promotions", "order__has_chargebacks", "order__promotion_kept",
    "order__freight", "order__freight_open", "order__freight_refunded", "order__open_cases",
    "order__succeeded_cases", "order__refund_owed",
]  # fmt: skip
LISTED = [*(name for name in _OWN if name not in _NEVER_LISTED), *_AROUND]
_KIND = ["sub_reason__code", "sub_reason__label_zh", "sub_reason__label_en"]
_PICKUP = [f"pickup__{field.name}" for field in Pickup._meta.concrete_fields]
DETAILED = [*_OWN, *_AROUND, *_KIND, *_FREIGHT, *_PICKUP]


def tickets_of(user: User) -> "QuerySet[Ticket]":
    return Ticket.objects.filter(visible(user))


def own_tickets(user: User) -> "QuerySet[Ticket]":
    """What the user applied for as a buyer. Memberships in shops are not read and give nothing more here."""
    return Ticket.objects.filter(buyer_id=user.pk)


def buyers_turn(user: User) -> "QuerySet[Ticket]":
    """Of one's own tickets those on which the next step is one's own."""
    return own_tickets(user).filter(WAITS_FOR_BUYER)


def listed(rows: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
    return rows.select_related("order", "shop", "buyer", "reason", "assignee", "pickup").only(*LISTED)


def counted(rows: "QuerySet[Ticket]") -> tuple[dict[str, int], int]:
    """How many of these tickets are in each tab (stage → n), and how many are overdue. One statement."""
    return _counted(rows, Q(overdue_since__isnull=False))


def own_counted(rows: "QuerySet[Ticket]") -> tuple[dict[str, int], int]:
    """The same for a buyer: how many are in each tab, and how many wait for them."""
    return _counted(rows, WAITS_FOR_BUYER)


def _counted(rows: "QuerySet[Ticket]", of_these: Q) -> tuple[dict[str, int], int]:
    stages, special = dict.fromkeys(STAGES, 0), 0
    of_status = Count("pk", filter=of_these)
    # An ordering of the caller would become part of the GROUP BY.
    for status, n, n_special in rows.order_by().values_list("status").annotate(n=Count("pk"), special=of_status):
        stages[STAGE_OF[status]] += n
        special += n_special
    return stages, special


def summary(user: User) -> tuple[dict[str, int], int]:
    """The same for all tickets that the user may see."""
    return counted(tickets_of(user))


def ticket_for(user: User, ticket_no: str, *, shop: str = "") -> tuple[Ticket, Actor]:
    """The ticket to be shown, and the actor that the user is on it. NotFound (404) for tickets of others."""
    ticket = get_by_number(detailed(tickets_of(user)), ticket_no=ticket_no, shop=shop)
    return ticket, acting_on(user, ticket)


def detailed(rows: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
    related = ("order", "shop", "buyer", "reason", "sub_reason", "assignee", "pickup")
    return rows.select_related(*related).only(*DETAILED)


def with_whom(rows: "QuerySet[Ticket]", user: User) -> list[tuple[Ticket, Actor]]:
    """Several tickets to be decided at the desk: each with all that the services judge it by, and the actor that the
    user is on it. Two statements."""
    rows = rows.select_related("order__policy", "order__shop", "order__buyer", "shop", "buyer", "reason")
    return [(ticket, acting_on(user, ticket)) for ticket in rows.prefetch_related("lines__line")]


def ticket_to_move(user: User, ticket_no: str, verb: str, *, shop: str = "") -> tuple[Ticket, Actor]:
    """Whose it is, and what the service need not read again under the lock. 403 at once when that kind of actor
    never may `verb`."""
    rows = tickets_of(user).select_related("order__policy", "shop", "buyer", "reason")
    rows = rows.only("order__policy", "order__currency", "order__shop", "order__buyer", "shop", "reason", *_PERSON)
    ticket = get_by_number(rows, ticket_no=ticket_no, shop=shop)
    actor = acting_on(user, ticket)
    if actor.kind not in allowed_actors(Ticket, verb):
        raise Forbidden()
    return ticket, actor


def ticket_to_amend(user: User, ticket_no: str, *, shop: str = "") -> tuple[Ticket, Actor]:
    """One's own ticket, with all of its order that a changed application is judged by. Memberships in shops
    are not read."""
    rows = Ticket.objects.select_related("buyer", "reason", "sub_reason", "order__policy", "order__shop__policy")
    ticket = get_by_number(rows.filter(buyer_id=user.pk), ticket_no=ticket_no, shop=shop)
    ticket.shop, ticket.order.buyer = ticket.order.shop, ticket.buyer
    return ticket, acting_on(user, ticket)


def order_to_apply(user: User, order_no: str, *, shop: str = "") -> tuple[Order, Actor]:
    """The same for an order."""
    rows = Order.objects.filter(visible(user)).select_related("policy", "shop", "buyer")
    rows = rows.only("policy", "currency", "shop", *_PERSON)
    order = get_by_number(rows, order_no=order_no, shop=shop)
    actor = actor_for(user, shop_id=order.shop_id, buyer_id=order.buyer_id)
    if actor is None:
        raise NotFound()
    return order, actor


def acting_on(user: User, ticket: Ticket) -> Actor:
    actor = actor_for(user, shop_id=ticket.shop_id, buyer_id=ticket.buyer_id)
    if actor is None:
        raise NotFound()
    return actor


def evidence_for(user: User, evidence_id: str) -> Evidence:
    """One's own upload, or a file of a ticket or of a question on an order that one is a party of (S-106)."""
    # Support sees every ticket. Without `isnull=False` it would also see uploads that nothing uses.
    of_the_ticket = Q(ticket__isnull=False) & visible(user, buyer="ticket__buyer_id")
    of_the_order = Q(message__isnull=False) & visible(user, buyer="message__order__buyer_id")
    rows = Evidence.objects.filter(Q(uploader=user) | of_the_ticket | of_the_order)
    return get_or_not_found(rows, pk=evidence_id)


def payables_of_user(user: User) -> "QuerySet[Payable]":
    """Of their own orders, buyers see `FOR_BUYERS`."""
    own = Q(order__buyer_id=user.pk) & ~FOR_BUYERS
    rows = Payable.objects.filter(visible(user, buyer="order__buyer_id")).exclude(own)
    return rows.select_related("order__shop", "ticket_payable__ticket")


def payable_for(user: User, payable_no: str) -> tuple[Payable, Actor]:
    payable = get_or_not_found(payables_of_user(user), payable_no=payable_no)
    return payable, payer_on(user, payable)


def payer_on(user: User, payable: Payable) -> Actor:
    actor = actor_for(user, shop_id=payable.shop_id, buyer_id=payable.order.buyer_id)
    if actor is None:
        raise NotFound()
    return actor


def benefits_of_user(user: User) -> "QuerySet[Benefit]":
    return Benefit.objects.filter(visible(user, buyer="ticket__buyer_id")).select_related("ticket", "order")


def benefit_for(user: User, pk: int) -> tuple[Benefit, Actor]:
    benefit = get_or_not_found(benefits_of_user(user), pk=pk)
    return benefit, acting_on(user, benefit.ticket)
