from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import OrderLine, Sku

from .ticket import Ticket
from .ticket_line import Condition

CONDITIONS = [(condition.value, condition.label) for condition in Condition if condition != Condition.MISSING]


class ExtraGoods(ShopRow):
    """Units in a return parcel that nobody announced: of a line of the order, another SKU of the shop, or unknown."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="extra_goods", verbose_name=_("ticket"))
    line = ShopForeignKey(
        OrderLine, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("order line"),
    )  # fmt: skip
    sku = ShopForeignKey(
        Sku, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("SKU")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    condition = models.CharField(_("condition"), max_length=16, choices=CONDITIONS)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name, verbose_name_plural = _("extra goods"), _("extra goods")
        ordering = ["id"]
        constraints = [
            SameShop(field="ticket", name="extra_goods_ticket_same_shop"),
            SameShop(field="line", name="extra_goods_line_same_shop"),
            SameShop(field="sku", name="extra_goods_sku_same_shop"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="extra_goods_quantity"),
            models.CheckConstraint(
                condition=Q(condition__in=[code for code, _label in CONDITIONS]), name="extra_goods_condition"
            ),
            models.CheckConstraint(condition=Q(line__isnull=True) | Q(sku__isnull=True), name="extra_goods_one_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id or self.sku_id} × {self.quantity}"

    @property
    def title(self) -> str:
        """Fetch with line and sku. Empty: nobody knows what it is."""
        known = self.line or self.sku
        return str(known.shown_title) if known is not None else ""

    @property
    def code(self) -> str:
        known = self.line.sku if self.line is not None else self.sku
        return known.code if known is not None else ""
