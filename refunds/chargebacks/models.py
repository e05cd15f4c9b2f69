from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.numbers import NumberKey
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey
from orders.models import Payment

from .machine import ChargebackMachine, Status


class Chargeback(ChargebackMachine):
    """What the payer's bank took back of one payment, or holds until it has decided.

    `amount`: as the bank says, with its fees; of more than was paid, the payment's sums have what was. `excess`: of
    that, what the payer had been refunded before, and so has twice.
    """

    machine_name = "chargeback"

    shop_id = ShopId(parent="payment")
    payment = ShopForeignKey(Payment, models.PROTECT, related_name="chargebacks", verbose_name=_("payment"))
    # Of the payment: the number is one of the channel's.
    channel = models.CharField(_("channel"), max_length=32, editable=False)
    chargeback_no = models.CharField(_("chargeback no."), max_length=128)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    excess = models.DecimalField(_("paid twice"), max_digits=12, decimal_places=2, default=0, editable=False)
    reason = models.CharField(_("reason given by the bank"), max_length=240, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Of the latest report that counted and said its time, by the channel's clock: what the channel said before that
    # counts no more.
    reported_at = models.DateTimeField(_("reported by the channel"), null=True, blank=True, editable=False)
    # Its last end counted without a time, so that none is known to be later.
    ended_untimed = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("chargeback"), _("chargebacks")
        indexes = [
            # A report finds its row by the number, however it is typed.
            models.Index(F("shop_id"), NumberKey("chargeback_no"), name="chargeback_by_key"),
            models.Index(fields=["-opened_at", "-id"], name="chargeback_newest"),
            # What somebody has to look at: few rows.
            models.Index(
                fields=["shop_id", "-id"], condition=Q(status=Status.OPEN) | Q(excess__gt=0), name="chargeback_to_see"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="chargeback_id_in_shop"),
            SameShop(field="payment", name="chargeback_payment_same_shop"),
            # With the payment in it: one transaction at the channel may pay several orders.
            models.UniqueConstraint(F("shop_id"), F("payment_id"), NumberKey("chargeback_no"), name="chargeback_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="chargeback_status"),
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(chargeback_no=""), name="chargeback_amount"),
            models.CheckConstraint(
                condition=Q(excess=0) | Q(excess__gt=0, excess__lte=F("amount")) & ~Q(status=Status.WON),
                name="chargeback_excess",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.OPEN, ended_at__isnull=True)
                | ~Q(status=Status.OPEN) & Q(ended_at__gte=F("opened_at")),
                name="chargeback_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.chargeback_no
