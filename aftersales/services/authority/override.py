"""A manager decides alone where the second person cannot be reached: with a reason, an alarm, and a review by somebody
else afterwards (docs/limits.md). Whether it counts for a decision is asked by `limits.py` and `second.py`."""

from datetime import datetime, timedelta
from decimal import Decimal
from unicodedata import east_asian_width

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.second_person import seasoned_managers
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance

from ...models import EmergencyOverride, Ticket
from ..guards import require, require_whole
from ..locking import lock
from .alarm import raise_alarm
from .limits import above_daily_limit
from .overridden import Limit, overridden
from .second import above_threshold, endorsed

MAX_OPEN = 3  # of one person in a shop, until somebody else has reviewed one
MIN_REASON = 20  # characters, a Chinese one as two: whoever reviews it was not there
BARRED = timedelta(days=30)  # after an objection that support upheld


@transaction.atomic
def break_glass(
    ticket: Ticket, *, amount: Decimal, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Ticket:
    """A manager of at least 30 days decides on the ticket as it is now without the second person and beyond their daily
    limit, up to `amount` in money and goods. 403 for others, for who applied for it, and with three that nobody has
    reviewed; 409 where nothing stops them from giving so much."""
    _order, ticket = lock(ticket)
    require(ticket, "break_glass", actor, version, now=now)
    _require_person(ticket, actor, now)
    reason = " ".join(reason.split())
    if _length(reason) < MIN_REASON:
        text = _("Say why nobody else can be asked now, in at least %(n)d characters (%(wide)d in Chinese).")
        text %= {"n": MIN_REASON, "wide": MIN_REASON // 2}
        raise Invalid(errors={"reason": [text]})
    if amount <= 0:
        raise Invalid(errors={"amount": [_("Enter an amount above zero.")]})
    require_whole(ticket.order.currency, amount=amount)
    # Neither a second person who has agreed nor an earlier decision of this kind leaves anything to be decided alone.
    without_second = (
        above_threshold(ticket, amount, now)
        and not endorsed(ticket, amount, actor)
        and not overridden(ticket, amount, actor, Limit.SECOND)
    )
    beyond_day = above_daily_limit(ticket, amount, actor, now) and not overridden(ticket, amount, actor, Limit.DAY)
    if not without_second and not beyond_day:
        raise Conflict(_("Nothing stops you from giving this much on this ticket. Decide as usual."))
    _require_few(ticket.shop_id, actor, now)
    row = EmergencyOverride.objects.create(
        shop_id=ticket.shop_id, ticket=ticket, user_id=actor.user_id or 0, version=ticket.version, amount=amount,
        reason=reason, at=now, without_second=without_second, above_daily_limit=beyond_day,
    )  # fmt: skip
    raise_alarm(row, now=now)
    return advance(ticket.break_glass, actor=actor, now=now, note=reason, data={"override": row.pk, "amount": amount})


def _length(text: str) -> int:
    """In characters of the Latin alphabet: a Chinese one says about as much as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _require_person(ticket: Ticket, actor: Actor, now: datetime) -> None:
    seasoned = seasoned_managers(ticket.shop_id, now=now).filter(user_id=actor.user_id or 0)
    if not actor.is_manager or not seasoned.exists():
        raise Forbidden(_("Only someone who has been a manager for at least 30 days can decide alone."))
    if ticket.applied_by_id == actor.user_id:
        raise Forbidden(_("You requested this yourself, so someone else has to agree to it."))


def _require_few(shop_id: int, actor: Actor, now: datetime) -> None:
    # Two at once, on two orders, take turns here; nobody who has this lock waits for an order.
    members = Membership.objects.select_for_update(no_key=True).filter(shop_id=shop_id, user_id=actor.user_id or 0)
    barred = list(members.values_list("barred_until", flat=True))
    rows = EmergencyOverride.objects.filter(shop_id=shop_id, user_id=actor.user_id or 0)
    if any(until is not None and until > now for until in barred):
        raise Forbidden(
            _(
                "Less than 30 days ago, support agreed with an objection to an emergency decision of yours. Ask a "
                "colleague."
            )
        )
    waiting = rows.filter(Q(reviewed_at__isnull=True) | Q(objected=True, ruled_at__isnull=True)).count()
    if waiting >= MAX_OPEN:
        text = ngettext(
            "%(n)d of your emergency decisions still has to be reviewed by someone else. Ask for that first.",
            "%(n)d of your emergency decisions still have to be reviewed by someone else. Ask for that first.",
            waiting,
        )
        raise Forbidden(text % {"n": waiting})
