"""Money back along a payment, and the accounts it comes from. Knows nothing of why the money goes back."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Shop
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from orders.models import Payment

from .chargebacks.models import Chargeback
from .complaints.models import Complaint
from .labels import company, error_text
from .ledger.entry import LedgerEntry
from .machine import OPEN, UNPAID, RefundMachine, Status
from .notices.models import ChannelNotice
from .payables.models import Payable
from .reconciliation.models import BillLine, ChannelFee, Comparison, Difference
from .redirections.models import Redirection
from .transfers.models import Transfer

__all__ = [
    "BillLine",
    "ChannelFee",
    "ChannelNotice",
    "Chargeback",
    "Comparison",
    "Complaint",
    "Difference",
    "LedgerEntry",
    "MerchantAccount",
    "Payable",
    "Redirection",
    "Refund",
    "SandboxRefund",
    "Transfer",
]


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
    # By which the buyer's bank finds it.
    trace_no = models.CharField(_("trace number"), max_length=128, blank=True, default="", db_default="")
    # Where it went, masked by the channel: tells two tenders apart.
    received_account = models.CharField(_("receiving account"), max_length=128, blank=True, default="", db_default="")
    # What the buyer was promised when it was sent; never moved later, so that it can be compared with `settled_at`.
    expected_at = models.DateTimeField(_("expected by"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Of them, those that its account ended with a no that may be wrong at first (`permanent_after` of the channel).
    refusals = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # How often the channel has said that it works on it, since it was sent where it is now.
    polls = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    # What the channel said no with, while an earlier request may still be carried out: it is only asked about.
    refusal = models.CharField(max_length=240, blank=True, default="", db_default="", editable=False)
    # When a request last left, by the real clock: the next refund of its transaction keeps the channel's distance.
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    # `sent_at` where that request and all before it were refused, so that none of them is on its way any more.
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of a returned one that the channel may still pay: when it is asked about again. Nothing is paid instead of it.
    look_again_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=240, blank=True)
    # A chargeback of its payment is open, or has taken money that it needs: it is only asked about, never sent.
    on_hold = models.BooleanField(_("waits for the bank"), default=False, db_default=False, editable=False)
    # Of a failed one, what the bank has given the payer instead (docs/chargebacks.md).
    charged_back = models.DecimalField(
        _("paid by the bank"), max_digits=12, decimal_places=2, default=0, db_default=0, editable=False
    )
    proof = models.CharField(_("proof of manual settlement"), max_length=240, blank=True)
    # Through which it was sent; empty where that was the account of the environment. It is asked for there.
    merchant_account = ShopForeignKey(
        "MerchantAccount",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        db_index=False,
        verbose_name=_("merchant account"),
    )
    proposed_by = models.BigIntegerField(null=True, editable=False)
    confirmed_by = models.BigIntegerField(null=True, editable=False)
    # What the channel's console shows, as the person saw it who proposed to call the refund off.
    call_off_note = models.CharField(_("what the channel shows"), max_length=240, blank=True, default="", db_default="")
    call_off_proposed_by = models.BigIntegerField(null=True, editable=False)
    call_off_confirmed_by = models.BigIntegerField(null=True, editable=False)
    # By the real clock, as the attempts.
    called_off_at = models.DateTimeField(_("called off"), null=True, blank=True)
    # Where two people have sent it on, masked; empty: nowhere. By the real clock, since when.
    redirected_to = models.CharField(_("sent on to"), max_length=40, blank=True, default="", db_default="")
    redirection_proposed_by = models.BigIntegerField(null=True, editable=False)
    redirected_at = models.DateTimeField(pgettext_lazy("time", "sent on"), null=True, blank=True)
    # The channel has paid it out to the shop's own bank account, where the ledger has it from then on.
    paid_to_shop = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(_("created"))
    returned_at = models.DateTimeField(_("returned by the bank on"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    # Of its last transition, by the clock of the shop: when the ledger books what moved. NULL: none yet.
    moved_at = models.DateTimeField(_("last moved"), null=True, blank=True, editable=False)

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
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False),
                name="refund_look_again",
            ),
            # What failed or came back, for the lists of people who settle it: few rows, most of them tried again.
            models.Index(fields=["shop_id", "-id"], condition=Q(status__in=UNPAID), name="refund_unpaid"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="refund_id_in_shop"),
            SameShop(field="payment", name="refund_payment_same_shop"),
            SameShop(field="retry_of", name="refund_retry_same_shop"),
            SameShop(field="merchant_account", name="refund_account_same_shop"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="refund_status"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            models.CheckConstraint(
                condition=Q(charged_back=0) | Q(status__in=UNPAID, charged_back__gt=0, charged_back__lte=F("amount")),
                name="refund_charged_back",
            ),
            models.CheckConstraint(condition=Q(on_hold=False) | Q(status__in=OPEN), name="refund_on_hold"),
            models.CheckConstraint(
                # The sweep can never pick up an ended refund again, whatever the code does.
                condition=Q(status__in=OPEN) | Q(next_attempt_at__isnull=True),
                name="refund_ended_never_sent",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SUCCEEDED) | Q(settled_at__isnull=False), name="refund_settled_at"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RETURNED) | Q(returned_at__isnull=False), name="refund_returned_at"
            ),
            models.CheckConstraint(
                condition=Q(look_again_at__isnull=True) | Q(status=Status.RETURNED), name="refund_looked_at_returned"
            ),
            models.CheckConstraint(
                # Two people. NULL passes a CHECK, so the first one is asked for.
                condition=Q(confirmed_by__isnull=True)
                | Q(status=Status.SUCCEEDED, proposed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by")),
                name="refund_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(call_off_confirmed_by__isnull=True, called_off_at__isnull=True)
                | Q(
                    call_off_confirmed_by__isnull=False,
                    called_off_at__isnull=False,
                    call_off_proposed_by__isnull=False,
                )
                & ~Q(call_off_confirmed_by=F("call_off_proposed_by")),
                name="refund_called_off_by_two",
            ),
            models.CheckConstraint(
                # What is under way again is with the channel.
                condition=Q(paid_to_shop=False) | ~Q(status__in=OPEN),
                name="refund_paid_to_shop",
            ),
            models.CheckConstraint(
                condition=Q(redirection_proposed_by__isnull=True) | Q(status=Status.RETURNED),
                name="refund_redirection_of_returned",
            ),
        ]

    def __str__(self) -> str:
        return self.refund_no

    @property
    def findable_by(self) -> str:
        """The number that a buyer quotes to bank or channel: of the bank where it is known, else of the channel."""
        return self.trace_no or self.gateway_no

    @property
    def may_arrive(self) -> bool:
        """It came back, and the channel may pay it yet."""
        return self.look_again_at is not None

    def is_stopped(self) -> bool:
        """Whether nothing of it may be sent by what is stored now: a bank decides on its payment, or may have given the
        payer this money, or two people have called it off."""
        stopped = Q(on_hold=True) | Q(called_off_at__isnull=False)
        return Refund.objects.filter(stopped, shop_id=self.shop_id, pk=self.pk).exists()

    @property
    def why_failed(self) -> str:
        """What the channel said, or our own reason in the reader's language."""
        return error_text(self.failure_reason)


