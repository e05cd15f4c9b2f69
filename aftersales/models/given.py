from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models.order import money

from .ticket import Ticket


class Given(ShopRow):
    """What one person of the shop gives away by one ticket: money, and goods at list price (B-14). Their limit is
    compared with the sum over the tickets of an order; `services.authority` writes the rows under the order's lock."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="given", verbose_name=_("ticket"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    amount = money(_("given away"))
    # What people of the shop had given away by the ticket in all, with this decision: a second parcel after a loss
    # counts beside the first, whoever sent it.
    total = money(_("given away by the ticket"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("given away"), _("given away")
        constraints = [
            SameShop(field="ticket", name="given_ticket_same_shop"),
            models.UniqueConstraint(fields=["ticket", "user"], name="given_once"),
            models.CheckConstraint(condition=Q(amount__gte=0, total__gte=0), name="given_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.user_id} {self.amount}"


class SecondApproval(ShopRow):
    """Somebody agreed that another person decides on this version of the ticket, up to `amount` in money and goods
    (docs/limits.md). It says nothing about a later version."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="second_approvals", verbose_name=_("ticket"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    version = models.PositiveIntegerField(_("version of the ticket"))
    amount = money(_("agreed up to"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("second approval"), _("second approvals")
        constraints = [
            SameShop(field="ticket", name="second_approval_ticket_same_shop"),
            models.UniqueConstraint(fields=["ticket", "user", "version"], name="second_approval_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="second_approval_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} v{self.version}: {self.user_id} {self.amount}"
