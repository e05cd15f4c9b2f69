from decimal import Decimal

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.numbers import NumberKey
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .order import Order, money


class Purpose(models.TextChoices):
    ORDER = "order", _("the order")
    DIFFERENCE = "difference", _("a price difference")


class Payment(ShopRow):
    """One tender. `refunded` counts what is reserved for refunds on their way as well as what is back;
    a CHECK makes it impossible to pay back more than came in."""

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, related_name="payments", verbose_name=_("order"))
    purpose = models.CharField(_("for"), max_length=16, choices=Purpose.choices, default=Purpose.ORDER)
    channel = models.CharField(_("channel"), max_length=32)
    transaction_no = models.CharField(_("transaction no."), max_length=128)
    captured = money(_("captured"))
    refunded = money(_("refunded"))
    # Of that, before the order was imported: no refund explains it.
    refunded_before = money(_("refunded before the import"), editable=False)
    # What one transaction of the channel pays in all, where it pays several orders of the shop.
    shared_total = money(_("paid by the transaction in all"), default=None, null=True, blank=True)
    paid_at = models.DateTimeField(_("paid"))

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["channel", "transaction_no"], name="payment_transaction"),
            # The desk finds a payment by the number alone, or by its beginning.
            models.Index(OpClass(NumberKey("transaction_no"), "text_pattern_ops"), name="payment_by_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="payment_id_in_shop"),
            SameShop(field="order", name="payment_order_same_shop"),
            # With the order in it: one transaction at the channel may pay several orders.
            models.UniqueConstraint(fields=["order", "channel", "transaction_no"], name="payment_once"),
            models.CheckConstraint(condition=Q(captured__gte=0), name="payment_captured"),
            models.CheckConstraint(
                condition=Q(shared_total__isnull=True) | Q(captured__lte=F("shared_total")), name="payment_shared_total"
            ),
            models.CheckConstraint(
                condition=Q(refunded_before__gte=0, refunded__gte=F("refunded_before")), name="payment_before"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="payment_never_over_refunded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.transaction_no}"

    @property
    def left(self) -> Decimal:
        return self.captured - self.refunded
