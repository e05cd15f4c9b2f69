"""Sending a transfer: claim (commit) → channel → arrived, failed or due again (commit). The rules are those of refunds:
no transaction is open while the channel is asked, what is not known is asked about first and sent again under the same
number, and a number that has failed is never used again (docs/payables.md)."""

import logging
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from kernel.calls import clock

from .. import policy
from ..gateways import (
    Accounts,
    Deadline,
    GatewayError,
    Outcome,
    Payer,
    RequestRefused,
    TransferReceipt,
    Transferring,
    transferring,
)
from ..labels import NO_GATEWAY, TRANSFER_CALLED_OFF, TRANSFER_CHECKED, TRANSFER_UNANSWERED, TRANSFERS_OFF
from ..next_attempt import again
from ..policy import TEXT_LENGTH, Result
from .models import Transfer
from .outcome import arrive, refuse, wait_for

log = logging.getLogger(__name__)


def due(wall: datetime) -> QuerySet[Transfer]:
    """Longest waiting first. The lease of a process that died ends by itself."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=wall)
    return Transfer.objects.filter(free, next_attempt_at__lte=wall).order_by("next_attempt_at", "id")


def attempt(transfer_id: int, *, now: datetime, wall: datetime | None = None) -> Result:
    """`now` is the shop's clock, `wall` the real one."""
    wall = wall or clock.wall()
    row = _claim(transfer_id, wall)
    if row is None:
        return Result.SKIPPED
    # A restored backup has forgotten what left since (F30).
    may_have_left = row.sent_at is not None or now - row.created_at >= policy.ASK_BEFORE_SENDING
    if row.called_off_at and not may_have_left:
        return refuse(row, TRANSFER_CALLED_OFF, now=now, wall=wall)
    accounts = Accounts.of_shops([row.shop_id])
    channel = transferring(accounts.sent_through(row.payment.channel, row.merchant_account_id).gateway)
    if channel is None:
        # Nobody can be asked: two people have looked, or it waits.
        return _not_there(row, now, wall) if row.checked_at else again(row, wall, Result.UNREACHABLE, NO_GATEWAY)
    if not (channel.on or may_have_left):
        return refuse(row, TRANSFERS_OFF, now=now, wall=wall)
    sent_before = row.sent_at is not None
    try:
        receipt = _ask(channel, row, wall, may_have_left=may_have_left)
    except SoftTimeLimitExceeded as error:
        _no_receipt(row, error, now, wall, sent_before=sent_before)
        raise
    except Exception as error:
        return _no_receipt(row, error, now, wall, sent_before=sent_before)
    if receipt.outcome == Outcome.SUCCEEDED:
        return arrive(row, receipt, now=now, wall=wall)
    if receipt.outcome == Outcome.NOT_FOUND:
        return _not_there(row, now, wall)
    return wait_for(row, receipt, wall=wall)


def _claim(transfer_id: int, wall: datetime) -> Transfer | None:
    """Leased to this caller; None where another has it, or it has ended."""
    with transaction.atomic(durable=True):
        # Whoever has the row is claiming it right now.
        rows = due(wall).select_for_update(of=("self",), no_key=True, skip_locked=True)
        row = rows.select_related("payable__order", "payment").filter(pk=transfer_id).first()
        if row is None:
            return None
        row.attempts = min(row.attempts + 1, policy.MAX_ATTEMPTS_COUNTED)
        row.claimed_until = wall + policy.LEASE
        row.save(update_fields=["attempts", "claimed_until"])
    return row


