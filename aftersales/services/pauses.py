"""The holiday pause of a shop (part C): its clocks stand still, those of its tickets, of receipt and of shipping; the
seven days of the law to refund never do."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Shop
from accounts.pauses import MAX_A_YEAR, Stop, in_year, pauses_of
from kernel.actors import SUPPORT, Actor
from kernel.changes import record_change, values_of
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import update_columns
from orders.machine import Status as OrderStatus
from orders.models import Order

from .. import policy
from ..models import Ticket

PAUSE = ("pause_starts_at", "pause_ends_at")
BATCH = 500


@transaction.atomic
def announce(shop: Shop, *, starts_at: datetime, ends_at: datetime, actor: Actor, now: datetime) -> Shop:
    """Moves every deadline that falls after the start; deadlines set later take the pause into account by themselves
    (`accounts.pauses`). One at a time, and at most 31 days a year in all."""
    if actor.kind != SUPPORT and not actor.is_manager:
        raise Forbidden()
    # Deadlines since then have fired already and could not be moved any more.
    if starts_at < now:
        raise Invalid(errors={"starts_at": [_("A pause can't start in the past.")]})
    if not starts_at < ends_at <= starts_at + MAX_A_YEAR:
        raise Invalid(errors={"ends_at": [_("The end has to be after the start, within 31 days.")]})
    shop = _lock(shop)
    if shop.pause_ends_at is not None and shop.pause_ends_at > now:
        raise Conflict(_("A pause has already been announced. Cancel it first."))
    _check_year(shop, (starts_at, ends_at))
    shop.pauses = [*shop.pauses, [starts_at.isoformat(), ends_at.isoformat()]]
    shop = _set(shop, starts_at, ends_at, actor)
    _move(shop, after=starts_at, by=ends_at - starts_at, now=now)
    return shop


@transaction.atomic
def call_off(shop: Shop, *, actor: Actor, now: datetime) -> Shop:
    """Before the pause has begun: every deadline goes back to where it was."""
    if actor.kind != SUPPORT and not actor.is_manager:
        raise Forbidden()
    shop = _lock(shop)
    starts_at, ends_at = shop.pause_starts_at, shop.pause_ends_at
    if starts_at is None or ends_at is None or starts_at <= now:
        raise Conflict(_("There's no upcoming pause."))
    shop.pauses = [pause for pause in shop.pauses if datetime.fromisoformat(pause[0]) != starts_at]
    shop = _set(shop, None, None, actor)
    # What was after the start before the announcement is after the end now, so this finds exactly the moved deadlines.
    _move(shop, after=ends_at, by=starts_at - ends_at, now=now)
    return shop


def _lock(shop: Shop) -> Shop:
    # Not FOR UPDATE: rows that point at the shop could then not be inserted, and whoever inserts one holds the lock of
    # an order that `_move` waits for.
    return Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)


def _check_year(shop: Shop, new: Stop) -> None:
    # Of the local calendar, as the limit counts: in UTC the year begins some hours later.
    for year in {timezone.localtime(at).year for at in new}:
        if in_year([*pauses_of(shop), new], year) > MAX_A_YEAR:
            raise Invalid(errors={"ends_at": [_("All pauses together can't exceed 31 days a year.")]})


def _move(shop: Shop, *, after: datetime, by: timedelta, now: datetime) -> None:
    """Changes no status, so nothing gets a history row; what is overdue stays overdue. Orders first: a refund of what
    has not left waits as long as its order may be shipped."""
    orders = Order.objects.filter(shop_id=shop.pk)
    # Relative to the stored value, so that a clock that another transaction changes meanwhile is not overwritten.
    orders.filter(receipt_due_at__gt=after).update(receipt_due_at=F("receipt_due_at") + by)
    orders.filter(status=OrderStatus.PAID, ship_due_at__gt=after).update(ship_due_at=F("ship_due_at") + by)
    running = Ticket.objects.filter(shop_id=shop.pk, due_at__gt=now, overdue_since__isnull=True)
    ids = list(running.order_by("order_id", "pk").values_list("pk", "order_id"))
    for first in range(0, len(ids), BATCH):
        _reckon(shop, ids[first : first + BATCH])


def _reckon(shop: Shop, ids: list[tuple[int, int]]) -> None:
    """The deadlines anew, by the same function that sets them. The orders are locked first, as by every action, so that
    an action under way is waited for; one that waits for us is put right when its deadline fires (`deadlines`)."""
    orders = Order.objects.select_for_update(no_key=True).filter(shop_id=shop.pk, pk__in={order for _pk, order in ids})
    locked = {order.pk: order for order in orders.order_by("pk").prefetch_related("policy")}
    tickets = Ticket.objects.select_for_update(no_key=True).filter(shop_id=shop.pk, pk__in=[pk for pk, _order in ids])
    moved = []
    for ticket in tickets.filter(due_at__isnull=False).order_by("pk"):
        ticket.shop, ticket.order = shop, locked[ticket.order_id]
        due_at, _action = policy.deadline(ticket, ticket.order.policy)
        if due_at is not None and due_at != ticket.due_at:
            ticket.due_at = due_at
            moved.append(ticket)
    if moved:
        update_columns(moved, ["due_at"])


def _set(shop: Shop, starts_at: datetime | None, ends_at: datetime | None, actor: Actor) -> Shop:
    before = values_of(shop, PAUSE)
    shop.pause_starts_at, shop.pause_ends_at = starts_at, ends_at
    shop.save(update_fields=[*PAUSE, "pauses"])
    after = values_of(shop, PAUSE)
    record_change("pause", shop, label=shop.name, before=before, after=after, actor=actor, shop_id=shop.pk)
    return shop
