from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Payment


class Kind(models.TextChoices):
    MISSING_THERE = "missing_there", _("missing at the channel")
    MISSING_HERE = "missing_here", _("unknown here")
    AMOUNT = "amount", _("another amount")
    TWICE = "twice", _("paid twice")
    PAID_THERE = "paid_there", _("failed here, paid there")
    RETURNED_THERE = "returned_there", _("returned by the channel")
    STUCK = "stuck", _("stuck")


class Source(models.TextChoices):
    BILL = "bill", _("bill")
    QUERY = "query", _("query")


class Difference(ShopRow):
    """One difference between us and a channel, open until `resolved_at`. `here`, `there`: amounts, where they are
    known. `resolved_by` is empty where it went away by itself.
    """

    # No shop where nobody here knows the refund.
    shop_id = ShopId(null=True)
    channel = models.CharField(_("channel"), max_length=32)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    number = models.CharField(_("refund no."), max_length=128)
    source = models.CharField(_("found by"), max_length=8, choices=Source.choices)
    transaction_no = models.CharField(_("transaction no."), max_length=128, blank=True)
    here = models.DecimalField(_("amount here"), max_digits=12, decimal_places=2, null=True)
    there = models.DecimalField(_("amount at the channel"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    resolved_at = models.DateTimeField(pgettext_lazy("time", "closed"), null=True, blank=True)
    resolved_by = models.BigIntegerField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=240, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("difference"), _("differences")
        indexes = [
            models.Index(fields=["shop_id", "first_seen"], condition=Q(resolved_at=None), name="difference_open")
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "kind", "number"], name="difference_once"),
            models.CheckConstraint(
                condition=Q(shop_id__isnull=False) | Q(kind=Kind.MISSING_HERE), name="difference_of_a_shop"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="difference_kind"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="difference_source"),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True) | Q(resolved_at__isnull=False) & ~Q(note=""),
                name="difference_closed_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.number}"


class BillLine(models.Model):
    """A refund as a channel's bill has it. `number`: our refund no., or the channel's own where the bill has none of
    ours; `line_id`: the channel's number of the line; `occurrence`: 1, 2 … where a bill has the same line again."""

    channel = models.CharField(max_length=32)
    number = models.CharField(max_length=128)
    line_id = models.CharField(max_length=128)
    occurrence = models.PositiveIntegerField()
    transaction_no = models.CharField(max_length=128)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    # False: the channel has taken the refund, and has not paid it.
    paid = models.BooleanField()
    # It says that the money came back to the account: of what an earlier line paid, or, with `paid`, of its own.
    came_back = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "number", "line_id", "occurrence"], name="bill_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.number}"


class ChannelFee(ShopRow):
    """A fee as a channel's bill lists it: above zero charged, below zero given back. Posted to the ledger by triggers
    (docs/ledger.md) where it is of a payment that somebody here knows, else of no shop.

    `line_id`: of the line that it stands in, once for each channel; `number`: the refund's, or the transaction's.
    """

    shop_id = ShopId(parent="payment", null=True)
    payment = ShopForeignKey(
        Payment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("payment")
    )
    channel = models.CharField(_("channel"), max_length=32)
    line_id = models.CharField(max_length=300)
    occurrence = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=128)
    transaction_no = models.CharField(_("transaction no."), max_length=128)
    # Stripe's other number of the payment: which of the two an order has, its shop decides.
    charge_no = models.CharField(max_length=128, blank=True, default="", db_default="")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name, verbose_name_plural = _("channel fee"), _("channel fees")
        indexes = [models.Index(fields=["channel", "at"], condition=Q(payment=None), name="fee_of_no_payment")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "line_id", "occurrence"], name="fee_once"),
            SameShop(field="payment", name="fee_payment_same_shop"),
            models.CheckConstraint(
                condition=Q(shop_id__isnull=True, payment__isnull=True)
                | Q(shop_id__isnull=False, payment__isnull=False),
                name="fee_of_a_shop",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.number}"


class Comparison(models.Model):
    """When a channel was last compared with us, whatever came of it. `first`, `last`: the days whose refunds were."""

    channel = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    first = models.DateField()
    last = models.DateField()

    def __str__(self) -> str:
        return f"{self.channel} {self.last}"
