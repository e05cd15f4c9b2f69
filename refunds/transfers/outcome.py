"""What an attempt came to, stored: arrived, failed, or due again."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from kernel.actors import GATEWAY
from kernel.machine import advance
from orders import services as orders

from ..gateways import TransferReceipt
from ..next_attempt import again, under_way
from ..payables.models import Payable
from ..policy import TEXT_LENGTH, Result
from .models import Transfer

log = logging.getLogger(__name__)
CONFIRMATION_LENGTH = 2048


def wait_for(row: Transfer, receipt: TransferReceipt, *, wall: datetime) -> Result:
    """The channel works on it, or its payee has to accept it: asked when their time for that is over."""
    # Only the answer to a request has it, and a part of it opens nothing.
    fresh = receipt.confirmation if len(receipt.confirmation) <= CONFIRMATION_LENGTH else ""
    facts = {
        "confirm_by": receipt.confirm_by,
        "received_account": receipt.account or row.received_account,
        "trace_no": receipt.trace_no or row.trace_no,
        "confirmation": fresh or (row.confirmation if receipt.confirm_by else ""),
        # The channel has the number: what it refused before was another request.
        "refusal": "",
    }
    within = receipt.confirm_by - wall if receipt.confirm_by else None
    return under_way(row, row.payment.channel, wall, facts=facts, within=within)


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
