"""What the events of a ticket's history are called, on every page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_LABELS: dict[str, "str | Promise"] = {
    "apply": _("Applied"),
    "amend": _("Changed and applied again"),
    "withdraw": _("Withdrawn"),
    "approve": _("Approved"),
    "reject": _("Rejected"),
    "pay_difference": _("Difference paid"),
    "ship_back": _("Goods sent back"),
    "arrive": _("Return parcel delivered"),
    "receive": _("Goods received"),
    "refuse_goods": _("Goods refused"),
    "return_goods": _("Refused goods sent back"),
    "reship": _("Replacement sent"),
    "lose_replacement": _("Replacement lost"),
    "confirm_replacement": _("Arrival confirmed"),
    "convert": _("Converted into a refund"),
    "settle": _("Refunded"),
    "close": _("Closed"),
    "reopen": _("Reopened"),
    "overdue": _("Overdue"),
    "refund_failed": _("A refund failed"),
    "suspend": _("Clocks stopped"),
    "resume": _("Clocks go on"),
}


def event_label(action: str) -> str:
    """`action` as in the history and in the timeline of the API: "ship_back"."""
    return str(EVENT_LABELS.get(action, action))
