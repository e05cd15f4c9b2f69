"""Random interleavings of refund, chargeback, return, retry, settlement by hand and payable on one payment, in the
database: after each step the sums are those of the rows, never above what was captured (B-23), what managers give
beyond refunds is never above what was paid for the order, and the ledger says of every row what its status is.

`CAP_EXAMPLES=10000` for the long run.
"""

import os
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kernel.actors import GATEWAY
from kernel.errors import DomainError, Forbidden
from kernel.machine import advance
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order, Payment
from refunds import services
from refunds.gateways import GatewayError, Outcome, Receipt, RequestRefused
from refunds.ledger.checks import CHECKS
from refunds.models import Chargeback, Payable, Refund
from refunds.payables import services as payables
from refunds.payables.machine import GIVEN_KINDS, GRANTED
from tests.undone import savepoint
from tests.world import World

from ..helpers import BUSY, UNKNOWN_THERE, YES, Scripted, channel, later, paid, payment, reserve
from .steps import report

EXAMPLES = int(os.environ.get("CAP_EXAMPLES", "40"))
STEPS = 16
KINDS = ("goodwill", "compensation", "return_freight", "courier_claim")
LEDGER = " UNION ALL ".join(f"(SELECT 1 FROM ({check}) c)" for check in CHECKS.values())  # what differs from the rows
ANSWERS: list[Receipt | Exception] = [
    YES, YES, BUSY, UNKNOWN_THERE, RequestRefused("no", permanent=True), GatewayError("?", permanent=False),
]  # fmt: skip


