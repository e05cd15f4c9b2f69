"""The payable machine on one screen: owed, approved by one person, paid by another, by hand or through the channel."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.actors import GATEWAY_KIND, MERCHANT, RULE_KIND, SUPPORT
from kernel.machine import Stateful, StatusField, transition

PEOPLE = (MERCHANT, SUPPORT)


class Status(models.TextChoices):
    PENDING = "pending", pgettext_lazy("payable", "waits for approval")
    APPROVED = "approved", pgettext_lazy("payable", "approved")
    PAYING = "paying", pgettext_lazy("payable", "being paid")
    PAID = "paid", pgettext_lazy("payable", "paid")
    CANCELLED = "cancelled", pgettext_lazy("payable", "cancelled")


class Kind(models.TextChoices):
    RETURN_FREIGHT = "return_freight", _("return shipping")
    GOODWILL = "goodwill", _("goodwill")
    COMPENSATION = "compensation", _("compensation")
    COURIER_CLAIM = "courier_claim", _("claim against the courier")


class Payee(models.TextChoices):
    BUYER = "buyer", _("the buyer")
    SHOP = "shop", _("the shop")


OPEN = (Status.PENDING, Status.APPROVED)
UNPAID = (*OPEN, Status.PAYING)
GRANTED = (Status.APPROVED, Status.PAYING, Status.PAID)
# What a buyer gets by a person's word. Return freight is owed by rule, and a claim is money for the shop.
GIVEN_KINDS = (Kind.GOODWILL, Kind.COMPENSATION)


def paid_by_hand(payable: Any) -> bool:
    """What the channel paid is its word; and what the shop got it knows itself."""
    return payable.paid_through == "" and payable.payee == Payee.BUYER


class PayableMachine(Stateful):
    SIMPLE = frozenset({"create"})  # what receiving the goods of a simple case owes
    EVENTS = {"create": "payable.created", "pay": "payable.paid", "transfer_arrived": "payable.paid"}
    NO_NEWS = frozenset(
        {"approve", "cancel", "transfer", "propose_call_off", "call_off_transfer", "transfer_failed", "void_settlement"}
    )
    NUMBERS = ("payable_no", "payable_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.PENDING)

    # Columns of the row that the verbs set.
    approved_at: Any
    approved_by: Any
    paid_at: Any
    paid_by: Any
    paid_through: Any
    paying_by: Any
    call_off_proposed_by: Any
    transfer_no: Any
    proof: Any
    cancelled_at: Any
    voided_at: Any
    due_at: Any

    class Meta:
        abstract = True

    @transition(status, Status.PENDING, Status.APPROVED, PEOPLE)
    def approve(self, *, now: datetime, user_id: int) -> None:
        self.approved_at, self.approved_by = now, user_id

    @transition(status, Status.APPROVED, Status.PAID, PEOPLE)
    def pay(self, *, now: datetime, user_id: int, proof: str) -> None:
        self.paid_at, self.paid_by, self.proof = now, user_id, proof

    @transition(status, Status.APPROVED, Status.PAYING, PEOPLE)
    def transfer(self, *, now: datetime, user_id: int, transfer_no: str) -> None:
        self.paying_by, self.transfer_no = user_id, transfer_no

    @transition(status, Status.PAYING, Status.PAYING, PEOPLE)
    def propose_call_off(self, *, now: datetime, user_id: int) -> None:
        """Of one that the channel does not answer for any more: it takes a second person."""
        self.call_off_proposed_by = user_id

    @transition(status, Status.PAYING, Status.PAYING, PEOPLE)
    def call_off_transfer(self, *, now: datetime) -> None:
        """Whether it had left before, the channel says."""

    @transition(status, Status.PAYING, Status.PAID, (GATEWAY_KIND,))
    def transfer_arrived(self, *, now: datetime, channel: str, proof: str) -> None:
        self.paid_at, self.paid_by, self.proof, self.paid_through = now, self.paying_by, proof, channel
        self.paying_by = self.call_off_proposed_by = None

    @transition(status, Status.PAYING, Status.APPROVED, (GATEWAY_KIND,))
    def transfer_failed(self, *, now: datetime) -> None:
        self.paying_by = self.call_off_proposed_by = None

    @transition(status, Status.PAID, Status.APPROVED, (SUPPORT,), [paid_by_hand])
    def void_settlement(self, *, now: datetime, due_at: datetime) -> None:
        """The buyer objects, and support found that it did not come: it is paid anew, by two people again."""
        self.voided_at, self.due_at = now, due_at
        self.paid_at, self.paid_by, self.proof = None, None, ""

    # By the rule: what it was owed for is there after all.
    @transition(status, OPEN, Status.CANCELLED, (*PEOPLE, RULE_KIND))
    def cancel(self, *, now: datetime) -> None:
        self.cancelled_at = now
