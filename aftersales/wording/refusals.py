"""Why after-sales service is not possible, in sentences for people: one place for the codes of contract §5."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Shop
from kernel.languages import paragraph
from orders.models import Order, OrderLine, Sku
from web.money import format_money

from ..rules.refusal import Refusal, Refused, by_code

TEXTS: dict[str, "str | Promise"] = {
    "not_paid": gettext_lazy("This order hasn't been paid for yet."),
    "not_shipped": gettext_lazy("This hasn't shipped yet. Ask for a refund instead."),
    "not_delivered": gettext_lazy("You can request this once the goods have been delivered."),
    "window_closed": gettext_lazy("The after-sales period has ended. Please contact the shop."),
    "quantity_exceeded": gettext_lazy(
        "Fewer units are left: some were already refunded, or the order has fewer of them."
    ),
    "amount_exceeded": gettext_lazy("This is more than what's left of the amount you paid."),
    "type_excluded": gettext_lazy("These goods can't be exchanged."),
    "evidence_required": gettext_lazy("This reason needs a photo. Please add one."),
    "out_of_stock": gettext_lazy("The replacement is out of stock. Choose a different one, or another service."),
    "open_ticket_exists": gettext_lazy("There's already an open ticket for these goods. Go to that ticket instead."),
    "applications_exhausted": gettext_lazy(
        "You've reached the limit of requests for these goods. Please contact the shop."
    ),
    "order_closed": gettext_lazy("This order is closed."),
    "unknown_reason": gettext_lazy("Choose one of the listed reasons."),
    "ground_required": gettext_lazy(
        "Choose a ground. Within the period, the buyer can return without giving a reason."
    ),
    "no_return_address": gettext_lazy("The shop doesn't have a return address yet."),
}


def sentence(refusal: Refusal, shop: Shop | None = None) -> str:
    """For people. With `shop` it tells whom to call where only the shop can help."""
    if refusal.of_reason and refusal.code in ("window_closed", "type_excluded"):
        return _no_reason_sentence(refusal)
    line = refusal.subject if isinstance(refusal.subject, OrderLine) else None
    if refusal.code == "quantity_exceeded" and line is not None and line.exchanged_quantity:
        return _("These units were exchanged. Choose the goods you got instead.")
    if refusal.code == "type_excluded" and line is not None and line.virtual:
        return _("Virtual goods aren't shipped, so you can only get a refund.")
    if refusal.code == "type_excluded" and isinstance(refusal.subject, Sku):
        return _("This can't be sent as a replacement. Choose something else.")
    if shop is not None and shop.hotline and refusal.code in ("window_closed", "applications_exhausted"):
        return _with_hotline(refusal, shop.hotline)
    if isinstance(refusal.subject, Order):
        return _closed(refusal.subject)
    return str(TEXTS.get(refusal.code, refusal.code))


def _closed(order: Order) -> str:
    """Why a closed order has no after-sales service."""
    if order.closed_by_refund:
        return _("This order is closed: everything was refunded.")
    return _("This order is closed.") if order.paid_at else _("This order is closed: it was never paid for.")


def _no_reason_sentence(refusal: Refusal) -> str:
    if refusal.code == "type_excluded":
        return _("When you ordered this, you agreed that it can't be returned without a reason.")
    if refusal.ended is None:
        return _("The period for no-reason returns has ended. Choose another reason.")
    # The period ends at midnight; the day before is the last one on which it was possible.
    last = _day(refusal.ended - timedelta(seconds=1))
    return _("The period for no-reason returns ended on %(date)s. Choose another reason.") % {"date": last}


def _with_hotline(refusal: Refusal, hotline: str) -> str:
    if refusal.code == "applications_exhausted":
        return _("You've reached the limit of requests for these goods. Please call %(hotline)s.") % {
            "hotline": hotline
        }
    if refusal.ended is None:
        return _("The after-sales period has ended. Please call %(hotline)s.") % {"hotline": hotline}
    values = {"date": _day(refusal.ended), "hotline": hotline}
    return _("The after-sales period ended on %(date)s. Please call %(hotline)s.") % values


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def sentences(refusals: Iterable[Refusal], shop: Shop | None = None) -> list[str]:
    """One a code."""
    return [sentence(refusal, shop) for refusal in by_code(refusals)]


def detailed(refusals: Iterable[Refusal], order: Order, *, named: bool) -> list[tuple[Refusal, str]]:
    """Each with its sentence and what could be asked for instead. `named`: with the goods that it is about."""
    refusals = list(refusals)
    of_goods = {refusal.code for refusal in refusals if not refusal.of_reason}
    # Another reason is of no use where the goods are refused as well.
    relevant = [refusal for refusal in refusals if not (refusal.of_reason and refusal.code in of_goods)]
    return [(refusal, _detailed(refusal, order, named)) for refusal in relevant]


def _detailed(refusal: Refusal, order: Order, named: bool) -> str:
    text = sentence(refusal, order.shop)
    if named and isinstance(refusal.subject, OrderLine):
        text = _("%(goods)s: %(why)s") % {"goods": refusal.subject.shown_title, "why": text}
    return paragraph(text, _left(refusal.left, order.currency)) if refusal.left else text


def _left(left: int | Decimal, currency: str) -> str:
    if isinstance(left, Decimal):
        return _("You can ask for up to %(amount)s.") % {"amount": format_money(left, currency)}
    return ngettext("%(n)d unit is left.", "%(n)d units are left.", left) % {"n": left}


def not_eligible(refusals: Iterable[Refusal], shop: Shop | None = None) -> Refused:
    """422 with the codes for programs and their sentences for people."""
    refusals = list(refusals)
    return Refused(refusals, paragraph(*sentences(refusals, shop)))