class Channel(Scripted):
    """Answers by chance, and never twice differently: what it has carried out it carried out."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice, self.carried_out = dice, dict[str, Decimal]()

    def request(self, *, refund_no: str, amount: Decimal, **_: object) -> Receipt:  # type: ignore[override]
        if refund_no in self.carried_out:
            return YES
        answer = self.dice.choice(ANSWERS)
        if answer in (YES, BUSY) or (isinstance(answer, GatewayError) and not answer.permanent):
            self.carried_out[refund_no] = amount  # its reply may be lost
        if isinstance(answer, Exception):
            raise answer
        return BUSY if answer.outcome == Outcome.NOT_FOUND else answer

    def query(self, *, refund_no: str, **_: object) -> Receipt:  # type: ignore[override]
        return YES if refund_no in self.carried_out else UNKNOWN_THERE


class Story:
    def __init__(self, world: World, order: Order, number: int) -> None:
        self.world, self.order, self.dice = world, order, random.Random(number)
        self.gateway, self.wall = Channel(self.dice), 0
        self.voided = self.above = 0  # payments that support found void, and approvals above the ceiling

    def amount(self) -> str:
        return str(Decimal(self.dice.randint(1, 10000)) / 100)

    def refund(self) -> Refund | None:
        rows = list(Refund.objects.filter(payment__order=self.order).order_by("pk"))
        return self.dice.choice(rows) if rows else None

    def reserve(self) -> None:
        reserve(self.order, self.amount(), now=self.world.now)

    def reserve_behind(self) -> None:
        """As when goods come back."""
        orders.lock(self.order.pk, shop_id=self.order.shop_id)
        row = payment(self.order)
        refund = services.reserve(
            row, Decimal(self.amount()), actor=self.world.actor("mei"), now=self.world.now, behind_bank=True
        )
        services.pay_by_bank(refund, row, now=self.world.now)

    def send(self) -> None:
        self.wall += 1
        for refund in services.due(later(self.wall)):
            services.send(refund.pk, now=self.world.now, wall=later(self.wall))

    def retry(self) -> None:
        if refund := self.refund():
            services.retry(refund, actor=self.world.actor("mei"), now=self.world.now)

    def by_hand(self) -> None:
        if refund := self.refund():
            for name in ("mei", "song"):
                services.settle_by_hand(refund, proof="slip", actor=self.world.actor(name), now=self.world.now)

    def come_back(self) -> None:
        if refund := self.refund():
            services.return_money(refund, now=self.world.now)

    def open_chargeback(self) -> None:
        report(self.world, self.order, self.amount(), "open", number=f"CB-{self.order.pk}-{self.dice.randint(1, 3)}")

    def end_chargeback(self) -> None:
        rows = list(Chargeback.objects.filter(payment__order=self.order).order_by("pk"))
        if rows:
            row, status = self.dice.choice(rows), self.dice.choice(["won", "lost"])
            report(self.world, self.order, str(row.amount), status, number=row.chargeback_no)

    def owe(self) -> None:
        """Beyond the cap: it takes nothing of it."""
        kind, key = self.dice.choice(KINDS), str(self.dice.randint(1, 3))
        amount = Decimal(self.dice.choice([self.amount(), "80.00", "80.00"]))  # two of these are above what was paid
        payables.owe(self.order, kind=kind, amount=amount, key=key, actor=self.world.actor("mei"), now=self.world.now)

    def payable(self, status: str) -> Payable | None:
        """More often one of this status, for which the step is meant."""
        rows = list(Payable.objects.filter(order=self.order).order_by("pk"))
        meant = [row for row in rows if row.status == status]
        return self.dice.choice([*meant, *meant, *rows]) if rows else None

    def approve(self) -> None:
        if row := self.payable("pending"):
            payables.approve(row, actor=self.world.actor("mei"), now=self.world.now)

    def pay(self) -> None:
        if row := self.payable("approved"):
            name = self.dice.choice(["song", "song", "song", "mei"])  # she has approved it
            payables.pay(row, proof="slip", actor=self.world.actor(name), now=self.world.now)

    def void(self) -> None:
        if row := self.payable("paid"):
            orders.lock(self.order.pk, shop_id=self.order.shop_id)
            payables.void_settlement(row, note="Nothing came", actor=self.world.actor("sun"), now=self.world.now)
            self.voided += 1

    def cancel(self) -> None:
        if row := self.payable("approved"):
            payables.cancel(
                row, note="No", actor=self.world.actor(self.dice.choice(["mei", "sun"])), now=self.world.now
            )

    def transfer(self) -> None:
        """As `pay_out` and the sender move it: chosen by the second person, and ended by the channel."""
        row, song = self.payable(self.dice.choice(["approved", "paying"])), self.world.actor("song")
        if row and row.status == "paying":
            facts: dict[str, Any] = self.dice.choice([{}, {"channel": "alipay", "proof": "A-1"}])
            advance(row.transfer_arrived if facts else row.transfer_failed, actor=GATEWAY, now=self.world.now, **facts)
        elif row and row.payee == "buyer":
            advance(row.transfer, actor=song, now=self.world.now, user_id=song.user_id, transfer_no="TF-1")

    def move_on(self) -> None:
        """A step that is possible for one of the payables, so that many come to their end."""
        rows = list(Payable.objects.filter(order=self.order).order_by("pk"))
        steps: dict[str, list[Callable[[], None]]] = {
            "pending": [self.approve], "approved": [self.pay, self.pay, self.cancel, self.transfer],
            "paying": [self.transfer], "paid": [self.void],
        }  # fmt: skip
        self.dice.choice(steps.get(self.dice.choice(rows).status, [self.owe]) if rows else [self.owe])()

    def step(self) -> None:
        steps: list[Callable[[], None]] = [
            self.reserve, self.reserve, self.reserve_behind, self.reserve_behind, self.send, self.send, self.retry,
            self.by_hand, self.come_back, self.open_chargeback, self.open_chargeback, self.end_chargeback,
            self.end_chargeback, self.owe, self.owe, self.approve, self.approve, self.pay, self.void, self.cancel,
            self.transfer, *[self.move_on] * 4,
        ]  # fmt: skip
        step = self.dice.choice(steps)
        try:
            with savepoint():
                step()
        except Forbidden as refusal:
            self.above += "limit" in refusal.details  # nothing is stored
        except DomainError:
            pass  # refused, with nothing stored


def check(order: Order) -> Payment:
    """Answers the payment as it is now."""
    row = Payment.objects.get(order=order)
    refunds = _sums(
        Refund.objects.filter(payment=row),
        counted=~Q(status__in=["failed", "returned"]),
        waiting=Q(status__in=["pending", "processing"]),
        may_leave=Q(status__in=["pending", "processing"], on_hold=False),
        held=Q(status="pending", on_hold=True),
    )
    chargebacks = _sums(Chargeback.objects.filter(payment=row), open=Q(status="open"), lost=Q(status="lost"))
    assert row.refunded == refunds["counted"]
    assert (row.disputed, row.lost) == (chargebacks["open"], chargebacks["lost"])
    assert row.charged_back == min(row.disputed + row.lost, row.captured - row.refunded)
    assert row.refunded + row.charged_back <= row.captured
    by_bank, excess = _total(Refund, row, "charged_back"), _total(Chargeback, row, "excess")
    assert row.refunded + by_bank <= row.captured
    assert by_bank <= row.charged_back
    assert not refunds["may_leave" if row.disputed else "held"]
    assert excess == max(row.overlap - refunds["waiting"], ZERO)
    given = Payable.objects.filter(order=order, kind__in=GIVEN_KINDS, status__in=GRANTED)  # all approved by a manager
    assert (given.aggregate(sum=Sum("amount"))["sum"] or ZERO) <= order.amount
    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
        assert cursor.fetchall() == []
    return row


def _sums(rows: QuerySet[Any], **conditions: Q) -> dict[str, Decimal]:
    """What the rows of each condition come to."""
    sums = {name: Coalesce(Sum("amount", filter=condition), ZERO) for name, condition in conditions.items()}
    return rows.aggregate(**sums)


def _total(model: Any, row: Payment, column: str) -> Decimal:
    total: Decimal = model.objects.filter(payment=row).aggregate(sum=Coalesce(Sum(column), ZERO))["sum"]
    return total


@pytest.mark.slow
def test_never_above_what_was_captured(world: World) -> None:
    refused, voided, above, order = 0, 0, 0, paid(world)
    for number in range(EXAMPLES):
        with savepoint():
            story = Story(world, order, number)
            with channel(story.gateway):
                row = payment(story.order)
                for _ in range(STEPS):
                    sent, held = dict(story.gateway.carried_out), row.disputed > 0
                    story.step()
                    row = check(story.order)
                    if held and row.disputed > 0:
                        assert story.gateway.carried_out == sent, "nothing leaves while a chargeback is open"
            arrived = sum(story.gateway.carried_out.values(), ZERO)
            refused += Refund.objects.filter(payment=row, charged_back__gt=0).count()
            assert arrived <= row.captured + sum(
                p.amount for p in Refund.objects.filter(payment=row, status="returned")
            )
            voided, above = voided + story.voided, above + story.above
            transaction.set_rollback(True)
    assert refused, "the stories never came to the case that they are about"
    assert voided, "nothing that was paid by hand was void"
    assert above, "no manager gave more than was paid for the order"
