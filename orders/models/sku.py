from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from kernel.money import DEFAULT_CURRENCY
from kernel.numbers import NumberKey
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow

from .titled import Titled


class Sku(Titled, ShopRow):
    """What a shop sells. The flags are frozen on each order line at purchase."""

    shop = models.ForeignKey(Shop, models.PROTECT, verbose_name=_("shop"))
    code = models.CharField(_("SKU"), max_length=64)
    # Above 0 only of SKUs from before codes were compared as numbers are: which of the same code this one is.
    spelling = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    category = models.CharField(_("category"), max_length=80, blank=True)
    product = models.CharField(
        _("product"), max_length=240, blank=True,
        help_text=_("The same for all variants of a product; by default the title."),
    )  # fmt: skip
    price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default=DEFAULT_CURRENCY)
    image_url = models.CharField(_("picture"), max_length=500, blank=True)
    virtual = models.BooleanField(_("virtual"), default=False, help_text=_("No waybill, no return parcel (S-170)."))
    exchange_excluded = models.BooleanField(_("no exchange"), default=False)
    no_reason_exempt = models.BooleanField(
        _("exempt from no-reason return"), default=False,
        help_text=_("Counts only where the buyer confirmed it at purchase (D-4 art. 20)."),
    )  # fmt: skip
    warranty_days = models.PositiveSmallIntegerField(_("warranty, days"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("SKU"), _("SKUs")
        constraints = [
            models.UniqueConstraint(fields=["shop", "id"], name="sku_id_in_shop"),
            models.UniqueConstraint(fields=["shop", "code"], name="sku_code_once"),
            # However it is spelled; also the index by which a code, or its beginning, is found as people type it.
            models.UniqueConstraint(
                OpClass(NumberKey("code"), "text_pattern_ops"), "shop", "spelling", name="sku_code_once_as_typed"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="sku_price"),
            models.CheckConstraint(
                # It becomes a part of addresses.
                condition=Q(code__regex="^[^/[:cntrl:]]*$") & ~Q(code__in=[".", ".."]),
                name="sku_code_in_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def same_product(self, other: "Sku") -> bool:
        """Two variants of one product; one without a `product` belongs to its title."""
        return (self.product or self.title) == (other.product or other.title)


class Stock(ShopRow):
    """The units of an SKU on hand. An SKU without a row has none. `resellable` are units that came back and are not as
    new: they are marked when they are sold again (D-4 art. 25), so they are no part of `on_hand` and never promised."""

    shop_id = ShopId(parent="sku")
    sku = ShopOneToOneField(Sku, models.CASCADE, verbose_name=_("SKU"))
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    resellable = models.PositiveIntegerField(_("resellable, marked"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("stock"), _("stock")
        constraints = [
            SameShop(field="sku", name="stock_sku_same_shop"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="stock_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Reservation(ShopRow):
    """Goods promised to an exchange or a reissue (S-153). `holder` names whose it is, e.g. a ticket number."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("reserved")
        CONSUMED = "consumed", _("consumed")
        RELEASED = "released", _("released")

    shop_id = ShopId(parent="sku")
    sku = ShopForeignKey(Sku, models.PROTECT, verbose_name=_("SKU"))
    # A text, not a foreign key: tickets are a layer above this one.
    holder = models.CharField(_("holder"), max_length=64, db_index=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RESERVED)
    created_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        indexes = [models.Index(fields=["created_at"], condition=Q(state="reserved"), name="reservation_active")]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="reservation_id_in_shop"),
            SameShop(field="sku", name="reservation_sku_same_shop"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="reservation_quantity"),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "consumed", "released"]), name="reservation_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder}: {self.sku_id} × {self.quantity}"
