"""A share of leased refunds: claimed together, asked for one after the other, and what arrived is settled together.

One transaction for ten refunds costs a third of ten. A channel that takes its time is not waited for: no more are
claimed than it answers in half of `TOGETHER` at the speed of its last call, no request leaves later than `TOGETHER`
after the claim (the rest is given back), and what has arrived is stored once in so long.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from kernel.calls import clock
from kernel.jobs import Outcome
from orders.models import Payment

from .. import policy
from ..gateways import Accounts
from .claim import Claimed, claim, unclaim
from .lease import Leased, put_back
from .outcome import Arrived, Result, settle, settle_together
from .send import ask

log = logging.getLogger(__name__)
TOGETHER = timedelta(milliseconds=500)
_AT_LEAST = timedelta(milliseconds=1)


class Sender:
    """One run of one process. `now` is the shop's clock, `wall` the real one when it began."""

    def __init__(self, now: datetime, wall: datetime) -> None:
        self.now, self.wall = now, wall
        self.outcome = Outcome()
        # Calls in a row that did not get through, by channel and merchant account.
        self.in_a_row: Counter[tuple[str, int | None]] = Counter()
        self._arrived: list[Arrived] = []
        self._settle_at = monotonic()
        self._call_took = TOGETHER  # the last one; so at first one refund is claimed alone

    def send(self, share: Sequence[Leased]) -> None:
        shops, ids = {leased.shop_id for leased in share}, [leased.payment_id for leased in share]
        rows = Payment.objects.filter(shop_id__in=shops, pk__in=ids).select_related("order")
        payments = {row.pk: row for row in rows}
        accounts = Accounts.of_shops(shops)
        left, claimed = deque(share), deque[Claimed]()
        self._settle_at = monotonic() + TOGETHER.total_seconds()
        try:
            while left:
                several = [left.popleft() for _ in range(min(self._at_once(), len(left)))]
                claimed.extend(self._claim(self._without_broken(several, payments, accounts), payments, accounts))
                until = monotonic() + TOGETHER.total_seconds()
                while claimed and monotonic() < until:
                    self._ask(claimed.popleft())
                unclaim(claimed)
                claimed.clear()
        except SoftTimeLimitExceeded:
            for leased in left:
                put_back(leased)
            unclaim(claimed)
            raise  # the next run goes on with the refunds that are left
        finally:
            self._settle()

    def _at_once(self) -> int:
        """As many as the channel answers in half of `TOGETHER`, if it is as fast as it was."""
        return max(TOGETHER // 2 // max(self._call_took, _AT_LEAST), 1)

    def _without_broken(
        self, share: Iterable[Leased], payments: dict[int, Payment], accounts: Accounts
    ) -> list[Leased]:
        """Of an account that is down, or whose key is refused, the refunds wait instead of holding up others."""
        up = []
        for leased in share:
            if self.in_a_row[_account(leased, payments[leased.payment_id], accounts)] >= policy.BREAK_AFTER:
                put_back(leased, next_attempt_at=self.wall + policy.BREAK)
                self.outcome += Outcome(skipped=1)
            else:
                up.append(leased)
        return up

    def _claim(
        self, share: list[Leased], payments: dict[int, Payment], accounts: Accounts, *, again: bool = False
    ) -> list[Claimed]:
        """What another sender looked at in this moment, because it saw it as due before the lease, is claimed `again`:
        it has let go of it by then."""
        if not share:
            return []
        try:
            claimed = claim(
                [leased.refund_id for leased in share],
                now=self.now,
                wall=clock.wall(),
                leased=share[0].until,
                payments=payments,
                accounts=accounts,
                within=TOGETHER if len(share) > 1 or again else timedelta(0),
            )
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            if len(share) == 1:
                self._failed(share[0].refund_id)
                return []
            log.warning("%d refunds are claimed one by one", len(share), exc_info=True)
            return [row for leased in share for row in self._claim([leased], payments, accounts)]
        ours = {row.refund.pk for row in claimed}
        missed = [leased for leased in share if leased.refund_id not in ours]
        if missed and not again:
            return [*claimed, *self._claim(missed, payments, accounts, again=True)]
        for leased in missed:
            self._leave(leased)
        return claimed

    def _leave(self, leased: Leased) -> None:
        """Somebody holds it for longer than a moment, it has ended, or its turn comes later. It is due again at once
        where it is still leased, and not after the minute of the lease."""
        self.outcome += Outcome(skipped=1)
        try:
            put_back(leased)
        except OperationalError:
            log.warning("refund %s waits until its lease ends: somebody holds it", leased.refund_id, exc_info=True)

    def _ask(self, claimed: Claimed) -> None:
        account, began = (claimed.refund.payment.channel, claimed.through.account_id), monotonic()
        if self.in_a_row[account] >= policy.BREAK_AFTER:
            unclaim([claimed], next_attempt_at=self.wall + policy.BREAK)
            self.outcome += Outcome(skipped=1)
            return
        try:
            answer = ask(claimed, now=self.now, wall=clock.wall())
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            self._failed(claimed.refund.pk)
            return
        # What does not get through is tried one by one.
        alone = answer == Result.UNREACHABLE
        self._call_took = TOGETHER if alone else timedelta(seconds=monotonic() - began)
        # A refund that another process is sending says nothing about the channel.
        if answer != Result.SKIPPED:
            self.in_a_row[account] = self.in_a_row[account] + 1 if alone else 0
        if isinstance(answer, Arrived):
            self._arrived.append(answer)
        else:
            self.outcome += answer.counted
        if monotonic() >= self._settle_at:
            self._settle()

    def _settle(self) -> None:
        arrived, self._arrived = self._arrived, []
        self._settle_at = monotonic() + TOGETHER.total_seconds()
        together = settle_together(arrived, now=self.now) if len(arrived) > 1 else set()
        self.outcome += Outcome(done=len(together))
        for answer in arrived:
            if answer.refund.pk in together:
                continue
            try:
                self.outcome += settle(answer, now=self.now, wall=clock.wall()).counted
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                self._failed(answer.refund.pk)

    def _failed(self, refund_id: int) -> None:
        """Where an error is on its way, and the refund due again."""
        log.exception("refund %s failed and is retried later", refund_id)
        self.outcome += Outcome(failed=1)


def _account(leased: Leased, payment: Payment, accounts: Accounts) -> tuple[str, int | None]:
    if leased.sent_before:
        return leased.channel, leased.account_id
    return leased.channel, accounts.candidates(leased.channel, leased.shop_id, payment.paid_at)[0]
