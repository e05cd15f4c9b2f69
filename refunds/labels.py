"""What a channel is called, and what people are told of money on its way."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .machine import OPEN, Status
from .policy import Estimate, arrives

CHANNELS: dict[str, "str | Promise"] = {
    "alipay": gettext_lazy("Alipay"),
    "wechatpay": gettext_lazy("WeChat Pay"),
    "unionpay": gettext_lazy("UnionPay"),
    "stripe": gettext_lazy("bank card"),
    "balance": gettext_lazy("account balance"),
    "sandbox": gettext_lazy("test payment"),
}


# What is stored of a fault of our own; a channel's own words are stored as it said them.
NO_GATEWAY = "no_gateway"
SETTLEMENT_VOID = "settlement_void"
ERRORS: dict[str, "str | Promise"] = {
    NO_GATEWAY: gettext_lazy("This payment channel isn't connected."),
    SETTLEMENT_VOID: gettext_lazy("It was settled manually, but support found that the money didn't arrive."),
}


def error_text(stored: str) -> str:
    """In the reader's language where it is a code."""
    return str(ERRORS.get(stored, stored))


def channel_label(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


def expected(status: str, channel: str, *, created_at: datetime, settled_at: datetime | None) -> Estimate | None:
    """When the buyer should see the money; None where it is not coming this way."""
    if status == Status.SUCCEEDED:
        return arrives(channel, settled_at or created_at)
    return arrives(channel, created_at) if status in OPEN else None


def arrival_text(status: str, channel: str, *, created_at: datetime, settled_at: datetime | None, now: datetime) -> str:
    """One sentence on a refund: on its way until when, paid back on which day, or not paid."""
    estimate, today = expected(status, channel, created_at=created_at, settled_at=settled_at), timezone.localdate(now)
    if estimate is None:
        return _("This couldn't be paid out. The shop has been notified.")
    values = {"channel": channel_label(channel), "by": _day(estimate.ends), "on": _day(settled_at or created_at)}
    if status != Status.SUCCEEDED:
        return _under_way(estimate, late=today > estimate.latest) % values
    if estimate.at_once or today > estimate.latest:
        return _("Refunded to %(channel)s on %(on)s.") % values
    return _("Refunded to %(channel)s on %(on)s. It appears in your account by %(by)s.") % values


def refund_label(status: str, *, again: bool) -> str:
    """`again`: it failed, and another refund was sent instead of it."""
    return _("failed, tried again") if again else str(Status(status).label)


def tried_again_text(number: str) -> str:
    return _("Tried again as %(number)s.") % {"number": number}


def by_hand_text(proof: str, settled_at: datetime) -> str:
    """Of a refund that two people of the shop or support settled."""
    values = {"on": _day(settled_at), "proof": proof}
    return _("Refunded another way on %(on)s, not through the payment channel. Proof: %(proof)s") % values


def _under_way(estimate: Estimate, *, late: bool) -> str:
    if late:
        return _("Sent to %(channel)s on %(on)s. This is taking longer than usual; we're following up.")
    if estimate.at_once:
        return _("Sent to %(channel)s. It usually arrives right away.")
    return _("Sent to %(channel)s. It usually arrives by %(by)s.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
