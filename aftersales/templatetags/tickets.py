"""Parts of pages that show tickets."""

from datetime import datetime

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import desk_rows
from web.admin.history import Line
from web.context import Context
from web.times import ticking

from ..admin.filters import tiles
from ..models import Ticket
from ..selectors.pending_action import PendingAction, pending_action
from ..selectors.worklist import FOR_THE_SHOP, ORDER
from ..wording.labels import alert_label
from ..wording.progress import Entry, ProgressStep, progress

register = template.Library()


@register.inclusion_tag("admin/counters.html", takes_context=True)
def waiting_tickets(context: Context) -> Context:
    """The first thing at the desk: how many tickets wait, by stage, in the user's shops."""
    rows = Ticket.objects.filter(desk_rows(context["request"].user))
    return {"counters": tiles(rows, reverse("admin:aftersales_ticket_changelist")), "label": _("Tickets")}


@register.simple_tag(takes_context=True)
def first_tickets(context: Context) -> list[tuple[Ticket, PendingAction | None]]:
    """The eight tickets with the earliest deadlines among those that wait for the shop. One query."""
    rows = Ticket.objects.filter(desk_rows(context["request"].user)).filter(FOR_THE_SHOP)
    tickets = rows.select_related("reason", "buyer", "shop").order_by(*ORDER)[:8]
    return [(ticket, pending_action(ticket, timezone.now())) for ticket in tickets]


@register.simple_tag
def waits(ticket: Ticket) -> PendingAction | None:
    return pending_action(ticket, timezone.now())


@register.simple_tag
def countdown(at: datetime) -> SafeString:
    return ticking(at)


@register.simple_tag
def flow(ticket: Ticket, history: list[Line]) -> list[ProgressStep]:
    """Every step that the ticket needs, and which of them it has reached (S-116)."""
    return progress(ticket, [Entry(line.target, line.source, line.at) for line in history if line.move])


@register.filter
def alert_text(code: str) -> str:
    return alert_label(code)


@register.filter
def masked(text: str) -> str:
    """138****6021 (ux 9)."""
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "****" if text else ""


@register.simple_tag
def clock(ticket: Ticket, history: list[Line], now: datetime) -> dict[str, int] | None:
    """How much of the time until the deadline is gone, in minutes: {"whole", "gone"}. None where nothing runs."""
    entered = [line.at for line in history if line.move]
    # A deadline that lies before the last move belongs to an earlier state and has no bar.
    if ticket.due_at is None or not entered or max(entered) >= ticket.due_at:
        return None
    total, gone = (int((end - max(entered)).total_seconds()) // 60 for end in (ticket.due_at, now))
    return {"whole": max(total, 1), "gone": min(max(gone, 0), total)}
