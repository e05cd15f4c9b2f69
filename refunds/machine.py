"""The refund machine on one screen: outcome and retry are two facts (architecture §5)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from kernel.actors import GATEWAY_KIND, MERCHANT, SUPPORT
from kernel.machine import Stateful, StatusField, transition
from kernel.money import ZERO


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    PROCESSING = "processing", _("processing")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    RETURNED = "returned", _("returned by the bank")


OPEN = (Status.PENDING, Status.PROCESSING)
# The money is not with the buyer and not on its way: it is free on the payment, and a person chooses another way.
UNPAID = (Status.FAILED, Status.RETURNED)


def settled_by_hand(refund: Any) -> bool:
    return refund.confirmed_by is not None


def not_by_hand(refund: Any) -> bool:
    """Nobody has said, alone or with a second person, that the money goes back another way."""
    return refund.confirmed_by is None and refund.proposed_by is None


class RefundMachine(Stateful):
    SIMPLE = frozenset({"create"})  # what a simple case pays (S-161)
    EVENTS = {
        "create": "refund.created",
        "settle": "refund.succeeded",
        "settle_by_hand": "refund.succeeded",
        "fail": "refund.failed",
        "void_settlement": "refund.failed",
        "return_money": "refund.returned",
        "settle_late": "refund.succeeded",
    }
    # Attempts and proposals are steps on the way to an outcome; a retry after a failure is a new refund.
    NO_NEWS = frozenset(
        {
            "send",
            "retry",
            "propose_settlement",
            "charge_back",
            "propose_call_off",
            "call_off",
            "propose_redirection",
            "redirect",
        }
    )
    NUMBERS = ("refund_no", "gateway_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.PENDING)

    # Columns of the row that the verbs set.
    settled_at: Any
    gateway_no: Any
    trace_no: Any
    received_account: Any
    expected_at: Any
    returned_at: Any
    next_attempt_at: Any
    claimed_until: Any
    on_hold: Any
    charged_back: Any
    merchant_account_id: Any
    sent_at: Any
    call_off_note: Any
    call_off_proposed_by: Any
    call_off_confirmed_by: Any
    called_off_at: Any
    look_again_at: Any
    redirected_to: Any
    redirected_at: Any
    redirection_proposed_by: Any
    paid_to_shop: Any
    proposed_by: Any
    confirmed_by: Any
    moved_at: Any
    attempts: Any
    polls: Any
    failure_reason: Any

    class Meta:
        abstract = True

    def touched(self, name: str, now: datetime) -> None:
        self.moved_at = now

    @transition(status, OPEN, Status.PROCESSING, (GATEWAY_KIND,))
    def send(
        self,
        *,
        now: datetime,
        attempts: int,
        claimed_until: datetime,
        expected_at: datetime,
        merchant_account_id: int | None = None,
        sent_at: datetime | None = None,
    ) -> None:
        """The request has left, or is about to: from here on its outcome may be unknown. `expected_at` is the promise
        to the buyer, by which it is measured later. `merchant_account_id`: the account that it is sent through, where
        it is asked for from now on. `sent_at`: now, by the real clock."""
        self.sent_at = sent_at
        self.attempts, self.claimed_until, self.expected_at = attempts, claimed_until, expected_at
        self.merchant_account_id = merchant_account_id

    @transition(status, OPEN, Status.SUCCEEDED, (GATEWAY_KIND,))
    def settle(
        self,
        *,
        now: datetime,
        gateway_no: str = "",
        trace_no: str = "",
        received_account: str = "",
        expected_at: datetime | None = None,
    ) -> None:
        self.settled_at = now
        # An earlier answer, while it was under way, may have said more.
        self.gateway_no = gateway_no or self.gateway_no
        self.trace_no = trace_no or self.trace_no
        self.received_account = received_account or self.redirected_to or self.received_account
        self.expected_at = expected_at or self.expected_at
        self.failure_reason, self.next_attempt_at, self.claimed_until, self.on_hold = "", None, None, False
        self.refusal = ""

    @transition(status, OPEN, Status.FAILED, (GATEWAY_KIND,))
    def fail(self, *, now: datetime, reason: str, charged_back: Decimal = ZERO) -> None:
        """`charged_back`: what the payer's bank has given them of it, so that it is not owed any more."""
        self.failure_reason, self.next_attempt_at, self.claimed_until, self.on_hold = reason, None, None, False
        self.charged_back, self.refusal, self.redirected_to = charged_back, "", ""

    # One person has looked in the channel's console; nothing changes until a second one confirms.
    @transition(status, Status.PROCESSING, Status.PROCESSING, (MERCHANT, SUPPORT))
    def propose_call_off(self, *, now: datetime, seen: str, user_id: int) -> None:
        self.call_off_note, self.call_off_proposed_by = seen, user_id

    @transition(status, Status.PROCESSING, Status.PROCESSING, (MERCHANT, SUPPORT))
    def call_off(self, *, now: datetime, user_id: int, wall: datetime, ask_at: datetime) -> None:
        """Never sent again from here on. It fails once the channel, asked at `ask_at` or later, does not know it."""
        self.call_off_confirmed_by, self.called_off_at, self.next_attempt_at = user_id, wall, ask_at

    # The channel had said yes, or was about to. What two people settled another way it cannot take back.
    @transition(status, (Status.PROCESSING, Status.SUCCEEDED), Status.RETURNED, (GATEWAY_KIND,), [not_by_hand])
    def return_money(
        self, *, now: datetime, reason: str, look_again_at: datetime | None = None, paid_to_shop: bool = False
    ) -> None:
        """`look_again_at`: when the channel is asked again, where it has not finished with it (the real clock).
        `paid_to_shop`: it has paid it out to the shop's own bank account."""
        self.look_again_at, self.paid_to_shop = look_again_at, paid_to_shop
        self.returned_at, self.settled_at, self.failure_reason, self.redirected_to = now, None, reason, ""
        self.next_attempt_at, self.claimed_until, self.on_hold, self.refusal = None, None, False, ""

    # The bank took it after all (WeChat: ABNORMAL, then SUCCESS).
    @transition(status, Status.RETURNED, Status.SUCCEEDED, (GATEWAY_KIND,), [not_by_hand])
    def settle_late(
        self, *, now: datetime, gateway_no: str = "", trace_no: str = "", received_account: str = ""
    ) -> None:
        self.settled_at, self.returned_at, self.failure_reason, self.look_again_at = now, None, "", None
        self.redirection_proposed_by, self.paid_to_shop = None, False
        self.gateway_no = gateway_no or self.gateway_no
        self.trace_no = trace_no or self.trace_no
        self.received_account = received_account or self.received_account

    # One person has said to which other account the channel shall send it; nothing changes until a second one confirms.
    @transition(status, Status.RETURNED, Status.RETURNED, (MERCHANT, SUPPORT), [not_by_hand])
    def propose_redirection(self, *, now: datetime, user_id: int) -> None:
        self.redirection_proposed_by = user_id

    # The same number is under way once more, and its money reserved again. `to`: masked.
    @transition(status, Status.RETURNED, Status.PROCESSING, (MERCHANT, SUPPORT), [not_by_hand])
    def redirect(self, *, now: datetime, wall: datetime, to: str) -> None:
        self.redirected_to, self.redirected_at, self.next_attempt_at = to, wall, wall
        self.returned_at, self.look_again_at, self.failure_reason, self.polls = None, None, "", 0
        self.claimed_until, self.redirection_proposed_by = None, None
        # Two people called off what was sent before: their yes does not count for this request.
        self.call_off_note, self.call_off_proposed_by = "", None
        self.call_off_confirmed_by, self.called_off_at = None, None

    # The refund stays failed until a second person confirms: one person alone must not be able to say “paid”.
    @transition(status, UNPAID, RETURN_VALUE(*UNPAID), (MERCHANT, SUPPORT))
    def propose_settlement(self, *, now: datetime, proof: str, user_id: int) -> str:
        self.proof, self.proposed_by = proof, user_id
        return str(self.status)

    @transition(status, UNPAID, Status.SUCCEEDED, (MERCHANT, SUPPORT))
    def settle_by_hand(self, *, now: datetime, user_id: int) -> None:
        self.settled_at, self.failure_reason, self.confirmed_by = now, "", user_id
        self.redirection_proposed_by = None

    # What a channel refused or sent back, and the payer's bank has given them since: not owed any more, by nobody.
    @transition(status, UNPAID, RETURN_VALUE(*UNPAID), (GATEWAY_KIND,))
    def charge_back(self, *, now: datetime, reason: str, charged_back: Decimal) -> str:
        self.failure_reason, self.charged_back = reason, charged_back
        self.proof, self.proposed_by = "", None
        return str(self.status)

    # Support found that nothing came: as after the channel's refusal, and the next proof needs two people again.
    @transition(status, Status.SUCCEEDED, Status.FAILED, (SUPPORT,), [settled_by_hand])
    def void_settlement(self, *, now: datetime, reason: str) -> None:
        self.settled_at, self.failure_reason = None, reason
        self.proof, self.proposed_by, self.confirmed_by = "", None, None
