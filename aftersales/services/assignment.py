"""Who works on a ticket (S-051): taken, handed over, given free again when its person leaves the shop."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Membership, Role
from kernel.actors import RULE, Actor
from kernel.errors import Invalid
from kernel.jobs import Outcome
from kernel.machine import advance, advance_many

from ..machine.side_moves import WORKED_ON
from ..models import Ticket
from .guards import require, require_text
from .locking import lock

_NAME = ("username", "first_name", "last_name")
STAFF = (Role.MANAGER, Role.AGENT)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the shop, and how many open tickets they work on."""

    username: str
    name: str
    role: str
    load: int


@transaction.atomic
def take(ticket: Ticket, *, actor: Actor, now: datetime) -> Ticket:
    """Somebody of the shop works on it from now on, also where another did."""
    _order, ticket = lock(ticket)
    require(ticket, "take", actor, now=now)
    if ticket.assignee_id == actor.user_id:
        return ticket
    return advance(ticket.take, actor=actor, now=now, user_id=actor.user_id)


@transaction.atomic
def hand_over(ticket: Ticket, *, to: str, note: str, actor: Actor, now: datetime) -> Ticket:
    """To a manager or an agent of the same shop, by their username, with what they have to know."""
    require_text("note", note, _("Say what it's about so your colleague knows."))
    _order, ticket = lock(ticket)
    require(ticket, "hand_over", actor, now=now)
    member = _staff(ticket.shop_id).filter(user__username=to).first()
    if member is None or member.user_id == actor.user_id:
        raise Invalid(errors={"to": [_("Choose someone else who works for this shop.")]})
    data = {"to": to}
    return advance(ticket.hand_over, actor=actor, now=now, note=note, data=data, user_id=member.user_id)


def colleagues(ticket: Ticket, actor: Actor) -> list[Colleague]:
    """To whom `actor` can hand it over, managers first. One statement."""
    mine = Ticket.objects.filter(shop_id=OuterRef("shop_id"), assignee_id=OuterRef("user_id"), status__in=WORKED_ON)
    count = mine.order_by().values("assignee_id").annotate(n=Count("pk")).values("n")
    rows = _staff(ticket.shop_id).exclude(user_id=actor.user_id or 0).order_by("-role", "user__username")
    loads = rows.annotate(load=Coalesce(Subquery(count), 0)).values_list("role", "load", *(f"user__{n}" for n in _NAME))
    return [
        Colleague(username, f"{first} {last}".strip() or username, role, load)
        for role, load, username, first, last in loads
    ]


@transaction.atomic
def release_all(shop_id: int, user_id: int, *, now: datetime) -> int:
    """Who does not work for the shop any more works on none of its tickets; how many that were."""
    rows = Ticket.objects.filter(shop_id=shop_id, assignee_id=user_id, status__in=WORKED_ON).order_by("pk")
    return len(advance_many(rows, "release", actor=RULE, now=now, skip_locked=False).moved)


def absent() -> "QuerySet[Ticket]":
    """Tickets of people who cannot work any more. `release_all` gives them free at the moment it happens; here are
    those of whom the program was not told: switched off in the database, or assigned in the same moment."""
    members = Membership.objects.filter(shop_id=OuterRef("shop_id"), user_id=OuterRef("assignee_id"))
    able = members.filter(role__in=STAFF, accepted_at__isnull=False, user__is_active=True)
    return Ticket.objects.filter(~Exists(able), assignee__isnull=False, status__in=WORKED_ON)


def sweep(now: datetime, dry_run: bool) -> Outcome:
    pairs = list(absent().order_by("shop_id", "assignee_id").values_list("shop_id", "assignee_id").distinct())
    if dry_run:
        return Outcome(done=absent().count())
    done = 0
    for shop_id, user_id in pairs:
        done += release_all(shop_id, user_id or 0, now=now)
    return Outcome(done=done)


def _staff(shop_id: int) -> "QuerySet[Membership]":
    return Membership.objects.filter(shop_id=shop_id, role__in=STAFF, accepted_at__isnull=False, user__is_active=True)
