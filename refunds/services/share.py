"""A share of leased refunds: asked for one after the other, and what arrived is settled together.

One transaction for ten refunds costs a third of ten. A channel that takes its time is not waited for: after
`TOGETHER` what has arrived until then is stored.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded

from kernel.jobs import Outcome
from orders.models import Payment

from .. import clock, policy
from .lease import Leased, put_back
from .outcome import Arrived, Result, settle, settle_together
from .send import ask

log = logging.getLogger(__name__)
TOGETHER = timedelta(milliseconds=500)


class Sender:
    """One run of one process. `now` is the shop's clock, `wall` the real one when it began."""

    def __init__(self, now: datetime, wall: datetime) -> None:
        self.now, self.wall = now, wall
        self.outcome = Outcome()
        # Calls in a row that did not get through, by channel.
        self.in_a_row: Counter[str] = Counter()

    def send(self, share: list[Leased]) -> None:
        shops, ids = {leased.shop_id for leased in share}, [leased.payment_id for leased in share]
        rows = Payment.objects.filter(shop_id__in=shops, pk__in=ids).select_related("order")
        payments = {row.pk: row for row in rows}
        arrived: list[Arrived] = []
        until = monotonic() + TOGETHER.total_seconds()
        for number, leased in enumerate(share):
            try:
                answer = self._ask(leased, payments[leased.payment_id])
            except SoftTimeLimitExceeded:
                for left in share[number + 1 :]:
                    put_back(left)
                self._settle(arrived)
                raise  # the next run goes on with the refunds that are left
            if isinstance(answer, Arrived):
                arrived.append(answer)
            if monotonic() >= until:
                self._settle(arrived)
                arrived, until = [], monotonic() + TOGETHER.total_seconds()
        self._settle(arrived)

    def _ask(self, leased: Leased, payment: Payment) -> Result | Arrived | None:
        if self.in_a_row[leased.channel] >= policy.BREAK_AFTER:
            # The channel is down: its other refunds wait instead of holding up those of other channels.
            put_back(leased, next_attempt_at=self.wall + policy.BREAK)
            self.outcome += Outcome(skipped=1)
            return None
        try:
            answer = ask(leased.refund_id, now=self.now, wall=clock.wall(), leased=leased.until, payment=payment)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            self._failed(leased.refund_id)
            return None
        # A refund that another process is sending says nothing about the channel.
        if answer != Result.SKIPPED:
            row = self.in_a_row[leased.channel]
            self.in_a_row[leased.channel] = row + 1 if answer == Result.UNREACHABLE else 0
        if isinstance(answer, Result):
            self._count(answer)
        return answer

    def _settle(self, arrived: list[Arrived]) -> None:
        together = settle_together(arrived, now=self.now) if len(arrived) > 1 else set()
        self.outcome += Outcome(done=len(together))
        for answer in arrived:
            if answer.refund.pk in together:
                continue
            try:
                self._count(settle(answer, now=self.now, wall=clock.wall()))
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                self._failed(answer.refund.pk)

    def _count(self, result: Result) -> None:
        if result == Result.UNREACHABLE:
            self.outcome += Outcome(failed=1)
        else:
            self.outcome += Outcome(skipped=1) if result == Result.SKIPPED else Outcome(done=1)

    def _failed(self, refund_id: int) -> None:
        """Where an error is on its way, and the refund due again."""
        log.exception("refund %s failed and is retried later", refund_id)
        self.outcome += Outcome(failed=1)
