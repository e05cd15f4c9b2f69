"""Pickups at the desk: who comes when, what became of it, and what the courier charged."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.scope import RowAdmin, ShopFilter
from kernel.privacy import masked_address, masked_name, masked_phone
from web.admin.base import link, status_tag
from web.admin.search import PrefixSearch
from web.money import format_money

from .. import couriers
from ..couriers.names import label
from ..models import Pickup
from ..pickups.wording import reason_text
from ..templatetags.couriers import slot

CHARGED_IN = "CNY"  # by the couriers, whatever the order was paid in


@admin.register(Pickup)
class PickupAdmin(PrefixSearch, RowAdmin):
    related = ("order__shop", "order__buyer")
    list_display = ("pickup_no", "order", "carrier", "when", "state", "tracking_no", "charge")
    list_filter = ("status", ShopFilter, "starts_at")
    search_fields = ("pickup_no__begins_number", "tracking_no__begins_number", "order__order_no__begins_number")
    search_help_text = _("Pickup, tracking or order number (3 characters or more, from the start)")
    ordering = ("-id",)
    facts = (
        (
            pgettext_lazy("courier", "Pickup"),
            ("pickup_no", "order_link", "ticket_no", "carrier", "when", "sender", "person", "tracking_no", "why"),
        ),
        (_("Cost"), ("asked", "charge", "weight")),
    )
    words = {
        "create": _("Chosen by the buyer"), "book": _("Booked"), "assign": _("Courier on their way"),
        "collect": _("Collected"), "bill": _("Charged"), "miss": _("Missed"), "withdraw": _("Cancelled"),
        "ask_to_cancel": _("Cancellation asked for"), "keep": _("Too late to cancel"), "cancel": _("Cancelled"),
        "refuse": _("Refused"),
    }  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        """In the menu where couriers come at all."""
        return couriers.pickups() is not None and super().has_module_permission(request)

    def parties(self, row: Pickup) -> tuple[int, int]:
        return row.shop_id, row.order.buyer_id

    @admin.display(description=_("status"), ordering="status")
    def state(self, pickup: Pickup) -> SafeString:
        return status_tag(pickup)

    @admin.display(description=_("courier"), ordering="courier")
    def carrier(self, pickup: Pickup) -> str:
        return label(pickup.courier)

    @admin.display(description=_("time of the pickup"), ordering="starts_at")
    def when(self, pickup: Pickup) -> str:
        return slot(pickup.starts_at.isoformat(), pickup.ends_at.isoformat())

    @admin.display(description=_("order"))
    def order_link(self, pickup: Pickup) -> SafeString:
        return link(reverse("admin:orders_order_change", args=[pickup.order_id]), pickup.order)

    @admin.display(description=_("ticket"))
    def ticket_no(self, pickup: Pickup) -> str:
        return pickup.key

    @admin.display(description=_("sender"))
    def sender(self, pickup: Pickup) -> str:
        parts = (
            masked_name(pickup.sender_name),
            masked_phone(pickup.sender_phone),
            masked_address(pickup.sender_address),
        )
        return " · ".join(parts)

    @admin.display(description=_("who comes"))
    def person(self, pickup: Pickup) -> str:
        return f"{pickup.person_name} {pickup.person_phone}".strip() or "–"

    @admin.display(description=_("why it ended"))
    def why(self, pickup: Pickup) -> str:
        return reason_text(pickup.reason) or "–"

    @admin.display(description=_("price asked for"))
    def asked(self, pickup: Pickup) -> str:
        return "–" if pickup.price is None else format_money(pickup.price, CHARGED_IN)

    @admin.display(description=_("charged"), ordering="freight")
    def charge(self, pickup: Pickup) -> str:
        return "–" if pickup.freight is None else format_money(pickup.freight, CHARGED_IN)
