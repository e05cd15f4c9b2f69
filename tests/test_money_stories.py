"""Any story of one order with all that moves money: tickets, refunds, notices of the channel, what banks send back,
chargebacks, payables. After each step every stored total and the ledger are recomputed in SQL (`audit_money`'s checks).

A failure prints the story and its number; MONEY_STORIES=500 plays more.
"""

import os
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from aftersales import services
from aftersales.audit import run
from aftersales.tests.test_any_story import Story, play
from kernel.calls import clock
from orders.models import Order, Payment
from refunds import services as refunds
from refunds.gateways import ENVIRONMENT, Notice, NoticeKind, Outcome, Receipt
from refunds.models import ChannelNotice, Chargeback, Payable, Refund, SandboxRefund
from refunds.notices.receive import receive
from refunds.payables import services as payables
from tests.world import World

FIRST, STORIES = int(os.environ.get("FIRST_STORY", "0")), int(os.environ.get("MONEY_STORIES", "2"))
STEPS = 20


class MoneyStory(Story):
    def step(self) -> None:
        deeds = [self.apply] * 4 + [self.act] * 10 + [self.gateway] * 4 + [self.wait, self.courier, self.ship]
        deeds += [self.receive_order, self.mend]
        deeds += [self.notice, self.notice, self.come_back, self.try_again, self.owe, self.pay_out]
        deeds += [self.bank] * 3
        self.one(deeds)()
        self.order = Order.objects.get(pk=self.order.pk)
        assert [str(difference) for difference in run()] == []

    def refund(self) -> Refund | None:
        rows = list(Refund.objects.filter(payment__order=self.order).select_related("payment").order_by("pk"))
        return self.one(rows) if rows else None

    def notice(self) -> None:
        """Of what the channel has in its records: early, late, again, out of order, or with another amount."""
        refund = self.refund()
        if refund is None:
            return
        outcome = self.outcome(refund)
        notice = Notice(
            f"E-{refund.pk}-{outcome}-{self.dice.randint(1, 3)}",
            NoticeKind.REFUND,
            at=clock.wall() + timedelta(minutes=self.dice.randint(-90, 90)),
            transaction_no=refund.payment.transaction_no,
            refund_no=refund.refund_no if self.chance(95) else "RF-unknown",
            amount=refund.amount if self.chance(90) else refund.amount + Decimal("0.01"),
            currency=self.order.currency,
            receipt=Receipt(outcome, "G-1") if outcome else None,
            failure="" if outcome else "ACQ.NO",
        )
        row = receive(refund.payment.channel, "", notice, verified_by=[ENVIRONMENT], now=self.now)
        self.log.append(f"notice {notice.event_id} of {refund.status} → {row.state}")
        assert ChannelNotice.objects.filter(event_id=notice.event_id).count() == 1

    def outcome(self, refund: Refund) -> Outcome | None:
        """None: refused for good."""
        there = SandboxRefund.objects.filter(refund_no=refund.refund_no, carried_out_at__isnull=False).first()
        if there is None:
            return None if refund.payment.transaction_no.startswith("FAIL-") else Outcome.PROCESSING
        # An older notice may come after the newer one.
        returned = there.returned_at is not None and self.chance(70)
        return Outcome.RETURNED if returned else Outcome.SUCCEEDED

    def come_back(self) -> None:
        """The bank sends it back after the channel's yes."""
        refund = self.refund()
        if refund is None:
            return
        there = SandboxRefund.objects.filter(refund_no=refund.refund_no, carried_out_at__isnull=False)

        def deed() -> None:
            if there.update(returned_at=clock.wall()):
                refunds.return_money(refund, now=self.now)

        self.do(f"{refund.refund_no} comes back", deed)

    def try_again(self) -> None:
        if refund := self.refund():
            self.do(f"retry {refund.status}", partial(refunds.retry, refund, **self.by("merchant")))

    def bank(self) -> None:
        payment = self.one(Payment.objects.filter(order=self.order).order_by("pk"))
        known = Chargeback.objects.filter(payment=payment).order_by("pk").last()
        status = self.one(["won", "lost"] if known and self.chance(70) else ["open", "open", "won", "lost"])
        new = known is None or self.chance(20)
        amount = self.money(5000) + Decimal("0.01") if new or known is None else known.amount
        number = f"CB-{payment.pk}-{self.dice.randint(1, 3)}" if new or known is None else known.chargeback_no
        self.do(
            f"chargeback {number} {amount} {status}",
            partial(
                refunds.record_chargeback, self.order, transaction_no=payment.transaction_no, chargeback_no=number,
                amount=amount, status=status, **self.by("integration"),
            ),
        )  # fmt: skip

    def owe(self) -> None:
        if tickets := self.tickets():
            kind = self.one(["goodwill", "compensation", "courier_claim"])
            facts: dict[str, Any] = {"kind": kind, "amount": self.money(3000) + Decimal("0.01"), "ground": "Late"}
            facts["key"] = str(self.dice.randint(1, 3))
            ticket = self.one(tickets)
            self.do(f"owe {facts}", partial(services.create_payable, ticket, **facts, **self.by("merchant")))

    def pay_out(self) -> None:
        for row in Payable.objects.filter(order=self.order).order_by("pk"):
            who: dict[str, Any] = {"actor": self.desk.world.actor(self.one(["mei", "song"])), "now": self.now}
            self.one(
                [
                    lambda row=row, who=who: self.do("approve", partial(services.approve_payable, row, **who)),
                    lambda row=row, who=who: self.do("pay", partial(payables.pay, row, proof="B-1", **who)),
                    lambda row=row, who=who: self.do("cancel", partial(payables.cancel, row, note="no", **who)),
                ]
            )()


@pytest.mark.slow
@pytest.mark.django_db
def test_every_total_and_the_ledger_agree_after_any_step(world: World) -> None:
    play(world, MoneyStory, range(FIRST, FIRST + STORIES), STEPS)
