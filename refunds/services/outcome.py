"""What an attempt came to, stored: settled, failed, or due again.

What a receiver of the signals refuses is rolled back and asked for again later: the gateway remembers the number.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from kernel.actors import GATEWAY
from kernel.machine import advance, advance_many
from orders import services as orders

from .. import policy
from ..machine import OPEN
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


@dataclass(frozen=True)
class Arrived:
    """The channel said yes; nothing of that is stored yet. Whoever dies now asks again, by the same number."""

    refund: Refund
    gateway_no: str


def again(
    refund: Refund, wall: datetime, result: Result, error: str = "", *, not_before: timedelta = timedelta(0)
) -> Result:
    """Due again after the usual wait, or after `not_before` where that is longer."""
    wait = max(policy.delay(refund.attempts), not_before)
    # Only while it is open: what another attempt has ended must not become due again (F6).
    Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk, status__in=OPEN).update(
        next_attempt_at=wall + wait, claimed_until=None, last_error=error[:TEXT_LENGTH]
    )
    return result


def settle(arrived: Arrived, *, now: datetime, wall: datetime) -> Result:
    """Stores one yes. A receiver that raises undoes it, and it is asked for again later."""
    return _finish(arrived.refund, now, wall, gateway_no=arrived.gateway_no)


def refuse(refund: Refund, reason: str, *, now: datetime, wall: datetime) -> Result:
    """Stores the channel's definite no."""
    return _finish(refund, now, wall, refused=reason[:TEXT_LENGTH])


def settle_together(several: Sequence[Arrived], *, now: datetime) -> set[int]:
    """Stores what it can of them in one transaction, one an order; answers the ids of those refunds. The others are for
    `settle`: another transaction has their order, they have ended already, or a receiver refused one of them all."""
    first = {arrived.refund.payment.order_id: arrived for arrived in reversed(several)}
    numbers = {arrived.refund.pk: arrived.gateway_no for arrived in first.values()}
    payments = {arrived.refund.pk: arrived.refund.payment for arrived in first.values()}
    try:
        with transaction.atomic(durable=True):
            locked = orders.lock_free(first)
            ids = [pk for pk, payment in payments.items() if payment.order_id in locked]
            rows = Refund.objects.filter(pk__in=ids, status__in=OPEN).order_by("pk")
            moved = advance_many(
                rows, "settle", actor=GATEWAY, now=now, facts=lambda row: {"gateway_no": numbers[row.pk]}
            ).moved
            for refund in moved:
                refund.payment = payments[refund.pk]
                refund.payment.order = locked[refund.payment.order_id]
            if moved:
                refund_settled.send(sender=Refund, refunds=moved, actor=GATEWAY, now=now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.warning("%d refunds are settled one by one", len(several), exc_info=True)
        return set()
    return {refund.pk for refund in moved}


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
            if refused and fresh.attempts != refund.attempts:
                # Our lease ran out, and another attempt has begun since: its request may carry out what was refused to
                # ours. It has the last word.
                log.warning("refund %s: refused (%s), but another attempt is under way", refund.refund_no, refused)
                return Result.SKIPPED
            return _fail(fresh, refused, now) if refused else _settle(fresh, gateway_no, now)
    except Exception as error:
        again(refund, wall, Result.UNREACHABLE, repr(error))
        raise


def _settle(refund: Refund, gateway_no: str, now: datetime) -> Result:
    settled = advance(refund.settle, actor=GATEWAY, now=now, gateway_no=gateway_no)
    refund_settled.send(sender=Refund, refunds=[settled], actor=GATEWAY, now=now)
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
