"""The columns of the list of orders (S-165): what each is called, what is read for it, and its text in a download."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.contrib import admin
from django.db.models import prefetch_related_objects
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.shop_settings.columns import Listing
from web.admin.parts import moment, tag
from web.pictures import picture

from ..models import Order

LISTING = Listing(
    "order_columns",
    {
        "order_no": _("order no."),
        "shop": _("shop"),
        "buyer": _("buyer"),
        "payable": _("amount payable"),
        "state": _("status"),
        "placed_at": _("placed"),
        "goods": _("goods"),
        "remarks": _("remarks"),
        "aftersales": _("after-sales"),
        "paid_at": pgettext_lazy("time", "paid"),
        "ship_due_at": _("ship by"),
        "shipped_at": pgettext_lazy("time", "shipped"),
        "delivered_at": pgettext_lazy("time", "delivered"),
    },
    ("order_no", "shop", "buyer", "payable", "state", "placed_at"),
)
AFTERSALES = {"open": (_("in after-sales"), "wait"), "succeeded": (_("after-sales succeeded"), "good")}


def load_lines(orders: Sequence[Order]) -> None:
    prefetch_related_objects(list(orders), "lines")


def load_remarks(orders: Sequence[Order]) -> None:
    prefetch_related_objects(list(orders), "notes")


LOADS = {"goods": load_lines, "remarks": load_remarks}


class Cells:
    """Those that are no plain columns of an order, by the names that Django's admin calls them by."""

    @admin.display(description=_("goods"))
    def goods(self, order: Order) -> SafeString:
        lines = list(order.lines.all())
        first = lines[0] if lines else None
        return format_html(
            '<span class="with-picture"><img src="{}" alt="" width="44" height="44" loading="lazy"><span>{}{}</span>'
            "</span>",
            picture(first.image_url if first else ""),
            f"{first.title} × {first.quantity}" if first else "–",
            f" +{len(lines) - 1}" if len(lines) > 1 else "",
        )

    @admin.display(description=_("remarks"))
    def remarks(self, order: Order) -> SafeString | str:
        """S-130."""
        notes = ((note.get_flag_display(), note.words) for note in order.notes.all())
        return format_html_join(mark_safe("<br>"), '<span class="small">{}: {}</span>', notes) or "–"

    @admin.display(description=_("after-sales"))
    def aftersales(self, order: Order) -> SafeString | str:
        """S-005."""
        words = AFTERSALES.get(order.aftersales_state)
        return tag(*words) if words else "–"


def _at(at: datetime | None) -> str:
    return "" if at is None else moment(at)


def _aftersales(order: Order) -> str:
    words = AFTERSALES.get(order.aftersales_state)
    return str(words[0]) if words else ""


TEXTS: Mapping[str, Callable[[Order], object]] = {
    "order_no": lambda order: order.order_no,
    "shop": lambda order: order.shop.shown_name,
    "buyer": lambda order: order.buyer.display_name,
    "payable": lambda order: order.amount,
    "state": lambda order: order.get_status_display(),
    "placed_at": lambda order: _at(order.placed_at),
    "goods": lambda order: "; ".join(f"{line.shown_name} × {line.quantity}" for line in order.lines.all()),
    "remarks": lambda order: "; ".join(note.words for note in order.notes.all()),
    "aftersales": _aftersales,
    "paid_at": lambda order: _at(order.paid_at),
    "ship_due_at": lambda order: _at(order.ship_due_at),
    "shipped_at": lambda order: _at(order.shipped_at),
    "delivered_at": lambda order: _at(order.delivered_at),
}
