"""Small pieces of the storefront's pages: icons, amounts, times, names of places."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.template import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from aftersales.access import buyers_turn
from web.money import currency_sign
from web.templatetags.money import money
from web.times import ticking

register = template.Library()

# Of orders, tickets and refunds together; what is not named here is "go".
TONES = {
    "pending_review": "wait", "pending_payment": "wait", "rejected": "bad", "completed": "ok", "succeeded": "ok",
    "cancelled": "off", "closed": "off", "failed": "bad", "none": "off",
}  # fmt: skip


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A symbol of icons.svg, for the eye only. `size`: "s", "l" or the usual."""
    modifier = f" as-i--{size}" if size else ""
    return format_html(
        '<svg class="as-i{}" aria-hidden="true"><use href="{}#{}"></use></svg>', modifier, static("icons.svg"), name
    )


register.filter("money", money)
register.filter("currency_sign", currency_sign)


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


@register.filter
def masked(text: str) -> str:
    """13800006021 → 138****6021, 林小满 → 林** (ux 9)."""
    if len(text) > 7:
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[:1]}**" if text else ""


@register.filter
def picture(url: str) -> str:
    """The address of a product's picture where the policy lets the browser fetch it, else a drawn box."""
    # "//" and "/\\" lead to another host: a browser reads the backslash as a slash.
    own = url.startswith("/") and not url.startswith(("//", "/\\"))
    hosted = any(url.startswith(f"{origin}/") for origin in settings.IMAGE_ORIGINS)
    return url if own or hosted else static("no-picture.svg")


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
        Place(label, icon_, reverse(name), _is_here(request.path, start), _count(request) if name == "tickets" else 0)
        for label, icon_, name, start in entries
    ]


def _is_here(path: str, start: str) -> bool:
    return path.startswith(start) if start else path == "/"


def _count(request: Any) -> int:
    """Read once a request: the page draws the places twice."""
    user = request.user
    if not isinstance(user, User):
        return 0
    if not hasattr(request, "_buyers_turn"):
        request._buyers_turn = buyers_turn(user).count()
    return int(request._buyers_turn)
