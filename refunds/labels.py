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
        return _("This could not be paid out; the shop has been told.")
    values = {"channel": channel_label(channel), "by": _day(estimate.ends), "on": _day(settled_at or created_at)}
    if status != Status.SUCCEEDED:
        return _under_way(estimate, late=today > estimate.latest) % values
    if estimate.at_once or today > estimate.latest:
        return _("Paid back to %(channel)s on %(on)s.") % values
    return _("Paid back to %(channel)s on %(on)s; shows in your account by %(by)s.") % values


def _under_way(estimate: Estimate, *, late: bool) -> str:
    if late:
        return _("Sent to %(channel)s on %(on)s. This takes longer than usual; we keep asking.")
    if estimate.at_once:
        return _("Sent to %(channel)s; usually arrives at once.")
    return _("Sent to %(channel)s; usually arrives by %(by)s.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
