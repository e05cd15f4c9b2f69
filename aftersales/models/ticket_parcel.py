from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from logistics.models import Parcel

from .ticket import Ticket


class TicketParcel(ShopRow):
    """The parcels of a ticket, by what they carry. A number that was corrected, or a replacement that was sent again,
    leaves the earlier row: `is_current` is the one that counts, all of them are found by their number."""

    class Kind(models.TextChoices):
        RETURN = "return", _("return")
        REPLACEMENT = "replacement", _("replacement")
        SEND_BACK = "send_back", _("refused goods to the buyer")

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="ticket_parcels")
    parcel = ShopOneToOneField(Parcel, models.PROTECT, related_name="ticket_parcel")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    is_current = models.BooleanField(default=True)
    # The buyer's own number. The newest of them counts also after somebody else gave another: the shop, which pays,
    # must not turn the news of the goods away from the ticket (B-19).
    by_buyer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            SameShop(field="ticket", name="ticket_parcel_ticket_same_shop"),
            SameShop(field="parcel", name="ticket_parcel_parcel_same_shop"),
            models.CheckConstraint(
                condition=Q(kind__in=["return", "replacement", "send_back"]), name="ticket_parcel_kind"
            ),
            # Only the reports of the current parcel move the ticket, so there is at most one of a kind.
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(is_current=True), name="ticket_parcel_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.kind} {self.parcel_id}"
