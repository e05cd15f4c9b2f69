"""Orders and SKUs at the desk. Apps above add panels and verbs with `web.admin.extension.extend`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.scope import RowAdmin, ShopFilter, ShopOwned, keeper_of
from kernel.actors import MERCHANT, SUPPORT, Actor
from web.admin.base import Panel, ReadOnlyAdmin, TileChoices, Verb, by_machine, status_tag, tag, tiles_of
from web.context import Context, Tile
from web.money import format_money

from .. import services
from ..machine import Fulfilment, Status
from ..models import Order, Sku
from ..services import skus, stock
from .forms import SKU_FIELDS, CloseForm, DeliverForm, ExtendForm, RemarkForm, ReopenForm, SkuForm, StockForm


def may_remark(order: Order, actor: Actor) -> bool:
    return actor.kind in (MERCHANT, SUPPORT)


def may_deliver(order: Order, actor: Actor) -> bool:
    return by_machine("deliver", order, actor) and order.fulfilment != Fulfilment.DELIVERED


def goods(order: Order, request: HttpRequest) -> Context:
    return {"order": order, "lines": order.lines.select_related("sku")}


def payments(order: Order, request: HttpRequest) -> Context:
    return {"order": order, "payments": order.payments.all()}


def remarks(order: Order, request: HttpRequest) -> Context:
    return {"remarks": order.notes.all()}


@admin.register(Order)
class OrderAdmin(RowAdmin):
    related = ("shop", "buyer")
    list_display = ("order_no", "shop", "buyer", "payable", "state", "placed_at")
    list_filter = (("status", TileChoices), "fulfilment", ShopFilter, "placed_at")
    search_fields = ("order_no__startswith", "buyer__username__startswith")
    search_help_text = _("Order no. or buyer, from the beginning")
    ordering = ("-placed_at", "-id")
    facts = (
        (_("Order"), ("shop", "buyer", "amount", "fulfilment", "aftersales", "receipt_due_at", "window_ends_at")),
        (_("Receiver"), ("receiver_name", "receiver_phone", "receiver_address")),
        (
            _("Dates"),
            ("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at", "closed_at", "close_reason"),
        ),
    )
    panels = [
        Panel(_("Goods"), "admin/orders/goods.html", goods),
        Panel(_("Payments"), "admin/orders/payments.html", payments),
        Panel(_("Remarks"), "admin/orders/remarks.html", remarks, rail=True),
    ]
    verbs = [
        Verb("pack", _("Pack"), services.pack, consequence=_("From now on a refund of the goods needs your approval.")),
        Verb("deliver", _("Mark as delivered"), services.deliver, DeliverForm, may=may_deliver),
        Verb("remark", _("Remark"), services.add_note, RemarkForm, may=may_remark),
        Verb(
            "extend_receipt",
            _("Extend receipt"),
            services.extend_receipt,
            ExtendForm,
            _("The buyer has so many days more before the order completes by itself."),
        ),
        Verb(
            "reopen_window",
            _("Reopen after-sales window"),
            services.reopen_window,
            ReopenForm,
            _("The buyer can apply again; unsuccessful applications start at nought. A blue remark says so."),
        ),
        Verb(
            "close", _("Close order"), services.close, CloseForm, _("An unpaid order ends here for good."), danger=True
        ),
    ]
    words = {
        "create": _("Placed"),
        "pay": _("Paid"),
        "ship": _("Shipped"),
        "confirm_receipt": _("Receipt confirmed"),
        "close_refunded": _("Closed, refunded whole"),
        "close_window": _("After-sales window closed"),
    }

    def currency(self, row: Order) -> str:
        return row.currency

    @admin.display(description=_("amount payable"), ordering="amount")
    def payable(self, order: Order) -> str:
        return format_money(order.amount, order.currency)

    @admin.display(description=_("status"), ordering="status")
    def state(self, order: Order) -> SafeString:
        return status_tag(order)

    @admin.display(description=_("after-sales"))
    def aftersales(self, order: Order) -> SafeString | str:
        """S-005."""
        words = {"open": tag(_("in after-sales"), "wait"), "succeeded": tag(_("after-sales succeeded"), "good")}
        return words.get(order.aftersales_state, "–")

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen)


# --- SKUs and stock ------------------------------------------------------------------------------------


def keeps_sku(sku: Sku, actor: Actor) -> bool:
    return skus.keeps_goods(actor)


def revise_sku(sku: Sku, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Sku:
    return skus.put_sku(sku.shop, sku.code, values, actor=actor)[0]


def put_stock(sku: Sku, *, on_hand: int, actor: Actor, now: datetime) -> Any:
    return stock.put_stock(sku, on_hand, actor=actor)


@admin.register(Sku)
class SkuAdmin(ShopOwned, ReadOnlyAdmin):
    related = ("shop", "stock")
    list_display = ("code", "title", "shop", "price", "on_hand", "available")
    list_filter = (ShopFilter, "virtual", "exchange_excluded", "no_reason_exempt")
    search_fields = ("code__startswith", "title")
    ordering = ("shop", "code")
    fields = ("shop", "code", *SKU_FIELDS)
    facts = (
        (_("SKU"), ("shop", "code", *SKU_FIELDS)),
        (_("Stock"), ("on_hand", "reserved", "available")),
    )
    verbs = [
        Verb("revise", _("Edit SKU"), revise_sku, SkuForm, _("Lines that were sold keep what held then."), keeps_sku),
        Verb(
            "stock",
            _("Count stock"),
            put_stock,
            StockForm,
            _("What lies on the shelf, reserved units included."),
            keeps_sku,
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def actor(self, request: HttpRequest, row: Sku) -> Actor | None:
        return keeper_of(request, row.shop_id)

    @admin.display(description=_("on hand"))
    def on_hand(self, sku: Sku) -> int:
        return sku.stock.on_hand if hasattr(sku, "stock") else 0

    @admin.display(description=_("reserved"))
    def reserved(self, sku: Sku) -> int:
        return sku.stock.reserved if hasattr(sku, "stock") else 0

    @admin.display(description=_("available"))
    def available(self, sku: Sku) -> int:
        return sku.stock.available if hasattr(sku, "stock") else 0
