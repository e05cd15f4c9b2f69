"""The newest message of each of several tickets, for a list."""

from collections.abc import Sequence

from kernel.actors import MERCHANT

from ...models import Message, Ticket
from .unread import with_unread


def load_last_messages(tickets: Sequence[Ticket]) -> None:
    """Keeps it on each ticket, for `last_message`. One statement: the newest of each conversation, of the tickets and
    of their orders, which the tickets carry on; each with `unread` by the shop."""
    orders, shops = {ticket.order_id for ticket in tickets}, {ticket.shop_id for ticket in tickets}
    rows = with_unread(Message.objects.filter(shop_id__in=shops, order_id__in=orders), MERCHANT)
    rows = rows.order_by("order_id", "ticket_id", "-at", "-id").distinct("order_id", "ticket_id")
    newest = {(row.order_id, row.ticket_id): row for row in rows}
    for ticket in tickets:
        both = [newest.get((ticket.order_id, key)) for key in (ticket.pk, None)]
        messages = [row for row in both if row is not None]
        ticket._last_message = max(messages, key=lambda row: (row.at, row.pk), default=None)  # type: ignore[attr-defined]


def last_message(ticket: Ticket) -> Message | None:
    """Of a ticket that `load_last_messages` was called for."""
    message: Message | None = ticket._last_message  # type: ignore[attr-defined]
    return message
