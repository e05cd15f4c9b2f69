"""What an attempt came to, stored: settled, failed, or due again.

What a receiver of the signals refuses is rolled back and asked for again later: the gateway remembers the number.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from kernel.actors import GATEWAY
from kernel.machine import advance, advance_many
from orders import services as orders

from .. import policy
from ..chargebacks import cap
from ..gateways import Receipt
from ..labels import CALLED_OFF, CHARGEBACK_OPEN
from ..machine import OPEN
from ..models import Refund
from ..next_attempt import again
from ..policy import TEXT_LENGTH, Result
from ..redirections.ending import came_to_the_shop, closed
from ..signals import refund_failed, refund_settled
from .receipts import Facts, facts_of
from .reserve import release
from .returned import return_money

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrived:
    """The channel said yes; nothing of that is stored yet. Whoever dies now asks again, by the same number."""

    refund: Refund
    receipt: Receipt


def settle(arrived: Arrived, *, now: datetime, wall: datetime) -> Result:
    """Stores one yes. A receiver that raises undoes it, and it is asked for again later."""
    facts = facts_of(arrived.refund, arrived.receipt, now)
    return _finish(arrived.refund, wall, lambda refund: settle_open(refund, facts, now=now))


def refuse(refund: Refund, reason: str, *, now: datetime, wall: datetime) -> Result:
    """Stores the channel's definite no."""
    return _finish(refund, wall, lambda fresh: fail(fresh, reason, now=now), refused=reason)


def give_back(refund: Refund, receipt: Receipt, *, now: datetime, wall: datetime) -> Result:
    """Stores that the money did not reach the buyer's account, though the channel had accepted it."""

    def store(fresh: Refund) -> Result:
        return_money(fresh, may_arrive=receipt.may_arrive, to_shop=receipt.to_shop, now=now)
        return Result.RETURNED

    return _finish(refund, wall, store, refused="returned")


def settle_together(several: Sequence[Arrived], *, now: datetime) -> set[int]:
    """Stores what it can of them in one transaction, one an order; answers the ids of those refunds. The others are for
    `settle`: another transaction has their order, they have ended already, were sent on to another account, or a
    receiver refused one of them all."""
    first = {arrived.refund.payment.order_id: arrived for arrived in reversed(several)}
    facts = {arrived.refund.pk: facts_of(arrived.refund, arrived.receipt, now) for arrived in first.values()}
    payments = {arrived.refund.pk: arrived.refund.payment for arrived in first.values()}
    try:
        with transaction.atomic(durable=True):
            locked = orders.lock_free(first)
            ids = [pk for pk, payment in payments.items() if payment.order_id in locked]
            rows = Refund.objects.filter(pk__in=ids, status__in=OPEN, on_hold=False, redirected_to="").order_by("pk")
            moved = advance_many(rows, "settle", actor=GATEWAY, now=now, facts=lambda row: facts[row.pk]).moved
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


def _finish(refund: Refund, wall: datetime, store: Callable[[Refund], Result], *, refused: str = "") -> Result:
    try:
        with transaction.atomic(durable=True):
            # The order before the refund, as every writer does; the receivers below change the order and its tickets.
            order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id, like=refund.payment.order)
            fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
            fresh.payment = refund.payment
            fresh.payment.order = order
            if fresh.status not in OPEN:
                return _too_late(refund, refused)
            if fresh.redirected_at != refund.redirected_at:
                # It came back and was sent on since: what was answered before says nothing of where the money is now.
                return Result.SKIPPED
            if refused and fresh.attempts != refund.attempts:
                # Our lease ran out, and another attempt has begun since: its request may carry out what was refused to
                # ours. It has the last word.
                log.warning("refund %s: refused (%s), but another attempt is under way", refund.refund_no, refused)
                return Result.SKIPPED
            return store(fresh)
    except Exception as error:
        again(refund, wall, Result.UNREACHABLE, repr(error))
        raise


def not_there(refund: Refund, *, now: datetime, wall: datetime) -> Result:
    """Of one that may not be sent, and that the channel, asked at `wall` or later, does not know."""
    fresh = Refund.objects.only("on_hold", "called_off_at").get(shop_id=refund.shop_id, pk=refund.pk)
    if fresh.on_hold or fresh.called_off_at is None:
        return wait_for_bank(refund, now=now, wall=wall)
    if (left := fresh.called_off_at + policy.CALL_OFF_QUIET - wall) > timedelta(0):
        # A request that was on its way when it was called off may not have arrived yet.
        return again(refund, wall, Result.WAITING, refund.last_error, not_before=left)
    return _finish(refund, wall, lambda open_one: _call_off(open_one, now), refused=CALLED_OFF)


def _call_off(refund: Refund, now: datetime) -> Result:
    # A bank began to decide since: the lease runs out, and the next attempt leaves it to the bank.
    return Result.SKIPPED if refund.on_hold else fail(refund, CALLED_OFF, now=now)


def wait_for_bank(refund: Refund, *, now: datetime, wall: datetime) -> Result:
    """Of one that the channel does not know while a chargeback of its payment is open, or was lost. It may not be sent:
    it waits, and where the bank has taken its money it makes way."""
    with transaction.atomic(durable=True):
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id, like=refund.payment.order)
        fresh, payment = Refund.locked(refund.pk, shop_id=refund.shop_id), refund.payment
        payment.refresh_from_db(fields=cap.FIELDS)
        if fresh.status not in OPEN or fresh.attempts != refund.attempts:
            return Result.SKIPPED
        if payment.disputed == 0 and payment.overlap > 0:
            cap.make_way(fresh, payment, now=now)
            cap.decide(payment, now=now)
            return Result.FAILED
    return again(refund, wall, Result.WAITING, CHARGEBACK_OPEN)


def settle_open(refund: Refund, facts: Facts, *, now: datetime) -> Result:
    """The caller has the order locked, and its copy with the refund's payment. What two people had sent to the shop's
    own account is no payment to the buyer: it has come back, and is settled another way."""
    if came_to_the_shop(refund, facts.get("received_account", "")):
        return_money(refund, may_arrive=False, to_shop=True, now=now)
        return Result.RETURNED
    on_hold = refund.on_hold
    settled = advance(refund.settle, actor=GATEWAY, now=now, **facts)
    refund_settled.send(sender=Refund, refunds=[settled], actor=GATEWAY, now=now)
    if on_hold:
        cap.arrived(settled.payment, now=now)
    return Result.SETTLED


def fail(refund: Refund, reason: str, *, now: datetime) -> Result:
    """The caller has the order locked."""
    words, on_hold = reason[:TEXT_LENGTH], refund.on_hold
    if refund.redirected_to:
        closed(refund, words)
    failed = advance(refund.fail, actor=GATEWAY, now=now, note=words, reason=words)
    release(refund)
    refund_failed.send(sender=Refund, refund=failed, actor=GATEWAY, now=now)
    if on_hold:
        cap.arrived(refund.payment, now=now)
    return Result.FAILED


def _too_late(refund: Refund, refused: str) -> Result:
    """Our lease ran out, and another attempt has ended the refund: the first outcome counts (F6)."""
    log.warning("refund %s had already ended; the gateway now says %s", refund.refund_no, refused or "succeeded")
    return Result.SKIPPED
