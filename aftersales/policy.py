"""Deadlines of a ticket: pure functions of its facts, with the numbers of the policy that is frozen on the order."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Policy
from accounts.pauses import Stop, left, paused, pauses_of, runs_out

from .conditions import (
    awaits_goods,
    holds_refused_goods,
    may_object_to_note,
    may_object_to_settlement,
    replacement_missing,
)
from .states import DUTY_MARKS, NOTE, SETTLEMENT, Alert, Due, Status, Type

if TYPE_CHECKING:
    from kernel.machine import Deadline

    from .models import Ticket

# B-13: how long a buyer may object to an amount that was lowered on a note.
OBJECTION_TIME = timedelta(days=7)
NO_CLOCK: "Deadline" = (None, "")
REFUND_DUTY_DAYS = 7  # D-4 art. 13


def clock_may_approve(ticket: "Ticket") -> bool:
    """E-6, S-152: refunds of received goods, claims of money, and anything with an alert wait for a person; so does
    what an agent of the shop applied for (B-14), and an exchange for another product (contract §5)."""
    # The mark of a duty tells of the shop's delay and is nothing to decide on: it never stops a clock (B-19).
    if set(ticket.alerts) - DUTY_MARKS or ticket.needs_second_person or ticket.other_product:
        return False
    return ticket.type != Type.REFUND_ONLY or not (ticket.received or ticket.claimed_amount is not None)


def deadline(ticket: "Ticket", policy: Policy) -> "Deadline":
    """Who is late when, and what the clock does then (contract §5, part C). Not counted are the
    shop's holiday pause and the ticket's past suspensions (`ticket.clock_stops`)."""
    match ticket.status:
        case Status.PENDING_REVIEW:
            action = Due.APPROVE if clock_may_approve(ticket) else Due.OVERDUE
            return _review_due(ticket, policy), action
        case Status.PENDING_SUPPLEMENT:
            return _after(ticket, ticket.approved_at, _hours(policy.supplement_hours)), Due.CLOSE
        case Status.PENDING_RETURN:
            due = _after(ticket, ticket.address_set_at, _days(policy.ship_back_days))
            # Nothing closes while the courier may still come.
            return max(due, ticket.pickup_until or due), Due.OVERDUE if ticket.pickup_open else Due.CLOSE
        case Status.PENDING_REFUND | Status.PENDING_RESHIP if awaits_goods(ticket):
            doubtful = Alert.DOUBTFUL_TRACKING in ticket.alerts
            return _goods_due(ticket, policy), Due.OVERDUE if doubtful else Due.RECEIVE
        case Status.PENDING_REFUND:
            return unpaused(ticket, fact(refund_owed_from(ticket)), _days(policy.refund_alarm_days)), Due.OVERDUE
        case Status.PENDING_RESHIP:
            # A reissue waits for no goods, so its time counts from the approval.
            ready = ticket.received_at or ticket.approved_at
            return _after(ticket, ready, _days(policy.reship_days)), Due.OVERDUE
        case Status.RESHIPPED if replacement_missing(ticket):
            return _answer_due(ticket, policy), Due.OVERDUE
        case Status.RESHIPPED:
            return _after(ticket, ticket.reshipped_at, _days(policy.replacement_confirm_days)), Due.COMPLETE
        # B-20: goods that are kept are paid.
        case Status.REJECTED if holds_refused_goods(ticket):
            return unpaused(ticket, fact(ticket.goods_refused_at), _days(policy.return_goods_days)), Due.RECEIVE
        # Time to apply again or to ask the platform (S-039).
        case Status.REJECTED:
            start = ticket.goods_returned_at or ticket.rejected_at
            # An objection that a manager rejected waits for support, and never ends by itself (B-13).
            return _after(ticket, start, _days(policy.rejected_days)), Due.OVERDUE if ticket.objection else Due.CLOSE
    return NO_CLOCK


def objections(ticket: "Ticket", now: datetime) -> list[str]:
    """What the buyer may object to now. The days count from the payment: before that they cannot have seen what they
    got; of a settlement by hand from the settlement."""
    by_hand, ends = settlement_objection_ends(ticket), objection_ends(ticket)
    result = [SETTLEMENT] if may_object_to_settlement(ticket) and by_hand is not None and now < by_hand else []
    return [*result, NOTE] if may_object_to_note(ticket) and (ends is None or now < ends) else result


def gift_due_at(ticket: "Ticket", now: datetime) -> datetime:
    """A gift has the days that a replacement has."""
    return _after(ticket, now, _days(ticket.order.policy.reship_days))


def settlement_objection_ends(ticket: "Ticket") -> datetime | None:
    return None if ticket.by_hand_at is None else ticket.by_hand_at + OBJECTION_TIME


def objection_ends(ticket: "Ticket") -> datetime | None:
    return None if ticket.completed_at is None else ticket.completed_at + OBJECTION_TIME


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _hours(number: int) -> timedelta:
    return timedelta(hours=number)


def _after(ticket: "Ticket", start: datetime | None, length: timedelta) -> datetime:
    return runs_out(fact(start), length, [*pauses_of(ticket.shop), *ticket.stops()])


def fact(start: datetime | None) -> datetime:
    if start is None:
        raise AssertionError("a state was entered without the fact its clock starts from")
    return start


def unpaused(ticket: "Ticket", start: datetime, length: timedelta) -> datetime:
    """The law gives seven days to refund: no holiday of the shop stops that clock."""
    return runs_out(start, length, ticket.stops())


def refund_owed_from(ticket: "Ticket") -> datetime | None:
    """From when the days of an unpaid refund count: the goods at the shop's, counted or not (D-4 art. 13); without
    goods the approval. None: nothing is owed yet."""
    if ticket.status != Status.PENDING_REFUND:
        return None
    if awaits_goods(ticket):
        return ticket.arrived_at
    started = ticket.refund_started_at
    # Converted since, or approved without goods: what arrived before was for another type.
    return ticket.arrived_at or started if started == ticket.received_at else started


def _review_due(ticket: "Ticket", policy: Policy) -> datetime:
    review, ship = _after(ticket, ticket.applied_at, _hours(policy.review_hours)), ticket.order.ship_due_at
    # B-18: once the shop is late with shipping, the refund of what has not left needs nobody.
    return min(review, max(ship, ticket.applied_at)) if ticket.unshipped and ship is not None else review


def _answer_due(ticket: "Ticket", policy: Policy) -> datetime:
    """A lost replacement is sent again as a first one is; a buyer who says that nothing came is answered sooner. A
    parcel that is then reported as lost gives no more time (B-19)."""
    facts = (ticket.lost_at, _days(policy.reship_days)), (ticket.not_arrived_at, _hours(policy.not_arrived_hours))
    return min(_after(ticket, start, length) for start, length in facts if start is not None)


def _goods_due(ticket: "Ticket", policy: Policy) -> datetime:
    """The earlier of 10 days after the number was given and 48 hours after the parcel arrived."""
    late = _after(ticket, ticket.shipped_back_at, _days(policy.receive_days))
    if ticket.arrived_at is None:
        return late
    # A late delivery must not extend the buyer's wait beyond the 10 days, and no pause the seven days of the law.
    inspected = _after(ticket, ticket.arrived_at, _hours(policy.receive_after_delivery_hours))
    return min(late, inspected, unpaused(ticket, ticket.arrived_at, _days(REFUND_DUTY_DAYS)))


__all__ = ["NO_CLOCK", "Stop", "clock_may_approve", "deadline", "left", "paused"]
