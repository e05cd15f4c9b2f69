"""Chargebacks at the desk: read only, because the bank decides. What is paid twice stands out."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter
from orders.models import Order
from web.admin.base import Panel, TileChoices, link, status_tag, tiles_of
from web.admin.days import Days
from web.admin.extension import extend
from web.admin.search import PrefixSearch
from web.context import Context, Tile
from web.money import format_money

from ..labels import channel_label
from ..models import Chargeback, Refund
from .machine import ACTION_LABELS, Status
from .reasons import reason_text

if TYPE_CHECKING:
    from django.db.models import QuerySet


class TwiceFilter(admin.SimpleListFilter):
    title, parameter_name = _("paid twice"), "twice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("refunded as well"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Chargeback]") -> "QuerySet[Chargeback]":
        return queryset.filter(excess__gt=0) if self.value() else queryset


def next_step(row: Chargeback, request: HttpRequest) -> Context:
    """Whose turn it is, and what happens then."""
    excess = {"amount": format_money(row.excess, row.payment.order.currency)}
    if row.status == Status.WON:
        text = _("Nothing more to do: the shop has its money, and it can be refunded again.")
    elif row.status == Status.LOST and row.excess:
        text = _("The buyer has %(amount)s twice. Ask the bank for it with the refund numbers below, or the buyer.")
    elif row.status == Status.LOST:
        text = _("Nothing more to do: the buyer has the money, and it counts like a refund.")
    elif row.excess:
        text = _(
            "Your turn: %(amount)s was refunded before, so the buyer would have it twice. Send the bank the refund "
            "numbers below and the evidence, in the channel's merchant platform, which names the deadline. Then the "
            "bank decides, and its word is reported here."
        )
    else:
        text = _(
            "Your turn: send the bank the evidence in the channel's merchant platform, which names the deadline. Then "
            "the bank decides, and its word is reported here. Until then this money can't be refunded."
        )
    return {"text": text % excess}


@admin.register(Chargeback)
class ChargebackAdmin(PrefixSearch, RowAdmin):
    related = ("payment__order__shop", "payment__order__buyer")
    list_display = ("chargeback_no", "order_no", "amount_text", "excess_text", "channel_text", "state", "opened_at")
    list_filter = (("status", TileChoices), TwiceFilter, ShopFilter, ("opened_at", Days))
    search_fields = ("chargeback_no__startswith", "payment__order__order_no__begins_number")
    search_help_text = _("Chargeback or order number (3 characters or more, from the start)")
    ordering = ("-opened_at", "-id")
    facts = (
        (_("Chargeback"), ("order", "amount_text", "excess_text", "channel_text", "transaction_no", "reason_text")),
        (_("Progress"), ("opened_at", "ended_at", "refunded")),
    )
    panels = [Panel(_("Next step"), "admin/next_step.html", next_step)]
    words = ACTION_LABELS

    def parties(self, row: Chargeback) -> tuple[int, int]:
        return row.shop_id, row.payment.order.buyer_id

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: Chargeback) -> SafeString:
        return status_tag(row)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_text(self, row: Chargeback) -> str:
        return format_money(row.amount, row.payment.order.currency)

    @admin.display(description=_("paid twice"), ordering="excess")
    def excess_text(self, row: Chargeback) -> str:
        return format_money(row.excess, row.payment.order.currency) if row.excess else ""

    @admin.display(description=_("order no."))
    def order_no(self, row: Chargeback) -> str:
        return row.payment.order.order_no

    @admin.display(description=_("order"))
    def order(self, row: Chargeback) -> SafeString:
        order = row.payment.order
        return link(reverse("admin:orders_order_change", args=[order.pk]), order.order_no)

    @admin.display(description=_("channel"))
    def channel_text(self, row: Chargeback) -> str:
        return channel_label(row.payment.channel)

    @admin.display(description=_("transaction no."))
    def transaction_no(self, row: Chargeback) -> str:
        return row.payment.transaction_no

    @admin.display(description=_("reason given by the bank"))
    def reason_text(self, row: Chargeback) -> str:
        return reason_text(row.reason)

    @admin.display(description=_("refunds that arrived: the proof for the bank"))
    def refunded(self, row: Chargeback) -> SafeString:
        """Each with the channel's own number, by which the bank finds the money."""
        rows = Refund.objects.filter(shop_id=row.shop_id, payment_id=row.payment_id, status="succeeded").order_by("pk")
        currency = row.payment.order.currency
        return format_html_join(
            "\n",
            "{} {} {}",
            (
                (
                    link(reverse("admin:refunds_refund_change", args=[refund.pk]), refund.refund_no),
                    refund.gateway_no,
                    format_money(refund.amount, currency),
                )
                for refund in rows
            ),
        )

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen, late=Status.OPEN)


def chargebacks_of(order: Order, request: HttpRequest) -> Context | None:
    rows = list(Chargeback.objects.filter(shop_id=order.shop_id, payment__order=order).order_by("pk"))
    return {"chargebacks": rows, "currency": order.currency} if rows else None


extend(Order, panels=[Panel(_("Chargebacks"), "admin/refunds/chargebacks.html", chargebacks_of)])
