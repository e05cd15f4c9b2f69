"""A verified notice is stored once by its event id and applied at once; what comes too early is looked at again.

Stored before it is applied, in a transaction of its own: whoever dies in between leaves a row that the job finds.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from .. import clock
from ..gateways import Notice, NoticeKind
from ..policy import TEXT_LENGTH
from ..services.receipts import NUMBER_LENGTH
from .apply import apply
from .models import FAILED, ChannelNotice, Flag, State

log = logging.getLogger(__name__)
EVENT_LENGTH = 255
FIRST_LOOK = timedelta(minutes=1)
LAST_LOOK = timedelta(hours=6)
# After that a person looks: the channel has long been asked by then for every refund that is open here.
PARKED_FOR = timedelta(days=3)
_NOT_HERE: dict[str, Flag] = {NoticeKind.REFUND: Flag.UNKNOWN_REFUND, NoticeKind.CHARGEBACK: Flag.UNKNOWN_PAYMENT}


def receive(
    channel: str, account: str, notice: Notice, *, verified_by: Collection[int], now: datetime
) -> ChannelNotice:
    """A fault of ours does not reach the channel: the notice is stored, and applied later. Answers it as it is now.

    `verified_by`: the ids of the merchant accounts whose secrets have verified it, `gateways.ENVIRONMENT` for that of
    the environment.
    """
    row, new = ChannelNotice.objects.get_or_create(
        channel=channel,
        account=account,
        event_id=notice.event_id[:EVENT_LENGTH],
        verified_by=sorted(verified_by),
        defaults=_columns(notice),
    )
    # One that waits is looked at again when the channel repeats it; its first look is that of whoever stored it.
    if new or (row.state == State.PARKED and row.looks):
        row.state = look_at(row, now=now, account_name=notice.receipt.account if notice.receipt else "")
    return row


def look_at(row: ChannelNotice, *, now: datetime, account_name: str = "") -> State:
    """Applies a parked notice, or says when to look at it again. `account_name`: where the money went, which is stored
    with the refund only."""
    try:
        state = apply(row.pk, now=now, account_name=account_name)
    except Exception:
        log.exception("notice %s of %s is applied later", row.event_id, row.channel)
        state = State.PARKED
    if state == State.PARKED:
        _park(row)
    return state


def _park(row: ChannelNotice) -> None:
    wall = clock.wall()
    rows = ChannelNotice.objects.filter(pk=row.pk, state=State.PARKED)
    if wall - row.received_at >= PARKED_FOR:
        flag = _NOT_HERE.get(row.kind, Flag.BROKEN) if row.shop_id is None else Flag.BROKEN
        rows.update(state=State.FLAGGED, flag=flag, next_look_at=None)
        return
    wait = min(FIRST_LOOK * 2 ** min(row.looks, 10), LAST_LOOK)
    rows.update(looks=row.looks + 1, next_look_at=wall + wait)


def _columns(notice: Notice) -> dict[str, object]:
    wall, receipt = clock.wall(), notice.receipt
    columns: dict[str, object] = {
        "kind": notice.kind.value,
        "outcome": receipt.outcome.value if receipt else FAILED if notice.failure else "",
        "amount": notice.amount,
        "currency": notice.currency[:3],
        "reason": (notice.failure or notice.reason)[:TEXT_LENGTH],
        "chargeback_status": notice.chargeback.value if notice.chargeback else "",
        "at": notice.at,
        "received_at": wall,
        "next_look_at": wall + FIRST_LOOK,
    }
    numbers = {
        "transaction_no": notice.transaction_no,
        "charge_no": notice.charge_no,
        "refund_no": notice.refund_no,
        "chargeback_no": notice.chargeback_no,
        "gateway_no": receipt.gateway_no if receipt else "",
        "trace_no": receipt.trace_no if receipt else "",
    }
    return columns | {name: number[:NUMBER_LENGTH] for name, number in numbers.items()}
