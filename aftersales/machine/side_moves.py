"""Transitions of a ticket that leave its status and its deadline as they are: who works on it, and goods that reached
the buyer after their refund."""

from datetime import datetime
from typing import TYPE_CHECKING

from django_fsm import RETURN_VALUE

from kernel.actors import BUYER, CLOCK_KIND, COURIER_KIND, INTEGRATION, MERCHANT, RULE_KIND, SUPPORT
from kernel.machine import Stateful, transition

from ..columns import SetsColumns
from ..conditions import came_after_refund, has_override, may_book_pickup, paid_for_nothing, pickup_is_open, without
from ..states import PAID, RESERVING, Alert, OverrideState, Status

# What somebody of the shop can work on; rejected, because it can be approved after all.
WORKED_ON = tuple(status for status in Status if status in RESERVING or status == Status.REJECTED)
SAME = RETURN_VALUE(*WORKED_ON)
SAME_PAID = RETURN_VALUE(*PAID)


class SideMoves(SetsColumns, Stateful):
    if TYPE_CHECKING:  # columns of `models.Ticket`
        status: str
        assignee_id: int | None
        alerts: list[str]
        override: str
        override_since: datetime | None
        pickup_until: datetime | None
        pickups_booked: int

        def expire_offer(self, now: datetime) -> None: ...

    class Meta:
        abstract = True

    # S-051: who works on it.
    @transition("status", WORKED_ON, SAME, (MERCHANT,), clock=False)
    def take(self, *, now: datetime, user_id: int | None) -> str:
        self.assignee_id = user_id
        return self.status

    @transition("status", WORKED_ON, SAME, (MERCHANT,), clock=False)
    def hand_over(self, *, now: datetime, user_id: int) -> str:
        self.assignee_id = user_id
        return self.status

    @transition("status", WORKED_ON, SAME, (MERCHANT, SUPPORT), clock=False)
    def endorse(self, *, now: datetime) -> str:
        """A second person agrees that somebody else decides on it as it is (docs/limits.md)."""
        return self.status

    @transition("status", WORKED_ON, SAME, (MERCHANT,), clock=False)
    def break_glass(self, *, now: datetime) -> str:
        """A manager decides on it alone, because the second person cannot be reached (docs/limits.md)."""
        if self.override != OverrideState.OPEN:
            self.override, self.override_since = OverrideState.OPEN.value, now
        return self.status

    # Whatever became of the ticket meanwhile.
    @transition("status", tuple(Status), RETURN_VALUE(*Status), (MERCHANT, SUPPORT), [has_override], clock=False)
    def review_override(self, *, now: datetime, override: str, since: datetime | None, ends_offer: bool) -> str:
        """`override`: what stands on the ticket now, and since when somebody has to see to it."""
        self.override, self.override_since = override, since
        if ends_offer:
            self.expire_offer(now)
        return self.status

    # With the clock: an open pickup keeps the ticket from closing, and a failed one leaves time to send otherwise.
    @transition("status", Status.PENDING_RETURN, Status.PENDING_RETURN, (BUYER,), [may_book_pickup])
    def book_pickup(self, *, now: datetime, pickup_id: int, until: datetime) -> None:
        self.set(pickup_id=pickup_id, pickup_open=True, pickup_until=until, pickups_booked=self.pickups_booked + 1)

    @transition("status", Status.PENDING_RETURN, Status.PENDING_RETURN, (BUYER,), [pickup_is_open])
    def cancel_pickup(self, *, now: datetime, still_open: bool) -> None:
        self.set(pickup_open=still_open)

    @transition(
        "status", Status.PENDING_RETURN, Status.PENDING_RETURN, (CLOCK_KIND, COURIER_KIND, RULE_KIND), [pickup_is_open]
    )
    def end_pickup(self, *, now: datetime, until: datetime | None) -> None:
        """Nobody came, or nobody comes. `until`: the time that the buyer has then to send the goods otherwise."""
        self.set(pickup_open=False, pickup_until=max(filter(None, (self.pickup_until, until)), default=None))

    @transition("status", WORKED_ON, SAME, (RULE_KIND,), clock=False)
    def release(self, *, now: datetime) -> str:
        """Its person does not work for the shop any more."""
        self.assignee_id = None
        return self.status

    @transition(
        "status", PAID, SAME_PAID, (COURIER_KIND, INTEGRATION, MERCHANT, SUPPORT), [paid_for_nothing], clock=False
    )
    def deliver_after_refund(self, *, now: datetime) -> str:
        """The buyer has the goods and the money. Nothing is taken back by itself: the shop talks to the buyer."""
        self.set(alerts=[*self.alerts, Alert.DELIVERED_AFTER_REFUND.value], updated_at=now)
        return self.status

    @transition("status", PAID, SAME_PAID, (MERCHANT,), [came_after_refund], clock=False)
    def agree_on_delivery(self, *, now: datetime) -> str:
        self.set(alerts=without(Alert.DELIVERED_AFTER_REFUND, self.alerts), updated_at=now)
        return self.status
