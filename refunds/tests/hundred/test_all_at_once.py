"""All paths on one payment of 90 at the same moment, drawn at random: never more than it was, and three in the end."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from kernel.errors import Conflict
from kernel.money import ZERO
from orders import services as orders
from orders.models import Order
from refunds import services
from refunds.gateways import Outcome
from refunds.machine import Status
from refunds.models import Chargeback, Redirection, Refund
from refunds.tests.chargebacks.steps import report
from refunds.tests.chargebacks.test_cap_property import check
from refunds.tests.helpers import channel, later, payment, reserve
from refunds.tests.test_ledger import differences
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .ninety import MANY, PART, REFUSALS, WHOLE, Channel, fill_up, ninety, notice, reserve_behind, rows
from .ninety import send_all as send_all_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Everybody:
    """Each of them does one of the paths to one of the refunds that are there at that moment."""

    def __init__(self, world: World, order: Order) -> None:
        self.world, self.order = world, order
        self.mei, self.song, self.now = world.actor("mei"), world.actor("song"), world.now

    def one(self, dice: float, **condition: Any) -> Refund:
        """A refund of the payment, by chance. Conflict where there is none."""
        ids = list(
            Refund.objects.filter(payment__order=self.order, **condition).order_by("pk").values_list("pk", flat=True)
        )
        if not ids:
            raise Conflict()
        return Refund.objects.select_related("payment").get(pk=ids[int(dice * len(ids))])

    def reserve(self, dice: float) -> None:
        reserve(self.order, str(PART), now=self.now)

    def reserve_behind(self, dice: float) -> None:
        reserve_behind(self.world, self.order)

    def retry(self, dice: float) -> None:
        services.retry(self.one(dice), actor=self.mei, now=self.now)

    def settle_by_hand(self, dice: float) -> None:
        row = self.one(dice, status__in=("failed", "returned"))
        services.settle_by_hand(row, proof="slip", actor=self.song if row.proposed_by else self.mei, now=self.now)

    def void(self, dice: float) -> None:
        row = self.one(dice, confirmed_by__isnull=False)
        with transaction.atomic():
            orders.lock(self.order.pk, shop_id=self.order.shop_id)
            services.void_settlement(row, note="Nothing came", actor=self.song, now=self.now)

    def redirect(self, dice: float) -> None:
        row = self.one(dice, status="returned", look_again_at__isnull=False)
        services.propose_redirection(row, to="merchant", note="Asked", actor=self.mei, now=self.now)
        chosen = Redirection.objects.filter(refund=row).latest("pk").pk
        services.confirm_redirection(row, redirection=chosen, actor=self.song, now=self.now)

    def send(self, dice: float) -> None:
        services.send(self.one(dice).pk, now=self.now, wall=later(int(dice * 10)))

    def call_off(self, dice: float) -> None:
        row = self.one(dice, status="processing")
        services.call_off(
            row, note="Not there", actor=self.song if row.call_off_proposed_by else self.mei, now=later(2)
        )

    def arrived(self, dice: float) -> None:
        notice(self.one(dice), Outcome.SUCCEEDED, self.world)

    def came_back(self, dice: float) -> None:
        notice(self.one(dice), Outcome.RETURNED, self.world)

    def look(self, dice: float) -> None:
        services.look_again(self.one(dice, status="returned").pk, now=self.now, wall=later(48))

    def bank(self, dice: float) -> None:
        """Opened, won and lost in any order, of at most what was paid."""
        status = ("open", "won", "lost")[int(dice * 100) % 3]
        report(self.world, self.order, str(PART), status, number=f"CB-{int(dice * 3)}")

    PATHS = (
        reserve, reserve, reserve_behind, retry, retry, settle_by_hand, settle_by_hand, void, redirect, send, send,
        call_off, arrived, came_back, look, bank,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_never_more_than_was_paid(world: World, seed: int) -> None:
    dice, there, order = random.Random(seed), Channel(), ninety(world, "wechatpay")
    rows(order, Status.FAILED, 10)
    rows(order, Status.RETURNED, 10, look_again_at=later(-1))
    there.refuses = {f"RF-returned-{number}" for number in range(5)}
    everybody = Everybody(world, order)
    deeds: list[Callable[[], Any]] = [
        partial(dice.choice(Everybody.PATHS), everybody, dice.random()) for _ in range(MANY)
    ]
    with channel(there, "wechatpay"):
        assert set(race(*deeds)) <= REFUSALS
        check(order)
        assert differences() == []
        for row in Chargeback.objects.filter(status="open"):
            report(world, order, str(row.amount), "won", number=row.chargeback_no)
        send_all_of(world, order)
        of = payment(order)
        assert of.refunded + of.charged_back <= WHOLE
        check(order)
        fill_up(order, world.now)
        send_all_of(world, order)
    of = payment(order)
    assert (of.refunded + of.charged_back, of.left) == (WHOLE, ZERO)
    assert differences() == []
