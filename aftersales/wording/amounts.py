"""Which of its amounts a ticket shows: the same one in the lists, on its page and at the desk."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from web.admin.parts import moment

from ..models import Benefit, BenefitKind, Ticket
from ..rules.promotion_facts import deductions_of
from ..rules.promotions import Deductions
from ..states import Status
from .flow import BROKEN_OFF


class AmountKind(Enum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class ShownAmount:
    kind: AmountKind
    amount: Decimal


def shown_amount(ticket: Ticket) -> ShownAmount | None:
    """What was refunded in the end, before that what was approved, before that what was asked for. None: tickets of
    this type pay no money, and one that ended with a voucher or a gift has paid none."""
    if not ticket.pays_money or ticket.outcome:
        return None
    if ticket.status == Status.COMPLETED:
        return ShownAmount(AmountKind.REFUNDED, ticket.refunded_amount)
    # An approval that came to nothing pays nothing: such a ticket shows what was asked for.
    if ticket.approved_amount is None or ticket.status in BROKEN_OFF:
        return ShownAmount(AmountKind.REQUESTED, ticket.requested_amount)
    return ShownAmount(AmountKind.APPROVED, ticket.approved_amount)


class Cause(TextChoices):
    """Why a refund keeps something back, or gives back what others kept."""

    DISCOUNT_LOST = "discount_lost", gettext_lazy("discount lost on what you keep")
    GIFT_KEPT = "gift_kept", gettext_lazy("gift that wasn't returned")
    FREE_SHIPPING_LOST = "free_shipping_lost", gettext_lazy("free shipping lost")
    WAIVED = "waived", gettext_lazy("waived by the shop")


_RESTORED = {
    Cause.DISCOUNT_LOST: gettext_lazy("refund of a discount withheld earlier"),
    Cause.GIFT_KEPT: gettext_lazy("refund of a gift charged earlier"),
    Cause.FREE_SHIPPING_LOST: gettext_lazy("refund of shipping withheld earlier"),
}


@dataclass(frozen=True)
class ShownDeduction:
    """`amount` as it is added to the goods: below zero where it is kept back."""

    cause: Cause
    label: str
    amount: Decimal


def shown_deductions(deductions: Deductions) -> list[ShownDeduction]:
    amounts = dict(zip(Cause, (*(-amount for amount in deductions.causes), deductions.waived), strict=True))
    return [
        ShownDeduction(cause, str(_RESTORED.get(cause, cause.label) if amount > 0 else cause.label), amount)
        for cause, amount in amounts.items()
        if amount
    ]


def deductions_shown(ticket: Ticket) -> list[ShownDeduction]:
    return shown_deductions(deductions_of(ticket)) if ticket.pays_money else []


def benefit_sentence(benefit: Benefit) -> str:
    """What becomes of points or of a coupon, for buyer and shop alike."""
    points, code = benefit.points, benefit.code
    if benefit.kind == BenefitKind.POINTS_BACK:
        text = ngettext(
            "%(n)d point used for the order is returned.", "%(n)d points used for the order are returned.", points
        )
        return text % {"n": points}
    if benefit.kind == BenefitKind.POINTS_TAKEN_BACK:
        text = ngettext(
            "%(n)d point earned with the order is taken back.",
            "%(n)d points earned with the order are taken back.",
            points,
        )
        return text % {"n": points}
    if benefit.kind == BenefitKind.COUPON_CANCELLED:
        return _("Coupon %(code)s from this order is cancelled.") % {"code": code}
    if benefit.valid_until is None:
        return _("Coupon %(code)s is valid again.") % {"code": code}
    texts = {"code": code, "until": moment(benefit.valid_until)}
    if benefit.reissued:
        return _("Coupon %(code)s had expired. A new one is valid until %(until)s.") % texts
    return _("Coupon %(code)s is valid again, until %(until)s.") % texts
