from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.actors import BUYER, MERCHANT, SUPPORT
from kernel.remarks import in_words
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Order

from .ticket import Ticket

AUTHORS = (BUYER, MERCHANT, SUPPORT)
MAX_TEXT = 2000


class Message(ShopRow):
    """What one party wrote to the others about an order (S-163) or one of its tickets (S-107, S-117, S-123). Append
    only: a trigger refuses UPDATE and DELETE, because messages are evidence. The text is empty where only photos
    (`evidence`) were sent."""

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, db_index=False, related_name="messages", verbose_name=_("order"))
    # Empty: a question on the order, which is no claim.
    ticket = ShopForeignKey(
        Ticket, models.PROTECT, null=True, db_index=False, related_name="messages", verbose_name=_("ticket")
    )
    author_kind = models.CharField(max_length=16)
    # A copy: the message keeps the name under which it was written.
    author_name = models.CharField(_("author"), max_length=150)
    author_id = models.BigIntegerField(null=True)
    text = models.TextField(_("text"), blank=True, max_length=MAX_TEXT)
    # What the system says for the author, as a code that is put into words when it is read (`kernel.remarks`).
    remark = models.CharField(max_length=32, blank=True, editable=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ["at", "id"]
        # A ticket carries on what was said on its order, so both conversations are read by the order.
        indexes = [models.Index(fields=["order", "at", "id"], name="message_of_order")]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="message_id_in_shop"),
            SameShop(field="order", name="message_order_same_shop"),
            SameShop(field="ticket", name="message_ticket_same_shop"),
            models.CheckConstraint(condition=Q(author_kind__in=AUTHORS), name="message_author_kind"),
        ]

    def __str__(self) -> str:
        return self.words[:80]

    @property
    def words(self) -> str:
        """The text of its author, or the remark in the reader's language."""
        return self.text or (in_words(self.remark, {}) if self.remark else "")
