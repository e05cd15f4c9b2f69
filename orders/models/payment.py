from decimal import Decimal

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.numbers import NumberKey
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .order import Order, money


class Purpose(models.TextChoices):
    ORDER = "order", _("the order")
    DIFFERENCE = "difference", _("a price difference")


class Payment(ShopRow):
    """One tender. `refunded` counts what is reserved for refunds on their way as well as what is back, `charged_back`
    what the payer's bank holds or has taken: a CHECK makes it impossible that both are more than came in (B-23).

    `disputed` and `lost` are the amounts of its open and its lost chargebacks. They can be more than `charged_back`, by
    what is or was refunded as well (docs/chargebacks.md)."""

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, related_name="payments", verbose_name=_("order"))
    purpose = models.CharField(_("for"), max_length=16, choices=Purpose.choices, default=Purpose.ORDER)
    channel = models.CharField(_("channel"), max_length=32)
    transaction_no = models.CharField(_("transaction no."), max_length=128)
    captured = money(_("captured"))
    refunded = money(_("refunded"))
    # Of that, before the order was imported: no refund explains it.
    refunded_before = money(_("refunded before the import"), editable=False)
    charged_back = money(_("charged back"), db_default=0)
    disputed = money(_("in open chargebacks"), db_default=0, editable=False)
    lost = money(_("in lost chargebacks"), db_default=0, editable=False)
    # What one transaction of the channel pays in all, where it pays several orders of the shop.
    shared_total = money(_("paid by the transaction in all"), default=None, null=True, blank=True)
    paid_at = models.DateTimeField(pgettext_lazy("time", "paid"))

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
                condition=Q(refunded__gte=0, charged_back__gte=0, captured__gte=F("refunded") + F("charged_back")),
                name="payment_never_over_refunded",
            ),
            models.CheckConstraint(
                # As much of its chargebacks as fits beside the refunds: so a refund can take nothing of them, and what
                # a refund gives back is theirs first.
                condition=Q(
                    disputed__gte=0,
                    lost__gte=0,
                    charged_back=Least(F("disputed") + F("lost"), F("captured") - F("refunded")),
                ),
                name="payment_shared_cap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.transaction_no}"

    @property
    def transaction_total(self) -> Decimal:
        """What the channel knows the transaction by: it may have paid several orders."""
        return self.shared_total or self.captured

    @property
    def left(self) -> Decimal:
        """What may still be refunded: neither reserved, nor back, nor with the bank."""
        return self.captured - self.refunded - self.charged_back

    @property
    def overlap(self) -> Decimal:
        """Of its chargebacks, what is or was refunded as well."""
        return self.disputed + self.lost - self.charged_back
