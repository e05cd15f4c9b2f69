"""Marks of the shop's duties by law: an unpaid refund on day 3, 7 and 15, a return without an answer on day 15
(D-4 art. 13, D-4 art. 31). Pure functions of a ticket's facts; `Ticket.mark_duties` sets them with every move, and a
job when their time comes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Policy

from .policy import REFUND_DUTY_DAYS, refund_owed_from, unpaused
from .states import DUTY_MARKS, Alert, Status, Type

if TYPE_CHECKING:
    from .models import Ticket

PUNISHABLE_DAYS = 15  # D-4 art. 31


def marks(ticket: "Ticket", policy: Policy, now: datetime) -> tuple[list[str], datetime | None]:
    """The ticket's alerts with the mark that holds at `now`, and when the next one does."""
    # A suspended ticket stands where it stood; no holiday of the shop stops these days.
    now = ticket.suspended_at or now
    times = _times(ticket, policy)
    due = [mark for at, mark in times if at <= now]
    following = next((at for at, _mark in times if at > now), None)
    others = [alert for alert in ticket.alerts if alert not in DUTY_MARKS]
    return [*others, *due[-1:]], None if ticket.suspended_at else following


def _times(ticket: "Ticket", policy: Policy) -> list[tuple[datetime, str]]:
    """When each mark begins, the strongest last. None once the duty is done."""
    if ticket.status == Status.PENDING_REVIEW and ticket.type == Type.RETURN_REFUND:
        return [_mark(ticket, ticket.applied_at, PUNISHABLE_DAYS, Alert.ANSWER_PUNISHABLE)]
    since = refund_owed_from(ticket)
    if since is None:
        return []
    return [
        _mark(ticket, since, policy.refund_alarm_days, Alert.REFUND_LATE),
        _mark(ticket, since, REFUND_DUTY_DAYS, Alert.REFUND_OVERDUE),
        _mark(ticket, since, PUNISHABLE_DAYS, Alert.REFUND_PUNISHABLE),
    ]


def _mark(ticket: "Ticket", since: datetime, days: int, alert: Alert) -> tuple[datetime, str]:
    return unpaused(ticket, since, timedelta(days=days)), alert.value
