"""What a complaint is about, and whose turn it is, in sentences."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..chargebacks.models import Chargeback
from ..labels import channel_label
from .machine import Status
from .models import Complaint

# WeChat Pay's categories. Alipay's are the words that the buyer chose from, and stay as they are.
REASONS: "dict[str, str | Promise]" = {
    "REFUND": gettext_lazy("asks for a refund"),
    "SERVICE_NOT_WORK": gettext_lazy("what was bought doesn't work"),
    "OTHERS": gettext_lazy("something else"),
}


def reason_text(stored: str) -> str:
    return str(REASONS.get(stored, stored))


def due(row: Complaint) -> datetime | None:
    """Until when the channel wants the next step; None: its rules do not say it."""
    return row.answer_by if row.status == Status.OPEN and row.answer_by else row.solve_by


def next_step(row: Complaint, chargeback: Chargeback | None, *, now: datetime) -> str:
    parts = [_whose_turn(row, now)]
    payment = row.payment
    if chargeback is not None:
        parts.append(_("What the channel did with the money is the chargeback with this number."))
    elif row.fully_refunded and payment.refunded < payment.captured:
        parts.append(
            _(
                "The channel says that the payment was wholly refunded, and here it was not. If it was refunded in the"
                " merchant platform, or the channel paid the buyer, say so below before anything else is refunded."
            )
        )
    return " ".join(parts)


def _whose_turn(row: Complaint, now: datetime) -> str:
    facts = {"channel": channel_label(row.payment.channel)}
    if row.status == Status.CLOSED:
        return _("Nothing more to do: the channel has closed it.")
    if row.with_platform:
        text = _("The channel's support has been called in. Watch it in the merchant platform of %(channel)s.")
    elif row.status == Status.ANSWERED:
        text = _(
            "Solve it with the buyer, by a refund if it is due, and mark it as done in the merchant platform of"
            " %(channel)s."
        )
    else:
        text = _("Your turn: answer the buyer in the merchant platform of %(channel)s. A refund here is made as usual.")
    return f"{text % facts} {_deadline(row, now)}"


def _deadline(row: Complaint, now: datetime) -> str:
    by = due(row)
    if by is None:
        return _("The merchant platform names the time for it.")
    text = (
        _("The channel's time for it ended on %(by)s.") if by < now else _("The channel's time for it ends on %(by)s.")
    )
    return text % {"by": date_format(timezone.localtime(by), "DATETIME_FORMAT")}
