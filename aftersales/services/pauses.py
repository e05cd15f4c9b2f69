"""The holiday pause of a shop (part C): its tickets' deadlines move by the length of the pause."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Shop
from kernel.actors import SUPPORT, Actor
from kernel.errors import Conflict, Forbidden, Invalid

from ..models import Ticket

MAX_PAUSE = timedelta(days=31)


@transaction.atomic
def announce(shop: Shop, *, starts_at: datetime, ends_at: datetime, actor: Actor, now: datetime) -> Shop:
    """Moves every deadline that falls after the start; deadlines set later take the pause into account by themselves
    (`policy.paused`). One pause at a time."""
    if actor.kind != SUPPORT and not actor.is_manager:
        raise Forbidden()
    # Deadlines since then have fired already and could not be moved any more.
    if starts_at < now:
        raise Invalid(errors={"starts_at": [_("A pause cannot begin in the past.")]})
    if not starts_at < ends_at <= starts_at + MAX_PAUSE:
        raise Invalid(errors={"ends_at": [_("End it after its start, and within 31 days.")]})
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    if shop.pause_ends_at is not None and shop.pause_ends_at > now:
        raise Conflict(_("A pause is announced already. Call it off first."))
    _move(shop, after=starts_at, by=ends_at - starts_at)
    return _set(shop, starts_at, ends_at)


@transaction.atomic
def call_off(shop: Shop, *, actor: Actor, now: datetime) -> Shop:
    """Before the pause has begun: every deadline goes back to where it was."""
    if actor.kind != SUPPORT and not actor.is_manager:
        raise Forbidden()
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    starts_at, ends_at = shop.pause_starts_at, shop.pause_ends_at
    if starts_at is None or ends_at is None or starts_at <= now:
        raise Conflict(_("There is no pause that has yet to begin."))
    # What was after the start before the announcement is after the end now, so this finds exactly the moved deadlines.
    _move(shop, after=ends_at, by=starts_at - ends_at)
    return _set(shop, None, None)


def _move(shop: Shop, *, after: datetime, by: timedelta) -> None:
    """Changes no status, so the tickets get no history row; what is overdue stays overdue."""
    waiting = Ticket.objects.filter(shop=shop, due_at__gt=after, overdue_since__isnull=True)
    # Relative to the stored value, so that a deadline that another transaction changes meanwhile is not overwritten.
    waiting.update(due_at=F("due_at") + by)


def _set(shop: Shop, starts_at: datetime | None, ends_at: datetime | None) -> Shop:
    shop.pause_starts_at, shop.pause_ends_at = starts_at, ends_at
    shop.save(update_fields=["pause_starts_at", "pause_ends_at"])
    return shop
