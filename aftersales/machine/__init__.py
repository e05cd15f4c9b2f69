"""The ticket machine on one screen: states, transitions, allowed actors, guards (docs/states.md). Those that leave the
status as it is and have no part in the deadlines are in `side_moves`.

Transitions set columns only. Services run them by `kernel.machine.advance` and move money, units and goods themselves.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from kernel.actors import BUYER, CLOCK_KIND, COURIER_KIND, GATEWAY_KIND, INTEGRATION, MERCHANT, RULE_KIND, SUPPORT
from kernel.machine import Stateful, StatusField, transition

from ..columns import SetsColumns
from ..conditions import (
    after_approval,
    awaits_goods,
    awaits_missing,
    before_end,
    decided,
    gift_due,
    goods_not_refused,
    has_offer,
    holds_refused_goods,
    is_lost,
    may_convert,
    may_object,
    may_offer,
    may_receive,
    may_refuse_goods,
    may_report_missing,
    may_reship,
    may_ship_back,
    money_may_flow,
    no_objection,
    on_the_way_back,
    reported_missing,
    settlement_disputed,
    waits_for_support,
    without,
    without_doubt,
)
from ..news import EVENTS, NO_NEWS
from ..states import MONEY_TYPES, NOTE, Alert, Status, Type
from .side_moves import SideMoves

S = Status

AFTER_APPROVAL = RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RETURN, S.PENDING_SUPPLEMENT, S.PENDING_RESHIP)
BACK = RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RESHIP)
# Where the shop may propose other terms. Its offer stops no clock, and only these verbs leave it open.
OFFERING = (S.PENDING_REVIEW, S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP)
OFFER_VERBS = frozenset({"offer", "accept_offer", "decline_offer"})


class Moves(SetsColumns, Stateful):
    EVENTS = EVENTS
    NO_NEWS = NO_NEWS
    NUMBERS = ("ticket_no", "order__order_no")
    # S-161; of `approve` and `apply` only what `authority.is_simple` says. A refund of 0.00 settles at once.
    SIMPLE = frozenset({"apply", "approve", "take", "hand_over", "settle"})

    status = StatusField(_("status"), choices=S.choices, default=S.PENDING_REVIEW)

    if TYPE_CHECKING:  # columns of `models.Ticket`
        type: str
        rejected_from: str
        closed_from: str
        advance_exchange: bool
        assignee_id: int | None
        difference_payment_id: int | None
        alerts: list[str]
        clock_stops: list[list[str]]
        lost_at: datetime
        not_arrived_at: datetime
        approved_at: datetime | None
        address_set_at: datetime | None
        shipped_back_at: datetime | None
        received_at: datetime | None
        offered_at: datetime | None
        goods_returned_at: datetime | None
        settlement_objected_at: datetime | None

    class Meta:
        abstract = True

    @transition(
        status,
        (S.PENDING_REVIEW, S.REJECTED),
        RETURN_VALUE(S.PENDING_REVIEW, S.PENDING_REFUND),
        (BUYER,),
        [goods_not_refused, no_objection],
    )
    def amend(self, *, now: datetime, target: str, **fields: Any) -> str:
        # The changed application has not been rejected. The earlier reason stays in the history.
        self.set(applied_at=now, rejection_reason="", rejection_ground="", **fields)
        return target

    @transition(
        status, (S.PENDING_REVIEW, S.REJECTED), AFTER_APPROVAL, (MERCHANT, CLOCK_KIND, RULE_KIND), [goods_not_refused]
    )
    def approve(self, *, now: datetime, **fields: Any) -> str:
        # The days for sending back begin with the approval; where a difference is due, with its payment.
        self.set(approved_at=now, address_set_at=now, alerts=decided(self.alerts), **fields)
        target = after_approval(self)
        if target == S.PENDING_REFUND:
            self.refund_started_at = now
        return target

    # Right after the buyer's yes to a voucher or a gift, in the name of whoever offered it.
    @transition(status, S.PENDING_REVIEW, S.COMPLETED, (MERCHANT,))
    def settle_in_kind(self, *, now: datetime, outcome: str, cost: Decimal, due_at: datetime | None) -> None:
        self.set(outcome=outcome, outcome_cost=cost, completed_at=now, ended_at=now, gift_due_at=due_at)
        self.set(handed_over_at=None if due_at else now, alerts=[Alert.GIFT_DUE.value] if due_at else [])

    @transition(status, S.COMPLETED, S.COMPLETED, (MERCHANT,), [gift_due], clock=False)
    def hand_over_gift(self, *, now: datetime) -> None:
        alerts = without(Alert.GIFT_DUE, self.alerts)
        self.set(gift_due_at=None, handed_over_at=now, alerts=alerts, updated_at=now)

    @transition(status, S.PENDING_REVIEW, S.REJECTED, (MERCHANT,))
    def reject(self, *, now: datetime, reason: str, ground: str = "") -> None:
        self.set(rejected_from=self.status, rejected_at=now, rejection_reason=reason, rejection_ground=ground)

    @transition(status, OFFERING, RETURN_VALUE(*OFFERING), (MERCHANT,), [may_offer], clock=False)
    def offer(self, *, now: datetime) -> str:
        self.set(offered_at=now, updated_at=now)
        return self.status

    # The buyer's yes. What was agreed is carried out by the merchant's own verb right after it.
    @transition(status, OFFERING, RETURN_VALUE(*OFFERING), (BUYER,), [has_offer], clock=False)
    def accept_offer(self, *, now: datetime) -> str:
        self.set(offered_at=None, updated_at=now)
        return self.status

    @transition(status, OFFERING, RETURN_VALUE(*OFFERING), (BUYER,), [has_offer], clock=False)
    def decline_offer(self, *, now: datetime) -> str:
        self.set(offered_at=None, updated_at=now)
        return self.status

    # A refund or a payable of whatever the ticket is in may have been settled by hand.
    @transition(status, tuple(S), RETURN_VALUE(*S), (BUYER,), [may_object], clock=False)
    def object(self, *, now: datetime, about: str = NOTE, **fields: Any) -> str:
        if about == NOTE:
            self.set(objected_at=now, updated_at=now)
        else:
            alerts = [*without(Alert.SETTLEMENT_DISPUTED, self.alerts), Alert.SETTLEMENT_DISPUTED.value]
            since = self.settlement_objected_at or now
            self.set(settlement_objected_at=since, alerts=alerts, updated_at=now, **fields)
        return self.status

    @transition(status, tuple(S), RETURN_VALUE(*S), (SUPPORT,), [settlement_disputed], clock=False)
    def rule_settlement(self, *, now: datetime, since: datetime | None, **fields: Any) -> str:
        """`since`: when the buyer objected to what is not ruled on yet; None: nothing is left."""
        alerts = self.alerts if since else without(Alert.SETTLEMENT_DISPUTED, self.alerts)
        self.set(settlement_objected_at=since, alerts=alerts, updated_at=now, **fields)
        return self.status

    @transition(
        status,
        (S.PENDING_REVIEW, S.REJECTED),
        RETURN_VALUE(S.PENDING_REFUND, S.CLOSED),
        (SUPPORT,),
        [waits_for_support],
    )
    def rule_objection(self, *, now: datetime, pay: bool, **fields: Any) -> str:
        if not pay:
            self.set(closed_from=self.status, ended_at=now)
            return S.CLOSED
        self.set(approved_at=now, refund_started_at=now, alerts=decided(self.alerts), **fields)
        return S.PENDING_REFUND

    # Not after the goods were sent back or the refund was started: the shop has begun to fulfil its part then.
    @transition(status, (S.PENDING_REVIEW, S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.REJECTED), S.CANCELLED, (BUYER,))
    def withdraw(self, *, now: datetime) -> None:
        self.set(ended_at=now, alerts=decided(self.alerts))

    @transition(status, S.PENDING_SUPPLEMENT, RETURN_VALUE(S.PENDING_RETURN, S.PENDING_RESHIP), (INTEGRATION,))
    def pay_difference(self, *, now: datetime, payment_id: int) -> str:
        self.set(difference_payment_id=payment_id, address_set_at=now)
        return after_approval(self)

    @transition(
        status,
        (S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP),
        BACK,
        (BUYER, COURIER_KIND, MERCHANT, SUPPORT),
        [may_ship_back],
    )
    def ship_back(self, *, now: datetime, restart: bool, **fields: Any) -> str:
        # A corrected number is another parcel: a delivery reported for the earlier one does not start the 48 hours.
        # Not so where others than the buyer correct it: who pays never moves the clock (B-19).
        if restart:
            self.set(shipped_back_at=now, arrived_at=None)
        self.set(**fields)
        return on_the_way_back(self)

    @transition(
        status,
        (S.PENDING_REFUND, S.PENDING_RESHIP),
        BACK,
        (COURIER_KIND, MERCHANT, INTEGRATION, SUPPORT),
        [may_refuse_goods],
    )
    def arrive(self, *, now: datetime, at: datetime) -> str:
        """The return parcel was delivered: 48 hours to inspect it."""
        self.arrived_at = at
        self.alerts = without_doubt(self.alerts)
        return on_the_way_back(self)

    @transition(
        status, (S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP, S.REJECTED, S.RESHIPPED, S.COMPLETED),
        RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RESHIP, S.RESHIPPED, S.COMPLETED),
        (MERCHANT, CLOCK_KIND), [may_receive],
    )  # fmt: skip
    def receive(self, *, now: datetime, **fields: Any) -> str:
        if awaits_missing(self):  # units that come late change amounts, and neither the status nor its clock
            self.set(**fields)
            return self.status
        self.set(goods_refused_at=None, alerts=without_doubt(self.alerts), **fields)
        # Agreed on by an offer that the buyer keeps them: nothing was received.
        if self.type != Type.REFUND_ONLY:
            self.received_at = now
        if self.status == S.REJECTED:  # the refusal is taken back
            self.set(rejection_reason="", rejection_ground="")
        # The replacement was sent ahead (S-091): the old goods are counted, and the status stays.
        if self.status in (S.RESHIPPED, S.COMPLETED):
            return self.status
        if self.type in MONEY_TYPES:
            self.refund_started_at = now
        return on_the_way_back(self)

    @transition(status, (S.PENDING_REFUND, S.PENDING_RESHIP), S.REJECTED, (MERCHANT,), [may_refuse_goods])
    def refuse_goods(self, *, now: datetime, reason: str, ground: str = "") -> None:
        self.set(rejected_from=self.status, rejected_at=now, goods_refused_at=now)
        self.set(rejection_reason=reason, rejection_ground=ground)

    @transition(
        status, (S.REJECTED, S.CANCELLED, S.CLOSED),
        RETURN_VALUE(S.REJECTED, S.CANCELLED, S.CLOSED), (MERCHANT,), [holds_refused_goods],
    )  # fmt: skip
    def return_goods(self, *, now: datetime, counts: bool = True) -> str:
        # A number that says nothing is kept on record, and the goods go on counting as kept (B-20).
        if counts:
            self.goods_returned_at = now
        return self.status

    @transition(status, (S.PENDING_RESHIP, S.RESHIPPED), S.RESHIPPED, (MERCHANT,), [may_reship])
    def reship(self, *, now: datetime, advance: bool, **fields: Any) -> None:
        # A second parcel after a loss gets its own time until it counts as confirmed.
        self.set(reshipped_at=now, lost_at=None, not_arrived_at=None, arrival_proven_at=None, **fields)
        # It stays set when the parcel is sent again, because the old goods are still to be counted.
        self.advance_exchange = self.advance_exchange or advance

    @transition(status, S.RESHIPPED, S.RESHIPPED, (COURIER_KIND, MERCHANT, INTEGRATION, SUPPORT))
    def lose_replacement(self, *, now: datetime) -> None:
        # Reported again, as returned to the shop: the time for sending another one does not start anew (B-19).
        self.lost_at = self.lost_at or now

    # Never by the shop's word, because the clock then goes on towards the completion.
    @transition(status, S.RESHIPPED, S.RESHIPPED, (COURIER_KIND, INTEGRATION, SUPPORT), [is_lost])
    def find_replacement(self, *, now: datetime) -> None:
        """It was delivered after all: the days go on with what was left."""
        self.clock_stops = [*self.clock_stops, [self.lost_at.isoformat(), now.isoformat()]]
        self.set(lost_at=None)

    @transition(status, S.RESHIPPED, S.RESHIPPED, (BUYER,), [may_report_missing])
    def not_arrived(self, *, now: datetime) -> None:
        """The days until it counts as confirmed stand still; the merchant has 48 hours to answer."""
        self.not_arrived_at = now

    @transition(status, S.RESHIPPED, S.RESHIPPED, (MERCHANT, SUPPORT, COURIER_KIND, INTEGRATION), [reported_missing])
    def prove_arrival(self, *, now: datetime) -> None:
        """It came after all: the days go on with what was left."""
        self.clock_stops = [*self.clock_stops, [self.not_arrived_at.isoformat(), now.isoformat()]]
        self.set(not_arrived_at=None, arrival_proven_at=now)

    @transition(status, S.RESHIPPED, S.COMPLETED, (BUYER, CLOCK_KIND))
    def confirm_replacement(self, *, now: datetime) -> None:
        self.completed_at = self.ended_at = now

    @transition(
        status, (S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.PENDING_RESHIP, S.RESHIPPED),
        RETURN_VALUE(S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_REVIEW), (MERCHANT, BUYER), [may_convert],
    )  # fmt: skip
    def convert(self, *, now: datetime, to: str, review: bool = False, **fields: Any) -> str:
        self.set(type=to, lost_at=None, not_arrived_at=None, **fields)
        if review:  # E-6: a refund of goods that the buyer has, asked for now
            self.set(applied_at=now, received=True)
            return S.PENDING_REVIEW
        # The time for paying the difference is not counted as time for sending back.
        if self.status == S.PENDING_SUPPLEMENT or self.address_set_at is None:
            self.address_set_at = now
        if to == Type.REFUND_ONLY or not awaits_goods(self):
            self.refund_started_at = now
            return S.PENDING_REFUND
        return S.PENDING_REFUND if self.shipped_back_at else S.PENDING_RETURN

    @transition(status, S.PENDING_REFUND, S.COMPLETED, (GATEWAY_KIND, RULE_KIND, MERCHANT, SUPPORT), [money_may_flow])
    def settle(self, *, now: datetime, **fields: Any) -> None:
        self.set(completed_at=now, ended_at=now, **fields)

    @transition(status, (S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.REJECTED), S.CLOSED, (CLOCK_KIND,))
    def close(self, *, now: datetime) -> None:
        self.set(closed_from=self.status, ended_at=now)
        if self.difference_payment_id is not None:  # it is refunded in full, and owed again after a reopening
            self.closed_from, self.difference_payment_id = S.PENDING_SUPPLEMENT, None

    @transition(
        status, (S.CLOSED, S.REJECTED),
        RETURN_VALUE(
            S.PENDING_REVIEW, S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP, S.REJECTED
        ),
        (SUPPORT,),
    )  # fmt: skip
    def reopen(self, *, now: datetime, **fields: Any) -> str:
        """Back to the status before the end; the deadline of that status starts again."""
        target = before_end(self)
        if target in (S.PENDING_REFUND, S.PENDING_RESHIP) and self.goods_returned_at is not None:
            # The buyer has the goods again, or will have them: they are sent in once more before anything is paid.
            target = S.PENDING_RETURN
            self.set(goods_refused_at=None, goods_returned_at=None, shipped_back_at=None, arrived_at=None)
        elif target in (S.PENDING_REFUND, S.PENDING_RESHIP):
            # Only refused goods lead here: support takes the refusal back, and the time to inspect them starts again.
            self.goods_refused_at, self.shipped_back_at = None, now
        self.set(
            # Every clock counts from one of these dates: with the old ones the reopened ticket would be late at once.
            applied_at=now, approved_at=self.approved_at and now, address_set_at=now, rejected_at=now, ended_at=None,
            **fields,
        )  # fmt: skip
        return target


# In this order, which is that of the actions in every answer: first what moves a ticket on.
class TicketMachine(SideMoves, Moves):
    class Meta:
        abstract = True
