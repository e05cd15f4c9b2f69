"""Above a shop's threshold two people decide (docs/limits.md): one agrees to the ticket as it is and to an amount
(`agree.py`), and somebody else carries it out."""

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.shop_settings.second_approval import threshold
from kernel.actors import Actor
from kernel.money import ZERO
from orders.models import Order

from ...models import Given, Offer, SecondApproval, Ticket
from ...states import Status
from .overridden import Limit, overridden
from .refusal import NotAlone

ENDORSE = "endorse"
# Nothing left the shop by a ticket that ended like this, unless a replacement was sent before.
NOTHING_GIVEN = frozenset({Status.REJECTED, Status.CANCELLED, Status.CLOSED})


def threshold_on(ticket: Ticket, now: datetime) -> Decimal | None:
    """In the shop's currency; an order in another one cannot be compared with it, and always needs two. None: one
    person is enough, whatever the amount."""
    above = threshold(ticket.shop, now)
    foreign = above is not None and ticket.order.currency != ticket.shop.currency
    return ZERO if foreign else above


def require_second(
    ticket: Ticket, amount: Decimal, *, actor: Actor, now: datetime, again: bool = False, carries_out: bool = False
) -> Decimal:
    """What people of the shop give away by this ticket in all, with `amount` of this decision: added to what was given
    before where goods leave `again`. NotAlone (403) where that is above the threshold with the other tickets of the
    order, and nobody else has agreed to so much of the ticket as it is now (nor was it overridden in an emergency).
    `carries_out`: what the clock or a rule has approved is no person's decision, and waits for nobody."""
    above = threshold_on(ticket, now)
    if above is None and not again:
        return amount
    by_ticket = _by_anybody(ticket.order)
    decided = by_ticket.pop(ticket.pk, None)
    total = amount + (decided or ZERO) if again else amount
    elsewhere = sum(by_ticket.values(), ZERO)
    # What was decided before, and is only carried out now, has had its second person.
    settled = total <= decided if decided is not None else carries_out
    if above is not None and not settled and elsewhere + total > above and not _agreed(ticket, amount, actor, now):
        raise NotAlone(
            _(
                "Above %(limit)s on an order, this shop needs two people. Someone else has to agree to this ticket"
                " first: a manager of at least 30 days, or a supervisor of platform support."
            )
            % {"limit": above},
            offer=ENDORSE,
            limit=str(above),
            amount=str(elsewhere + total),
        )
    return total


def above_threshold(ticket: Ticket, amount: Decimal, now: datetime) -> bool:
    """Whether `amount` more by this ticket may need a second person."""
    above = threshold_on(ticket, now)
    return above is not None and sum(_by_anybody(ticket.order).values(), ZERO) + amount > above


def needs_second_on(order: Order, amount: Decimal, now: datetime) -> bool:
    """Whether a new ticket of this amount would: then it waits for a decision instead of being paid at once."""
    above = threshold(order.shop, now)
    if above is None:
        return False
    foreign = order.currency != order.shop.currency
    return sum(_by_anybody(order).values(), ZERO) + amount > (ZERO if foreign else above)


def _by_anybody(order: Order) -> dict[int, Decimal]:
    """Ticket id → what people of the shop have given away by it, or promise by an open offer, where that is more."""
    rows = Given.objects.filter(shop_id=order.shop_id, ticket__order=order)
    by_ticket = rows.values_list("ticket_id", "ticket__status", "ticket__reshipped_at").annotate(most=Max("total"))
    amounts = {pk: most for pk, status, sent, most in by_ticket if status not in NOTHING_GIVEN or sent is not None}
    offers = Offer.objects.filter(shop_id=order.shop_id, ticket__order=order, status=Offer.Status.OPEN)
    for pk, promised in offers.values_list("ticket_id", F("amount") - F("service_fee")):
        amounts[pk] = max(amounts.get(pk, ZERO), promised)
    return amounts


def endorsed(ticket: Ticket, amount: Decimal, actor: Actor) -> bool:
    """Whether somebody else has agreed to so much of the ticket as it is now."""
    rows = SecondApproval.objects.filter(shop_id=ticket.shop_id, ticket=ticket, version=ticket.version)
    return rows.filter(amount__gte=amount).exclude(user_id=actor.user_id or 0).exists()


def _agreed(ticket: Ticket, amount: Decimal, actor: Actor, now: datetime) -> bool:
    if endorsed(ticket, amount, actor):
        return True
    # An offer was agreed to when it was made, on these very terms; the buyer's yes, in this transaction, has moved the
    # ticket on.
    accepted = Offer.objects.filter(shop_id=ticket.shop_id, ticket=ticket, status=Offer.Status.ACCEPTED)
    if accepted.filter(made_by_id=actor.user_id, answered_at=now).exists():
        return True
    return overridden(ticket, amount, actor, Limit.SECOND)
