"""Deadlines of a ticket: values come from the order's frozen policy, the rest are pure functions of facts."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Policy

from .machine import awaits_goods
from .states import Due, Status, Type

if TYPE_CHECKING:
    from kernel.machine import Deadline

    from .models import Ticket

NO_CLOCK: "Deadline" = (None, "")


def clock_may_approve(ticket: "Ticket") -> bool:
    """E-6, S-152: money for received goods or a claimed sum, and anything with an alert, waits for a person."""
    if ticket.alerts:
        return False
    return ticket.type != Type.REFUND_ONLY or not (ticket.received or ticket.claimed_amount is not None)


def deadline(ticket: "Ticket", policy: Policy) -> "Deadline":
    """Who is late when, and what the clock does then (contract §5, part C)."""
    match ticket.status:
        case Status.PENDING_REVIEW:
            action = Due.APPROVE if clock_may_approve(ticket) else Due.OVERDUE
            return ticket.applied_at + timedelta(hours=policy.review_hours), action
        case Status.PENDING_SUPPLEMENT:
            return _after(ticket.approved_at, timedelta(hours=policy.supplement_hours)), Due.CLOSE
        case Status.PENDING_RETURN:
            return _after(ticket.address_set_at, timedelta(days=policy.ship_back_days)), Due.CLOSE
        case Status.PENDING_REFUND | Status.PENDING_RESHIP if awaits_goods(ticket):
            return _goods_due(ticket, policy), Due.RECEIVE
        case Status.PENDING_REFUND:
            return _after(ticket.refund_started_at, timedelta(days=policy.refund_alarm_days)), Due.OVERDUE
        case Status.PENDING_RESHIP:
            ready = ticket.received_at or ticket.approved_at
            return _after(ready, timedelta(days=policy.reship_days)), Due.OVERDUE
        case Status.RESHIPPED if ticket.lost_at is not None:
            return ticket.lost_at + timedelta(days=policy.reship_days), Due.OVERDUE
        case Status.RESHIPPED:
            return _after(ticket.reshipped_at, timedelta(days=policy.replacement_confirm_days)), Due.COMPLETE
        case Status.REJECTED:
            return _after(ticket.rejected_at, timedelta(days=policy.rejected_days)), Due.CLOSE
    return NO_CLOCK


def _after(start: datetime | None, length: timedelta) -> datetime:
    assert start is not None, "a state was entered without the fact its clock starts from"
    return start + length


def _goods_due(ticket: "Ticket", policy: Policy) -> datetime:
    """The earlier of 10 days after the number was given and 48 hours after the parcel arrived."""
    late = _after(ticket.shipped_back_at, timedelta(days=policy.receive_days))
    if ticket.arrived_at is None:
        return late
    return min(late, ticket.arrived_at + timedelta(hours=policy.receive_after_delivery_hours))
