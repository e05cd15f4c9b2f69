"""Parcels and return addresses at the desk, and what they add to the order's page."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.access import ADMINISTRATOR
from accounts.admin.scope import RowAdmin, ShopFilter, ShopOwned, keeper_of
from kernel.actors import Actor
from orders.models import Order
from web.admin.base import Panel, ReadOnlyAdmin, Verb, link, status_tag
from web.admin.extension import extend
from web.admin.search import PrefixSearch
from web.context import Context

from .. import services
from ..couriers.names import label
from ..machine import REPORTERS, TO_CHASE, Status
from ..models import Parcel, ReturnAddress
from ..tracks.wording import following
from ..wording import for_shop
from .forms import AddressForm, ReportForm, ScanForm, ShipForm

if TYPE_CHECKING:
    from django.db.models import QuerySet


def may_report(parcel: Parcel, verb: str, status: Status, actor: Actor) -> bool:
    """`status`: what is reported; of a scan any that ends nothing."""
    possible = actor.kind in REPORTERS and can_proceed(getattr(parcel, verb))
    return possible and services.may_tell(parcel, status, actor)


def reporting(status: Status, verb: str) -> tuple[Callable[..., Any], Callable[[Parcel, Actor], bool]]:
    def tell(parcel: Parcel, *, at: datetime | None, text: str, actor: Actor, now: datetime) -> Parcel:
        return services.report(parcel, status=status, at=at, text=text, actor=actor, now=now)

    def may(parcel: Parcel, actor: Actor) -> bool:
        return may_report(parcel, verb, status, actor)

    return tell, may


def tell_scan(parcel: Parcel, *, scan: str, at: datetime | None, text: str, actor: Actor, now: datetime) -> Parcel:
    return services.report(parcel, status=scan, at=at, text=text, actor=actor, now=now)


def may_scan(parcel: Parcel, actor: Actor) -> bool:
    return may_report(parcel, "scan", Status.IN_TRANSIT, actor)


def report_verb(name: str, words: Any, status: Status, consequence: Any) -> Verb:
    tell, may = reporting(status, name)
    return Verb(name, words, tell, ReportForm, consequence, may)


def contents(parcel: Parcel, request: HttpRequest) -> Context:
    return {"lines": parcel.lines.select_related("line__sku", "sku"), "events": parcel.events.all()}


class ChaseFilter(admin.SimpleListFilter):
    """Parcels whose courier the shop has to ask (S-143); the home of the desk counts them."""

    title, parameter_name = _("with the courier"), "chase"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("needs chasing"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Parcel]") -> "QuerySet[Parcel]":
        return queryset.filter(status__in=TO_CHASE) if self.value() else queryset


@admin.register(Parcel)
class ParcelAdmin(PrefixSearch, RowAdmin):
    related = ("order__shop", "order__buyer", "replaces", "tracking")
    list_display = ("tracking_no", "carrier", "order", "kind", "state", "sent_at")
    list_filter = ("kind", ChaseFilter, "status", ShopFilter, "sent_at")
    search_fields = ("tracking_no__begins_number", "order__order_no__begins_number")
    search_help_text = _("Tracking or order number (3 characters or more, from the start)")
    ordering = ("-id",)
    facts = (
        (
            _("Parcel"),
            ("carrier", "tracking_no", "kind", "order_link", "sent_at", "delivered_at", "tracks", "next", "replaces"),
        ),
    )
    panels = [Panel(_("Contents and trace"), "admin/logistics/contents.html", contents)]
    verbs = [
        report_verb(
            "deliver", _("Report delivered"), Status.DELIVERED, _("Starts the deadlines that wait for delivery.")
        ),
        report_verb("lose", _("Report lost"), Status.LOST, _("Nothing completes by itself while a parcel is lost.")),
        report_verb(
            "bring_back", _("Report returned"), Status.RETURNED, _("It came back undelivered and can be sent again.")
        ),
        Verb(
            "scan",
            _("Report a scan"),
            tell_scan,
            ScanForm,
            _("Both sides see where it is, or what's wrong with it."),
            may_scan,
        ),
    ]
    words = {"create": _("Sent"), "scan": _("Scanned"), "suspect_loss": _("No news for days")}

    def parties(self, row: Parcel) -> tuple[int, int]:
        return row.shop_id, row.order.buyer_id

    @admin.display(description=_("status"), ordering="status")
    def state(self, parcel: Parcel) -> SafeString:
        return status_tag(parcel)

    @admin.display(description=_("courier"), ordering="courier")
    def carrier(self, parcel: Parcel) -> str:
        return label(parcel.courier)

    @admin.display(description=_("tracking"))
    def tracks(self, parcel: Parcel) -> str:
        return following(parcel)

    @admin.display(description=_("what to do"))
    def next(self, parcel: Parcel) -> str:
        return for_shop(parcel)

    @admin.display(description=_("order"))
    def order_link(self, parcel: Parcel) -> SafeString:
        return link(reverse("admin:orders_order_change", args=[parcel.order_id]), parcel.order)


# --- return addresses ----------------------------------------------------------------------------------


def keeps_address(address: ReturnAddress, actor: Actor) -> bool:
    return actor.is_manager or actor.role == ADMINISTRATOR


def revise(address: ReturnAddress, *, actor: Actor, now: datetime, **values: str) -> ReturnAddress:
    return services.revise_address(address, actor=actor, **values)


def make_default(address: ReturnAddress, *, actor: Actor, now: datetime) -> ReturnAddress:
    return services.make_default(address, actor=actor)


def retire(address: ReturnAddress, *, actor: Actor, now: datetime) -> ReturnAddress:
    return services.retire_address(address, actor=actor)


@admin.register(ReturnAddress)
class ReturnAddressAdmin(ShopOwned, ReadOnlyAdmin):
    list_display = ("name", "address", "phone", "shop", "is_default", "active")
    list_filter = (ShopFilter, "active")
    fields = ("shop", "name", "phone", "address", "is_default")
    help_texts = {
        "name": _("Who receives the parcel, as printed on the label."),
        "address": _("With province, city and house number, as the courier needs them."),
        "is_default": _("Returns go here unless another address is chosen, including those approved automatically."),
    }
    facts = ((_("Return address"), ("shop", "name", "phone", "address", "is_default", "active")),)
    verbs = [
        Verb(
            "revise",
            _("Edit address"),
            revise,
            AddressForm,
            _("Tickets that already have it keep their copy."),
            keeps_address,
        ),
        Verb(
            "make_default",
            _("Make default"),
            make_default,
            consequence=_("Returns go here unless another address is chosen, including those approved automatically."),
            may=lambda row, actor: keeps_address(row, actor) and not row.is_default,
        ),
        Verb(
            "retire",
            _("Take out of use"),
            retire,
            consequence=_(
                "Nobody is given this address any more. Without any address, no return is approved automatically."
            ),
            may=lambda row, actor: keeps_address(row, actor) and row.active,
            danger=True,
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def actor(self, request: HttpRequest, row: ReturnAddress) -> Actor | None:
        return keeper_of(request, row.shop_id)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The service moves the default; the form need not refuse a second one."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.validate_constraints = lambda self: None
        return form

    def save_model(self, request: HttpRequest, obj: ReturnAddress, form: ModelForm, change: bool) -> None:
        actor = keeper_of(request, obj.shop_id)
        values = {name: form.cleaned_data[name] for name in ("name", "phone", "address", "is_default")}
        obj.pk = services.add_address(obj.shop, actor=actor, **values).pk


# --- on the order's page -------------------------------------------------------------------------------


def parcels_of(order: Order, request: HttpRequest) -> Context | None:
    parcels = list(Parcel.objects.filter(shop_id=order.shop_id, order=order).order_by("id"))
    return {"parcels": parcels} if parcels else None


SHIP = Verb(
    "ship",
    _("Ship"),
    services.ship,
    ShipForm,
    _("The goods have left. Virtual goods don't need a tracking number."),
    inline=True,
    lead_template="admin/logistics/ship_to.html",
)
extend(Order, panels=[Panel(_("Parcels"), "admin/logistics/panel.html", parcels_of)])
extend(Order, verbs=[SHIP], at=0)
