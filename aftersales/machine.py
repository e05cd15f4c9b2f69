"""The ticket machine on one screen: states, transitions, allowed actors, guards (docs/states.md).

Transitions set columns only. Services run them by `kernel.machine.advance` and move money, units and goods themselves.
"""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField

from kernel.actors import BUYER, CLOCK_KIND, COURIER_KIND, GATEWAY_KIND, INTEGRATION, MERCHANT, RULE_KIND, SUPPORT
from kernel.machine import Stateful, transition

from .states import GOODS_TYPES, RETURN_TYPES, Status, Type

S = Status


def awaits_goods(ticket: Any) -> bool:
    """True while goods have to come back and were not counted."""
    return ticket.type in RETURN_TYPES and not ticket.returnless and ticket.received_at is None


def may_receive(ticket: Any) -> bool:
    # A ticket that was rejected before the goods were sent has no goods to receive. Refused ones may be accepted later.
    if ticket.status == S.REJECTED and ticket.goods_refused_at is None:
        return False
    # After the replacement was sent ahead, the old goods are still to be counted.
    if ticket.status in (S.RESHIPPED, S.COMPLETED) and not ticket.advance_exchange:
        return False
    return awaits_goods(ticket)


def may_ship_back(ticket: Any) -> bool:
    # Once a waybill was given, it may be corrected until the goods are counted.
    return awaits_goods(ticket) and (ticket.status == S.PENDING_RETURN or ticket.shipped_back_at is not None)


def may_refuse_goods(ticket: Any) -> bool:
    return awaits_goods(ticket) and ticket.shipped_back_at is not None


def goods_not_refused(ticket: Any) -> bool:
    # The shop has the goods then. It accepts them by `receive` or returns them by `return_goods`; the application is
    # neither changed nor approved any more.
    return ticket.goods_refused_at is None


def holds_refused_goods(ticket: Any) -> bool:
    return ticket.goods_refused_at is not None and ticket.goods_returned_at is None


def may_reship(ticket: Any) -> bool:
    return ticket.status == S.PENDING_RESHIP or ticket.lost_at is not None


def may_convert(ticket: Any) -> bool:
    # With the replacement under way the buyer would get goods and money, unless its parcel was lost.
    return ticket.type in GOODS_TYPES and (ticket.status != S.RESHIPPED or ticket.lost_at is not None)


def money_may_flow(ticket: Any) -> bool:
    # S-090: the goods come back first.
    return not awaits_goods(ticket)


def before_end(ticket: Any) -> str:
    """The status that an ended or rejected ticket goes back to."""
    before: str = ticket.closed_from if ticket.status == S.CLOSED else ticket.rejected_from
    return before


def after_approval(ticket: Any) -> str:
    if ticket.type == Type.REFUND_ONLY:
        return S.PENDING_REFUND
    if ticket.type == Type.REISSUE:
        return S.PENDING_RESHIP
    # The difference is paid first, so that no goods are sent in for an exchange that the buyer does not pay.
    if ticket.price_difference > 0 and ticket.difference_payment_id is None:
        return S.PENDING_SUPPLEMENT
    if not awaits_goods(ticket):
        return S.PENDING_REFUND if ticket.type == Type.RETURN_REFUND else S.PENDING_RESHIP
    return S.PENDING_RETURN


def on_the_way_back(ticket: Any) -> str:
    return S.PENDING_REFUND if ticket.type == Type.RETURN_REFUND else S.PENDING_RESHIP


AFTER_APPROVAL = RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RETURN, S.PENDING_SUPPLEMENT, S.PENDING_RESHIP)
BACK = RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RESHIP)


