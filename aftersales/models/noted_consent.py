from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopOneToOneField, ShopRow
from orders.models.order import money

from .ticket import Ticket


class NotedConsent(ShopRow):
    """Less was paid on a note of how the buyer agreed (B-13): how much was kept back by it, and the buyer's objection.

    `claim` is the ticket by which they ask for it, decided by a manager, then by support.
    """

    shop_id = ShopId(parent="ticket")
    ticket = ShopOneToOneField(Ticket, models.PROTECT, related_name="noted_consent", verbose_name=_("ticket"))
    amount = money(_("withheld"))
    note = models.TextField(_("note"), max_length=1000)
    noted_by = models.CharField(max_length=150)
    noted_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("at"))
    objected_at = models.DateTimeField(null=True)
    claim = ShopOneToOneField(Ticket, models.PROTECT, null=True, related_name="objects_to")

    class Meta:
        constraints = [
            SameShop(field="ticket", name="noted_consent_ticket_same_shop"),
            SameShop(field="claim", name="noted_consent_claim_same_shop"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="noted_consent_amount"),
            models.CheckConstraint(
                condition=Q(objected_at__isnull=True, claim__isnull=True)
                | Q(objected_at__isnull=False, claim__isnull=False),
                name="noted_consent_objection_has_its_claim",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.amount}"
