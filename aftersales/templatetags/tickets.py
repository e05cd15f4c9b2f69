"""Parts of pages that show tickets."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from kernel.privacy import masked_phone
from web.admin.history import Line
from web.admin.parts import tag
from web.times import ticking

from ..conditions import owes_failed_refund
from ..models import Ticket
from ..selectors.pending_action import PendingAction, pending_action
from ..wording.flow import Entry
from ..wording.labels import alert_label, ground_label, status_label
from ..wording.progress import ProgressStep, progress

register = template.Library()
register.filter("masked_phone", masked_phone)


@register.simple_tag
def waits(ticket: Ticket) -> PendingAction | None:
    return pending_action(ticket, timezone.now())


@register.simple_tag
def state_tag(ticket: Ticket) -> SafeString:
    """Its status in the words of the queue. Fetch all columns."""
    return tag(status_label(ticket), "bad" if owes_failed_refund(ticket) else ticket.status)


@register.simple_tag
def countdown(at: datetime) -> SafeString:
    return ticking(at)


@register.simple_tag
def flow(ticket: Ticket, history: list[Line]) -> list[ProgressStep]:
    """Every step that the ticket needs, and which of them it has reached (S-116)."""
    entries = [Entry(line.action, line.source, line.target, line.at, line.actor_kind) for line in history]
    return progress(ticket, entries)


@register.filter
def ground_text(code: str) -> str:
    return ground_label(code)


@register.filter
def alert_text(code: str) -> str:
    return alert_label(code)


@register.simple_tag
def clock(ticket: Ticket, history: list[Line], now: datetime) -> dict[str, int] | None:
    """How much of the time until the deadline is gone, in minutes: {"whole", "gone"}. None where nothing runs."""
    entered = [line.at for line in history if line.move]
    # A deadline that lies before the last move belongs to an earlier state and has no bar.
    if ticket.due_at is None or not entered or max(entered) >= ticket.due_at:
        return None
    total, gone = (int((end - max(entered)).total_seconds()) // 60 for end in (ticket.due_at, now))
    return {"whole": max(total, 1), "gone": min(max(gone, 0), total)}
