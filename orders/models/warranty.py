from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop

RETURN_DAYS, EXCHANGE_DAYS = 7, 15  # D-8: of every good under 三包
MAX_DAYS = 3660


class WarrantyTerm(models.Model):
    """三包 of a category of goods: for how many days from delivery a fault gives a return, an exchange, a repair (D-8).

    Without a shop it is the law, for all shops, shipped with the program. A shop's own row of a category can only be
    kinder than the one of the law: a trigger refuses less (migration 0018)."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, verbose_name=_("shop"))
    # As on SKUs and order lines; kept in small letters, by which it is compared.
    category = models.CharField(_("category"), max_length=80)
    return_days = models.PositiveSmallIntegerField(_("return, days"), default=RETURN_DAYS)
    exchange_days = models.PositiveSmallIntegerField(_("exchange, days"), default=EXCHANGE_DAYS)
    repair_days = models.PositiveSmallIntegerField(_("free repair, days"))

    class Meta:
        verbose_name, verbose_name_plural = _("warranty of a category"), _("warranties of categories")
        ordering = ["category", "id"]
        constraints = [
            # A category of all shops has no shop: without `nulls_distinct=False` it could be entered twice.
            models.UniqueConstraint(fields=["shop", "category"], name="warranty_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(return_days__gte=RETURN_DAYS), name="warranty_return"),
            models.CheckConstraint(
                condition=Q(exchange_days__gte=EXCHANGE_DAYS) & Q(exchange_days__gte=F("return_days")),
                name="warranty_exchange",
            ),
            models.CheckConstraint(
                condition=Q(repair_days__gte=F("exchange_days"), repair_days__lte=MAX_DAYS), name="warranty_repair"
            ),
        ]

    def __str__(self) -> str:
        return self.category
