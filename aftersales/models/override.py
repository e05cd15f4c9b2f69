"""A manager decided alone where two people, or a daily limit, would have stopped them (docs/limits.md)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models.order import money

from ..states import OverrideState
from .ticket import Ticket

_REVIEWED = Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
_RULED = Q(ruled_by__isnull=False, ruled_at__isnull=False, upheld__isnull=False)


class EmergencyOverride(ShopRow):
    """`user` decides alone on this version of the ticket, up to `amount` in money and goods. Somebody else reviews it
    afterwards; where they object, support decides whether they are right (`upheld`)."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="overrides", verbose_name=_("ticket"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    version = models.PositiveIntegerField(_("version of the ticket"))
    amount = money(_("up to"))
    reason = models.CharField(_("reason"), max_length=1000)
    # What it stands in the place of.
    without_second = models.BooleanField(_("without the second person"))
    above_daily_limit = models.BooleanField(_("above the daily limit"))
    at = models.DateTimeField(_("at"))
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("reviewed by"),
        editable=False,
    )  # fmt: skip
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    objected = models.BooleanField(pgettext_lazy("yes or no", "objected"), default=False)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    ruled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("decided by"),
        editable=False,
    )  # fmt: skip
    ruled_at = models.DateTimeField(_("decided"), null=True, blank=True)
    upheld = models.BooleanField(_("objection upheld"), null=True, blank=True)
    ruling = models.CharField(_("decision"), max_length=1000, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("emergency override"), _("emergency overrides")
        indexes = [
            models.Index(
                # How many of a person's nobody has reviewed, or were objected to.
                fields=["shop_id", "user"],
                condition=Q(reviewed_at__isnull=True) | Q(objected=True),
                name="override_to_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="override_id_in_shop"),
            SameShop(field="ticket", name="override_ticket_same_shop"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="override_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_reason"),
            models.CheckConstraint(
                condition=Q(without_second=True) | Q(above_daily_limit=True), name="override_of_a_limit"
            ),
            models.CheckConstraint(
                # NULL passes a CHECK, so both columns are asked for.
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, objected=False)
                | _REVIEWED & ~Q(reviewed_by=F("user")) & (Q(objected=False) | ~Q(note="")),
                name="override_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True, ruled_at__isnull=True, upheld__isnull=True)
                | _RULED & Q(objected=True) & ~Q(ruled_by=F("user")) & ~Q(ruling=""),
                name="override_objection_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} v{self.version}: {self.user_id} {self.amount}"

    @property
    def state(self) -> OverrideState:
        if self.reviewed_at is None:
            return OverrideState.OPEN
        if not self.objected:
            return OverrideState.ACCEPTED
        if self.ruled_at is None:
            return OverrideState.OBJECTED
        return OverrideState.UPHELD if self.upheld else OverrideState.DISMISSED


class OverrideAlarm(ShopRow):
    """One mail to one of those who could have been the second person. `result` empty: to be sent at `retry_after`.

    It becomes `unknown` before the mail server is spoken to, and `sent` once it has taken the mail: what a process that
    died left behind is never sent again. The others say why nothing was sent."""

    class Result(models.TextChoices):
        PENDING = "", pgettext_lazy("mail", "to be sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        UNKNOWN = "unknown", _("may have been sent")
        REFUSED = "refused", pgettext_lazy("mail", "failed")
        NO_ADDRESS = "no_address", _("has no mail address")
        NO_SERVER = "no_server", _("no mail server is set up")
        DISMISSED = "dismissed", _("can't review it any more")
        REVIEWED = "reviewed", _("reviewed before it was sent")

    shop_id = ShopId(parent="override")
    override = ShopForeignKey(EmergencyOverride, models.CASCADE, related_name="alarms")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    result = models.CharField(max_length=16, blank=True, choices=Result.choices, default=Result.PENDING)
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    retry_after = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(pgettext_lazy("time of a mail", "sent"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("alarm"), _("alarms")
        indexes = [models.Index(fields=["retry_after"], condition=Q(result=""), name="override_alarm_due")]
        constraints = [
            SameShop(field="override", name="override_alarm_same_shop"),
            models.UniqueConstraint(fields=["override", "user"], name="override_alarm_once"),
            models.CheckConstraint(
                condition=Q(result="", retry_after__isnull=False, sent_at__isnull=True)
                | Q(
                    result__in=["unknown", "refused", "no_address", "no_server", "dismissed", "reviewed"],
                    retry_after__isnull=True,
                    sent_at__isnull=True,
                )
                | Q(result="sent", retry_after__isnull=True, sent_at__isnull=False),
                name="override_alarm_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.override_id}: {self.user_id} {self.result}"
