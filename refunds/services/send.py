"""Sending money back: claim (commit) → gateway → settle, fail or try again (commit).

No transaction is open while the gateway is asked. An outcome that is not known is never a failure: the
next attempt asks the gateway first and repeats with the same number only what it does not know (F1-F3).
"""

import logging
from datetime import datetime
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kernel.actors import GATEWAY
from kernel.machine import advance
from orders import services as orders

from .. import clock, gateways, policy
from ..gateways import Deadline, Gateway, GatewayError, Outcome, Receipt
from ..machine import OPEN, Status
from ..models import Refund
from ..signals import refund_failed, refund_settled
from .reserve import release

log = logging.getLogger(__name__)
TEXT_LENGTH = 240


class Result(StrEnum):
    SETTLED = "settled"
    FAILED = "failed"
    WAITING = "waiting"  # the gateway works on it
    UNREACHABLE = "unreachable"  # the outcome is not known, or there is nobody to ask
    SKIPPED = "skipped"  # it has ended, or somebody else is sending it


def due(wall: datetime) -> QuerySet[Refund]:
    """What may be sent now by the real clock, longest waiting first."""
    return Refund.objects.filter(_free(wall), next_attempt_at__lte=wall).order_by("next_attempt_at", "id")


def send(refund_id: int, *, now: datetime, wall: datetime | None = None) -> bool:
    """True when this call ended the refund, one way or the other. `now` is the shop's clock, `wall` the real one."""
    return attempt(refund_id, now=now, wall=wall) in (Result.SETTLED, Result.FAILED)


def attempt(refund_id: int, *, now: datetime, wall: datetime | None = None) -> Result:
    wall = wall or clock.wall()
    claimed = _claim(refund_id, now, wall)
    if claimed is None:
        return Result.SKIPPED
    refund, sent_before = claimed
    gateway = gateways.get(refund.payment.channel)
    # No failure: the money is owed all the same, and the channel may be set up later.
    if gateway is None:
        error = _("No gateway is set up for the channel “%s”.") % refund.payment.channel
        return _again(refund, wall, Result.UNREACHABLE, error)
    try:
        receipt = _ask(gateway, refund, sent_before)
    except SoftTimeLimitExceeded as error:
        _no_receipt(refund, error, now, wall)
        raise  # the time of the whole task is up, not only that of this refund
    except Exception as error:
        return _no_receipt(refund, error, now, wall)
    if receipt.outcome == Outcome.SUCCEEDED:
        return _finish(refund, now, wall, gateway_no=receipt.gateway_no)
    return _again(refund, wall, Result.WAITING)


def _free(wall: datetime) -> Q:
    """Open and not leased. The lease of a process that died ends by itself after `policy.LEASE`."""
    return Q(status__in=OPEN) & (Q(claimed_until__isnull=True) | Q(claimed_until__lte=wall))


def _claim(refund_id: int, now: datetime, wall: datetime) -> tuple[Refund, bool] | None:
    """The refund, leased to this caller, and whether a request may have left before."""
    # durable: never part of a larger transaction. The claim is committed before the request leaves, so that a crash
    # cannot forget that it was sent (F1).
    with transaction.atomic(durable=True):
        # skip_locked: whoever has the row is claiming it right now, and waiting would only find it claimed.
        rows = Refund.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        refund = rows.filter(_free(wall), pk=refund_id).select_related("payment__order").first()
        if refund is None:
            return None
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
        return _finish(refund, now, wall, refused=text[:TEXT_LENGTH])
    # A time-out, a reset, a fault in the adapter: the money may be on its way, so nothing is concluded.
    log.warning("refund %s: outcome unknown: %r", refund.refund_no, error)
    return _again(refund, wall, Result.UNREACHABLE, text)


def _again(refund: Refund, wall: datetime, result: Result, error: str = "") -> Result:
    # Only while it is open: what another attempt has ended must not become due again (F6).
    Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk, status__in=OPEN).update(
        next_attempt_at=wall + policy.delay(refund.attempts), claimed_until=None, last_error=error[:TEXT_LENGTH]
    )
    return result


def _finish(refund: Refund, now: datetime, wall: datetime, *, gateway_no: str = "", refused: str = "") -> Result:
    try:
        with transaction.atomic(durable=True):
            # The order before the refund, as every writer does; the receivers below change the order and its tickets.
            order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id, like=refund.payment.order)
            fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
            fresh.payment = refund.payment
            fresh.payment.order = order
            if fresh.status not in OPEN:
                return _too_late(refund, refused)
            return _fail(fresh, refused, now) if refused else _settle(fresh, gateway_no, now)
    except Exception as error:
        # A receiver refused: the outcome is rolled back and asked for again later. The gateway remembers the number.
        _again(refund, wall, Result.UNREACHABLE, repr(error))
        raise


def _settle(refund: Refund, gateway_no: str, now: datetime) -> Result:
    settled = advance(refund.settle, actor=GATEWAY, now=now, gateway_no=gateway_no)
    refund_settled.send(sender=Refund, refund=settled, actor=GATEWAY, now=now)
    return Result.SETTLED


def _fail(refund: Refund, reason: str, now: datetime) -> Result:
    failed = advance(refund.fail, actor=GATEWAY, now=now, note=reason, reason=reason)
    release(refund)
    refund_failed.send(sender=Refund, refund=failed, actor=GATEWAY, now=now)
    return Result.FAILED


def _too_late(refund: Refund, refused: str) -> Result:
    """Our lease ran out, and another attempt has ended the refund: the first outcome counts (F6)."""
    log.warning("refund %s had already ended; the gateway now says %s", refund.refund_no, refused or "succeeded")
    return Result.SKIPPED
