"""Money back along a payment, and the accounts it comes from. Knows nothing of why the money goes back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from orders.models import Payment

from .labels import error_text
from .machine import OPEN, RefundMachine, Status


class Refund(RefundMachine):
    """One transfer back along one tender, under one number that is committed before the first call.

    `next_attempt_at` and `claimed_until` run on the real clock, also under `run_due --now`: they say
    when to ask the gateway again, which is no rule of the shop.
    """

    machine_name = "refund"

    shop_id = ShopId(parent="payment")
    payment = ShopForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    # Unique over all shops: a channel recognises a repeated request by this number (F3).
    refund_no = models.CharField(_("refund no."), max_length=64, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # One to one: two new refunds for one failure would pay twice.
    retry_of = ShopOneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="retried_as",
        verbose_name=_("retry of"),
    )
    failure_reason = models.CharField(_("failure reason"), max_length=240, blank=True)
    gateway_no = models.CharField(_("number at the gateway"), max_length=128, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=240, blank=True)
    proof = models.CharField(_("proof of manual settlement"), max_length=240, blank=True)
    proposed_by = models.BigIntegerField(null=True, editable=False)
    confirmed_by = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("refund"), _("refunds")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="refund_newest"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="refund_settled"),
            models.Index(
                # Partial: the sweep runs every two seconds, and ended refunds, nearly all rows, are not in it.
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="refund_next_attempt",
            ),
            # What failed, for the lists of people who settle it: few rows, and most of them were tried again.
            models.Index(fields=["shop_id", "-id"], condition=Q(status="failed"), name="refund_failed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="refund_id_in_shop"),
            SameShop(field="payment", name="refund_payment_same_shop"),
            SameShop(field="retry_of", name="refund_retry_same_shop"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="refund_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            models.CheckConstraint(
                # The sweep can never pick up an ended refund again, whatever the code does.
                condition=Q(status__in=OPEN) | Q(next_attempt_at__isnull=True),
                name="refund_ended_never_sent",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SUCCEEDED) | Q(settled_at__isnull=False), name="refund_settled_at"
            ),
            models.CheckConstraint(
                # Two people. NULL passes a CHECK, so the first one is asked for.
                condition=Q(confirmed_by__isnull=True)
                | Q(status=Status.SUCCEEDED, proposed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by")),
                name="refund_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.refund_no

    @property
    def why_failed(self) -> str:
        """What the channel said, or our own reason in the reader's language."""
        return error_text(self.failure_reason)


class MerchantAccount(ShopRow):
    """The account that a shop has at a payment channel: refunds of its payments are paid from it.

    `account` is the channel's own number for it (mchid, app id, account id). Keys and secrets are kept elsewhere.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="merchant_accounts", verbose_name=_("shop"))
    channel = models.CharField(_("channel"), max_length=32)
    account = models.CharField(_("account number at the channel"), max_length=128)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("merchant account"), _("merchant accounts")
        constraints = [
            models.UniqueConstraint(fields=["shop", "channel"], name="merchant_account_once"),
            models.CheckConstraint(condition=~Q(channel="") & ~Q(account=""), name="merchant_account_named"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.account}"


class SandboxRefund(models.Model):
    """The sandbox channel's own books, as an outside system would keep them: one row a refund number.

    `carried_out_at` is set once the money is back there; `requests` and `queries` drive the scripts of contract §7.
    """

    refund_no = models.CharField(max_length=64, unique=True)
    transaction_no = models.CharField(max_length=128, db_index=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    requests = models.PositiveSmallIntegerField(default=0)
    queries = models.PositiveSmallIntegerField(default=0)
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=F("amount") * 0), name="sandbox_amount")]

    def __str__(self) -> str:
        return self.refund_no
