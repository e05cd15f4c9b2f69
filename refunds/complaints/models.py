from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey
from orders.models import Payment

from .machine import ComplaintMachine, Status
from .policy import TEXT_LENGTH


def late(now: datetime) -> Q:
    """The channel's time for the first answer, or for the solution, is over."""
    return Q(status=Status.OPEN, answer_by__lt=now) | Q(status__in=(Status.OPEN, Status.ANSWERED), solve_by__lt=now)


class Complaint(ComplaintMachine):
    """What a buyer complains of to the channel about one payment, as the channel said it last.

    It takes nothing of the payment: what the channel holds or has paid back is a chargeback, under the same number.
    """

    machine_name = "complaint"

    shop_id = ShopId(parent="payment")
    payment = ShopForeignKey(Payment, models.PROTECT, related_name="complaints", verbose_name=_("payment"))
    complaint_no = models.CharField(_("complaint no."), max_length=128)
    channel_status = models.CharField(_("status at the channel"), max_length=32, blank=True)
    reason = models.CharField(_("category at the channel"), max_length=120, blank=True)
    # In the buyer's own words; goes with the order's personal data.
    text = models.CharField(_("what the buyer wrote"), max_length=TEXT_LENGTH, blank=True)
    amount = models.DecimalField(_("amount asked for"), max_digits=12, decimal_places=2, null=True, blank=True)
    with_platform = models.BooleanField(_("with the channel's support"), default=False)
    fully_refunded = models.BooleanField(_("wholly refunded, says the channel"), default=False)
    opened_at = models.DateTimeField(pgettext_lazy("complaint", "made"))
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    solve_by = models.DateTimeField(_("solve by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # When the question was asked whose answer is stored, by the real clock: an answer to an earlier one is older.
    asked_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("complaint"), _("complaints")
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="complaint_newest"),
            # What somebody has to look at: few rows.
            models.Index(fields=["shop_id", "-id"], condition=~Q(status=Status.CLOSED), name="complaint_to_see"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="complaint_id_in_shop"),
            SameShop(field="payment", name="complaint_payment_same_shop"),
            # With the payment in it: a complaint may be about several.
            models.UniqueConstraint(F("shop_id"), F("payment_id"), F("complaint_no"), name="complaint_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="complaint_status"),
            models.CheckConstraint(condition=~Q(complaint_no=""), name="complaint_numbered"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="complaint_amount"),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | ~Q(status=Status.CLOSED) & Q(closed_at__isnull=True),
                name="complaint_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.complaint_no

    @property
    def currency(self) -> str:
        return str(self.payment.order.currency)
