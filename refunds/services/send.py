"""Sending money back: claim (commit) → gateway → settle, fail or try again (commit; outcome.py).

No transaction is open while the gateway is asked. An outcome that is not known is never a failure: the
next attempt asks the gateway first and repeats with the same number only what it does not know (F1-F3).
"""

import logging
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q, QuerySet

from kernel.actors import GATEWAY
from kernel.machine import advance
from orders.models import Payment

from .. import clock, gateways, policy
from ..gateways import Deadline, Gateway, GatewayError, Outcome, Receipt
from ..labels import NO_GATEWAY
from ..machine import OPEN, Status
from ..models import Refund
from .outcome import Arrived, Result, again, refuse, settle

log = logging.getLogger(__name__)
_OPEN = [str(status) for status in OPEN]


def due(wall: datetime) -> QuerySet[Refund]:
    """What may be sent now by the real clock, longest waiting first."""
    return Refund.objects.filter(_free(wall), next_attempt_at__lte=wall).order_by("next_attempt_at", "id")


def send(refund_id: int, *, now: datetime, wall: datetime | None = None) -> bool:
    """True when this call ended the refund, one way or the other. `now` is the shop's clock, `wall` the real one."""
    return attempt(refund_id, now=now, wall=wall) in (Result.SETTLED, Result.FAILED)


def attempt(refund_id: int, *, now: datetime, wall: datetime | None = None, leased: datetime | None = None) -> Result:
    """`leased`: until when the caller has leased this refund (lease.py); without it, only a free one is taken."""
    wall = wall or clock.wall()
    answer = ask(refund_id, now=now, wall=wall, leased=leased)
    return settle(answer, now=now, wall=wall) if isinstance(answer, Arrived) else answer


def ask(
    refund_id: int, *, now: datetime, wall: datetime, leased: datetime | None = None, payment: Payment | None = None
) -> Result | Arrived:
    """As `attempt`, but a yes is left to the caller to settle. `payment`: of the refund, with its order, where the
    caller has read it."""
    claimed = _claim(refund_id, now, wall, leased, payment)
    if claimed is None:
        return Result.SKIPPED
    refund, sent_before = claimed
    gateway = gateways.get(refund.payment.channel)
    # No failure: the money is owed all the same, and the channel may be set up later.
    if gateway is None:
        return again(refund, wall, Result.UNREACHABLE, NO_GATEWAY)
    try:
        receipt = _ask(gateway, refund, sent_before)
    except SoftTimeLimitExceeded as error:
        _no_receipt(refund, error, now, wall)
        raise  # the time of the whole task is up, not only that of this refund
    except Exception as error:
        return _no_receipt(refund, error, now, wall)
    if receipt.outcome == Outcome.SUCCEEDED:
        return Arrived(refund, receipt.gateway_no)
    return again(refund, wall, Result.WAITING)


def _free(wall: datetime) -> Q:
    """Open and not leased. The lease of a process that died ends by itself after `policy.LEASE`."""
    return Q(status__in=OPEN) & (Q(claimed_until__isnull=True) | Q(claimed_until__lte=wall))


# SKIP LOCKED: whoever has the row is claiming it right now, and waiting would only find it claimed. A lease that ran
# out may be somebody else's by now, and then its end is another. Written as SQL because it runs once a refund.
_OPEN_ROW = "SELECT * FROM refunds_refund WHERE id = %(id)s AND status = ANY(%(open)s)"
_UNLEASED = f"{_OPEN_ROW} AND (claimed_until IS NULL OR claimed_until <= %(at)s) FOR NO KEY UPDATE SKIP LOCKED"
_LEASED = f"{_OPEN_ROW} AND claimed_until = %(at)s FOR NO KEY UPDATE SKIP LOCKED"


def _claim(
    refund_id: int, now: datetime, wall: datetime, leased: datetime | None, payment: Payment | None
) -> tuple[Refund, bool] | None:
    """The refund, leased to this caller, and whether a request may have left before."""
    # durable: never part of a larger transaction. The claim is committed before the request leaves, so that a crash
    # cannot forget that it was sent (F1).
    with transaction.atomic(durable=True):
        sql, params = _LEASED if leased else _UNLEASED, {"id": refund_id, "open": _OPEN, "at": leased or wall}
        refund = next(iter(Refund.objects.raw(sql, params)), None)
        if refund is None:
            return None
        refund.payment = payment or _payment_of(refund)
        sent_before = refund.status == Status.PROCESSING
        attempts, lease_ends = min(refund.attempts + 1, policy.MAX_ATTEMPTS_COUNTED), wall + policy.LEASE
        if not sent_before and gateways.get(refund.payment.channel):
            refund.mark_locked()
            advance(refund.send, actor=GATEWAY, now=now, attempts=attempts, claimed_until=lease_ends)
        else:
            # No transition: with one history row an attempt a dead channel would fill the history.
            row = Refund.objects.filter(shop_id=refund.shop_id, pk=refund_id)
            row.update(attempts=attempts, claimed_until=lease_ends)
            refund.attempts = attempts
    return refund, sent_before


def _payment_of(refund: Refund) -> Payment:
    return Payment.objects.select_related("order").get(shop_id=refund.shop_id, pk=refund.payment_id)


def _ask(gateway: Gateway, refund: Refund, sent_before: bool) -> Receipt:
    """One deadline over both calls, so that the lease always outlives the attempt."""
    number, payment = refund.refund_no, refund.payment
    deadline = Deadline.after(policy.ATTEMPT_SECONDS)
    if sent_before:
        receipt = gateway.query(refund_no=number, transaction_no=payment.transaction_no, deadline=deadline)
        if receipt.outcome != Outcome.NOT_FOUND:
            return receipt
        deadline.left()  # raises where the query used all of it up: the request waits for the next attempt
    return gateway.request(
        refund_no=number,
        transaction_no=payment.transaction_no,
        amount=refund.amount,
        total=payment.captured,
        currency=payment.order.currency,
        deadline=deadline,
    )


def _no_receipt(refund: Refund, error: Exception, now: datetime, wall: datetime) -> Result:
    text = str(error) or type(error).__name__
    if isinstance(error, GatewayError) and error.permanent:
        return refuse(refund, text, now=now, wall=wall)
    # A time-out, a reset, a fault in the adapter: the money may be on its way, so nothing is concluded.
    log.warning("refund %s: outcome unknown: %r", refund.refund_no, error)
    if isinstance(error, GatewayError) and error.retry_after:
        # It was reached: one refund that has to wait is no reason to leave the channel alone (share.py).
        return again(refund, wall, Result.WAITING, text, not_before=error.retry_after)
    return again(refund, wall, Result.UNREACHABLE, text)
