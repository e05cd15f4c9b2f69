"""Why a bank says that it takes the money back, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By a complaint to the channel (docs/complaints.md).
COMPLAINT = "complaint"
# The others are Stripe's words; a shop's own system may write what it likes.
REASONS: "dict[str, str | Promise]" = {
    "bank_cannot_process": _("the bank couldn't process the payment"),
    "check_returned": _("returned cheque"),
    "credit_not_processed": _("a refund that was promised didn't arrive"),
    COMPLAINT: _("the buyer complained to the channel"),
    "customer_initiated": _("the payer had the debit taken back"),
    "debit_not_authorized": _("debit without the payer's permission"),
    "duplicate": _("paid twice for one purchase"),
    "fraudulent": _("the payer says they didn't make this payment (fraud)"),
    "general": _("no reason given"),
    "incorrect_account_details": _("wrong account details"),
    "insufficient_funds": _("not enough money in the payer's account"),
    "noncompliant": _("against the rules of the card network"),
    "product_not_received": _("goods not received"),
    "product_unacceptable": _("goods damaged or not as described"),
    "subscription_canceled": _("charged after the subscription was cancelled"),
    "unrecognized": _("the payer doesn't recognise the payment"),
}


def reason_text(stored: str) -> str:
    """What is not in the table is somebody's own words, and stays as it is."""
    return str(REASONS.get(stored, stored))
