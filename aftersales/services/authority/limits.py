"""How much a person of the shop gives away alone, by whichever action: on one order in all (S-044, S-161, B-14), and
in a day (docs/limits.md). Every service by which something is given away calls `give` before it does so."""

from datetime import datetime, time
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from kernel.actors import MERCHANT, Actor
from kernel.money import ZERO
from orders.models import Order
from refunds.models import Payable
from refunds.payables.machine import GIVEN_KINDS, GRANTED

from ...models import Given, Offer, Ticket
from .overridden import Limit, overridden
from .refusal import NotAlone
from .second import NOTHING_GIVEN, require_second

_COUNTS = ~Q(ticket__status__in=NOTHING_GIVEN) | Q(ticket__reshipped_at__isnull=False)


def give(
    ticket: Ticket, amount: Decimal, *, actor: Actor, now: datetime, again: bool = False, carries_out: bool = False
) -> None:
    """`actor` gives away `amount` by this ticket, of which the caller has the order locked: all that the ticket comes
    to by now, or, with `again`, so much more than before. NotAlone (403) above their limits, or where a second person
    has to agree first. Only people of the shop give what is the shop's; a decision of the clock or a rule is nobody's,
    and `carries_out` says that this is no more than it."""
    if actor.kind != MERCHANT:
        return
    before, elsewhere = given_so_far(ticket, actor)
    by_decision = amount
    if again:
        amount += before
    elif ticket.reshipped_at is not None:  # goods that left once stay counted, whatever becomes of the money
        amount = max(amount, before)
    limit = limit_on(ticket, actor)
    if limit is not None and elsewhere + amount > limit:
        raise above_limit(limit, elsewhere + amount)
    # What was given on another day and is only carried out now, as a return that arrives, counts on that day.
    increased = amount > before
    if increased:
        _within_day(ticket, amount, by_decision if again else amount, actor, now)
    by_decision = by_decision if again else amount
    total = require_second(ticket, by_decision, actor=actor, now=now, again=again, carries_out=carries_out)
    if actor.user_id is not None:
        row = Given(shop_id=ticket.shop_id, ticket_id=ticket.pk, user_id=actor.user_id, at=now)
        row.amount, row.total = amount, total
        Given.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["ticket", "user"],
            update_fields=["amount", "total", *(["at"] if increased else [])],
        )  # fmt: skip


def given_so_far(ticket: Ticket, actor: Actor) -> tuple[Decimal, Decimal]:
    """By this ticket, and by the others of its order: given, or promised by an open offer that the buyer may accept at
    any moment. Nothing is read where nothing can come of it."""
    unlimited = actor.limit is None and actor.daily_limit is None
    if actor.user_id is None or (unlimited and ticket.reshipped_at is None):
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


def daily_limit_on(order: Order, actor: Actor) -> Decimal | None:
    """As `limit_on`: in the shop's currency, and nothing in another one."""
    foreign = actor.daily_limit is not None and order.currency != order.shop.currency
    return ZERO if foreign else actor.daily_limit


def given_today(shop_id: int, actor: Actor, *, now: datetime, besides: int | None = None) -> Decimal:
    """By this person in the shop since midnight (`TIME_ZONE`), by other tickets than `besides`: decided, promised today
    by an offer that is open, or approved to be paid to buyers beyond refunds."""
    midnight = timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time.min))
    rows = Given.objects.filter(_COUNTS, shop_id=shop_id, user_id=actor.user_id or 0, at__gte=midnight)
    decided = rows.exclude(ticket_id=besides or 0).aggregate(total=Sum("amount"))["total"] or ZERO
    offers = Offer.objects.filter(shop_id=shop_id, made_by_id=actor.user_id, at__gte=midnight)
    offers = offers.filter(status=Offer.Status.OPEN).exclude(ticket_id=besides or 0)
    promised = offers.aggregate(total=Sum(F("amount") - F("service_fee")))["total"] or ZERO
    payables = Payable.objects.filter(shop_id=shop_id, kind__in=GIVEN_KINDS, status__in=GRANTED)
    payables = payables.filter(approved_by=actor.user_id or 0, approved_at__gte=midnight)
    owed = payables.aggregate(total=Sum("amount"))["total"] or ZERO
    return decided + promised + owed


def above_daily_limit(ticket: Ticket, amount: Decimal, actor: Actor, now: datetime) -> bool:
    """Whether `amount` more by this ticket may be above what is left of this person's day."""
    limit = daily_limit_on(ticket.order, actor)
    if limit is None:
        return False
    before, _elsewhere = given_so_far(ticket, actor)
    return given_today(ticket.shop_id, actor, now=now, besides=ticket.pk) + before + amount > limit


def take_turns(shop_id: int, actor: Actor) -> None:
    """Two decisions of one person at once, on two orders, must not both have what is left of the day: the second waits
    until the first is stored. Locked after the order: nobody who has this lock waits for an order."""
    if actor.daily_limit is not None:
        members = Membership.objects.select_for_update(no_key=True)
        list(members.filter(shop_id=shop_id, user_id=actor.user_id or 0).values_list("pk"))


def _within_day(ticket: Ticket, amount: Decimal, decision: Decimal, actor: Actor, now: datetime) -> None:
    """`amount`: by this ticket in all; `decision`: by this step."""
    limit = daily_limit_on(ticket.order, actor)
    if limit is None:
        return
    take_turns(ticket.shop_id, actor)
    total = given_today(ticket.shop_id, actor, now=now, besides=ticket.pk) + amount
    if total > limit and not overridden(ticket, decision, actor, Limit.DAY):
        raise NotAlone(
            _("This is above your limit of %(limit)s per day. Hand it over to a colleague.") % {"limit": limit},
            limit=str(limit),
            amount=str(total),
            period="day",
        )
