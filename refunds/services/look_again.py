"""Refunds that did not reach the buyer's account and that the channel has not finished with: asked about once a day.

While the channel may still pay one, nothing is sent or settled instead of it: the buyer would be paid twice.
"""

import logging
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from kernel.errors import DomainError
from orders import services as orders

from .. import policy
from ..gateways import Accounts, Deadline, GatewayError, Outcome, Receipt
from ..labels import AT_MERCHANT
from ..machine import Status
from ..models import Refund
from .receipts import Facts, facts_of
from .returned import settle_late

log = logging.getLogger(__name__)


def look_again(refund_id: int, *, now: datetime, wall: datetime) -> bool:
    """True when the channel has had its last word. Not in a transaction: none may be open while a channel is asked."""
    refund = _claim(refund_id, wall)
    if refund is None:
        return False
    channel = refund.payment.channel
    gateway = Accounts.of_shops([refund.shop_id]).sent_through(channel, refund.merchant_account_id).gateway
    if gateway is None:
        return False
    try:
        receipt = gateway.query(
            refund_no=refund.refund_no,
            transaction_no=refund.payment.transaction_no,
            deadline=Deadline.after(policy.ATTEMPT_SECONDS),
        ).require(refund.amount, refund.payment.order.currency)
    except GatewayError as error:
        if error.permanent:
            return _finished(refund, str(error))
        log.warning("refund %s: what became of it is not known: %s", refund.refund_no, error)
        return False
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        # The others are asked about all the same, and this one tomorrow.
        log.exception("refund %s: its channel could not be asked", refund.refund_no)
        return False
    return _conclude(refund, receipt, now)


def _claim(refund_id: int, wall: datetime) -> Refund | None:
    """Next looked at a day from now, whatever this look comes to."""
    with transaction.atomic(durable=True):
        due = Refund.objects.filter(pk=refund_id, status=Status.RETURNED, look_again_at__lte=wall)
        refund = due.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
        if refund is None:
            return None
        # `returned_at` is by the clock of the shop, which differs from the real one in tests alone.
        late = refund.returned_at is not None and wall - refund.returned_at > policy.LOOKS_DAILY
        refund.look_again_at = wall + (policy.LATE_LOOK if late else policy.LOOK)
        refund.save(update_fields=["look_again_at"])
    return Refund.objects.select_related("payment__order").get(shop_id=refund.shop_id, pk=refund.pk)


def _conclude(refund: Refund, receipt: Receipt, now: datetime) -> bool:
    if receipt.outcome == Outcome.SUCCEEDED:
        return _arrived(refund, facts_of(refund, receipt, now), now)
    if receipt.outcome == Outcome.RETURNED and not receipt.may_arrive:
        return _finished(refund, AT_MERCHANT, to_shop_at=now if receipt.to_shop else None)
    return False


def _arrived(refund: Refund, facts: Facts, now: datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
            fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
            if fresh.status == Status.RETURNED:
                settle_late(fresh, facts, now=now)
    except DomainError:
        log.exception("refund %s has arrived after all, but its money went another way", refund.refund_no)
        return False
    return True


def _finished(refund: Refund, reason: str, *, to_shop_at: datetime | None = None) -> bool:
    """Nothing of it can arrive any more: another way is free. `to_shop_at`: the shop's bank account has it since."""
    rows = Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk, status=Status.RETURNED)
    words = reason[: policy.TEXT_LENGTH]
    to_shop = {"paid_to_shop": True, "moved_at": to_shop_at} if to_shop_at else {}
    return bool(rows.update(look_again_at=None, failure_reason=words, **to_shop))
