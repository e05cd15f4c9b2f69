"""Somebody else looks at what a manager decided alone (`override.py`): accepts it or objects, and then support decides
whether the objection is right. Money is not moved by either."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.second_person import confirms_for_shop
from kernel.actors import SUPPORT, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import advance, record

from ...models import EmergencyOverride, Offer, Ticket
from ...states import OverrideState
from ..guards import require
from ..locking import lock
from . import alarm
from .may_review import may_review
from .override import BARRED

_REVIEWED = gettext_lazy("This was reviewed already. Look at the ticket again.")


@transaction.atomic
def review_override(
    ticket: Ticket, *, override: int, accept: bool, note: str = "", actor: Actor, now: datetime
) -> Ticket:
    """By somebody who could have been the second person. Of one that was objected to, `accept` is support's word that
    it was right all the same. 403 for whoever decided; 409 for one that was reviewed."""
    _order, ticket = lock(ticket)
    row = EmergencyOverride.objects.filter(shop_id=ticket.shop_id, ticket=ticket, pk=override).first()
    try:
        require(ticket, "review_override", actor, now=now)
    except IllegalTransition:
        if row is not None:  # nothing of the ticket is to be reviewed, so this was
            raise Conflict(str(_REVIEWED)) from None
        raise
    if row is None:
        raise Invalid(errors={"override": [_("Use an id from `overrides` of this ticket.")]})
    _require_reviewer(row, actor, now)
    note = note.strip()
    if not note and not (accept and row.state == OverrideState.OPEN):
        raise Invalid(errors={"note": [_("Say why. The shop and support can read it.")]})
    if row.state == OverrideState.OPEN:
        row.reviewed_by_id, row.reviewed_at, row.objected, row.note = actor.user_id, now, not accept, note
    if row.objected and actor.kind == SUPPORT:
        row.ruled_by_id, row.ruled_at, row.upheld, row.ruling = actor.user_id, now, not accept, note
        if row.upheld:
            Membership.objects.filter(shop_id=row.shop_id, user_id=row.user_id).update(barred_until=now + BARRED)
    row.save()
    alarm.call_off(row)
    left, since = _left_on(ticket)
    data = {"override": row.pk, "accepted": accept, "outcome": row.state.value}
    ends_offer = row.objected and _is_offered(ticket, row)
    ticket = advance(
        ticket.review_override, actor=actor, now=now, note=note, data=data,
        override=left, since=since, ends_offer=ends_offer,
    )  # fmt: skip
    if ends_offer:  # the review is for the shop alone, and the buyer has seen the offer
        record(ticket, "take_offer_back", ticket.status, actor=actor, now=now)
    return ticket


def _require_reviewer(row: EmergencyOverride, actor: Actor, now: datetime) -> None:
    if not confirms_for_shop(actor.user_id, row.shop_id, now=now):
        raise Forbidden(_("Only a manager of at least 30 days or a supervisor of platform support can review this."))
    if row.user_id == actor.user_id:
        raise Forbidden(_("You decided this yourself, so someone else has to review it."))
    if row.state == OverrideState.OBJECTED and actor.kind != SUPPORT:
        raise Forbidden(_("Someone has objected to this. A supervisor of platform support decides now."))
    if row.state not in (OverrideState.OPEN, OverrideState.OBJECTED):
        raise Conflict(str(_REVIEWED))


def _is_offered(ticket: Ticket, row: EmergencyOverride) -> bool:
    """Whether the open offer was made by `row`: the buyer's yes must not carry out what was objected to. Whatever moves
    a ticket ends its open offer, so one that is open was made on the version before."""
    offers = ticket.offers.filter(status=Offer.Status.OPEN, made_by_id=row.user_id)
    return ticket.version == row.version + 1 and offers.exists()


def _left_on(ticket: Ticket) -> tuple[str, datetime | None]:
    """What somebody still has to do, and since when; or how the newest one ended."""
    rows = list(EmergencyOverride.objects.filter(shop_id=ticket.shop_id, ticket=ticket).order_by("pk"))
    to_review = [row.at for row in rows if row.state == OverrideState.OPEN]
    if to_review:
        return OverrideState.OPEN.value, min(to_review)
    to_rule_on = [row.reviewed_at for row in rows if row.state == OverrideState.OBJECTED and row.reviewed_at]
    if to_rule_on:
        return OverrideState.OBJECTED.value, min(to_rule_on)
    return rows[-1].state.value, None


def to_review(ticket: Ticket, actor: Actor) -> list[EmergencyOverride]:
    """What `actor` can review of the ticket, the oldest first. Nothing is read of a ticket without any."""
    if not may_review(ticket, actor):
        return []
    due = Q(reviewed_at__isnull=True)
    if actor.kind == SUPPORT:
        due |= Q(objected=True, ruled_at__isnull=True)
    rows = EmergencyOverride.objects.filter(due, shop_id=ticket.shop_id, ticket=ticket)
    return list(rows.exclude(user_id=actor.user_id or 0).select_related("user").order_by("pk"))
