from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Payment

from .. import policy
from ..payables.models import Payable


class State(models.TextChoices):
    """What the times of a transfer say; no column."""

    PENDING = "pending", pgettext_lazy("transfer", "to be sent")
    PROCESSING = "processing", pgettext_lazy("transfer", "sent")
    CONFIRMING = "confirming", pgettext_lazy("transfer", "waits for the buyer")
    SUCCEEDED = "succeeded", pgettext_lazy("transfer", "arrived")
    FAILED = "failed", pgettext_lazy("transfer", "not arrived")


class Transfer(ShopRow):
    """One attempt to pay a payable to whom `payment` came from, under one number that is committed before the first
    call. Who that is, the channel is asked each time: no account of anybody is typed in or stored.

    `created_at`, `succeeded_at` and `failed_at` are of the shop's clock, all others of the real one. `last_sent_at`:
    when a request last left, under the same number.
    """

    shop_id = ShopId(parent="payable")
    payable = ShopForeignKey(Payable, models.PROTECT, related_name="transfers", verbose_name=_("payable"))
    payment = ShopForeignKey(Payment, models.PROTECT, related_name="transfers", db_index=False)
    # Empty for the account of the environment. It never changes: what was sent is asked for where it was.
    merchant_account = ShopForeignKey(
        "refunds.MerchantAccount", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    transfer_no = models.CharField(_("transfer no."), max_length=32, unique=True)
    trace_no = models.CharField(_("number at the channel"), max_length=128, blank=True)
    received_account = models.CharField(_("receiving account"), max_length=128, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # How often the channel has said that it works on it.
    polls = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=240, blank=True)
    # Why the channel refused a request. From then on it is only asked about: an earlier request may still be carried
    # out.
    refusal = models.CharField(_("refused"), max_length=240, blank=True, default="", db_default="")
    failure_reason = models.CharField(_("failure reason"), max_length=240, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(pgettext_lazy("time of a transfer", "sent"), null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The buyer accepts it until then, or it fails; `confirmation` opens the channel's own page for that.
    confirm_by = models.DateTimeField(_("to be accepted by"), null=True, blank=True)
    confirmation = models.CharField(max_length=2048, blank=True, editable=False)
    called_off_at = models.DateTimeField(_("called off"), null=True, blank=True)
    # When two people had called it off, because only the channel's console could show what became of it.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    succeeded_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    failed_at = models.DateTimeField(pgettext_lazy("time", "failed"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("transfer"), _("transfers")
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="transfer_next_attempt"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="transfer_id_in_shop"),
            SameShop(field="payable", name="transfer_payable_same_shop"),
            SameShop(field="payment", name="transfer_payment_same_shop"),
            SameShop(field="merchant_account", name="transfer_account_same_shop"),
            # What has not failed may still arrive, or has: beside it there is no second one.
            models.UniqueConstraint(
                fields=["shop_id", "payable"], condition=Q(failed_at__isnull=True), name="transfer_once"
            ),
            models.CheckConstraint(
                condition=Q(succeeded_at__isnull=True, failed_at__isnull=True, next_attempt_at__isnull=False)
                | Q(succeeded_at__isnull=True, failed_at__isnull=False, next_attempt_at__isnull=True)
                | Q(succeeded_at__isnull=False, failed_at__isnull=True, next_attempt_at__isnull=True),
                name="transfer_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(succeeded_at__isnull=True) | Q(sent_at__isnull=False) & ~Q(trace_no=""),
                name="transfer_proven",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, last_sent_at__isnull=True)
                | Q(sent_at__isnull=False, last_sent_at__isnull=False),
                name="transfer_sent",
            ),
            models.CheckConstraint(condition=Q(refusal="") | Q(sent_at__isnull=False), name="transfer_refused"),
        ]

    def __str__(self) -> str:
        return self.transfer_no

    @property
    def ended(self) -> bool:
        return self.next_attempt_at is None

    @property
    def state(self) -> State:
        if self.succeeded_at:
            return State.SUCCEEDED
        if self.failed_at:
            return State.FAILED
        if self.confirm_by:
            return State.CONFIRMING
        return State.PROCESSING if self.sent_at else State.PENDING

    @property
    def answered_until(self) -> datetime | None:
        """From then on the channel's word that it does not know the number proves nothing. None: it always counts, or
        nothing was sent. Fetch with its payment."""
        covered = policy.TRANSFERS_ANSWERED.get(self.payment.channel)
        return self.sent_at + covered if covered and self.sent_at else None

    def is_unanswered(self, wall: datetime) -> bool:
        return self.answered_until is not None and self.answered_until <= wall

    @property
    def may_be_called_off(self) -> bool:
        """Once; and once more, by two people, when the channel has stopped answering for it (`routes.is_answered`)."""
        return not self.ended and self.called_off_at is None

    @property
    def ended_at(self) -> datetime | None:
        return self.succeeded_at or self.failed_at
