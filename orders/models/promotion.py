from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .order import Order, money


class PromotionKind(models.TextChoices):
    THRESHOLD = "threshold", _("discount from an amount on")
    FREE_SHIPPING = "free_shipping", _("free shipping from an amount on")
    COUPON_USED = "coupon_used", _("coupon used")
    COUPON_GIVEN = "coupon_given", _("coupon given by the order")


class Promotion(ShopRow):
    """A promotion that the order was bought under, as the shop's system reported it; never changed.

    `threshold` is compared with the goods after their own discounts. `discount` is a part of the order's discount, lost
    below the threshold; several steps of one promotion are rows of their own, each with what it adds. `freight` is what
    would have been charged without free shipping. `valid_until` of a coupon: from then on it is expired; NULL: never.
    """

    Kind = PromotionKind

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.CASCADE, related_name="promotions", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=16, choices=PromotionKind.choices)
    code = models.CharField(_("code"), max_length=64)
    threshold = money(_("from an amount of"))
    discount = money(_("discount"))
    freight = money(_("freight without it"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("promotion"), _("promotions")
        ordering = ["id"]
        constraints = [
            SameShop(field="order", name="promotion_order_same_shop"),
            models.UniqueConstraint(fields=["order", "kind", "code"], name="promotion_once"),
            models.CheckConstraint(
                condition=Q(kind="threshold", threshold__gt=0, discount__gt=0, freight=0, valid_until__isnull=True)
                | Q(kind="free_shipping", threshold__gt=0, discount=0, freight__gt=0, valid_until__isnull=True)
                | Q(kind__in=["coupon_used", "coupon_given"], threshold=0, discount=0, freight=0),
                name="promotion_facts_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
