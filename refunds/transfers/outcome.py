"""What an attempt came to, stored: arrived, failed, or due again."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When

from kernel.actors import GATEWAY
from kernel.machine import advance
from orders import services as orders

from .. import policy
from ..gateways import TransferReceipt
from ..payables.models import Payable
from ..policy import TEXT_LENGTH, Result
from .models import Transfer

log = logging.getLogger(__name__)
CONFIRMATION_LENGTH = 2048


def again(
    row: Transfer,
    wall: datetime,
    result: Result,
    error: str = "",
    *,
    not_before: timedelta = timedelta(0),
    receipt: TransferReceipt | None = None,
    refusal: str = "",
) -> Result:
    """Due again after the usual wait, or after `not_before` where that is longer. What was called off since it was
    claimed stays due at once."""
    facts: dict[str, object] = {"last_error": error[:TEXT_LENGTH]}
    if receipt:
        facts |= {"confirm_by": receipt.confirm_by, "received_account": receipt.account or row.received_account}
        facts["trace_no"] = receipt.trace_no or row.trace_no
        # Only the answer to a request has it, and a part of it opens nothing.
        fresh = receipt.confirmation if len(receipt.confirmation) <= CONFIRMATION_LENGTH else ""
        facts["confirmation"] = fresh or (row.confirmation if receipt.confirm_by else "")
        # The channel has the number: what it refused before was another request.
        facts["refusal"] = ""
    if refusal:
        facts["refusal"] = refusal[:TEXT_LENGTH]
    wait = max(policy.delay(row.attempts), not_before)
    due = Case(When(called_off_at=row.called_off_at, then=Value(wall + wait)), default=F("next_attempt_at"))
    # Only while it is open and ours: what another attempt has ended must not become due again.
    mine = Transfer.objects.filter(
        shop_id=row.shop_id, pk=row.pk, claimed_until=row.claimed_until, next_attempt_at__isnull=False
    )
    mine.update(next_attempt_at=due, claimed_until=None, **facts)
    return result


def arrive(row: Transfer, receipt: TransferReceipt, *, now: datetime, wall: datetime) -> Result:
    def store(fresh: Transfer, payable: Payable) -> Result:
        fresh.succeeded_at, fresh.trace_no = now, receipt.trace_no
        fresh.received_account = receipt.account or fresh.received_account
        _end(fresh)
        channel = row.payment.channel
        facts = {"transfer_no": row.transfer_no, "channel": channel, "proof": receipt.trace_no}
        advance(payable.transfer_arrived, actor=GATEWAY, now=now, data=facts, channel=channel, proof=receipt.trace_no)
        return Result.SETTLED

    return _finish(row, wall, store)


def refuse(row: Transfer, reason: str, *, now: datetime, wall: datetime) -> Result:
    """Nothing arrives under this number any more: what is owed is open again."""
    words = reason[:TEXT_LENGTH]

    def store(fresh: Transfer, payable: Payable) -> Result:
        fresh.failed_at, fresh.failure_reason = now, words
        _end(fresh)
        data = {"transfer_no": row.transfer_no}
        advance(payable.transfer_failed, actor=GATEWAY, now=now, note=words, data=data)
        return Result.FAILED

    return _finish(row, wall, store, refused=words)


def _end(fresh: Transfer) -> None:
    fresh.next_attempt_at = fresh.claimed_until = fresh.confirm_by = None
    fresh.last_error = fresh.confirmation = ""
    fresh.save()


def _finish(
    row: Transfer, wall: datetime, store: Callable[[Transfer, Payable], Result], *, refused: str = ""
) -> Result:
    """Runs `store` on fresh locked copies, in one transaction, while the transfer is open."""
    try:
        with transaction.atomic(durable=True):
            orders.lock(row.payable.order_id, shop_id=row.shop_id)
            payable = Payable.locked(row.payable_id, shop_id=row.shop_id)
            fresh = Transfer.objects.select_for_update(no_key=True).get(shop_id=row.shop_id, pk=row.pk)
            if fresh.ended or (refused and fresh.attempts != row.attempts):
                # The first outcome counts; and a request of a later attempt may carry out what was refused to ours.
                log.warning("transfer %s: ended, or taken over: %s", row.transfer_no, refused or "succeeded")
                return Result.SKIPPED
            return store(fresh, payable)
    except Exception as error:
        again(row, wall, Result.UNREACHABLE, repr(error))
        raise
