"""What a shop has to do next, as conditions on tickets, and the way through it: previous and next as in the queue.

Nothing here reads what has ended, so nothing grows with history.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from .machine import awaits_goods
from .models import Ticket
from .states import HOLDING, RETURN_TYPES, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

REVIEW, RECEIVE, RESHIP, OVERDUE = "review", "receive", "reship", "overdue"

# What runs out first stands first; among equals the newest.
ORDER = (F("due_at").asc(nulls_last=True), "-id")
_BACKWARDS = (F("due_at").desc(nulls_first=True), "id")

OPEN = Q(status__in=HOLDING)
_AWAITS_GOODS = Q(type__in=RETURN_TYPES, returnless=False, received_at=None)  # `machine.awaits_goods`
# The same as `waiting.waiting` says in words.
TODO: dict[str, Q] = {
    REVIEW: Q(status=Status.PENDING_REVIEW),
    RECEIVE: Q(status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP)) & _AWAITS_GOODS,
    RESHIP: Q(status=Status.PENDING_RESHIP) & ~_AWAITS_GOODS | Q(status=Status.RESHIPPED, lost_at__isnull=False),
    OVERDUE: OPEN & Q(overdue_since__isnull=False),
}
FOR_THE_SHOP = TODO[REVIEW] | TODO[RECEIVE] | TODO[RESHIP]


@dataclass(frozen=True)
class Spot:
    """Where a ticket stands in the queue. It outlives the decision that takes the ticket out of it."""

    pk: int
    due_at: datetime | None
    todo: str  # a key of TODO, or empty: any open ticket

    @property
    def after(self) -> Q:
        if self.due_at is None:
            return Q(due_at=None, pk__lt=self.pk)
        return Q(due_at__gt=self.due_at) | Q(due_at=self.due_at, pk__lt=self.pk) | Q(due_at=None)

    @property
    def before(self) -> Q:
        if self.due_at is None:
            return Q(due_at__isnull=False) | Q(due_at=None, pk__gt=self.pk)
        return Q(due_at__lt=self.due_at) | Q(due_at=self.due_at, pk__gt=self.pk)


@dataclass(frozen=True)
class Walk:
    """ "3 / 12", and the neighbours."""

    spot: Spot
    place: int
    total: int
    previous: Ticket | None
    next: Ticket | None


def counts(rows: "QuerySet[Ticket]") -> dict[str, int]:
    """How many of `rows` wait for the shop, by what is to do. One query over open tickets."""
    work = {name: Count("id", filter=condition) for name, condition in TODO.items()}
    return rows.filter(OPEN).order_by().aggregate(**work)


def todo_of(ticket: Ticket) -> str:
    """What the shop has to do on it; empty: nothing, somebody else has to act."""
    if ticket.status == Status.PENDING_REVIEW:
        return REVIEW
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return RECEIVE
    lost = ticket.status == Status.RESHIPPED and ticket.lost_at is not None
    return RESHIP if ticket.status == Status.PENDING_RESHIP or lost else ""


def spot_of(ticket: Ticket) -> Spot | None:
    """None: it has ended, or the shop has said no; there is no queue it stands in."""
    return Spot(ticket.pk, ticket.due_at, todo_of(ticket)) if ticket.status in HOLDING else None


def walk(rows: "QuerySet[Ticket]", spot: Spot) -> Walk:
    """The neighbours among the tickets of `rows` with the same to do. Three queries, however long the queue."""
    queue = _queue(rows, spot)
    found = queue.aggregate(total=Count("pk"), before=Count("pk", filter=spot.before))
    previous = queue.filter(spot.before).order_by(*_BACKWARDS).first()
    following = queue.filter(spot.after).order_by(*ORDER).first()
    return Walk(spot, found["before"] + 1, found["total"], previous, following)


def onward(rows: "QuerySet[Ticket]", spot: Spot) -> Ticket | None:
    """Where to go on after a decision at `spot`: the next one, or the first when that was the last."""
    queue = _queue(rows, spot).exclude(pk=spot.pk)
    return queue.filter(spot.after).order_by(*ORDER).first() or queue.order_by(*ORDER).first()


def _queue(rows: "QuerySet[Ticket]", spot: Spot) -> "QuerySet[Ticket]":
    return rows.filter(TODO.get(spot.todo, OPEN)).order_by().only("ticket_no")
