"""Sending money back: claim (commit) → gateway → settle, fail or try again (commit; outcome.py).

No transaction is open while the gateway is asked. An outcome that is not known is never a failure: the
next attempt asks the gateway first and repeats with the same number only what it does not know (F1-F3).
"""

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import F, Q, QuerySet

from kernel.calls import clock

from .. import policy
from ..gateways import Deadline, Gateway, GatewayError, Outcome, Receipt, RequestRefused, limits
from ..labels import NO_GATEWAY, NO_MORE_REFUNDS
from ..machine import OPEN, Status
from ..models import Refund
from ..next_attempt import again, under_way
from ..policy import Result
from ..redirections.sending import redirect
from .claim import Claimed, claim
from .outcome import Arrived, give_back, not_there, refuse, settle
from .receipts import Facts, forget_refusal, named
from .routing import ask_elsewhere
from .spacing import wait_to_repeat

log = logging.getLogger(__name__)


def due(wall: datetime) -> QuerySet[Refund]:
    """What may be sent now by the real clock, longest waiting first."""
    return Refund.objects.filter(_free(wall), next_attempt_at__lte=wall).order_by("next_attempt_at", "id")


def send(refund_id: int, *, now: datetime, wall: datetime | None = None) -> bool:
    """True when this call ended the refund, one way or the other. `now` is the shop's clock, `wall` the real one."""
    return attempt(refund_id, now=now, wall=wall) in (Result.SETTLED, Result.FAILED, Result.RETURNED)


def attempt(refund_id: int, *, now: datetime, wall: datetime | None = None, leased: datetime | None = None) -> Result:
    """`leased`: until when the caller has leased this refund (lease.py); without it, only a free one is taken."""
    wall = wall or clock.wall()
    claimed = claim([refund_id], now=now, wall=wall, leased=leased)
    if not claimed:
        return Result.SKIPPED
    answer = ask(claimed[0], now=now, wall=wall)
    return settle(answer, now=now, wall=wall) if isinstance(answer, Arrived) else answer


def ask(claimed: Claimed, *, now: datetime, wall: datetime) -> Result | Arrived:
    """Asks the channel, and stores what it came to; a yes is left to the caller to settle."""
    refund, gateway = claimed.refund, claimed.gateway
    # No failure: the money is owed all the same, and the channel may be set up later.
    if gateway is None:
        return again(refund, wall, Result.UNREACHABLE, NO_GATEWAY)
    if claimed.full:
        return refuse(refund, NO_MORE_REFUNDS, now=now, wall=wall)
    try:
        receipt = _ask(gateway, refund, claimed.sent_before, now, wall)
    except SoftTimeLimitExceeded as error:
        _no_receipt(claimed, error, now, wall)
        raise  # the time of the whole task is up, not only that of this refund
    except Exception as error:
        return _no_receipt(claimed, error, now, wall)
    if receipt.outcome == Outcome.SUCCEEDED:
        return Arrived(refund, receipt)
    if receipt.outcome == Outcome.RETURNED:
        return give_back(refund, receipt, now=now, wall=wall)
    if receipt.outcome == Outcome.NOT_FOUND:
        return not_there(refund, now=now, wall=wall)
    return under_way(refund, refund.payment.channel, wall, facts=named(refund, receipt, now))


def _free(wall: datetime) -> Q:
    """Open and not leased. The lease of a process that died ends by itself after `policy.LEASE`. What waits for the
    bank and has not left is left alone."""
    waits = Q(on_hold=True, status=Status.PENDING)
    return Q(status__in=OPEN) & ~waits & (Q(claimed_until__isnull=True) | Q(claimed_until__lte=wall))


