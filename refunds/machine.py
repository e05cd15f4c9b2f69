"""The refund machine on one screen: outcome and retry are two facts (architecture §5)."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from kernel.actors import GATEWAY_KIND, MERCHANT, SUPPORT
from kernel.machine import Stateful, transition


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    PROCESSING = "processing", _("processing")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")


OPEN = (Status.PENDING, Status.PROCESSING)


def settled_by_hand(refund: Any) -> bool:
    return refund.confirmed_by is not None


class RefundMachine(Stateful):
    SIMPLE = frozenset({"create"})  # what a simple case pays (S-161)
    EVENTS = {
        "create": "refund.created",
        "settle": "refund.succeeded",
        "settle_by_hand": "refund.succeeded",
        "fail": "refund.failed",
        "void_settlement": "refund.failed",
    }
    # Attempts and proposals are steps on the way to an outcome; a retry after a failure is a new refund.
    NO_NEWS = frozenset({"send", "retry", "propose_settlement"})
    NUMBERS = ("refund_no", "gateway_no")

    status = FSMField(_("status"), choices=Status.choices, default=Status.PENDING, protected=True)

    # Columns of the row that the verbs set.
    settled_at: Any
    next_attempt_at: Any
    claimed_until: Any
    proposed_by: Any
    confirmed_by: Any

    class Meta:
        abstract = True

    @transition(status, OPEN, Status.PROCESSING, (GATEWAY_KIND,))
    def send(self, *, now: datetime, attempts: int, claimed_until: datetime) -> None:
        """The request has left, or is about to: from here on its outcome may be unknown."""
        self.attempts, self.claimed_until = attempts, claimed_until

    @transition(status, OPEN, Status.SUCCEEDED, (GATEWAY_KIND,))
    def settle(self, *, now: datetime, gateway_no: str = "") -> None:
        self.settled_at, self.gateway_no = now, gateway_no
        self.failure_reason, self.next_attempt_at, self.claimed_until = "", None, None

    @transition(status, OPEN, Status.FAILED, (GATEWAY_KIND,))
    def fail(self, *, now: datetime, reason: str) -> None:
        self.failure_reason, self.next_attempt_at, self.claimed_until = reason, None, None

    # The refund stays failed until a second person confirms: one person alone must not be able to say “paid”.
    @transition(status, Status.FAILED, Status.FAILED, (MERCHANT, SUPPORT))
    def propose_settlement(self, *, now: datetime, proof: str, user_id: int) -> None:
        self.proof, self.proposed_by = proof, user_id

    @transition(status, Status.FAILED, Status.SUCCEEDED, (MERCHANT, SUPPORT))
    def settle_by_hand(self, *, now: datetime, user_id: int) -> None:
        self.settled_at, self.failure_reason, self.confirmed_by = now, "", user_id

    # Support found that nothing came: as after the channel's refusal, and the next proof needs two people again.
    @transition(status, Status.SUCCEEDED, Status.FAILED, (SUPPORT,), [settled_by_hand])
    def void_settlement(self, *, now: datetime, reason: str) -> None:
        self.settled_at, self.failure_reason = None, reason
        self.proof, self.proposed_by, self.confirmed_by = "", None, None
