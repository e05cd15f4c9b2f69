"""Refunds at the desk: what came back, what failed, and the two ways on from a failure."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter
from kernel.actors import Actor
from orders.models import Order
from web.admin.base import Panel, TileChoices, Verb, link, status_tag, tiles_of
from web.admin.extension import extend
from web.context import Context, Tile
from web.forms import VerbForm, text_field
from web.money import format_money

from . import services
from .machine import Status
from .models import Refund


class SettleForm(VerbForm):
    proof = forms.CharField(label=_("number of the transfer"), max_length=240)
    note = text_field(_("note"))

    def prepare(self) -> None:
        """The second person confirms what the first one said."""
        if self.row.proposed_by is not None:
            self.fields["proof"].disabled = True
            self.initial["proof"] = self.row.proof


def may_retry(refund: Refund, actor: Actor) -> bool:
    return "retry" in services.allowed_actions(refund, actor)


def may_settle(refund: Refund, actor: Actor) -> bool:
    return "settle" in services.allowed_actions(refund, actor)


class RefundShopFilter(ShopFilter):
    path = "payment__order__shop__code"


@admin.register(Refund)
class RefundAdmin(RowAdmin):
    shop_path = "payment__order__shop_id"
    related = ("payment__order__shop", "payment__order__buyer", "retry_of", "retried_as")
    list_display = ("refund_no", "order_no", "payable", "channel", "state", "created_at")
    list_filter = (("status", TileChoices), "payment__channel", RefundShopFilter, "created_at")
    search_fields = (
        "refund_no__startswith",
        "payment__order__order_no__startswith",
        "payment__transaction_no__startswith",
    )
    search_help_text = _("Refund no., order no. or transaction no., from the beginning")
    ordering = ("-created_at", "-id")
    facts = (
        (_("Refund"), ("order", "amount", "channel", "transaction_no", "gateway_no", "failure_reason", "retry_of")),
        (_("Attempts"), ("attempts", "last_error", "next_attempt_at", "proof", "created_at", "settled_at")),
    )
    verbs = [
        Verb(
            "retry",
            _("Try again"),
            services.retry,
            consequence=_(
                "While the outcome is unknown the same number is asked for again; after a refusal a new refund is sent."
            ),
            may=may_retry,
        ),
        Verb(
            "settle",
            _("Settle by hand"),
            services.settle_by_hand,
            SettleForm,
            _("Only for money that went back another way. One person enters the proof, a second one confirms it."),
            may_settle,
            danger=True,
        ),
    ]
    words = {
        "create": _("Reserved"),
        "send": _("Sent to the channel"),
        "settle": _("Money is back"),
        "fail": _("Refused"),
        "propose_settlement": _("Settlement by hand proposed"),
        "settle_by_hand": _("Settlement by hand confirmed"),
    }

    def parties(self, row: Refund) -> tuple[int, int]:
        return row.payment.order.shop_id, row.payment.order.buyer_id

    def currency(self, row: Refund) -> str:
        return row.payment.order.currency

    @admin.display(description=_("status"), ordering="status")
    def state(self, refund: Refund) -> SafeString:
        return status_tag(refund)

    @admin.display(description=_("amount"), ordering="amount")
    def payable(self, refund: Refund) -> str:
        return format_money(refund.amount, self.currency(refund))

    @admin.display(description=_("order no."))
    def order_no(self, refund: Refund) -> str:
        return refund.payment.order.order_no

    @admin.display(description=_("order"))
    def order(self, refund: Refund) -> SafeString:
        order = refund.payment.order
        return link(reverse("admin:orders_order_change", args=[order.pk]), order.order_no)

    @admin.display(description=_("channel"))
    def channel(self, refund: Refund) -> str:
        return refund.payment.channel

    @admin.display(description=_("transaction no."))
    def transaction_no(self, refund: Refund) -> str:
        return refund.payment.transaction_no

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen, late=Status.FAILED)


def refunds_of(order: Order, request: HttpRequest) -> Context | None:
    refunds = list(
        Refund.objects.filter(shop_id=order.shop_id, payment__order=order).select_related("payment").order_by("id")
    )
    return {"refunds": refunds, "currency": order.currency} if refunds else None


extend(Order, panels=[Panel(_("Refunds"), "admin/refunds/panel.html", refunds_of)])
