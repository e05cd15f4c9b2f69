"""What one side has not read yet (S-123): messages of others that are newer than its mark (`services.mark_read`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from kernel.actors import BUYER, MERCHANT

from ...models import Message, ReadMark, Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet


def unread_by(side: str) -> Any:
    """The condition on a message. What one has written oneself is read."""
    # NULL equals nothing: what was said on the order itself has no ticket.
    marks = ReadMark.objects.alias(of=Coalesce("ticket_id", 0)).filter(
        shop_id=OuterRef("shop_id"),
        order_id=OuterRef("order_id"),
        of=Coalesce(OuterRef("ticket_id"), 0),
        side=side,
        message_id__gte=OuterRef("pk"),
    )
    return ~Q(author_kind=side) & ~Exists(marks)


def with_unread(messages: "QuerySet[Message]", side: str) -> "QuerySet[Message]":
    """Each with `unread`, in the same statement."""
    return messages.annotate(unread=ExpressionWrapper(unread_by(side), output_field=BooleanField()))


def unread_counts(tickets: Sequence[Ticket], side: str) -> dict[int, int]:
    """Ticket id → how many messages on it `side` has not read; without those that have none. One statement."""
    rows = Message.objects.filter(
        unread_by(side),
        shop_id__in={ticket.shop_id for ticket in tickets},
        order_id__in={ticket.order_id for ticket in tickets},
        ticket_id__in=[ticket.pk for ticket in tickets],
    )
    return dict(rows.order_by().values_list("ticket_id").annotate(Count("pk")))


class Reading(NamedTuple):
    """How far a side has read a conversation: `read_to`, the newest message that is read, and how many are not."""

    read_to: int | None
    unread: int


def reading(messages: "QuerySet[Message]", side: str) -> Reading:
    """One statement."""
    new = unread_by(side)
    counts = messages.order_by().aggregate(read_to=Max("pk", filter=~new), unread=Count("pk", filter=new))
    return Reading(**counts)


# On a ticket: the buyer has written what nobody of the shop has read. It is asked of tickets to answer only, which an
# index holds: an answer of the shop comes after reading.
UNREAD_BY_SHOP = Q(buyer_waits_since__isnull=False) & Q(
    Exists(
        Message.objects.filter(
            unread_by(MERCHANT),
            shop_id=OuterRef("shop_id"),
            order_id=OuterRef("order_id"),
            ticket_id=OuterRef("pk"),
            author_kind=BUYER,
        )
    )
)
