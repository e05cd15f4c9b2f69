"""Orders and SKUs at the desk. Apps above add panels and verbs with `web.admin.extension.extend`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.columns import ORDERS, ChosenColumns, columns_verb
from accounts.admin.scope import ShopFilter, ShopOwned, keeper_of
from accounts.models import Shop
from kernel.actors import MERCHANT, SUPPORT, Actor
from web.actions import attempt
from web.admin.base import Panel, ReadOnlyAdmin, TileChoices, Verb, by_machine, status_tag, tag, tiles_of
from web.admin.extension import extend
from web.admin.search import PrefixSearch
from web.context import Context, Tile
from web.money import format_money

from .. import services
from ..api.answers import ReceiverAnswer
from ..api.filters import ship_overdue
from ..api.representation import receiver_json
from ..machine import Fulfilment, Status
from ..models import Order, Sku
from ..services import skus, stock
from .forms import SKU_FIELDS, CloseForm, DeliverForm, ExtendForm, RemarkForm, ReopenForm, SkuForm, StockForm
from .order_columns import LISTING, LOADS, TEXTS, Cells


def may_remark(order: Order, actor: Actor) -> bool:
    return actor.kind in (MERCHANT, SUPPORT)


def may_deliver(order: Order, actor: Actor) -> bool:
    return by_machine("deliver", order, actor) and order.fulfilment != Fulfilment.DELIVERED


def goods(order: Order, request: HttpRequest) -> Context:
    return {"order": order, "lines": order.lines.select_related("sku", "replaces__sku")}


def payments(order: Order, request: HttpRequest) -> Context:
    return {"order": order, "payments": order.payments.all()}


def remarks(order: Order, request: HttpRequest) -> Context:
    return {"remarks": order.notes.all()}


class QuestionFilter(admin.SimpleListFilter):
    """Orders whose buyer waits for an answer to a question (S-163); the menu of the desk counts them."""

    title, parameter_name = _("question"), "question"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("to answer"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Order]") -> "QuerySet[Order]":
        return queryset.filter(buyer_waits_since__isnull=False) if self.value() else queryset


class ShipFilter(admin.SimpleListFilter):
    """Paid orders that were not shipped in time (B-18)."""

    title, parameter_name = _("shipping"), "shipping"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Order]") -> "QuerySet[Order]":
        return ship_overdue(queryset, timezone.now()) if self.value() else queryset


RECEIVER = Verb(
    "receiver",
    _("Show the receiver"),
    services.show_receiver,
    consequence=_(
        "You'll see the full name, phone number and address, to ship or visit. The history records that "
        "you viewed them."
    ),
)


@admin.register(Order)
class OrderAdmin(Cells, PrefixSearch, ChosenColumns):
    related = ("shop", "buyer")
    listing, exported, loads = LISTING, TEXTS, LOADS
    list_filter = (("status", TileChoices), QuestionFilter, ShipFilter, "fulfilment", ShopFilter, "placed_at")
    search_fields = ("order_no__begins_number", "buyer__username__startswith")
    search_help_text = _("Order number (3 characters or more) or buyer, from the start")
    ordering = ("-placed_at", "-id")
    facts = (
        (_("Order"), ("shop", "buyer", "amount", "fulfilment", "aftersales", "receipt_due_at", "window_ends_at")),
        (_("Receiver"), ("name_of_receiver", "phone_of_receiver", "address_of_receiver")),
        (
            _("Dates"),
            (
                "placed_at",
                "paid_at",
                "ship_due_at",
                "shipped_at",
                "delivered_at",
                "completed_at",
                "closed_at",
                "closed_why",
            ),
        ),
    )
    panels = [
        Panel(_("Goods"), "admin/orders/goods.html", goods),
        Panel(_("Payments"), "admin/orders/payments.html", payments),
        Panel(_("Remarks"), "admin/orders/remarks.html", remarks, rail=True),
    ]
    verbs = [
        Verb(
            "pack", _("Pack"), services.pack, consequence=_("From now on, refunds of these goods need your approval.")
        ),
        Verb("deliver", _("Mark as delivered"), services.deliver, DeliverForm, may=may_deliver),
        Verb("remark", _("Remark"), services.add_note, RemarkForm, may=may_remark),
        Verb(
            "extend_receipt",
            _("Get more time"),
            services.extend_receipt,
            ExtendForm,
            _("How many more days the buyer has before the order completes automatically."),
        ),
        Verb(
            "reopen_window",
            _("Reopen after-sales window"),
            services.reopen_window,
            ReopenForm,
            _(
                "The buyer can send requests again, and the count of unsuccessful requests is reset. A blue remark is "
                "added."
            ),
        ),
        Verb("close", _("Close order"), services.close, CloseForm, _("Closes an unpaid order for good."), danger=True),
        RECEIVER,
    ]
    words = {
        "receiver": _("Receiver shown"),
        "create": _("Placed"),
        "pay": _("Paid"),
        "ship": _("Shipped"),
        "confirm_receipt": _("Receipt confirmed"),
        "close_refunded": _("Closed after the refund"),
        "close_window": _("After-sales window closed"),
    }

    def currency(self, row: Order) -> str:
        return row.currency

    @admin.display(description=_("amount payable"), ordering="amount")
    def payable(self, order: Order) -> str:
        return format_money(order.amount, order.currency)

    @admin.display(description=_("status"), ordering="status")
    def state(self, order: Order) -> SafeString:
        status = status_tag(order)
        if order.ship_overdue(timezone.now()):
            status = format_html("{}<br>{}", status, tag(_("overdue to ship"), "bad"))
        return format_html("{}<br>{}", status, tag(_("to answer"), "answer")) if order.buyer_waits_since else status

    def _receiver(self, order: Order) -> ReceiverAnswer:
        return receiver_json(order, in_full=getattr(order, "in_full", False))

    @admin.display(description=_("close reason"))
    def closed_why(self, order: Order) -> str:
        return order.why_closed

    @admin.display(description=_("receiver"))
    def name_of_receiver(self, order: Order) -> str:
        return self._receiver(order)["name"]

    @admin.display(description=_("receiver's phone"))
    def phone_of_receiver(self, order: Order) -> str:
        return self._receiver(order)["phone"]

    @admin.display(description=_("receiver's address"))
    def address_of_receiver(self, order: Order) -> str:
        to = self._receiver(order)
        if not getattr(order, "in_full", False):
            return to["address"]
        return format_html("{} {}", to["address"], render_to_string("admin/copy_button.html", {**to}))

    def _carry_out(self, request: HttpRequest, row: Any, verb: Verb, actor: Actor) -> HttpResponse:
        """What was shown stands in this one answer: a page to be led to would have to be given it, and be found again
        without a line in the history."""
        if verb is not RECEIVER:
            return super()._carry_out(request, row, verb, actor)
        outcome = attempt(services.show_receiver, row, actor=actor, now=timezone.now())
        if outcome.result is None:
            messages.error(request, outcome.refusal.message if outcome.refusal else "")
            return HttpResponseRedirect(self.page_url(row))
        outcome.result.in_full = True  # type: ignore[attr-defined]
        return self._row_page(request, outcome.result)

    def counters(self, request: HttpRequest) -> list[Tile]:
        chosen = request.GET.get("status__exact")
        return tiles_of(self.get_queryset(request), Status.choices, chosen)


# --- SKUs and stock ------------------------------------------------------------------------------------


def keeps_sku(sku: Sku, actor: Actor) -> bool:
    return skus.keeps_goods(actor)


def revise_sku(sku: Sku, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Sku:
    return skus.put_sku(sku.shop, sku.code, values, actor=actor)[0]


def put_stock(sku: Sku, *, on_hand: int, resellable: int | None = None, actor: Actor, now: datetime) -> Any:
    return stock.put_stock(sku, on_hand, resellable=resellable, actor=actor)


@admin.register(Sku)
class SkuAdmin(ShopOwned, ReadOnlyAdmin):
    related = ("shop", "stock")
    list_display = ("code", "shown_title", "shop", "list_price", "on_hand", "available")
    list_filter = (ShopFilter, "virtual", "exchange_excluded", "no_reason_exempt")
    search_fields = ("code__begins_number", "title", "title_en")
    ordering = ("shop", "code")
    fields = ("shop", "code", *SKU_FIELDS)
    facts = (
        (_("SKU"), ("shop", "code", *SKU_FIELDS, "currency")),
        (_("Stock"), ("on_hand", "reserved", "available", "resellable")),
    )
    verbs = [
        Verb("revise", _("Edit SKU"), revise_sku, SkuForm, _("Lines already sold keep what applied then."), keeps_sku),
        Verb(
            "stock",
            _("Count stock"),
            put_stock,
            StockForm,
            _("What's on the shelf, including reserved units."),
            keeps_sku,
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def currency(self, row: Sku) -> str:
        return row.currency

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, sku: Sku) -> str:
        return sku.shown_title

    @admin.display(description=_("list price"), ordering="price")
    def list_price(self, sku: Sku) -> str:
        return format_money(sku.price, sku.currency)

    def actor(self, request: HttpRequest, row: Sku) -> Actor | None:
        return keeper_of(request, row.shop_id)

    @admin.display(description=_("on hand"))
    def on_hand(self, sku: Sku) -> int:
        return sku.stock.on_hand if hasattr(sku, "stock") else 0

    @admin.display(description=_("reserved"))
    def reserved(self, sku: Sku) -> int:
        return sku.stock.reserved if hasattr(sku, "stock") else 0

    @admin.display(description=_("resellable, marked"))
    def resellable(self, sku: Sku) -> int:
        return sku.stock.resellable if hasattr(sku, "stock") else 0

    @admin.display(description=_("available"))
    def available(self, sku: Sku) -> int:
        return sku.stock.available if hasattr(sku, "stock") else 0


extend(Shop, verbs=[columns_verb(LISTING, ORDERS)])
