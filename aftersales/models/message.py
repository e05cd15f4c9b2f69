from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.actors import BUYER, MERCHANT, SUPPORT
from kernel.relations import ShopForeignKey, ShopRow
from kernel.shops import SameShop, ShopId

from .ticket import Ticket

AUTHORS = (BUYER, MERCHANT, SUPPORT)
MAX_TEXT = 2000


class Message(ShopRow):
    """What one party wrote to the others about a ticket (S-107, S-117, S-123). Append only: a trigger refuses UPDATE
    and DELETE, because messages are evidence. The text is empty where only photos (`evidence`) were sent."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.PROTECT, db_index=False, related_name="messages", verbose_name=_("ticket"))
    author_kind = models.CharField(max_length=16)
    # A copy: the message keeps the name under which it was written.
    author_name = models.CharField(_("author"), max_length=150)
    author_id = models.BigIntegerField(null=True)
    text = models.TextField(_("text"), blank=True, max_length=MAX_TEXT)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="message_of_ticket")]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="message_id_in_shop"),
            SameShop(field="ticket", name="message_ticket_same_shop"),
            models.CheckConstraint(condition=Q(author_kind__in=AUTHORS), name="message_author_kind"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
