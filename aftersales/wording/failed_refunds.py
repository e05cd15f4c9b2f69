"""A refund that the channel refused, in words: the status of its ticket, and how much is back and how much is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.money import ZERO
from refunds.machine import OPEN
from refunds.machine import Status as RefundStatus
from web.money import format_money

from ..conditions import refund_returned
from ..models import Ticket
from ..states import ENDED


@dataclass(frozen=True)
class Parts:
    """Of the money of a ticket. `failed`: refused, and not tried again."""

    failed: Decimal
    arrived: Decimal
    under_way: Decimal
    by_bank: Decimal = ZERO


def parts_of(refunds: Iterable[tuple[str, Decimal, bool, Decimal]]) -> Parts:
    """`refunds`: status, amount, whether it was tried again as another one, and what the bank gave of it instead."""
    failed = arrived = under_way = bank = ZERO
    for status, amount, again, charged_back in refunds:
        bank += charged_back
        if status == RefundStatus.SUCCEEDED:
            arrived += amount
        elif status in OPEN:
            under_way += amount
        elif not again:
            failed += amount - charged_back
    return Parts(failed, arrived, under_way, bank)


def parts_text(parts: Parts, currency: str) -> str:
    """Each amount that there is, in a sentence."""
    texts = (
        (parts.failed, _("%(amount)s could not be paid out.")),
        (parts.arrived, _("%(amount)s has been paid back.")),
        (parts.under_way, _("%(amount)s is on its way.")),
        (parts.by_bank, _("%(amount)s was paid back by the bank, by a chargeback.")),
    )
    return " ".join(text % {"amount": format_money(amount, currency)} for amount, text in texts if amount)


def failed_label(ticket: Ticket, label: str) -> str:
    """What its status is called while money is owed that could not be paid; `label`: what it would be called."""
    if refund_returned(ticket):
        return _("%(status)s · refund returned") % {"status": label} if ticket.status in ENDED else _("refund returned")
    if ticket.status in ENDED:
        return _("%(status)s · refund failed") % {"status": label}
    return _("refund failed")
