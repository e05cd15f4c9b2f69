from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Order

from ..states import BenefitState
from .ticket import Ticket


class BenefitKind(models.TextChoices):
    POINTS_BACK = "points_back", _("points returned to the buyer")
    POINTS_TAKEN_BACK = "points_taken_back", _("earned points taken back")
    COUPON_BACK = "coupon_back", _("coupon returned to the buyer")
    COUPON_CANCELLED = "coupon_cancelled", _("coupon from the order cancelled")


class Benefit(ShopRow):
    """One instruction to the shop's own system, which keeps the wallets of points and coupons (B-03, F-7): this one
    keeps none. Written once, with the refund that arrived; the shop's system reads it, carries it out and says so.

    `key` names it for ever: whoever carries it out twice can see that. `reissued`: the coupon had expired, so a new
    one is to be given that is valid until `valid_until`.
    """

    Kind = BenefitKind

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.PROTECT, related_name="benefits", verbose_name=_("ticket"))
    order = ShopForeignKey(Order, models.PROTECT, related_name="benefits", db_index=False, verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=24, choices=BenefitKind.choices)
    key = models.CharField(_("key"), max_length=160)
    points = models.PositiveIntegerField(_("points"), default=0)
    code = models.CharField(_("coupon"), max_length=64, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    reissued = models.BooleanField(_("a new coupon, because the old one had expired"), default=False)
    # For units that came after the others of the ticket had been refunded.
    late = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(_("created"))
    acknowledged_at = models.DateTimeField(pgettext_lazy("time", "carried out"), null=True, blank=True)
    acknowledged_by = models.CharField(_("carried out by"), max_length=150, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("points or coupon"), _("points and coupons")
        ordering = ["id"]
        indexes = [
            # What the shop's system has still to do, oldest first.
            models.Index(fields=["shop_id", "id"], condition=Q(acknowledged_at__isnull=True), name="benefit_to_do"),
            models.Index(fields=["shop_id", "-created_at", "-id"], name="benefit_newest"),
        ]
        constraints = [
            SameShop(field="ticket", name="benefit_ticket_same_shop"),
            SameShop(field="order", name="benefit_order_same_shop"),
            models.UniqueConstraint(fields=["shop_id", "key"], name="benefit_key_once"),
            # Points once a ticket (and for late units by their key), a coupon once an order, whatever the code does.
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(code="", late=False), name="benefit_points_once_a_ticket"
            ),
            models.UniqueConstraint(
                fields=["order", "kind", "code"], condition=~Q(code=""), name="benefit_coupon_once_an_order"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["points_back", "points_taken_back"], points__gt=0, code="")
                & Q(valid_until__isnull=True, reissued=False)
                | Q(kind="coupon_back", points=0) & ~Q(code="")
                | Q(kind="coupon_cancelled", points=0, reissued=False) & ~Q(code=""),
                name="benefit_facts_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(reissued=False) | Q(valid_until__isnull=False), name="benefit_reissued_until"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by="") | Q(acknowledged_at__isnull=False),
                name="benefit_acknowledged",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def state(self) -> str:
        return BenefitState.PENDING if self.acknowledged_at is None else BenefitState.ACKNOWLEDGED
