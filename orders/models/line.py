from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.relations import ShopForeignKey, ShopRow
from kernel.shops import SameShop, ShopId

from .order import Order, money
from .sku import Sku


class OrderLine(ShopRow):
    """One line with its shares frozen at order time (F-2) and what has become of its units and its money.

    Units: `open` are in open tickets, `refunded` were paid back; of the unshipped ones `reserved` are in open
    refunds, and so kept from shipping, and `cancelled` will never ship. Money: `open_amount` is promised to open
    tickets, `refunded_amount` was paid back; `allocated_share` is what open and refunded units are worth (F-3).
    """

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SHIPPING = "shipping", _("shipping")
        FEE = "fee", _("fee")
        GIFT = "gift", _("gift")

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveIntegerField(_("position"))
    # Every line is goods today; the other kinds are for shops that invoice shipping, fees and gifts as lines.
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.GOODS, editable=False)
    sku = ShopForeignKey(Sku, models.PROTECT, verbose_name=_("SKU"))
    title = models.CharField(_("title"), max_length=240)
    spec = models.CharField(_("specification"), max_length=240, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    image_url = models.CharField(_("picture"), max_length=500, blank=True)
    unit_price = money(_("unit price"))
    quantity = models.PositiveIntegerField(_("quantity"))
    discount = money(_("discount of the line"))
    discount_share = money(_("share of the order's discount"))
    points_share = money(_("share of the points deduction"))
    points = models.PositiveIntegerField(_("points used"), default=0)
    paid_amount = money(_("paid"))

    # Copied from the SKU at purchase: a change of the SKU does not change what was sold.
    virtual = models.BooleanField(_("virtual"), default=False)
    exchange_excluded = models.BooleanField(_("no exchange"), default=False)
    no_reason_exempt = models.BooleanField(_("exempt from no-reason return"), default=False)
    exempt_confirmed = models.BooleanField(_("exemption confirmed at purchase"), default=False)
    warranty_days = models.PositiveSmallIntegerField(_("warranty, days"), default=0)

    shipped_quantity = models.PositiveIntegerField(_("shipped"), default=0)
    reserved_quantity = models.PositiveIntegerField(_("reserved for refunds"), default=0)
    cancelled_quantity = models.PositiveIntegerField(_("cancelled"), default=0)
    open_quantity = models.PositiveIntegerField(_("in open tickets"), default=0)
    refunded_quantity = models.PositiveIntegerField(_("refunded units"), default=0)
    allocated_share = money(_("worth of allocated units"))
    open_amount = money(_("promised to open tickets"))
    refunded_amount = money(_("refunded"))
    failed_applications = models.PositiveSmallIntegerField(_("unsuccessful applications"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("order line"), _("order lines")
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="line_id_in_shop"),
            SameShop(field="order", name="line_order_same_shop"),
            SameShop(field="sku", name="line_sku_same_shop"),
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(kind__in=["goods", "shipping", "fee", "gift"]), name="line_kind"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity"),
            models.CheckConstraint(
                # Parallel applications never take more than the line has (F9).
                condition=Q(quantity__gte=F("refunded_quantity") + F("open_quantity")), name="line_units_once"
            ),
            models.CheckConstraint(
                # A unit is shipped or refunded unshipped, never both (B-01).
                condition=Q(quantity__gte=F("shipped_quantity") + F("reserved_quantity") + F("cancelled_quantity")),
                name="line_ship_or_refund",
            ),
            models.CheckConstraint(
                # No line pays back more than was paid for it (F-5).
                condition=Q(refunded_amount__gte=0, open_amount__gte=0)
                & Q(paid_amount__gte=F("refunded_amount") + F("open_amount")),
                name="line_money_once",
            ),
            models.CheckConstraint(
                condition=Q(allocated_share__gte=0, allocated_share__lte=F("paid_amount")), name="line_share"
            ),
            models.CheckConstraint(
                condition=Q(
                    # The frozen shares explain the paid amount to the cent (F-2).
                    paid_amount=F("unit_price") * F("quantity")
                    - F("discount") - F("discount_share") - F("points_share")
                ),
                name="line_paid_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0, discount__gte=0, discount_share__gte=0, points_share__gte=0, paid_amount__gte=0
                ),
                name="line_amounts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} × {self.quantity}"

    @property
    def to_ship(self) -> int:
        """Units that may be shipped: not shipped, not reserved for a refund, not cancelled."""
        return self.quantity - self.shipped_quantity - self.reserved_quantity - self.cancelled_quantity

    @property
    def allocated_quantity(self) -> int:
        return self.refunded_quantity + self.open_quantity

    @property
    def free_quantity(self) -> int:
        return self.quantity - self.allocated_quantity

    @property
    def free_amount(self) -> Decimal:
        return self.paid_amount - self.refunded_amount - self.open_amount
