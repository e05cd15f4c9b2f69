"""The next refunds for one sender, so that two senders never walk the same list and wait for each other's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kernel.calls import clock

from .. import policy
from ..machine import OPEN, Status
from ..models import Refund
from ..next_attempt import unless_moved

# One statement: what is locked here is being claimed by somebody else.
_LEASE = """
WITH due AS (
    SELECT refund.shop_id, refund.id, refund.payment_id, payment.channel
    FROM refunds_refund refund
    JOIN orders_payment payment ON payment.shop_id = refund.shop_id AND payment.id = refund.payment_id
    WHERE refund.status = ANY(%(open)s) AND refund.next_attempt_at <= %(wall)s
      -- While the bank decides nothing is sent; what may have left is asked about.
      AND (NOT refund.on_hold OR refund.status = 'processing')
      AND (refund.claimed_until IS NULL OR refund.claimed_until <= %(wall)s)
    ORDER BY refund.next_attempt_at, refund.id
    LIMIT %(count)s
    FOR NO KEY UPDATE OF refund SKIP LOCKED
)
UPDATE refunds_refund refund SET claimed_until = %(until)s FROM due
WHERE refund.shop_id = due.shop_id AND refund.id = due.id
RETURNING refund.next_attempt_at, refund.id, refund.shop_id, due.payment_id, due.channel,
          refund.status = %(processing)s, refund.merchant_account_id
"""


@dataclass(frozen=True)
class Leased:
    """A refund that is this sender's alone until `until`: nothing has been asked of its channel yet. `next_attempt_at`:
    since when it was due. `account_id`: the merchant account that it was sent through, if it was sent before and not
    through the environment's."""

    until: datetime
    next_attempt_at: datetime
    refund_id: int
    shop_id: int
    payment_id: int
    channel: str
    sent_before: bool
    account_id: int | None


def lease(wall: datetime, count: int) -> list[Leased]:
    """At most `count` of what was due at `wall`, longest waiting first."""
    until = clock.wall() + policy.LEASE
    with connection.cursor() as cursor:
        cursor.execute(_LEASE, _params(wall, until, count))
        rows = sorted(cursor.fetchall(), key=lambda row: row[:2])
    return [Leased(until, *columns) for columns in rows]


def _params(wall: datetime, until: datetime, count: int) -> Mapping[str, Any]:
    states = [str(status) for status in OPEN]
    return {"open": states, "processing": Status.PROCESSING.value, "wall": wall, "until": until, "count": count}


def put_back(leased: Leased, *, next_attempt_at: datetime | None = None) -> None:
    """A refund that was not sent after all; nothing where another sender has it by now."""
    due = unless_moved(leased.next_attempt_at, next_attempt_at)
    row = Refund.objects.filter(shop_id=leased.shop_id, pk=leased.refund_id, claimed_until=leased.until)
    row.update(claimed_until=None, next_attempt_at=due)
