from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models.order import money

from ..states import MONEY_TYPES, OFFER_TYPES, InKind
from .ticket import Ticket

if TYPE_CHECKING:
    from decimal import Decimal


IN_KIND = Q(type__in=InKind.values)


class UnitsCounted(TypedDict):
    line_id: int
    quantity: int
    condition: str


def units_counted(units: Iterable[Mapping[str, Any]]) -> list[UnitsCounted]:
    return [
        {"line_id": unit["line_id"], "quantity": unit["quantity"], "condition": str(unit["condition"])}
        for unit in units
    ]


class GoodsTerms(TypedDict, total=False):
    """What an offer says about the goods: those that were counted at the inspection, or how they come back."""

    units: list[UnitsCounted]
    return_address_id: int
    return_freight_payer: str
    returnless: bool


class Offers(models.QuerySet["Offer"]):
    def end(self, status: str, *, now: datetime) -> None:
        """The open one, if there is one, ends without the buyer's answer."""
        self.filter(status="open").update(status=status, answered_at=now)


class Offer(ShopRow):
    """Other terms than the buyer asked for, proposed by the shop. Only the buyer's yes makes them hold (B-13, S-056).

    `amount` is what the shop pays before `service_fee` is taken off, outbound freight included; of a voucher or a gift
    its cost. Every version is kept:
    a newer offer supersedes the open one, and any other move of the ticket makes it expire (`Ticket.touched`).
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        SUPERSEDED = "superseded", _("replaced by a newer one")
        EXPIRED = "expired", _("expired: the ticket has moved on")

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.PROTECT, related_name="offers", verbose_name=_("ticket"))
    type = models.CharField(_("type"), max_length=16, choices=list(OFFER_TYPES.items()))
    amount = money(_("amount"))
    service_fee = money(_("service fee"))
    note = models.TextField(_("note"), max_length=1000)
    goods = models.JSONField(default=dict, blank=True)
    # Of a voucher or a gift: what it is; its code, which the buyer reads once they have accepted it.
    what = models.CharField(_("what it is"), max_length=200, blank=True)
    code = models.CharField(_("voucher code"), max_length=64, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.OPEN)
    at = models.DateTimeField(_("at"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # Copies, as with messages: accepting decides by the word of whoever offered, also after they have left the shop.
    made_by = models.CharField(_("made by"), max_length=150)
    made_by_id = models.BigIntegerField(null=True)
    made_by_role = models.CharField(max_length=16, blank=True)
    answered_by_id = models.BigIntegerField(null=True)

    objects = Offers.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("offer"), _("offers")
        ordering = ["id"]
        constraints = [
            SameShop(field="ticket", name="offer_ticket_same_shop"),
            # Two open ones would leave open which terms the buyer's yes means.
            models.UniqueConstraint(fields=["ticket"], condition=Q(status="open"), name="offer_one_open"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "accepted", "declined", "superseded", "expired"]), name="offer_status"
            ),
            models.CheckConstraint(condition=Q(type__in=sorted(MONEY_TYPES)) | IN_KIND, name="offer_type"),
            models.CheckConstraint(
                condition=IN_KIND & ~Q(what="") & Q(service_fee=0)
                | ~IN_KIND & Q(what="", code="", valid_until__isnull=True),
                name="offer_in_kind_says_what",
            ),
            # Nobody agrees to nothing: something is left after the fee (B-13).
            models.CheckConstraint(
                condition=Q(service_fee__gte=0, amount__gt=F("service_fee")), name="offer_pays_something"
            ),
            models.CheckConstraint(
                condition=Q(status="open", answered_at__isnull=True) | ~Q(status="open") & Q(answered_at__isnull=False),
                name="offer_open_has_no_answer",
            ),
        ]

    def answer(self, status: str, *, by_id: int | None, now: datetime) -> None:
        self.status, self.answered_at, self.answered_by_id = status, now, by_id
        self.save(update_fields=["status", "answered_at", "answered_by_id"])

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.type} {self.pays}"

    @property
    def pays(self) -> "Decimal":
        """What the buyer gets."""
        return self.amount - self.service_fee
