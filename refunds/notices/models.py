"""One notice of a channel: what it said in columns, and what became of it. The body, which may name a person, is not
stored."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from ..labels import company

# As the port of channels says them (refunds.gateways), which is built on these models.
KINDS = ("refund", "chargeback", "complaint", "other")
FAILED = "failed"


class State(models.TextChoices):
    PARKED = "parked", _("waiting")
    APPLIED = "applied", _("applied")
    IGNORED = "ignored", _("nothing to do")
    FLAGGED = "flagged", _("needs a person")


class Flag(models.TextChoices):
    """Why a person has to look; nothing was moved."""

    UNKNOWN_REFUND = "unknown_refund", _("There is no such refund here.")
    OTHER_ACCOUNT = "other_account", _("The refund belongs to another merchant account.")
    OTHER_PAYMENT = "other_payment", _("The channel names another payment than the refund's.")
    OTHER_AMOUNT = "other_amount", _("The channel names another amount.")
    OTHER_CURRENCY = "other_currency", _("The channel names another currency.")
    AFTER_FAILURE = "after_failure", _("The channel says it paid a refund that failed here.")
    AFTER_SUCCESS = "after_success", _("The channel says that a refund failed which had succeeded.")
    PAID_OTHERWISE = (
        "paid_otherwise",
        _("The channel says it paid, but the money goes another way now."),
    )
    BY_HAND = "by_hand", _("The refund was settled manually, and the channel says something else.")
    UNKNOWN_PAYMENT = "unknown_payment", _("There is no such payment here, or not every order that it paid.")
    UNKNOWN_COMPLAINT = "unknown_complaint", _("A complaint about payments that are not here, or that can't be read.")
    CHARGEBACK = "chargeback", _("A chargeback that couldn't be recorded.")
    BROKEN = "broken", _("It couldn't be applied for several days.")


TO_REVIEW = Q(state=State.FLAGGED, reviewed_at__isnull=True)
NOTE_LENGTH = 240
_PARKED = Q(state=State.PARKED)


class ChannelNotice(ShopRow):
    """`account`: the number in the address it came to; empty for the account of the environment. `verified_by`: the
    accounts whose secrets have verified it, sorted, 0 for that of the environment; it counts for them only
    (`verified.verifiers`; empty where a process of an older version has stored it). `event_id`
    is the channel's own, and with these the key under which it is stored once (F5): who has one account's secrets
    cannot use up the event numbers of another."""

    # Both empty until its refund is known.
    shop_id = ShopId(parent="refund", null=True)
    refund = ShopForeignKey("Refund", models.PROTECT, null=True, related_name="notices", verbose_name=_("refund"))
    channel = models.CharField(_("channel"), max_length=32)
    account = models.CharField(_("account number at the channel"), max_length=128, blank=True)
    verified_by = ArrayField(models.BigIntegerField(), db_default=[], editable=False)
    event_id = models.CharField(_("number of the notice"), max_length=255)
    kind = models.CharField(_("about"), max_length=16, choices=[(kind, kind) for kind in KINDS])
    # Of a refund: an outcome of the channel, `failed` with its words in `reason`, or empty.
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    transaction_no = models.CharField(_("transaction no."), max_length=128, blank=True)
    charge_no = models.CharField(max_length=128, blank=True)
    refund_no = models.CharField(_("refund no."), max_length=128, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    gateway_no = models.CharField(_("number at the gateway"), max_length=128, blank=True)
    trace_no = models.CharField(_("trace number"), max_length=128, blank=True)
    # Where the money went, masked by the channel. Kept only while it waits, or a person has to look: the refund has it.
    received_account = models.CharField(max_length=128, blank=True, default="", db_default="", editable=False)
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    chargeback_no = models.CharField(_("chargeback no."), max_length=128, blank=True)
    # Of a complaint, which names no payment: `transaction_no` is that of the first one that is not here.
    complaint_no = models.CharField(_("complaint no."), max_length=128, blank=True, default="", db_default="")
    chargeback_status = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField(_("said at"), null=True)
    received_at = models.DateTimeField(pgettext_lazy("time", "received"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PARKED)
    flag = models.CharField(_("why"), max_length=24, choices=Flag.choices, blank=True)
    next_look_at = models.DateTimeField(_("next look"), null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    # Of a flagged one: who of support has looked, and what became of it.
    reviewed_by = models.BigIntegerField(null=True, editable=False)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True, default="", db_default="")

    class Meta:
        verbose_name, verbose_name_plural = _("notice of a channel"), _("notices of channels")
        indexes = [
            models.Index(fields=["next_look_at"], condition=_PARKED, name="notice_next_look"),
            models.Index(fields=["-id"], condition=TO_REVIEW, name="notice_to_review"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "account", "event_id", "verified_by"], name="notice_once"),
            SameShop(field="refund", name="notice_refund_same_shop"),
            models.CheckConstraint(
                condition=Q(shop_id__isnull=False, refund__isnull=False) | Q(shop_id__isnull=True, refund__isnull=True),
                name="notice_refund_in_shop",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_state"),
            models.CheckConstraint(
                condition=Q(state=State.PARKED, next_look_at__isnull=False)
                | ~Q(state=State.PARKED) & Q(next_look_at__isnull=True),
                name="notice_waits_until",
            ),
            models.CheckConstraint(
                condition=Q(state=State.FLAGGED) & ~Q(flag="") | ~Q(state=State.FLAGGED) & Q(flag=""),
                name="notice_flagged_why",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, note="")
                | Q(state=State.FLAGGED, reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(note=""),
                name="notice_reviewed",
            ),
        ]

    def __str__(self) -> str:
        return f"{company(self.channel)} {self.event_id}"