class MerchantAccount(ShopRow):
    """The account that a shop has at a payment channel: refunds of its payments are paid from it.

    `account` is the channel's own number for it (mchid, app id, account id), and never changes: another number is
    another account. One that is not in use any more stays for the refunds that were sent through it.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="merchant_accounts", verbose_name=_("shop"))
    channel = models.CharField(_("channel"), max_length=32)
    account = models.CharField(_("account number at the channel"), max_length=128)
    active = models.BooleanField(_("in use"), default=True)
    # When payments were taken by it; of the accounts of a shop at a channel never two at a time. Open at the end while
    # it is in use.
    periods = ArrayField(DateTimeRangeField(), default=list, db_default=[], editable=False)
    url = models.CharField(_("address of the channel"), max_length=200, blank=True, default="", db_default="")
    # JSON, variable → value, encrypted by kernel/crypto/encryption.py; "" where only the number is known.
    secrets = models.TextField(blank=True, default="", db_default="", editable=False)
    # Variable → when it was set: all that is ever shown of a secret.
    secrets_set = models.JSONField(blank=True, default=dict, db_default={}, editable=False)
    # Whether payables may be paid out of it by transfers.
    transfers = models.BooleanField(_("transfers allowed"), default=False, db_default=False)
    # WeChat Pay's: as which of its scenes they are sent.
    transfer_scene_id = models.CharField(_("scene of transfers"), max_length=36, blank=True, default="", db_default="")
    # Counted up by every change, so that other processes notice.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("merchant account"), _("merchant accounts")
        constraints = [
            models.UniqueConstraint(fields=["shop", "id"], name="merchant_account_id_in_shop"),
            models.UniqueConstraint(fields=["shop", "channel"], condition=Q(active=True), name="merchant_account_once"),
            models.UniqueConstraint(fields=["shop", "channel", "account"], name="merchant_account_number_once"),
            models.CheckConstraint(condition=~Q(channel="") & ~Q(account=""), name="merchant_account_named"),
            models.CheckConstraint(
                condition=~Q(channel="wechatpay", transfers=True, transfer_scene_id=""),
                name="merchant_account_transfer_scene",
            ),
        ]

    def __str__(self) -> str:
        return f"{company(self.channel)} {self.account}"

    def was_used_at(self, at: datetime) -> bool:
        return any(at in period for period in self.periods)


class SandboxRefund(models.Model):
    """The sandbox channel's own books, as an outside system would keep them: one row a refund number.

    `carried_out_at` is set once the money is back there, `returned_at` once the bank has sent it back; `requests` and
    `queries` drive the scripts of contract §7.
    """

    refund_no = models.CharField(max_length=64, unique=True)
    transaction_no = models.CharField(max_length=128, db_index=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    requests = models.PositiveSmallIntegerField(default=0)
    queries = models.PositiveSmallIntegerField(default=0)
    carried_out_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=F("amount") * 0), name="sandbox_amount")]

    def __str__(self) -> str:
        return self.refund_no