class TicketMachine(Stateful):
    EVENTS = {
        "apply": "ticket.requested",
        "amend": "ticket.amended",
        "approve": "ticket.approved",
        "reject": "ticket.rejected",
        "withdraw": "ticket.withdrawn",
        "ship_back": "ticket.shipped_back",
        "receive": "ticket.received",
        "refuse_goods": "ticket.goods_refused",
        "reship": "ticket.reshipped",
        "convert": "ticket.converted",
        "confirm_replacement": "ticket.completed",
        "settle": "ticket.completed",
        "close": "ticket.closed",
        "reopen": "ticket.reopened",
        "overdue": "ticket.overdue",
    }
    # No event of the ticket, because another one reports it: the parcel's for goods that arrive, get lost or are sent
    # back, the refund's for its failure, the dispute's for a suspension. A difference is paid by a call of the shop's
    # own system, which knows of it.
    NO_NEWS = frozenset({
        "arrive", "lose_replacement", "return_goods", "refund_failed", "pay_difference", "suspend", "resume",
    })  # fmt: skip
    NUMBERS = ("ticket_no", "order__order_no")

    status = FSMField(_("status"), choices=S.choices, default=S.PENDING_REVIEW, protected=True)

    if TYPE_CHECKING:  # columns of `models.Ticket`
        type: str
        rejected_from: str
        closed_from: str
        advance_exchange: bool
        difference_payment_id: int | None
        approved_at: datetime | None
        address_set_at: datetime | None
        shipped_back_at: datetime | None

    class Meta:
        abstract = True

    @transition(
        status,
        (S.PENDING_REVIEW, S.REJECTED),
        RETURN_VALUE(S.PENDING_REVIEW, S.PENDING_REFUND),
        (BUYER,),
        [goods_not_refused],
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
        self.set(approved_at=now, address_set_at=now, **fields)
        target = after_approval(self)
        if target == S.PENDING_REFUND:
            self.refund_started_at = now
        return target

    @transition(status, S.PENDING_REVIEW, S.REJECTED, (MERCHANT,))
    def reject(self, *, now: datetime, reason: str, ground: str = "") -> None:
        self.set(rejected_from=self.status, rejected_at=now, rejection_reason=reason, rejection_ground=ground)

    # Not after the goods were sent back or the refund was started: the shop has begun to fulfil its part then.
    @transition(status, (S.PENDING_REVIEW, S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.REJECTED), S.CANCELLED, (BUYER,))
    def withdraw(self, *, now: datetime) -> None:
        self.ended_at = now

    @transition(status, S.PENDING_SUPPLEMENT, RETURN_VALUE(S.PENDING_RETURN, S.PENDING_RESHIP), (INTEGRATION,))
    def pay_difference(self, *, now: datetime, payment_id: int) -> str:
        self.set(difference_payment_id=payment_id, address_set_at=now)
        return after_approval(self)

    @transition(
        status,
        (S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP),
        BACK,
        (BUYER, MERCHANT, SUPPORT),
        [may_ship_back],
    )
    def ship_back(self, *, now: datetime, return_freight_amount: Any) -> str:
        # A corrected number is another parcel: a delivery reported for the earlier one does not start the 48 hours.
        self.set(shipped_back_at=now, arrived_at=None)
        self.return_freight_amount = return_freight_amount
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
        return on_the_way_back(self)

    @transition(
        status, (S.PENDING_RETURN, S.PENDING_REFUND, S.PENDING_RESHIP, S.REJECTED, S.RESHIPPED, S.COMPLETED),
        RETURN_VALUE(S.PENDING_REFUND, S.PENDING_RESHIP, S.RESHIPPED, S.COMPLETED),
        (MERCHANT, CLOCK_KIND), [may_receive],
    )  # fmt: skip
    def receive(self, *, now: datetime, **fields: Any) -> str:
        self.set(received_at=now, goods_refused_at=None, **fields)
        # The replacement was sent ahead (S-091): the old goods are counted, and the status stays.
        if self.status in (S.RESHIPPED, S.COMPLETED):
            return self.status
        if self.type == Type.RETURN_REFUND:
            self.refund_started_at = now
        return on_the_way_back(self)

    @transition(status, (S.PENDING_REFUND, S.PENDING_RESHIP), S.REJECTED, (MERCHANT,), [may_refuse_goods])
    def refuse_goods(self, *, now: datetime, reason: str) -> None:
        self.set(rejected_from=self.status, rejected_at=now, goods_refused_at=now, rejection_reason=reason)

    @transition(
        status, (S.REJECTED, S.CANCELLED, S.CLOSED),
        RETURN_VALUE(S.REJECTED, S.CANCELLED, S.CLOSED), (MERCHANT,), [holds_refused_goods],
    )  # fmt: skip
    def return_goods(self, *, now: datetime) -> str:
        self.goods_returned_at = now
        return self.status

    @transition(status, (S.PENDING_RESHIP, S.RESHIPPED), S.RESHIPPED, (MERCHANT,), [may_reship])
    def reship(self, *, now: datetime, advance: bool) -> None:
        # A second parcel after a loss gets its own time until it counts as confirmed.
        self.set(reshipped_at=now, lost_at=None)
        # It stays set when the parcel is sent again, because the old goods are still to be counted.
        self.advance_exchange = self.advance_exchange or advance

    @transition(status, S.RESHIPPED, S.RESHIPPED, (COURIER_KIND, MERCHANT, INTEGRATION, SUPPORT))
    def lose_replacement(self, *, now: datetime) -> None:
        self.lost_at = now

    @transition(status, S.RESHIPPED, S.COMPLETED, (BUYER, CLOCK_KIND))
    def confirm_replacement(self, *, now: datetime) -> None:
        self.completed_at = self.ended_at = now

    @transition(
        status, (S.PENDING_SUPPLEMENT, S.PENDING_RETURN, S.PENDING_RESHIP, S.RESHIPPED),
        RETURN_VALUE(S.PENDING_RETURN, S.PENDING_REFUND), (MERCHANT, BUYER), [may_convert],
    )  # fmt: skip
    def convert(self, *, now: datetime, to: str, **fields: Any) -> str:
        self.set(type=to, lost_at=None, **fields)
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
        if target in (S.PENDING_REFUND, S.PENDING_RESHIP):
            # Only refused goods lead here: support takes the refusal back, and the time to inspect them starts again.
            self.goods_refused_at, self.shipped_back_at = None, now
        self.set(
            # Every clock counts from one of these dates: with the old ones the reopened ticket would be late at once.
            applied_at=now, approved_at=self.approved_at and now, address_set_at=now, rejected_at=now, ended_at=None,
            **fields,
        )  # fmt: skip
        return target

    def set(self, **fields: Any) -> None:
        """TypeError for a name that is no column: a misspelt fact would be lost without a word."""
        if unknown := fields.keys() - _columns(type(self)):
            raise TypeError(f"a ticket has no column {', '.join(sorted(unknown))}")
        for name, value in fields.items():
            setattr(self, name, value)


@cache
def _columns(model: type[TicketMachine]) -> frozenset[str]:
    """Names and, for foreign keys, those of their columns as well."""
    return frozenset(name for field in model._meta.concrete_fields for name in (field.name, field.attname))