def _ask(channel: Transferring, row: Transfer, wall: datetime, *, may_have_left: bool) -> TransferReceipt:
    """One deadline over all calls, so that the lease always outlives the attempt."""
    number, deadline, payable = row.transfer_no, Deadline.after(policy.ATTEMPT_SECONDS), row.payable
    if may_have_left:
        receipt = channel.query(transfer_no=number, deadline=deadline)
        if receipt.outcome != Outcome.NOT_FOUND:
            if row.sent_at is None:
                _mark_known(row, wall)
            if receipt.confirm_by and (row.called_off_at or receipt.confirm_by <= wall):
                receipt = channel.withdraw(transfer_no=number, deadline=deadline)
            receipt.require(payable.amount, payable.order.currency)
            # Only the answer to a request says how the payee opens the channel's page. The same number sends no more.
            lost = receipt.confirm_by is not None and not row.confirmation
            if not (lost and _may_send(channel, row, wall)):
                return receipt
        elif not _may_send(channel, row, wall):
            return receipt
    payer = _payer(channel, row, deadline)
    deadline.left()
    _mark_sent(row, wall)
    receipt = channel.transfer(
        transfer_no=number, payer=payer, amount=payable.amount, about=payable.payable_no, deadline=deadline
    )
    return receipt.require(payable.amount, payable.order.currency)


def _may_send(channel: Transferring, row: Transfer, wall: datetime) -> bool:
    """Of one that may have left: whether it may leave once more."""
    return channel.on and row.called_off_at is None and not row.refusal and not row.is_unanswered(wall)


def _payer(channel: Transferring, row: Transfer, deadline: Deadline) -> Payer:
    payment = row.payment
    try:
        return channel.payer_of(
            transaction_no=payment.transaction_no, total=payment.transaction_total, deadline=deadline
        )
    except GatewayError as error:
        if error.permanent and row.sent_at:
            # A request has left under this number, whatever the channel says of the payment by now.
            raise RequestRefused(str(error), permanent=True) from error
        raise


def _mark_sent(row: Transfer, wall: datetime) -> None:
    """From here on a request may have left (commit). Raises GatewayError where this attempt may not send any more."""
    with transaction.atomic(durable=True):
        mine = Transfer.objects.filter(
            shop_id=row.shop_id, pk=row.pk, claimed_until=row.claimed_until, called_off_at=None, failed_at=None
        )
        if not mine.update(sent_at=Coalesce(F("sent_at"), wall), last_sent_at=wall):
            raise GatewayError("called off, or another attempt is under way", permanent=False)
    row.sent_at, row.last_sent_at = row.sent_at or wall, wall


def _mark_known(row: Transfer, wall: datetime) -> None:
    """The channel has it, though nothing here says that it was sent."""
    Transfer.objects.filter(shop_id=row.shop_id, pk=row.pk, sent_at=None).update(sent_at=wall, last_sent_at=wall)
    row.sent_at = row.last_sent_at = wall


def _not_there(row: Transfer, now: datetime, wall: datetime) -> Result:
    """Of one that may not be sent again, and that the channel, asked at `wall` or later, does not know."""
    if row.is_unanswered(wall) and row.checked_at is None:
        return again(row, wall, Result.WAITING, TRANSFER_UNANSWERED, not_before=policy.LOOK)
    reason = row.refusal or (TRANSFER_CALLED_OFF if row.called_off_at else TRANSFERS_OFF)
    if row.checked_at:
        reason = TRANSFER_CHECKED
    if (left := _until_quiet(row, wall)) > timedelta(0):
        return again(row, wall, Result.WAITING, reason, not_before=left)
    return refuse(row, reason, now=now, wall=wall)


def _until_quiet(row: Transfer, wall: datetime) -> timedelta:
    """A request that is on its way may still be carried out: until then nothing is concluded. Zero or less: it has
    arrived, or never will."""
    return row.last_sent_at + policy.CALL_OFF_QUIET - wall if row.last_sent_at else timedelta(0)


def _no_receipt(row: Transfer, error: Exception, now: datetime, wall: datetime, *, sent_before: bool) -> Result:
    text = str(error) or type(error).__name__
    if isinstance(error, RequestRefused) and sent_before:
        facts = {"refusal": text[:TEXT_LENGTH]}
        return again(row, wall, Result.WAITING, text, not_before=_until_quiet(row, wall), facts=facts)
    if isinstance(error, GatewayError) and error.permanent:
        return refuse(row, text, now=now, wall=wall)
    log.warning("transfer %s: outcome unknown: %r", row.transfer_no, error)
    if isinstance(error, GatewayError) and error.retry_after:
        return again(row, wall, Result.WAITING, text, not_before=error.retry_after)
    return again(row, wall, Result.UNREACHABLE, text)
