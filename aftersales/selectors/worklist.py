"""What a shop has to do next, as conditions on tickets, and the way through it: previous and next as in the queue.

Ended tickets are not read, so the queries do not slow down as history grows. The exception is a buyer who waits for an
answer: that counts in any state until the shop has written, and the index `ticket_to_answer` holds only such tickets.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from ..conditions import awaits_goods, came_after_refund, refund_failed, replacement_missing
from ..models import Ticket
from ..states import DUTY_MARKS, RESERVING, RETURN_TYPES, Alert, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

REVIEW, RECEIVE, RESHIP, ANSWER, OVERDUE, DUTY = "review", "receive", "reship", "answer", "overdue", "duty"
FAILED = "failed"  # a refund that the channel refused or the bank sent back: of ended tickets too
CAME_LATE = "delivered_after_refund"  # goods that were refunded because they had not arrived, and then did
GIFT = "gift"  # what the buyer accepted instead of money has to be handed over
DISPUTED = "disputed"  # for support: the buyer objects to a settlement by hand
UNREAD = "unread"  # of those to answer, what nobody of the shop has read
OVERRIDES, OVERRIDES_OBJECTED = "overrides", "overrides_objected"  # what a manager decided alone
# Lists whose rows wait for somebody whom no clock replaces: the column that says since when. The others run out at
# `due_at`.
WAITS_SINCE = {
    **dict.fromkeys((ANSWER, UNREAD), "buyer_waits_since"),
    **dict.fromkeys((OVERRIDES, OVERRIDES_OBJECTED), "override_since"),
}


def order_of(todo: str) -> tuple[Any, ...]:
    """The earliest deadline first, or what waits longest; among equals the newest."""
    return F(WAITS_SINCE.get(todo, "due_at")).asc(nulls_last=True), "-id"


ORDER = order_of("")

# The condition of the partial index `ticket_work`. The two have to stay the same.
OPEN = Q(status__in=RESERVING)
_AWAITS_GOODS = Q(type__in=RETURN_TYPES, returnless=False, received_at=None)  # `conditions.awaits_goods`
_MISSING = Q(lost_at__isnull=False) | Q(not_arrived_at__isnull=False)  # `conditions.replacement_missing`
# The same conditions as `todo_of` below; `pending_action` puts them into words.
TODO: dict[str, Q] = {
    REVIEW: Q(status=Status.PENDING_REVIEW),
    RECEIVE: Q(status__in=(Status.PENDING_REFUND, Status.PENDING_RESHIP)) & _AWAITS_GOODS,
    RESHIP: Q(status=Status.PENDING_RESHIP) & ~_AWAITS_GOODS | Q(status=Status.RESHIPPED) & _MISSING,
    ANSWER: Q(buyer_waits_since__isnull=False),  # kept by `services.post_message`
    # Each by an index of its own.
    FAILED: Q(alerts__contains=[Alert.REFUND_FAILED.value]) | Q(alerts__contains=[Alert.REFUND_RETURNED.value]),
    CAME_LATE: Q(alerts__contains=[Alert.DELIVERED_AFTER_REFUND.value]),  # by an index of their own
    GIFT: Q(gift_due_at__isnull=False),  # of completed tickets, by an index of their own
    DISPUTED: Q(settlement_objected_at__isnull=False),  # of ended tickets too, by an index of their own
    OVERDUE: OPEN & Q(overdue_since__isnull=False),
    DUTY: OPEN & Q(alerts__has_any_keys=sorted(DUTY_MARKS)),  # what the law counts the days of
}
# Of tickets that have ended too, each by an index of its own.
ENDED_WORK = TODO[ANSWER] | TODO[GIFT] | TODO[DISPUTED] | TODO[FAILED] | TODO[CAME_LATE]
FOR_THE_SHOP = TODO[REVIEW] | TODO[RECEIVE] | TODO[RESHIP]


@dataclass(frozen=True)
class QueuePosition:
    """The place of a ticket in the queue. It is still known after the decision that takes the ticket out of it."""

    pk: int
    at: datetime | None  # in the column that orders its queue
    todo: str  # a key of TODO, or empty: any open ticket

    @property
    def column(self) -> str:
        return WAITS_SINCE.get(self.todo, "due_at")

    @property
    def after(self) -> Q:
        column, at = self.column, self.at
        if at is None:
            # NULLs are sorted last, so only tickets without a date follow, the newest first.
            return Q((column, None), pk__lt=self.pk)
        return Q((f"{column}__gt", at)) | Q((column, at), pk__lt=self.pk) | Q((column, None))

    @property
    def before(self) -> Q:
        column, at = self.column, self.at
        if at is None:
            return Q((f"{column}__isnull", False)) | Q((column, None), pk__gt=self.pk)
        return Q((f"{column}__lt", at)) | Q((column, at), pk__gt=self.pk)


@dataclass(frozen=True)
class Neighbours:
    """ "3 / 12", and the neighbours."""

    position: QueuePosition
    place: int
    total: int
    previous: Ticket | None
    next: Ticket | None


def counts(rows: "QuerySet[Ticket]") -> dict[str, int]:
    """How many of `rows` wait for the shop, by what is to do. One query over what is open or unanswered."""
    work = {name: Count("id", filter=condition) for name, condition in TODO.items()}
    return rows.filter(OPEN | ENDED_WORK).order_by().aggregate(**work)


def todo_of(ticket: Ticket) -> str:
    """What the shop has to do on it, an answer last; empty: nothing, somebody else has to act."""
    if ticket.status == Status.PENDING_REVIEW:
        return REVIEW
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return RECEIVE
    if ticket.status == Status.PENDING_RESHIP or (ticket.status == Status.RESHIPPED and replacement_missing(ticket)):
        return RESHIP
    if refund_failed(ticket):
        return FAILED
    if came_after_refund(ticket):
        return CAME_LATE
    return ANSWER if ticket.buyer_waits_since is not None else ""


def queue_position(ticket: Ticket) -> QueuePosition | None:
    """None: the ticket is in no queue, because it has ended or was rejected and nobody waits for an answer."""
    todo = todo_of(ticket)
    at = getattr(ticket, WAITS_SINCE.get(todo, "due_at"))
    return QueuePosition(ticket.pk, at, todo) if todo or ticket.status in RESERVING else None


def neighbours(rows: "QuerySet[Ticket]", position: QueuePosition) -> Neighbours:
    """The neighbours among the tickets of `rows` with the same to do. Three queries, however long the queue."""
    queue = _queue(rows, position)
    numbers = queue.aggregate(total=Count("pk"), before=Count("pk", filter=position.before))
    previous = queue.filter(position.before).order_by(F(position.column).desc(nulls_first=True), "id").first()
    following = queue.filter(position.after).order_by(*order_of(position.todo)).first()
    return Neighbours(position, numbers["before"] + 1, numbers["total"], previous, following)


def next_in_queue(rows: "QuerySet[Ticket]", position: QueuePosition) -> Ticket | None:
    """The ticket after the one that was decided at `position`: the next one, or the first when that was the last."""
    queue, order = _queue(rows, position).exclude(pk=position.pk), order_of(position.todo)
    return queue.filter(position.after).order_by(*order).first() or queue.order_by(*order).first()


def _queue(rows: "QuerySet[Ticket]", position: QueuePosition) -> "QuerySet[Ticket]":
    return rows.filter(TODO.get(position.todo, OPEN)).order_by().only("ticket_no")
