"""The next account of the shop, where the one that was asked does not have the payment."""

import logging
from datetime import datetime, timedelta

from ..gateways import Accounts, GatewayError
from ..machine import OPEN
from ..models import Refund
from ..next_attempt import again
from ..policy import Result

log = logging.getLogger(__name__)


def ask_elsewhere(refund: Refund, error: GatewayError, *, final: bool, wall: datetime) -> bool:
    """Whether another account is asked next, by the same number: the one that was asked does not have the payment, and
    so has refunded nothing. `final`: it will not say anything else later, so that each is asked once; the others are
    asked again in turn, because who mends an account does not tell us."""
    if not error.other_account:
        return False
    payment = refund.payment
    accounts = Accounts.of_shops([refund.shop_id])
    candidates = accounts.candidates(payment.channel, refund.shop_id, payment.paid_at)
    sent = refund.merchant_account_id
    place = candidates.index(sent) + 1 if sent in candidates else 0
    if len(candidates) < 2 or (final and place == len(candidates)):
        return False
    following = candidates[place % len(candidates)]
    log.warning("refund %s: its account does not have the payment; another one is asked", refund.refund_no)
    waits = (error.retry_after or timedelta(0)) if place == len(candidates) else timedelta(0)
    # Not where an attempt that began later has gone on already.
    row = Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk, status__in=OPEN, merchant_account_id=sent)
    # What left before, and what was refused, was at the account that has refunded nothing.
    row.update(merchant_account_id=following, refusals=0, refusal="", sent_at=None, answered_at=None, polls=0)
    again(refund, wall, Result.WAITING, str(error), not_before=waits)
    return True