def _ask(gateway: Gateway, refund: Refund, sent_before: bool, now: datetime, wall: datetime) -> Receipt:
    """One deadline over both calls, so that the lease always outlives the attempt."""
    number, payment = refund.refund_no, refund.payment
    deadline = Deadline.after(policy.ATTEMPT_SECONDS)
    if sent_before:
        if refund.redirected_at is not None and (receipt := redirect(gateway, refund, deadline, wall)) is not None:
            return receipt.require(refund.amount, payment.order.currency)
        receipt = gateway.query(refund_no=number, transaction_no=payment.transaction_no, deadline=deadline)
        if receipt.outcome != Outcome.NOT_FOUND:
            forget_refusal(refund)
            return receipt.require(refund.amount, payment.order.currency)
        if refund.is_stopped():
            return receipt
        if refund.refusal:
            raise RequestRefused(refund.refusal, permanent=True)
        left = deadline.left()  # raises where the query used all of it up: the request waits for the next attempt
        _keep_distance(gateway, refund, wall + timedelta(seconds=policy.ATTEMPT_SECONDS - left))
    elif now - refund.created_at >= policy.ASK_BEFORE_SENDING:  # F30
        receipt = gateway.query(refund_no=number, transaction_no=payment.transaction_no, deadline=deadline)
        if receipt.outcome != Outcome.NOT_FOUND:
            return receipt.require(refund.amount, payment.order.currency)
    receipt = gateway.request(
        refund_no=number,
        transaction_no=payment.transaction_no,
        amount=refund.amount,
        total=payment.transaction_total,
        currency=payment.order.currency,
        deadline=deadline,
    )
    return receipt.require(refund.amount, payment.order.currency)


def _keep_distance(gateway: Gateway, refund: Refund, wall: datetime) -> None:
    """Notes that it is sent at `wall`. Raises GatewayError where another refund of the transaction was sent since this
    one, and just now."""
    if limited := limits(gateway):
        if wait := wait_to_repeat(refund, limited, wall):
            raise GatewayError("another refund of this payment was sent just now", permanent=False, retry_after=wait)
    else:
        Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(sent_at=wall, answered_at=None)


def _until_believed(refund: Refund, error: GatewayError, sent_before: bool, wall: datetime) -> timedelta | None:
    """For how long a no to a request is not believed yet, and the number only asked about: the answer to an earlier one
    may have been lost, and what is on its way still be carried out. None: it is believed, as the channel's last word
    about the number always is."""
    if not isinstance(error, RequestRefused) or refund.sent_at is None or not _is_unanswered(refund, sent_before):
        return None
    left = refund.sent_at + policy.CALL_OFF_QUIET - wall
    return left if left > timedelta(0) else None


def _is_unanswered(refund: Refund, sent_before: bool) -> bool:
    """Whether the answer to a request before this attempt's may have been lost: it is noted for exactly the one that
    was sent last, because of two processes the later request may have the earlier time. `refund`: as it was claimed."""
    return sent_before and refund.sent_at is not None and refund.answered_at != refund.sent_at


def _note_answered(refund: Refund) -> None:
    """All requests so far were refused. Not where another attempt has begun since: its request may be on its way."""
    mine = Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk, attempts=refund.attempts)
    mine.update(answered_at=F("sent_at"))


def _no_receipt(claimed: Claimed, error: Exception, now: datetime, wall: datetime) -> Result:
    refund, sent_before = claimed.refund, claimed.sent_before
    text, facts = (str(error) or type(error).__name__)[: policy.TEXT_LENGTH], Facts()
    if isinstance(error, GatewayError):
        if error.permanent_after is not None:
            facts["refusals"] = refund.refusals + 1
        final = error.is_permanent(facts.get("refusals", 0))
        if (final or error.permanent_after is None) and ask_elsewhere(refund, error, final=final, wall=wall):
            return Result.WAITING
        if final and (quiet := _until_believed(refund, error, sent_before, wall)):
            return again(refund, wall, Result.WAITING, text, not_before=quiet, facts={**facts, "refusal": text})
        if final:
            return refuse(refund, text, now=now, wall=wall)
        if isinstance(error, RequestRefused) and not _is_unanswered(refund, sent_before):
            _note_answered(refund)
    # A time-out, a reset, a fault in the adapter: the money may be on its way, so nothing is concluded.
    log.warning("refund %s: outcome unknown: %r", refund.refund_no, error)
    if isinstance(error, GatewayError) and error.retry_after:
        # It was reached: one refund that has to wait is no reason to leave the channel alone (share.py).
        return again(refund, wall, Result.WAITING, text, not_before=error.retry_after, facts=facts)
    return again(refund, wall, Result.UNREACHABLE, text, facts=facts)
