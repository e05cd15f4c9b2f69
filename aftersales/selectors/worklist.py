"""What a shop has to do next, as conditions on tickets, and the way through it: previous and next as in the queue.

Nothing here reads what has ended, so nothing grows with history; but for the buyer who waits for an answer: they wait
in any state, however old, until the shop has written. What is answered leaves the index (`ticket_to_answer`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from ..machine import awaits_goods
from ..models import Ticket
from ..states import RESERVING, RETURN_TYPES, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

REVIEW, RECEIVE, RESHIP, ANSWER, OVERDUE = "review", "receive", "reship", "answer", "overdue"
_WAITS_SINCE = {ANSWER: "buyer_waits_since"}  # the others run out at `due_at`


def order_of(todo: str) -> tuple[Any, ...]:
    """What runs out first stands first, who waits longest for an answer likewise; among equals the newest."""
    return F(_WAITS_SINCE.get(todo, "due_at")).asc(nulls_last=True), "-id"


ORDER = order_of("")

OPEN = Q(status__in=RESERVING)
_AWAITS_GOODS = Q(type__in=RETURN_TYPES, returnless=False, received_at=None)  # `machine.awaits_goods`
# The same as `waiting.waiting` says in words.
TODO: dict[str, Q] = {
    REVIEW: Q(status=Status.PENDING_REVIEW),
    RECEIVE: Q(status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP)) & _AWAITS_GOODS,
    RESHIP: Q(status=Status.PENDING_RESHIP) & ~_AWAITS_GOODS | Q(status=Status.RESHIPPED, lost_at__isnull=False),
    ANSWER: Q(buyer_waits_since__isnull=False),  # kept by `services.post_message`
    OVERDUE: OPEN & Q(overdue_since__isnull=False),
}
FOR_THE_SHOP = TODO[REVIEW] | TODO[RECEIVE] | TODO[RESHIP]


@dataclass(frozen=True)
class Spot:
    """Where a ticket stands in the queue. It outlives the decision that takes the ticket out of it."""

    pk: int
    at: datetime | None  # in the column that orders its queue
    todo: str  # a key of TODO, or empty: any open ticket

    @property
    def column(self) -> str:
        return _WAITS_SINCE.get(self.todo, "due_at")

    @property
    def after(self) -> Q:
        column, at = self.column, self.at
        if at is None:
            return Q((column, None), pk__lt=self.pk)
        return Q((f"{column}__gt", at)) | Q((column, at), pk__lt=self.pk) | Q((column, None))

    @property
    def before(self) -> Q:
        column, at = self.column, self.at
        if at is None:
            return Q((f"{column}__isnull", False)) | Q((column, None), pk__gt=self.pk)
        return Q((f"{column}__lt", at)) | Q((column, at), pk__gt=self.pk)


@dataclass(frozen=True)
class Walk:
    """ "3 / 12", and the neighbours."""

    spot: Spot
    place: int
    total: int
    previous: Ticket | None
    next: Ticket | None


def counts(rows: "QuerySet[Ticket]") -> dict[str, int]:
    """How many of `rows` wait for the shop, by what is to do. One query over what is open or unanswered."""
    work = {name: Count("id", filter=condition) for name, condition in TODO.items()}
    return rows.filter(OPEN | TODO[ANSWER]).order_by().aggregate(**work)


def todo_of(ticket: Ticket) -> str:
    """What the shop has to do on it, an answer last; empty: nothing, somebody else has to act."""
    if ticket.status == Status.PENDING_REVIEW:
        return REVIEW
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return RECEIVE
    if ticket.status == Status.PENDING_RESHIP or (ticket.status == Status.RESHIPPED and ticket.lost_at is not None):
        return RESHIP
    return ANSWER if ticket.buyer_waits_since is not None else ""


def spot_of(ticket: Ticket) -> Spot | None:
    """None: it has ended, or the shop has said no, and nobody asks; there is no queue it stands in."""
    todo = todo_of(ticket)
    at = getattr(ticket, _WAITS_SINCE.get(todo, "due_at"))
    return Spot(ticket.pk, at, todo) if todo or ticket.status in RESERVING else None


def walk(rows: "QuerySet[Ticket]", spot: Spot) -> Walk:
    """The neighbours among the tickets of `rows` with the same to do. Three queries, however long the queue."""
    queue = _queue(rows, spot)
    found = queue.aggregate(total=Count("pk"), before=Count("pk", filter=spot.before))
    previous = queue.filter(spot.before).order_by(F(spot.column).desc(nulls_first=True), "id").first()
    following = queue.filter(spot.after).order_by(*order_of(spot.todo)).first()
    return Walk(spot, found["before"] + 1, found["total"], previous, following)


def onward(rows: "QuerySet[Ticket]", spot: Spot) -> Ticket | None:
    """Where to go on after a decision at `spot`: the next one, or the first when that was the last."""
    queue, order = _queue(rows, spot).exclude(pk=spot.pk), order_of(spot.todo)
    return queue.filter(spot.after).order_by(*order).first() or queue.order_by(*order).first()


def _queue(rows: "QuerySet[Ticket]", spot: Spot) -> "QuerySet[Ticket]":
    return rows.filter(TODO.get(spot.todo, OPEN)).order_by().only("ticket_no")
