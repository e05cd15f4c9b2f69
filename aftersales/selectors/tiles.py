"""The tiles above the queue: what a merchant works by. A tile and the list it leads to read the same condition."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..states import OVERRIDE_OPEN, OverrideState, Status
from .messages.unread import UNREAD_BY_SHOP
from .worklist import (
    ANSWER,
    CAME_LATE,
    DISPUTED,
    ENDED_WORK,
    FAILED,
    FOR_THE_SHOP,
    GIFT,
    OPEN,
    OVERRIDES,
    OVERRIDES_OBJECTED,
    TODO,
    UNREAD,
    WAITS_SINCE,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ..models import Ticket

TODAY, MINE, ARRIVED, OBJECTIONS = "today", "mine", "arrived", "disputes"
PROVE, RULE = "prove", "rule"  # the shop has to prove an arrival; support has to rule on an objection
TILES = (TODAY, MINE, ARRIVED, FAILED, OBJECTIONS, UNREAD)
_SHOPS_TURN = FOR_THE_SHOP | TODO[ANSWER] | TODO[GIFT] | TODO[CAME_LATE]
# An objection that a manager rejected waits for support.
_OBJECTIONS = Q(status__in=(Status.PENDING_REVIEW, Status.REJECTED), objection=True) | TODO[DISPUTED]
_RULE = Q(objection=True) & (Q(status=Status.REJECTED) | Q(status=Status.PENDING_REVIEW, overdue_since__isnull=False))
# What the indexes of open and unanswered work hold; all tiles are among it.
_OVERRIDES = {OVERRIDES: Q(override=OverrideState.OPEN), OVERRIDES_OBJECTED: Q(override=OverrideState.OBJECTED)}
_WORK = OPEN | ENDED_WORK | _OBJECTIONS | Q(override__in=OVERRIDE_OPEN)


def conditions(user_id: int, now: datetime) -> dict[str, Q]:
    """Every worklist by its name: those of the menu, and those that depend on who looks and on the day."""
    return TODO | {
        # Before midnight, or late: what is marked as overdue has a list of its own.
        TODAY: FOR_THE_SHOP & Q(overdue_since=None, due_at__lt=tomorrow(now)) | Q(gift_due_at__lt=tomorrow(now)),
        MINE: _SHOPS_TURN & Q(assignee_id=user_id),
        ARRIVED: TODO["receive"] & Q(arrived_at__isnull=False),
        OBJECTIONS: _OBJECTIONS,
        PROVE: Q(status=Status.RESHIPPED, not_arrived_at__isnull=False),
        UNREAD: UNREAD_BY_SHOP,
        **_OVERRIDES,
        RULE: _RULE,  # `conditions.waits_for_support`
    }


class Tally(NamedTuple):
    """How many tickets, and the first deadline among them; in WAITS_SINCE, since when the first one waits."""

    tickets: int = 0
    first: datetime | None = None


# A gift to be handed over is of a ticket that has ended, which has no clock of its own any more.
DEADLINE = Coalesce("due_at", "gift_due_at")


def waiting(rows: "QuerySet[Ticket]", names: Iterable[str], user_id: int, now: datetime) -> dict[str, Tally]:
    """Of each worklist. One statement over what is open or unanswered."""
    named, chosen = conditions(user_id, now), list(names)
    counts = {name: Count("id", filter=named[name]) for name in chosen}
    firsts = {f"{name}_first": Min(WAITS_SINCE.get(name, DEADLINE), filter=named[name]) for name in chosen}
    counted = rows.filter(_WORK).order_by().aggregate(**counts, **firsts)
    return {name: Tally(counted[name], counted[f"{name}_first"]) for name in chosen}


def tomorrow(now: datetime) -> datetime:
    """Midnight, in the time zone of the shops."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def tile_counts(rows: "QuerySet[Ticket]", user_id: int, now: datetime) -> dict[str, int]:
    """How many of `rows` each tile leads to. One statement."""
    named = conditions(user_id, now)
    work = {name: Count("id", filter=named[name]) for name in TILES}
    result: dict[str, int] = rows.filter(_WORK).order_by().aggregate(**work)
    return result
