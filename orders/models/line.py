from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .order import Order, money
from .payment import Payment
from .sku import Sku
from .titled import Titled


class OrderLine(Titled, ShopRow):
    """One line with its shares frozen at order time (F-2) and what has become of its units and its money.

    Units: `open` are in open tickets, `refunded` were paid back; of the unshipped ones `reserved` are in open
    refunds, and so kept from shipping, and `cancelled` will never ship. Money: `open_amount` is promised to open
    tickets, `refunded_amount` was paid back; `allocated_share` is what open, refunded and exchanged units are worth
    (F-3).

    Exchanged units become a line of their own that `replaces` this one (B-15): what the buyer holds now.
    `exchanged_quantity` and `exchanged_amount` are the units that were given for it and the money that went along.
    """

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SHIPPING = "shipping", _("shipping")
        FEE = "fee", _("fee")
        GIFT = "gift", _("gift")

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveIntegerField(_("position"))
    # A gift costs nothing: its `unit_price` is the price that was marked beforehand (D-4 art. 12), its `discount` all
    # of it. Shipping and fees are for shops that invoice them as lines; nobody does so yet.
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.GOODS, editable=False)
    # Of a gift: the goods that it came with; none: with the order as a whole.
    gift_of = ShopForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="gifts", verbose_name=_("gift with")
    )
    sku = ShopForeignKey(Sku, models.PROTECT, verbose_name=_("SKU"))
    category = models.CharField(_("category"), max_length=80, blank=True)
    image_url = models.CharField(_("picture"), max_length=500, blank=True)
    unit_price = money(_("unit price"))
    quantity = models.PositiveIntegerField(_("quantity"))
    discount = money(_("discount of the line"))
    discount_share = money(_("share of the order's discount"))
    points_share = money(_("share of the points deduction"))
    points = models.PositiveIntegerField(_("points used"), default=0)
    paid_amount = money(pgettext_lazy("amount", "paid"))

    # Copied from the SKU at purchase: a change of the SKU does not change what was sold.
    virtual = models.BooleanField(_("virtual"), default=False)
    exchange_excluded = models.BooleanField(_("no exchange"), default=False)
    no_reason_exempt = models.BooleanField(_("exempt from no-reason return"), default=False)
    exempt_confirmed = models.BooleanField(_("exemption confirmed at purchase"), default=False)
    # 三包 (D-8) as on the day of the sale, by `orders.warranty`; `warranty_days` for repairs. Where there is a
    # warranty, returns and exchanges have 7 and 15 days at least.
    warranty_days = models.PositiveSmallIntegerField(_("warranty, days"), default=0)
    warranty_return_days = models.PositiveSmallIntegerField(_("warranty: return, days"), default=0, db_default=0)
    warranty_exchange_days = models.PositiveSmallIntegerField(_("warranty: exchange, days"), default=0, db_default=0)
    # D-5: where the goods are installed, the duty runs from then.
    installed_at = models.DateTimeField(_("installed"), null=True, blank=True)
    # Units × attempts to repair a fault of them: those that were carried out and, after one was, those that the shop
    # refused (`aftersales.ledger.repairs`). A fault that is reported again makes each of them a failed one (D-8).
    repair_attempts = models.PositiveIntegerField(_("attempts to repair"), default=0, db_default=0)

    # When the last parcel with its units was delivered, as far as known: terms of the law begin with the goods and
    # not with the order. `delivery_proven`: not the bare word of the shop alone.
    delivered_at = models.DateTimeField(pgettext_lazy("time", "delivered"), null=True, blank=True)
    delivery_proven = models.BooleanField(_("delivery proven"), default=False, editable=False)

    shipped_quantity = models.PositiveIntegerField(_("shipped"), default=0)
    reserved_quantity = models.PositiveIntegerField(_("reserved for refunds"), default=0)
    cancelled_quantity = models.PositiveIntegerField(_("cancelled"), default=0)
    open_quantity = models.PositiveIntegerField(_("in open tickets"), default=0)
    refunded_quantity = models.PositiveIntegerField(_("refunded units"), default=0)
    allocated_share = money(_("worth of allocated units"))
    open_amount = money(_("promised to open tickets"))
    refunded_amount = money(_("refunded"))
    # Of that, before the order was imported: no ticket explains it.
    refunded_before = money(_("refunded before the import"), editable=False)
    failed_applications = models.PositiveSmallIntegerField(_("unsuccessful applications"), default=0)

    # No index of its own: lines are read by order, and few replace another.
    replaces = ShopForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="replaced_by",
        verbose_name=_("resend of"),
    )  # fmt: skip
    exchanged_quantity = models.PositiveIntegerField(_("exchanged"), default=0)
    exchanged_amount = money(_("gone to replacements"))
    # Of a replacement only. NULL on a line that was bought: its unit price is the list price that was paid.
    list_paid = money(_("list price that was paid for"), default=None, null=True, blank=True)
    window_ends_at = models.DateTimeField(_("its own window ends"), null=True, blank=True)
    # What was paid for a dearer replacement, and what of it went back: refunds of the line use it up first (F-8).
    difference_payment = ShopForeignKey(
        Payment, models.PROTECT, null=True, blank=True, db_index=False, related_name="lines",
        verbose_name=_("payment of the difference"),
    )  # fmt: skip
    difference_paid = money(_("difference paid"))
    difference_refunded = money(_("difference refunded"))

    class Meta:
        verbose_name, verbose_name_plural = _("order line"), _("order lines")
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="line_id_in_shop"),
            SameShop(field="order", name="line_order_same_shop"),
            SameShop(field="sku", name="line_sku_same_shop"),
            SameShop(field="replaces", name="line_replaces_same_shop"),
            SameShop(field="difference_payment", name="line_difference_same_shop"),
            SameShop(field="gift_of", name="line_gift_same_shop"),
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(kind__in=["goods", "shipping", "fee", "gift"]), name="line_kind"),
            models.CheckConstraint(
                condition=~Q(kind="gift") & Q(gift_of__isnull=True)
                | Q(kind="gift") & (Q(paid_amount=0) | Q(replaces__isnull=False)),
                name="line_gift_is_free",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity"),
            models.CheckConstraint(
                # Parallel applications never take more than the line has (F9).
                condition=Q(quantity__gte=F("refunded_quantity") + F("open_quantity") + F("exchanged_quantity")),
                name="line_units_once",
            ),
            models.CheckConstraint(
                # A unit is shipped or refunded unshipped, never both (B-01).
                condition=Q(quantity__gte=F("shipped_quantity") + F("reserved_quantity") + F("cancelled_quantity")),
                name="line_ship_or_refund",
            ),
            models.CheckConstraint(
                # No line pays back more than was paid for it (F-5).
                condition=Q(refunded_amount__gte=0, open_amount__gte=0, exchanged_amount__gte=0)
                & Q(paid_amount__gte=F("refunded_amount") + F("open_amount") + F("exchanged_amount")),
                name="line_money_once",
            ),
            models.CheckConstraint(
                condition=Q(refunded_before__gte=0, refunded_amount__gte=F("refunded_before")), name="line_before"
            ),
            models.CheckConstraint(
                condition=Q(delivery_proven=False) | Q(delivered_at__isnull=False), name="line_proven_is_delivered"
            ),
            models.CheckConstraint(
                # Installed before it came: the duty would begin too early.
                condition=Q(installed_at__isnull=True)
                | Q(delivered_at__isnull=False, installed_at__gte=F("delivered_at")),
                name="line_installed_after_delivery",
            ),
            models.CheckConstraint(
                condition=Q(allocated_share__gte=0, allocated_share__lte=F("paid_amount")), name="line_share"
            ),
            models.CheckConstraint(
                condition=Q(
                    # The frozen shares explain the paid amount to the cent (F-2). A replacement is worth what was paid.
                    replaces__isnull=True, paid_amount=F("unit_price") * F("quantity")
                    - F("discount") - F("discount_share") - F("points_share")
                )
                | Q(replaces__isnull=False, discount=0, discount_share=0, points_share=0),
                name="line_paid_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0, discount__gte=0, discount_share__gte=0, points_share__gte=0, paid_amount__gte=0
                ),
                name="line_amounts",
            ),
            models.CheckConstraint(
                # Only a replacement has them.
                condition=Q(replaces__isnull=True, list_paid__isnull=True, window_ends_at__isnull=True)
                | Q(replaces__isnull=False) & (Q(list_paid__isnull=True) | Q(list_paid__gte=0)),
                name="line_bought_or_replacement",
            ),
            models.CheckConstraint(
                condition=Q(difference_refunded__gte=0, difference_paid__gte=F("difference_refunded"))
                & (Q(difference_paid=0) | Q(difference_payment__isnull=False, replaces__isnull=False)),
                name="line_difference_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.shown_title} × {self.quantity}"

    @property
    def to_ship(self) -> int:
        """Units that may be shipped: not shipped, not reserved for a refund, not cancelled."""
        return self.quantity - self.shipped_quantity - self.reserved_quantity - self.cancelled_quantity

    @property
    def left_quantity(self) -> int:
        """Units that the line still stands for: neither refunded nor exchanged."""
        return self.quantity - self.refunded_quantity - self.exchanged_quantity

    @property
    def allocated_quantity(self) -> int:
        return self.refunded_quantity + self.open_quantity + self.exchanged_quantity

    @property
    def free_quantity(self) -> int:
        return self.quantity - self.allocated_quantity

    @property
    def free_amount(self) -> Decimal:
        return self.paid_amount - self.refunded_amount - self.open_amount - self.exchanged_amount

    @property
    def list_price_paid(self) -> Decimal:
        """Of one unit: the list price that the buyer's money stands for (F-9)."""
        return self.unit_price if self.list_paid is None else self.list_paid

    @property
    def warranty_from(self) -> datetime | None:
        """D-5: the duty begins with the delivery, or with the installation."""
        return self.installed_at or self.delivered_at

    @property
    def difference_left(self) -> Decimal:
        return self.difference_paid - self.difference_refunded
