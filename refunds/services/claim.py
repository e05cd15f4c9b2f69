"""Claiming refunds for one sender: stored and committed before any request leaves, so that a crash cannot forget that
one was sent (F1). Several are claimed by the statements of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kernel.actors import GATEWAY
from kernel.machine import advance_locked, update_columns
from orders.models import Payment

from .. import policy
from ..gateways import Accounts, Connection, Gateway, limits
from ..machine import OPEN, Status
from ..models import Refund
from ..next_attempt import unless_moved
from .spacing import free_at

_OPEN = [str(status) for status in OPEN]
# SKIP LOCKED: whoever has the row is claiming it right now, and waiting would only find it claimed. A lease that ran
# out may be somebody else's by now, and then its end is another. Written as SQL because it runs once a refund.
_OPEN_ROWS = (
    "SELECT * FROM refunds_refund WHERE id = ANY(%(ids)s) AND status = ANY(%(open)s)"
    " AND (NOT on_hold OR status = 'processing')"
)
_LAST = " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
_UNLEASED = f"{_OPEN_ROWS} AND (claimed_until IS NULL OR claimed_until <= %(at)s){_LAST}"
_LEASED = f"{_OPEN_ROWS} AND claimed_until = %(at)s{_LAST}"


@dataclass(frozen=True)
class Claimed:
    """`sent_before`: a request may have left. `gateway`: where it goes, or went; None: nowhere today. `full`: the
    channel takes no more refunds of the transaction; nothing was written to this one, which is as free, or as leased,
    as the caller found it. `until`: the end of the lease that the claim wrote; of a `full` one there is none, so
    `unclaim` leaves it as it is."""

    refund: Refund
    sent_before: bool
    through: Connection
    until: datetime
    full: bool = False

    @property
    def gateway(self) -> Gateway | None:
        return self.through.gateway


def claim(
    ids: Sequence[int],
    *,
    now: datetime,
    wall: datetime,
    leased: datetime | None = None,
    payments: Mapping[int, Payment] | None = None,
    accounts: Accounts | None = None,
    within: timedelta = timedelta(0),
) -> list[Claimed]:
    """Those of the refunds `ids` that are the caller's now: not those that another has, that have ended, or whose turn
    at the channel comes later.

    `leased`: until when the caller has leased them all (lease.py); without it, only free ones are taken. `payments`: by
    id, with their orders, and `accounts`: of their shops, where the caller has read them. `within`: for how
    long the caller goes on sending; the time of sending is stored as so much after `wall`, so that the distance to the
    next refund of the transaction is counted from the last request. The moments that the claim itself takes are not in
    it.
    """
    # durable: never part of a larger transaction.
    with transaction.atomic(durable=True):
        params = {"ids": list(ids), "open": _OPEN, "at": leased or wall}
        refunds = list(Refund.objects.raw(_LEASED if leased else _UNLEASED, params))
        if not refunds:
            return []
        for refund in refunds:
            refund.mark_locked()
        _set_payments(refunds, payments)
        accounts = accounts or Accounts.of_shops(refund.shop_id for refund in refunds)
        until = wall + policy.LEASE
        rows = [
            Claimed(refund, refund.status == Status.PROCESSING, connection(refund, accounts), until)
            for refund in refunds
        ]
        first, again = _in_two(rows)
        first, full = _whose_turn_it_is(first, wall, within)
        _send(first, now=now, sent_at=wall + within)
        _count_attempt(again)
    return [*first, *again, *full]


def unclaim(rows: Iterable[Claimed], *, next_attempt_at: datetime | None = None) -> None:
    """Given back unasked, and due at once or at `next_attempt_at`. As after a crash, the channel is asked about them
    first."""
    for row in rows:
        due = unless_moved(row.refund.next_attempt_at, next_attempt_at)
        mine = Refund.objects.filter(shop_id=row.refund.shop_id, pk=row.refund.pk, claimed_until=row.until)
        mine.update(claimed_until=None, next_attempt_at=due)


def connection(refund: Refund, accounts: Accounts) -> Connection:
    """By the payment for what was never sent; what was sent is asked for where it was."""
    payment = refund.payment
    if refund.status == Status.PROCESSING:
        return accounts.sent_through(payment.channel, refund.merchant_account_id)
    return accounts.connection(payment.channel, refund.shop_id, payment.paid_at)


def _set_payments(refunds: Iterable[Refund], payments: Mapping[int, Payment] | None) -> None:
    for refund in refunds:
        known = payments.get(refund.payment_id) if payments else None
        refund.payment = known or Payment.objects.select_related("order").get(
            shop_id=refund.shop_id, pk=refund.payment_id
        )


def _in_two(rows: Iterable[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    """What leaves for the first time, and what is only asked about, or has nowhere to go."""
    first: list[Claimed] = []
    again: list[Claimed] = []
    for row in rows:
        (again if row.sent_before or row.gateway is None else first).append(row)
    return first, again


def _whose_turn_it_is(
    rows: Sequence[Claimed], wall: datetime, within: timedelta
) -> tuple[list[Claimed], list[Claimed]]:
    """What may leave now, and what the channel never takes. The others get the moment of their turn, which is no
    attempt and no line of history."""
    limited = {row.refund: limit for row in rows if row.gateway and (limit := limits(row.gateway))}
    if not limited:
        return list(rows), []
    turns = free_at(limited, wall, within=within)
    later = [refund for refund, turn in turns.items() if turn is not None and turn > wall]
    for refund in later:
        refund.next_attempt_at, refund.claimed_until = turns[refund], None
    if later:
        update_columns(later, ["next_attempt_at", "claimed_until"])
    full = [replace(row, full=True) for row in rows if row.refund in turns and turns[row.refund] is None]
    now_free = [row for row in rows if row.refund not in turns or turns[row.refund] == wall]
    return now_free, full


def _send(rows: Sequence[Claimed], *, now: datetime, sent_at: datetime) -> None:
    by_refund = {row.refund.pk: row for row in rows}

    def facts(refund: Refund) -> Mapping[str, Any]:
        row = by_refund[refund.pk]
        return {
            "attempts": _attempts(refund),
            "claimed_until": row.until,
            "expected_at": policy.arrives(refund.payment.channel, now).ends,
            "merchant_account_id": row.through.account_id,
            "sent_at": sent_at,
        }

    advance_locked([row.refund for row in rows], "send", actor=GATEWAY, now=now, facts=facts)


def _count_attempt(rows: Sequence[Claimed]) -> None:
    """No transition: with one history row an attempt a dead channel would fill the history."""
    for row in rows:
        row.refund.attempts, row.refund.claimed_until = _attempts(row.refund), row.until
    if rows:
        update_columns([row.refund for row in rows], ["attempts", "claimed_until"])


def _attempts(refund: Refund) -> int:
    return min(refund.attempts + 1, policy.MAX_ATTEMPTS_COUNTED)
