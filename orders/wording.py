"""What the steps of an order's history are called, on pages and in the API."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .machine import Status

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACTIONS: "dict[str, str | Promise]" = {
    "create": _("Order placed"),
    "import": _("Imported"),
    "pay": _("Paid"),
    "pack": _("Packed"),
    "ship": _("Shipped"),
    "deliver": _("Delivered"),
    "prove_delivery": _("Delivery proven"),
    "extend_receipt": _("Receipt extended"),
    "confirm_receipt": _("Receipt confirmed"),
    "close": _("Closed"),
    "close_refunded": _("Closed after the refund"),
    "close_window": _("After-sales window closed"),
    "reopen_window": _("After-sales window reopened"),
    "receiver": _("Receiver shown"),
    "install": _("Installed"),
}
STATUSES: "dict[str, str | Promise]" = {status.value: status.label for status in Status}


def action_label(action: str) -> str:
    return str(ACTIONS.get(action, action))


def status_label(status: str) -> str:
    """Empty for the state before the first ("")."""
    return str(STATUSES.get(status, status))
