"""Why after-sales service is not possible, in sentences for people: one place for the codes of contract §5."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import NotEligible
from orders.models import Order

from ..rules.eligibility import NO_REASON, check_goods, check_order, no_reason_ends
from ..rules.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXTS: dict[str, "str | Promise"] = {
    "not_paid": gettext_lazy("The order has not been paid."),
    "not_shipped": gettext_lazy("This has not been shipped yet. Ask for a refund instead."),
    "not_delivered": gettext_lazy("Possible once the goods have been delivered."),
    "window_closed": gettext_lazy("The after-sales period has ended. Call the shop."),
    "quantity_exceeded": gettext_lazy("These units were refunded already, or the order has fewer of them."),
    "amount_exceeded": gettext_lazy("This is more than is left of what was paid."),
    "type_excluded": gettext_lazy("These goods cannot be exchanged."),
    "evidence_required": gettext_lazy("Add a photo: this reason needs one."),
    "out_of_stock": gettext_lazy("The replacement is out of stock. Choose another one or another service."),
    "open_ticket_exists": gettext_lazy("These units are in after-sales already. Open that ticket instead."),
    "applications_exhausted": gettext_lazy("This was applied for too often. Call the shop."),
    "order_closed": gettext_lazy("The order is closed: everything was refunded, or it was never paid."),
    "unknown_reason": gettext_lazy("Choose one of the reasons on offer."),
    "ground_required": gettext_lazy("Say on which ground: a return without a reason in time is the buyer's right."),
    "no_return_address": gettext_lazy("The shop has no return address yet."),
}


def reason_text(code: str, *, order: Order | None = None, reason: str = "") -> str:
    """A sentence for one code of `not_eligible`. With `order` (fetched with shop and policy) the sentence tells when a
    period ended and whom to call. `reason`: the code of the reason that is refused, where the goods themselves would
    be accepted."""
    if reason == NO_REASON and code in ("window_closed", "type_excluded"):
        return _no_reason_text(code, order)
    if order is not None and code in ("window_closed", "applications_exhausted") and order.shop.hotline:
        return _with_hotline(code, order)
    return str(TEXTS.get(code, code))


def _no_reason_text(code: str, order: Order | None) -> str:
    if code == "type_excluded":
        return _("When you bought this you agreed that it is not returned without a reason.")
    ends = no_reason_ends(order) if order is not None else None
    if ends is None:
        return _("The time for returns without a reason is over. Choose another reason.")
    # The period ends at midnight; the day before is the last one on which it was possible.
    last = _day(ends - timedelta(seconds=1))
    return _("Returns without a reason were possible until %(date)s. Choose another reason.") % {"date": last}


def _with_hotline(code: str, order: Order) -> str:
    hotline = order.shop.hotline
    if code == "applications_exhausted":
        return _("This was applied for too often. Call %(hotline)s.") % {"hotline": hotline}
    # The sweep marks the window as closed a little after its end: the earlier date is the true one.
    ended = [at for at in (order.window_ends_at, order.window_closed_at) if at is not None]
    if not ended:
        return _("The after-sales period has ended. Call %(hotline)s.") % {"hotline": hotline}
    values = {"date": _day(min(ended)), "hotline": hotline}
    return _("The after-sales period ended on %(date)s. Call %(hotline)s.") % values


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def texts_of(codes: "Iterable[str]", facts: Facts) -> list[str]:
    """The sentences for a verdict on `facts`."""
    # The same code may be about the goods or about the chosen reason alone; the sentences differ.
    goods = check_order(facts.order) or check_goods(facts)
    reason = facts.reason.code if facts.reason else ""
    return [reason_text(code, order=facts.order, reason="" if code in goods else reason) for code in codes]


def not_eligible(codes: list[str], facts: Facts | None = None) -> NotEligible:
    """422 with the codes for programs and their sentences for people."""
    texts = texts_of(codes, facts) if facts else [reason_text(code) for code in codes]
    return NotEligible(codes, " ".join(texts))
