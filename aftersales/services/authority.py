"""How far a person of the shop decides alone: a limit of money and goods given away on one order, in all, by whichever
action (S-044, S-161, B-14). Every service by which something is given away calls `give` before it does so."""

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import Forbidden
from kernel.money import ZERO

from ..models import Given, Offer, Ticket
from ..states import Status, Type

# Nothing left the shop by a ticket that ended like this, unless a replacement was sent before.
NOTHING_GIVEN = frozenset({Status.REJECTED, Status.CANCELLED, Status.CLOSED})
HAND_OVER = "hand-over"


class NotAlone(Forbidden):
    """403 for this person; somebody else of the shop may, so `details` offer to hand the ticket over."""

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message, details={**details, "offer": HAND_OVER, "allowed": [HAND_OVER]})


def give(ticket: Ticket, amount: Decimal, *, actor: Actor, now: datetime, again: bool = False) -> None:
    """`actor` gives away `amount` by this ticket, of which the caller has the order locked: all that the ticket comes
    to by now, or, with `again`, so much more than before. NotAlone (403) above their limit. Only people of the shop
    give what is the shop's; a decision of the clock or a rule is nobody's."""
    if actor.kind != MERCHANT:
        return
    before, elsewhere = given_so_far(ticket, actor)
    if again:
        amount += before
    elif ticket.reshipped_at is not None:  # goods that left once stay counted, whatever becomes of the money
        amount = max(amount, before)
    limit = limit_on(ticket, actor)
    if limit is not None and elsewhere + amount > limit:
        raise above_limit(limit, elsewhere + amount)
    if actor.user_id is not None:
        row = Given(shop_id=ticket.shop_id, ticket_id=ticket.pk, user_id=actor.user_id, amount=amount, at=now)
        Given.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["ticket", "user"], update_fields=["amount", "at"]
        )


def given_so_far(ticket: Ticket, actor: Actor) -> tuple[Decimal, Decimal]:
    """By this ticket, and by the others of its order: given, or promised by an open offer that the buyer may accept at
    any moment. Nothing is read where nothing can come of it."""
    if actor.user_id is None or (actor.limit is None and ticket.reshipped_at is None):
        return ZERO, ZERO
    rows = Given.objects.filter(shop_id=ticket.shop_id, ticket__order_id=ticket.order_id, user_id=actor.user_id)
    before = elsewhere = ZERO
    for pk, amount, status, sent in rows.values_list("ticket_id", "amount", "ticket__status", "ticket__reshipped_at"):
        if pk == ticket.pk:
            before = amount
        elif status not in NOTHING_GIVEN or sent is not None:
            elsewhere += amount
    return before, elsewhere + _promised_elsewhere(ticket, actor)


def _promised_elsewhere(ticket: Ticket, actor: Actor) -> Decimal:
    offers = Offer.objects.filter(shop_id=ticket.shop_id, ticket__order_id=ticket.order_id, made_by_id=actor.user_id)
    offers = offers.filter(status=Offer.Status.OPEN).exclude(ticket_id=ticket.pk)
    return offers.aggregate(total=Sum(F("amount") - F("service_fee")))["total"] or ZERO


def limit_on(ticket: Ticket, actor: Actor) -> Decimal | None:
    """A limit is in the shop's currency, and in no other one does an agent have any. None: no limit."""
    foreign = actor.limit is not None and ticket.order.currency != ticket.order.shop.currency
    return ZERO if foreign else actor.limit


def above_limit(limit: Decimal, total: Decimal) -> NotAlone:
    return NotAlone(
        _("This is above your limit of %(limit)s per order. Hand it over to a manager.") % {"limit": limit},
        limit=str(limit),
        amount=str(total),
    )


def is_simple(ticket: Ticket) -> bool:
    """What somebody who handles simple cases only may approve (S-161): the refund of goods that have not left, as the
    buyer applied for it."""
    of_unshipped = ticket.type == Type.REFUND_ONLY and ticket.unshipped and ticket.claimed_amount is None
    return of_unshipped and ticket.status == Status.PENDING_REVIEW and not ticket.objection


def within_level(ticket: Ticket, verb: str, actor: Actor) -> bool:
    """`verb`: a transition of the machine."""
    return not actor.simple or (verb in Ticket.SIMPLE and (verb != "approve" or is_simple(ticket)))


def require_level(ticket: Ticket, verb: str, actor: Actor) -> None:
    if not within_level(ticket, verb, actor):
        raise NotAlone(only_simple(), level="simple")


def only_simple() -> str:
    return _(
        "You only handle simple cases: refunds of unshipped goods up to your limit, remarks and messages. Hand it over."
    )


def is_own(ticket: Ticket, actor: Actor) -> bool:
    """Whether an agent applied for it, on the buyer's behalf. A manager may approve their own: a shop may have no
    second person, and nobody limits a manager."""
    return ticket.needs_second_person and ticket.applied_by_id == actor.user_id and not actor.is_manager


def only_a_manager(ticket: Ticket, actor: Actor) -> None:
    """Who kept the money back on a note may be an agent; the buyer's objection to it is for a manager (B-13)."""
    if ticket.objection and actor.kind == MERCHANT and not actor.is_manager:
        raise NotAlone(_("Only a manager can decide on an objection. Hand it over."))


def not_own(ticket: Ticket, actor: Actor) -> None:
    if is_own(ticket, actor):
        raise NotAlone(_("You requested this yourself, so someone else has to approve it. Hand it over."))
