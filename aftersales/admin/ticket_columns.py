"""The columns of the list of tickets (S-165): what each is called, what is read for it, and its text in a download."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.shop_settings.columns import Listing
from kernel.languages import enumerated, labelled
from web.admin.parts import moment

from ..models import Ticket, TicketLine
from ..selectors.messages.latest import last_message, load_last_messages
from ..selectors.overrides import load_alarms
from ..selectors.pending_action import pending_action
from ..wording.amounts import shown_amount
from ..wording.labels import SHORT_ALERTS, status_label

LISTING = Listing(
    "ticket_columns",
    {
        "number": _("ticket"),
        "goods": _("goods and reason"),
        "conversation": _("buyer and last message"),
        "amount": _("amount"),
        "state": _("status"),
        "next_step": _("who acts by when"),
        "assignee": _("worked on by"),
        "warnings": _("alerts"),
        "order": _("order"),
        "shop": _("shop"),
        "created_at": _("created"),
        "updated_at": _("updated"),
    },
    ("number", "goods", "conversation", "amount", "state", "next_step"),
)
LINES = Prefetch("lines", TicketLine.objects.select_related("line"))


def load_lines(tickets: Sequence[Ticket]) -> None:
    prefetch_related_objects(list(tickets), LINES)


# `conversation_and_shop` stands in the place of `conversation` where the list is of several shops.
LOADS = {
    "goods": load_lines,
    "state": load_alarms,
    "conversation": load_last_messages,
    "conversation_and_shop": load_last_messages,
}


def _goods(ticket: Ticket) -> str:
    goods = enumerated(f"{item.line.shown_title} × {item.quantity}" for item in ticket.lines.all())
    return f"{goods} · {ticket.get_type_display()} · {ticket.reason}"


def _conversation(ticket: Ticket) -> str:
    message = last_message(ticket)
    return labelled(ticket.buyer.display_name, message.words) if message else ticket.buyer.display_name


def _amount(ticket: Ticket) -> object:
    amount = shown_amount(ticket)
    return "" if amount is None else amount.amount


def _next_step(ticket: Ticket) -> str:
    step = pending_action(ticket, timezone.now())
    return "" if step is None else " · ".join(filter(None, [step.text, _at(step.due_at), step.then]))


def _at(at: datetime | None) -> str:
    return "" if at is None else moment(at)


TEXTS: Mapping[str, Callable[[Ticket], object]] = {
    "number": lambda ticket: ticket.ticket_no,
    "goods": _goods,
    "conversation": _conversation,
    "amount": _amount,
    "state": status_label,
    "next_step": _next_step,
    "assignee": lambda ticket: ticket.assignee.display_name if ticket.assignee else "",
    "warnings": lambda ticket: enumerated(SHORT_ALERTS.get(code, code) for code in ticket.alerts),
    "order": lambda ticket: ticket.order.order_no,
    "shop": lambda ticket: ticket.shop.shown_name,
    "created_at": lambda ticket: moment(ticket.created_at),
    "updated_at": lambda ticket: moment(ticket.updated_at),
}
