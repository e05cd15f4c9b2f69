"""An order in words for its buyer: its status and what happens next.

The facts come from the answer of the API."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.api.answers import OrderOverview
from orders.machine import Fulfilment, Status

from .templatetags.shop import countdown, when

ICONS: dict[str, str] = {
    Status.PENDING_PAYMENT: "wallet", Status.PAID: "box", Status.SHIPPED: "truck",
    Status.COMPLETED: "circle-check", Status.CLOSED: "lock",
}  # fmt: skip
TONES: dict[str, str] = {
    Status.PENDING_PAYMENT: "wait", Status.PAID: "go", Status.SHIPPED: "go",
    Status.COMPLETED: "ok", Status.CLOSED: "off",
}  # fmt: skip


@dataclass(frozen=True)
class OrderStatus:
    """`sentence` is HTML, with the countdown in it."""

    headline: str
    sentence: SafeString
    icon: str
    tone: str


def order_status(order: OrderOverview) -> OrderStatus:
    """`order`: the whole answer of `order_overview`."""
    status = order["status"]
    headline, sentence = _TEXTS[status](order)
    return OrderStatus(headline, conditional_escape(sentence), ICONS[status], TONES[status])


def _unpaid(order: OrderOverview) -> tuple[str, str]:
    return _("Waiting for your payment"), _("Pay where you ordered. The shop ships once the money is there.")


def _paid(order: OrderOverview) -> tuple[str, str]:
    if any(line["shipped_quantity"] for line in order["lines"]):
        return _("A part is on its way"), _("The shop is still preparing the rest.")
    if order["fulfilment"] == Fulfilment.PACKED:
        return _("Packed, about to leave"), _("The shop looks at a refund first now, because the parcel is packed.")
    return _("The shop is preparing your goods"), _("Nothing has been shipped yet.")


def _shipped(order: OrderOverview) -> tuple[str, str]:
    arrived = order["fulfilment"] == Fulfilment.DELIVERED
    headline = _("Delivered") if arrived else _("On its way to you")
    # An open ticket suspends the deadline.
    if order["receipt_due_at"] is None:
        return headline, _("The time for confirming stands still while your after-sales ticket is open.")
    return headline, format_html(
        _("Confirm once everything is there. Without you it is confirmed automatically in {left}."),
        left=format_html("<b>{}</b>", countdown(order["receipt_due_at"])),
    )


def _completed(order: OrderOverview) -> tuple[str, str]:
    headline = _("Transaction successful")
    if order["window_open"]:
        ends = when(order["window_ends_at"], "Y-m-d H:i")
        return headline, format_html(_("After-sales open until {ends}."), ends=format_html("<b>{}</b>", ends))
    return headline, _("The after-sales period has ended.")


def _closed(order: OrderOverview) -> tuple[str, str]:
    if order["close_reason"] == "refunded":
        return _("Closed, refunded whole"), _("The money goes back the way you paid.")
    return _("This order is closed"), order["close_reason"]


_TEXTS: dict[str, Callable[[OrderOverview], tuple[str, str]]] = {
    Status.PENDING_PAYMENT: _unpaid,
    Status.PAID: _paid,
    Status.SHIPPED: _shipped,
    Status.COMPLETED: _completed,
    Status.CLOSED: _closed,
}
