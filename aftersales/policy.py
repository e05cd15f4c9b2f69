"""Deadlines of a ticket: pure functions of its facts, with the numbers of the policy that is frozen on the order."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Policy, Shop

from .machine import awaits_goods
from .states import Due, Status, Type

if TYPE_CHECKING:
    from kernel.machine import Deadline

    from .models import Ticket

NO_CLOCK: "Deadline" = (None, "")
Stop = tuple[datetime, datetime]
"""A time during which deadlines do not run: from, until."""


def clock_may_approve(ticket: "Ticket") -> bool:
    """E-6, S-152: refunds of received goods, claims of money, and anything with an alert wait for a person."""
    if ticket.alerts:
        return False
    return ticket.type != Type.REFUND_ONLY or not (ticket.received or ticket.claimed_amount is not None)


def deadline(ticket: "Ticket", policy: Policy) -> "Deadline":
    """Who is late when, and what the clock does then (contract §5, part C). Not counted are the
    shop's holiday pause and the ticket's past suspensions (`ticket.clock_stops`)."""
    match ticket.status:
        case Status.PENDING_REVIEW:
            action = Due.APPROVE if clock_may_approve(ticket) else Due.OVERDUE
            return _after(ticket, ticket.applied_at, _hours(policy.review_hours)), action
        case Status.PENDING_SUPPLEMENT:
            return _after(ticket, ticket.approved_at, _hours(policy.supplement_hours)), Due.CLOSE
        case Status.PENDING_RETURN:
            return _after(ticket, ticket.address_set_at, _days(policy.ship_back_days)), Due.CLOSE
        case Status.PENDING_REFUND | Status.PENDING_RESHIP if awaits_goods(ticket):
            return _goods_due(ticket, policy), Due.RECEIVE
        case Status.PENDING_REFUND:
            return _after(ticket, ticket.refund_started_at, _days(policy.refund_alarm_days)), Due.OVERDUE
        case Status.PENDING_RESHIP:
            # A reissue waits for no goods, so its time counts from the approval.
            ready = ticket.received_at or ticket.approved_at
            return _after(ticket, ready, _days(policy.reship_days)), Due.OVERDUE
        case Status.RESHIPPED if ticket.lost_at is not None:
            return _after(ticket, ticket.lost_at, _days(policy.reship_days)), Due.OVERDUE
        case Status.RESHIPPED:
            return _after(ticket, ticket.reshipped_at, _days(policy.replacement_confirm_days)), Due.COMPLETE
        # Time to apply again or to ask the platform (S-039).
        case Status.REJECTED:
            return _after(ticket, ticket.rejected_at, _days(policy.rejected_days)), Due.CLOSE
    return NO_CLOCK


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _hours(number: int) -> timedelta:
    return timedelta(hours=number)


def _after(ticket: "Ticket", start: datetime | None, length: timedelta) -> datetime:
    if start is None:
        raise AssertionError("a state was entered without the fact its clock starts from")
    return _runs_out(start, length, [*pause_of(ticket.shop), *ticket.stops()])


def _runs_out(start: datetime, length: timedelta, stops: Iterable[Stop]) -> datetime:
    """`length` after `start`, not counting the stops. Stops may overlap: each moment counts once."""
    due, counted_until = start + length, start
    for begins, ends in sorted(stops):
        begins = max(begins, counted_until)
        # Each stop moves the deadline, possibly into the next stop. One that begins after the deadline changes nothing.
        if begins < due and begins < ends:
            due += ends - begins
            counted_until = ends
    return due


def pause_of(shop: Shop) -> list[Stop]:
    if shop.pause_starts_at is None or shop.pause_ends_at is None:
        return []
    return [(shop.pause_starts_at, shop.pause_ends_at)]


def paused(shop: Shop, start: datetime, due: datetime) -> datetime:
    """A deadline with the shop's holiday pause left out: what was left when it began is left when it ends."""
    return _runs_out(start, due - start, pause_of(shop))


def left(shop: Shop, now: datetime, due: datetime) -> timedelta:
    """What a clock that runs out at `due` has left at `now`, without the holiday pause in between; zero once it is
    over. `paused(shop, now, now + left(shop, now, due))` is `due` again."""
    paused_time = sum(
        (max(min(ends, due) - max(begins, now), timedelta(0)) for begins, ends in pause_of(shop)), timedelta(0)
    )
    return max(due - now - paused_time, timedelta(0))


def _goods_due(ticket: "Ticket", policy: Policy) -> datetime:
    """The earlier of 10 days after the number was given and 48 hours after the parcel arrived."""
    late = _after(ticket, ticket.shipped_back_at, _days(policy.receive_days))
    if ticket.arrived_at is None:
        return late
    # A late delivery must not extend the buyer's wait beyond the 10 days.
    return min(late, _after(ticket, ticket.arrived_at, _hours(policy.receive_after_delivery_hours)))
