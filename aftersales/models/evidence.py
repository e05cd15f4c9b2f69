import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from .message import Message
from .ticket import Ticket

UNUSED = Q(ticket__isnull=True, message__isnull=True)


class Evidence(ShopRow):
    """A photo or video, private to its uploader and the parties of its ticket or order (S-106). `message`: it was
    sent with a message, on that ticket or, where there is none, on an order. Neither of the two: not yet used."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        INSPECTION = "inspection", _("inspection report")
        CHAT = "chat", _("chat")
        WAYBILL = "waybill", _("waybill")
        WEIGHT = "weight", _("weighing")
        STATEMENT = "statement", _("statement")
        PAYMENT = "payment", _("proof of payment")

    # Random, because it is in the URL and names the file: nobody can guess the next one.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploader = models.ForeignKey(User, models.PROTECT, verbose_name=_("uploader"))
    # Empty until the upload is used, because only then it is known which shop it is about.
    shop_id = ShopId(parent="ticket", null=True)
    ticket = ShopForeignKey(
        Ticket,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("ticket"),
    )
    message = ShopForeignKey(
        Message,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("message"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.PHOTO)
    media_type = models.CharField(max_length=32)
    file = models.FileField(_("file"), upload_to="evidence/")
    thumbnail = models.FileField(_("thumbnail"), upload_to="evidence/", blank=True)
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name, verbose_name_plural = _("evidence"), _("evidence")
        ordering = ["created_at", "id"]
        constraints = [
            SameShop(field="ticket", name="evidence_ticket_same_shop"),
            SameShop(field="message", name="evidence_message_same_shop"),
            # Without this a file with no shop could point at any ticket or message.
            models.CheckConstraint(condition=Q(shop_id__isnull=False) | UNUSED, name="evidence_used_in_shop"),
            models.CheckConstraint(condition=Q(shop_id__isnull=True) | ~UNUSED, name="evidence_shop_only_used"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
