from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Order, Payment

from .accounts import About, Account, Kind


class LedgerEntry(ShopRow):
    """One booking: `amount` from `debit` to `credit`. Written by triggers only, never changed (docs/ledger.md).

    `at`: when the money moved, by the clock of the shop; `booked_at`: when the entry was written.
    """

    shop_id = ShopId(parent="order")
    # One index, of the order: an order has a few payments, and every entry costs its indexes.
    order = ShopForeignKey(Order, models.PROTECT, related_name="+", db_index=False, verbose_name=_("order"))
    payment = ShopForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("payment")
    )
    about = models.CharField(_("about"), max_length=12, choices=About.choices)
    number = models.CharField(_("number"), max_length=128)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    debit = models.CharField(_("debit account"), max_length=24, choices=Account.choices)
    credit = models.CharField(_("credit account"), max_length=24, choices=Account.choices)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("time"))
    booked_at = models.DateTimeField(_("booked"), db_default=Now())

    class Meta:
        verbose_name, verbose_name_plural = _("ledger entry"), _("ledger entries")
        indexes = [
            models.Index(fields=["shop_id", "order"], name="ledger_of_order"),
            models.Index(fields=["shop_id", "at", "id"], name="ledger_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="ledger_id_in_shop"),
            SameShop(field="order", name="ledger_order_same_shop"),
            SameShop(field="payment", name="ledger_payment_same_shop"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_accounts"),
            models.CheckConstraint(
                condition=Q(debit__in=Account.values, credit__in=Account.values), name="ledger_accounts"
            ),
            models.CheckConstraint(condition=Q(about__in=About.values), name="ledger_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.debit} → {self.credit} {self.amount}"
