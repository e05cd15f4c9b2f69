"""A verified notice is stored once by its event id and applied at once; what comes too early is looked at again.

Stored before it is applied, in a transaction of its own: whoever dies in between leaves a row that the job finds.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import chain

from kernel.calls import clock
from kernel.jobs import enqueue_after_commit

from ..gateways import Notice, NoticeKind
from ..policy import TEXT_LENGTH
from ..services.receipts import NUMBER_LENGTH
from .apply import apply
from .models import FAILED, ChannelNotice, Flag, State
from .verified import verifiers

log = logging.getLogger(__name__)
EVENT_LENGTH = 255
FIRST_LOOK = timedelta(minutes=1)
LAST_LOOK = timedelta(hours=6)
# After that a person looks: the channel has long been asked by then for every refund that is open here.
PARKED_FOR = timedelta(days=3)
# Flagged because of the accounts that had verified it.
NOT_OURS = (Flag.OTHER_ACCOUNT, Flag.UNKNOWN_PAYMENT, Flag.UNKNOWN_COMPLAINT)
_NOT_HERE: dict[str, Flag] = {
    NoticeKind.REFUND: Flag.UNKNOWN_REFUND,
    NoticeKind.CHARGEBACK: Flag.UNKNOWN_PAYMENT,
    NoticeKind.COMPLAINT: Flag.UNKNOWN_COMPLAINT,
}


def receive(
    channel: str, account: str, notice: Notice, *, verified_by: Collection[int], now: datetime
) -> ChannelNotice:
    """A fault of ours does not reach the channel: the notice is stored, and applied later. Answers it as it is now.

    `verified_by`: the ids of the merchant accounts whose secrets have verified it, `gateways.ENVIRONMENT` for that of
    the environment.
    """
    key = {"channel": channel, "account": account, "event_id": notice.event_id[:EVENT_LENGTH]}
    content, wall = _content(notice), clock.wall()
    row, new = _known(key, content, set(verified_by)), False
    if row is None:
        first = {"received_at": wall, "next_look_at": wall + FIRST_LOOK, "received_account": _account(notice)}
        row, new = ChannelNotice.objects.get_or_create(**key, verified_by=sorted(verified_by), defaults=content | first)
    # One that waits is looked at again when the channel repeats it; its first look is that of whoever stored it.
    if new or _is_verified_by_more(row, verified_by) or (row.state == State.PARKED and row.looks):
        if row.kind == NoticeKind.COMPLAINT:
            # It only names one: the channel is asked, and nobody waits for that.
            enqueue_after_commit("refunds.ask_complaint", row.pk)
        else:
            row.state = look_at(row, now=now)
    return row


def _known(key: dict[str, str], content: dict[str, object], verified_by: set[int]) -> ChannelNotice | None:
    """The same event: verified by just these accounts, which is its key; by all of them among others before; or in the
    same words by one of them. Which accounts have its number may have changed since."""
    rows = {row: set(verifiers(row)) for row in ChannelNotice.objects.filter(**key).order_by("pk")}
    exact = (row for row in rows if row.verified_by == sorted(verified_by))
    by_all = (row for row, accounts in rows.items() if verified_by <= accounts)
    the_same = (
        row
        for row, accounts in rows.items()
        if verified_by & accounts and all(getattr(row, name) == value for name, value in content.items())
    )
    return next(chain(exact, by_all, the_same), None)


def _is_verified_by_more(row: ChannelNotice, verified_by: Collection[int]) -> bool:
    """Whether it counts for further accounts from now on, and is looked at again for them."""
    accounts = sorted({*verifiers(row), *verified_by})
    if accounts == row.verified_by:
        return False
    rows, row.verified_by = ChannelNotice.objects.filter(pk=row.pk), accounts
    rows.update(verified_by=accounts)
    missed = rows.filter(state=State.FLAGGED, flag__in=NOT_OURS, reviewed_at=None)
    if missed.update(state=State.PARKED, flag="", next_look_at=row.received_at):
        row.state, row.flag, row.next_look_at = State.PARKED, "", row.received_at
    return row.state == State.PARKED


def look_at(row: ChannelNotice, *, now: datetime) -> State:
    """Applies a parked notice, or says when to look at it again."""
    try:
        state = apply(row.pk, now=now)
    except Exception:
        log.exception("notice %s of %s is applied later", row.event_id, row.channel)
        state = State.PARKED
    if state == State.PARKED:
        park(row)
    return state


def park(row: ChannelNotice) -> None:
    """To be looked at again, later and later, and in the end by a person."""
    wall = clock.wall()
    # Where its order came while it was looked at, it was woken, and stays so.
    rows = ChannelNotice.objects.filter(pk=row.pk, state=State.PARKED, next_look_at=row.next_look_at)
    if wall - row.received_at >= PARKED_FOR:
        flag = _NOT_HERE.get(row.kind, Flag.BROKEN) if row.shop_id is None else Flag.BROKEN
        rows.update(state=State.FLAGGED, flag=flag, next_look_at=None)
        return
    wait = min(FIRST_LOOK * 2 ** min(row.looks, 10), LAST_LOOK)
    rows.update(looks=row.looks + 1, next_look_at=wall + wait)


def _account(notice: Notice) -> str:
    """Not among the words by which a repetition is known: it is forgotten once the notice was applied."""
    return notice.receipt.account[:NUMBER_LENGTH] if notice.receipt else ""


def _content(notice: Notice) -> dict[str, object]:
    receipt = notice.receipt
    columns: dict[str, object] = {
        "kind": notice.kind.value,
        "outcome": receipt.outcome.value if receipt else FAILED if notice.failure else "",
        "amount": notice.amount,
        "currency": notice.currency[:3],
        "reason": (notice.failure or notice.reason)[:TEXT_LENGTH],
        "chargeback_status": notice.chargeback.value if notice.chargeback else "",
        "at": notice.at,
    }
    numbers = {
        "transaction_no": notice.transaction_no,
        "charge_no": notice.charge_no,
        "refund_no": notice.refund_no,
        "chargeback_no": notice.chargeback_no,
        "complaint_no": notice.complaint_no,
        "gateway_no": receipt.gateway_no if receipt else "",
        "trace_no": receipt.trace_no if receipt else "",
    }
    return columns | {name: number[:NUMBER_LENGTH] for name, number in numbers.items()}
