from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.money import cents
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from orders.models import OrderLine, Reservation, Sku
from orders.models.order import money

from .ticket import Ticket


class TicketLine(ShopRow):
    """Units of one order line in a ticket. `share_amount` is what they are worth (F-3), `refund_amount` what this
    ticket refunds of it. `unshipped` of the units were never shipped."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="lines", verbose_name=_("ticket"))
    line = ShopForeignKey(OrderLine, models.PROTECT, related_name="ticket_lines", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    unshipped = models.PositiveIntegerField(_("of which unshipped"), default=0)
    share_amount = money(_("worth"))
    refund_amount = money(_("refund"))
    exchange_sku = ShopForeignKey(
        Sku,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("exchanged for"),
    )
    difference = money(_("price difference"))
    reservation = ShopForeignKey(
        Reservation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reservation"),
    )
    # F-9 as it was quoted: `difference` is for all units, `exchange_price` the list price of one to be sent.
    exchange_price = money(_("list price of the replacement"), default=None, null=True, blank=True)
    # What became of it: units sent instead, what a cheaper one gave back, and the line that they are now (B-15).
    sent_quantity = models.PositiveIntegerField(_("sent instead"), null=True, blank=True)
    given_back = money(_("refunded for a cheaper replacement"))
    replacement = ShopOneToOneField(
        OrderLine, models.PROTECT, null=True, blank=True, related_name="replacement_of", verbose_name=_("replacement")
    )
    # NULL and 0 differ: not counted yet, and nothing arrived.
    received_quantity = models.PositiveIntegerField(pgettext_lazy("quantity", "received"), null=True, blank=True)
    # The refund of all units as it was agreed on before some were counted as missing; those that come late get theirs.
    whole_amount = money(_("refund of all units"), default=None, null=True, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("goods"), _("goods")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="ticket_line_id_in_shop"),
            SameShop(field="ticket", name="ticket_line_ticket_same_shop"),
            SameShop(field="line", name="ticket_line_line_same_shop"),
            SameShop(field="exchange_sku", name="ticket_line_sku_same_shop"),
            SameShop(field="reservation", name="ticket_line_stock_same_shop"),
            SameShop(field="replacement", name="ticket_line_new_same_shop"),
            # The same line twice would pass the limit of its units in two halves (A15).
            models.UniqueConstraint(fields=["ticket", "line"], name="ticket_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unshipped__lte=F("quantity")), name="ticket_line_units"
            ),
            models.CheckConstraint(
                condition=Q(received_quantity__isnull=True) | Q(received_quantity__lte=F("quantity")),
                name="ticket_line_received",
            ),
            models.CheckConstraint(
                condition=Q(share_amount__gte=0, refund_amount__gte=0, given_back__gte=0), name="ticket_line_amounts"
            ),
            models.CheckConstraint(
                condition=Q(sent_quantity__isnull=True) | Q(sent_quantity__lte=F("quantity")), name="ticket_line_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"

    @property
    def returned_quantity(self) -> int:
        """Units that count: those that arrived once they were counted, until then those that were announced."""
        return self.quantity if self.received_quantity is None else self.received_quantity

    @property
    def settled_difference(self) -> Decimal:
        """F-9 for the units that were really sent; until then for all."""
        units = self.quantity if self.sent_quantity is None else self.sent_quantity
        # `difference` is a multiple of `quantity`: nothing is rounded away.
        return cents(self.difference * units / self.quantity)


class Condition(models.TextChoices):
    AS_NEW = "as_new", _("as new")
    RESELLABLE = "resellable", _("resellable")
    DAMAGED = "damaged", _("damaged")
    MISSING = "missing", _("missing")
    WRONG = "wrong", _("wrong goods")


# Goods in these conditions go back to the shelf.
RESTOCKED = (Condition.AS_NEW, Condition.RESELLABLE)


class Inspection(ShopRow):
    """The result of an inspection (S-087, S-088): a number of units in one condition."""

    shop_id = ShopId(parent="ticket_line")
    ticket_line = ShopForeignKey(TicketLine, models.CASCADE, related_name="inspections")
    condition = models.CharField(_("condition"), max_length=16, choices=Condition.choices)
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name, verbose_name_plural = _("inspection report"), _("inspections")
        constraints = [
            SameShop(field="ticket_line", name="inspection_line_same_shop"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="inspection_quantity"),
            models.CheckConstraint(condition=Q(condition__in=Condition.values), name="inspection_condition"),
            models.UniqueConstraint(fields=["ticket_line", "condition"], name="inspection_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.condition}"
