"""Small pieces of the storefront's pages: icons, amounts, times, names of places."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Shop
from aftersales.models import Ticket
from aftersales.rules.freight import collect_couriers
from aftersales.selectors.refunds import by_hand
from aftersales.selectors.refunds.by_hand import ByHand
from aftersales.wording import way_back
from orders.models import Order
from web.money import currency_sign
from web.pictures import picture
from web.templatetags.money import money
from web.times import ticking

from ..access import waiting_count

register = template.Library()

# Of orders, tickets and refunds together; what is not named here is "go".
TONES = {
    "pending_review": "wait", "pending_payment": "wait", "rejected": "bad", "completed": "ok", "succeeded": "ok",
    "cancelled": "off", "closed": "off", "failed": "bad", "returned": "bad", "none": "off",
}  # fmt: skip


@register.filter
def may_send_collect(order: Order) -> bool:
    """By some courier, as the shop's rules for this order say."""
    return bool(collect_couriers(order))


@register.filter
def to_object_to(ticket: Ticket) -> list[ByHand]:
    """What was paid by hand, and the buyer may say did not arrive. Two statements, none where there is nothing."""
    return by_hand.to_object_to(ticket, timezone.now())


@register.filter
def collect_rule(order: Order) -> str:
    return way_back.collect_text(order)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A symbol of icons.svg, for the eye only. `size`: "s", "l" or the usual."""
    modifier = f" as-i--{size}" if size else ""
    return format_html(
        '<svg class="as-i{}" aria-hidden="true"><use href="{}#{}"></use></svg>', modifier, static("icons.svg"), name
    )


register.filter("money", money)
register.filter("currency_sign", currency_sign)
register.filter("picture", picture)


@register.filter
def is_zero(amount: str) -> bool:
    """Of an amount in the API's answers: "0.00" or, in a currency without a smaller unit, "0"."""
    return not Decimal(amount)


@register.filter
def moment(raw: Any) -> datetime | None:
    """A time of the API's answers, or a datetime, as local time: `{{ ticket.created_at|moment|date:"Y-m-d H:i" }}`."""
    at = datetime.fromisoformat(raw) if isinstance(raw, str) and raw else raw
    return timezone.localtime(at) if at else None


@register.simple_tag
def when(raw: Any, style: str = "m-d H:i") -> SafeString | str:
    """`<time>` of a time of the API's answers."""
    at = moment(raw)
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        at.strftime(_FORMATS.get(style, "%m-%d %H:%M")),
    )


# The formats that the pages use, in the notation of strftime.
_FORMATS = {"m-d H:i": "%m-%d %H:%M", "Y-m-d H:i": "%Y-%m-%d %H:%M", "Y-m-d": "%Y-%m-%d", "m-d": "%m-%d"}


@register.simple_tag
def countdown(raw: Any) -> SafeString | str:
    """What is left until then, printed by the server; the script ticks it (ux 8)."""
    at = moment(raw)
    return "" if at is None else ticking(at)


@register.filter
def tone(status: str) -> str:
    """The colour class of a status; its word always stands beside it (ux 12)."""
    return TONES.get(status, "go")


@dataclass(frozen=True)
class Place:
    label: str
    icon: str
    url: str
    current: bool
    count: int = 0


@register.simple_tag(takes_context=True)
def places(context: RequestContext) -> list[Place]:
    """The storefront's four places, and how many tickets wait for the buyer."""
    request = context["request"]
    entries = (
        (_("Home"), "house", "home", ""),
        (_("My orders"), "receipt-text", "orders", "/orders/"),
        (_("After-sales tickets"), "rotate-ccw", "tickets", "/tickets/"),
        (_("Help"), "headphones", "help", "/help/"),
    )
    return [
        Place(label, icon_, reverse(name), _is_here(request.path, start), _badge(request, name))
        for label, icon_, name, start in entries
    ]


def _is_here(path: str, start: str) -> bool:
    return path.startswith(start) if start else path == "/"


def _badge(request: HttpRequest, name: str) -> int:
    return waiting_count(request) if name == "tickets" and request.user.is_authenticated else 0


@register.simple_tag
def pause_note(shop: Shop) -> str:
    """What a holiday pause of the shop means to the buyer; "" where none is announced."""
    now = timezone.now()
    if shop.pause_starts_at is None or shop.pause_ends_at is None or shop.pause_ends_at <= now:
        return ""
    times = {"starts": _short(shop.pause_starts_at), "ends": _short(shop.pause_ends_at)}
    return (
        _("The shop is closed for a holiday from %(starts)s to %(ends)s. Its deadlines are paused, except for "
          "refunds of goods it has already received.") % times
    )  # fmt: skip


def _short(at: datetime) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M")


@register.filter
def day_name(day: date) -> str:
    """Of today or soon: "Today, November 30"."""
    today = timezone.localdate()
    words = {0: _("Today"), 1: _("Tomorrow")}
    name = words.get((day - today).days) or date_format(day, "l")
    return _("%(day)s, %(date)s") % {"day": name, "date": date_format(day, "MONTH_DAY_FORMAT")}
