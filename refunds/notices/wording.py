"""What a notice of a channel says, and what a person does about one that was flagged, in sentences."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ..chargebacks.reasons import REASONS
from ..gateways import NoticeKind, Outcome
from .models import FAILED, ChannelNotice, Flag

KINDS: "dict[str, str | Promise]" = {
    NoticeKind.REFUND: gettext_lazy("a refund"),
    NoticeKind.CHARGEBACK: gettext_lazy("a chargeback"),
    NoticeKind.COMPLAINT: gettext_lazy("a complaint"),
    NoticeKind.OTHER: gettext_lazy("something else"),
}
OUTCOMES: "dict[str, str | Promise]" = {
    Outcome.SUCCEEDED: gettext_lazy("the refund was paid"),
    Outcome.PROCESSING: gettext_lazy("the refund is under way"),
    Outcome.RETURNED: gettext_lazy("the refund didn't reach the buyer's account"),
    FAILED: gettext_lazy("the refund failed"),
}
CHARGEBACKS: "dict[str, str | Promise]" = {
    "open": gettext_lazy("the bank holds the money"),
    "won": gettext_lazy("the shop keeps the money"),
    "lost": gettext_lazy("the payer has the money"),
}
_COMPARE = gettext_lazy("Compare the numbers with the channel's console. Nothing was moved here.")
NEXT_STEPS: "dict[str, str | Promise]" = {
    Flag.UNKNOWN_REFUND: gettext_lazy(
        "Find out who refunded this from the channel's console. Nothing here counts it, so the buyer may be paid a"
        " second time."
    ),
    Flag.OTHER_ACCOUNT: gettext_lazy(
        "Check which account the address of notices is set for in the channel's console, and who has its secrets."
    ),
    Flag.OTHER_PAYMENT: _COMPARE,
    Flag.OTHER_AMOUNT: _COMPARE,
    Flag.OTHER_CURRENCY: _COMPARE,
    Flag.AFTER_FAILURE: gettext_lazy(
        "Don't retry this refund: the channel has paid it. If it was paid again since, get one payment back."
    ),
    Flag.AFTER_SUCCESS: gettext_lazy(
        "Look the refund up in the channel's console. If the buyer has no money, pay it another way."
    ),
    Flag.PAID_OTHERWISE: gettext_lazy(
        "The buyer may have been paid twice. Ask the channel or the buyer to return one payment."
    ),
    Flag.BY_HAND: gettext_lazy("Compare the channel's console with the proof of the manual settlement."),
    Flag.UNKNOWN_PAYMENT: gettext_lazy(
        "Find the payment in the channel's console. If its order was never imported, the shop answers the bank itself."
    ),
    Flag.UNKNOWN_COMPLAINT: gettext_lazy(
        "Look it up in the channel's merchant platform, where it has to be answered, and tell the shop."
    ),
    Flag.CHARGEBACK: gettext_lazy(
        "Look the case up in the channel's console, and record it on the order it belongs to."
    ),
    Flag.BROKEN: gettext_lazy("Look up in the log why it couldn't be applied, and compare with the channel's console."),
}


def summary(row: ChannelNotice) -> str:
    """What it says, in a few words; empty where it only says that something happened."""
    if row.kind == NoticeKind.CHARGEBACK:
        return str(CHARGEBACKS.get(row.chargeback_status, ""))
    return str(OUTCOMES.get(row.outcome, ""))


def reason(row: ChannelNotice) -> str:
    """The channel's own words; a bank's reason in the reader's language. Of a number of six digits and more only the
    last four: it may be that of an account."""
    if row.kind == NoticeKind.CHARGEBACK and row.reason in REASONS:
        return str(REASONS[row.reason])
    return re.sub(r"\d{2,}(?=\d{4}(?!\d))", "****", row.reason)


def why(row: ChannelNotice) -> str:
    """Why a person has to look, and what to do about it."""
    return f"{Flag(row.flag).label} {NEXT_STEPS[row.flag]}" if row.flag else ""
