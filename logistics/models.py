"""Parcels out and back, and the addresses returns go to. Knows the order and nothing of tickets."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from kernel.numbers import NumberKey
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from orders.models import Order, OrderLine, Sku

from .couriers.names import label
from .machine import TO_CHASE, ParcelMachine, Status
from .pickups.models import Pickup
from .tracks.models import Tracking

__all__ = ["Parcel", "ParcelEvent", "ParcelLine", "Pickup", "ReturnAddress", "Tracking"]


class ReturnAddress(ShopRow):
    """Where a shop wants returns sent (S-084, D-4 art. 11). Tickets keep a copy of what they were given."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="return_addresses", verbose_name=_("shop"))
    name = models.CharField(_("receiver"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40)
    address = models.CharField(_("address"), max_length=400)
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("return address"), _("return addresses")
        constraints = [
            models.UniqueConstraint(fields=["shop", "id"], name="return_address_id_in_shop"),
            models.UniqueConstraint(
                fields=["shop"], condition=Q(is_default=True, active=True), name="return_address_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.address}"

    def as_dict(self) -> dict[str, object]:
        return {"id": self.pk, "name": self.name, "phone": self.phone, "address": self.address}


class Parcel(ParcelMachine):
    """One waybill. Tracking numbers have no format and may repeat. Virtual goods travel without a parcel."""

    class Kind(models.TextChoices):
        OUTBOUND = "outbound", _("to the buyer")
        RETURN = "return", _("return")
        REPLACEMENT = "replacement", _("replacement")
        SEND_BACK = "send_back", _("refused goods to the buyer")

    machine_name = "parcel"

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, related_name="parcels", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    courier = models.CharField(_("courier"), max_length=64)
    # Not unique: couriers give their numbers again after some months, and people mistype them.
    tracking_no = models.CharField(_("tracking no."), max_length=64, db_index=True)
    # Of the address that a return goes to: some couriers tell only who knows a phone of sender or receiver.
    return_phone = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    sent_at = models.DateTimeField(pgettext_lazy("time of a parcel", "sent"))
    delivered_at = models.DateTimeField(pgettext_lazy("time", "delivered"), null=True, blank=True)
    # By the courier, the shop's own system or support; or the shop gave a proof. False: its bare word.
    delivery_proven = models.BooleanField(_("delivery proven"), default=False, editable=False)
    # Undelivered and back at the shop: what was in it was counted, and put on the shelf.
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True, editable=False)
    # An exception that no courier told: since when there is no news. Its next scan ends it.
    silent_since = models.DateTimeField(_("no news since"), null=True, blank=True, editable=False)
    replaces = ShopOneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("resend of"),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("parcel"), _("parcels")
        # As it is printed or typed; its beginning too.
        indexes = [
            models.Index(OpClass(NumberKey("tracking_no"), "text_pattern_ops"), name="parcel_by_key"),
            models.Index(fields=["shop_id"], condition=Q(status__in=TO_CHASE), name="parcel_to_chase"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="parcel_id_in_shop"),
            SameShop(field="order", name="parcel_order_same_shop"),
            SameShop(field="replaces", name="parcel_replaces_same_shop"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="parcel_status"),
            models.CheckConstraint(
                condition=Q(kind__in=["outbound", "return", "replacement", "send_back"]), name="parcel_kind"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DELIVERED) | Q(delivered_at__isnull=False), name="parcel_delivered_at"
            ),
            models.CheckConstraint(
                condition=Q(counted_at__isnull=True) | Q(status=Status.RETURNED), name="parcel_counted_is_returned"
            ),
            models.CheckConstraint(
                condition=Q(silent_since__isnull=True) | Q(status=Status.EXCEPTION), name="parcel_silent_is_exception"
            ),
            models.CheckConstraint(
                condition=Q(delivery_proven=False) | Q(delivered_at__isnull=False), name="parcel_proven_is_delivered"
            ),
        ]

    def __str__(self) -> str:
        return f"{label(self.courier)} {self.tracking_no}"


class ParcelLine(ShopRow):
    shop_id = ShopId(parent="parcel")
    parcel = ShopForeignKey(Parcel, models.CASCADE, related_name="lines")
    line = ShopForeignKey(OrderLine, models.PROTECT, related_name="parcel_lines", verbose_name=_("order line"))
    # What is inside, where it is not the SKU of the line: a replacement, of which there is no line yet.
    sku = ShopForeignKey(
        Sku, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("SKU")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    # Of a parcel that came back undelivered, once it was counted; the rest is damaged or missing.
    as_new_quantity = models.PositiveIntegerField(_("as new"), default=0, db_default=0, editable=False)
    resellable_quantity = models.PositiveIntegerField(_("resellable"), default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=F("as_new_quantity") + F("resellable_quantity")), name="parcel_line_counted"
            ),
            SameShop(field="parcel", name="parcel_line_parcel_same_shop"),
            SameShop(field="line", name="parcel_line_line_same_shop"),
            SameShop(field="sku", name="parcel_line_sku_same_shop"),
            models.UniqueConstraint(fields=["parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"


# The text of the event that a pickup's collection writes.
COLLECTED = "collected"


class ParcelEvent(ShopRow):
    """One scan of the courier's trace (S-118). The same scan told twice is one row."""

    shop_id = ShopId(parent="parcel")
    parcel = ShopForeignKey(Parcel, models.CASCADE, related_name="events")
    at = models.DateTimeField(_("at"))
    # No CHECK: a trace comes from outside, and a scan with an unknown status is still worth showing.
    status = models.CharField(_("status"), max_length=16)
    text = models.CharField(_("text"), max_length=400)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            SameShop(field="parcel", name="parcel_event_parcel_same_shop"),
            models.UniqueConstraint(fields=["parcel", "at", "text"], name="parcel_event_once"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def words(self) -> str:
        """What the courier says; what we noted ourselves, in the reader's language."""
        if self.text == COLLECTED:
            return gettext("The courier has collected it.")
        if self.text in Status.values:  # a report without a text
            return str(Status(self.text).label)
        return self.text or gettext("The buyer confirmed it arrived.")  # `services.confirm_arrival`
