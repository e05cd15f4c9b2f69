"""Ten refunds settled in one transaction end as ten in ten, and one that cannot be settled holds up no other."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.jobs import Outcome, job
from orders import services as orders
from refunds import services
from refunds.models import Refund
from refunds.services import Arrived, share
from refunds.signals import refund_settled
from tests.world import World

from .helpers import YES, Scripted, carried_out, channel, paid, reserve


def sweep(world: World) -> Outcome:
    return job("send_refunds").run(world.now, False)


def verbs(refund: Refund) -> list[str]:
    return [line.action for line in refund.history()]


def asked(*refunds: Refund, world: World) -> list[Arrived]:
    claimed = services.claim([refund.pk for refund in refunds], now=world.now, wall=timezone.now())
    answers = [services.ask(row, now=world.now, wall=timezone.now()) for row in claimed]
    return [answer for answer in answers if isinstance(answer, Arrived)]


def test_a_share_is_settled_by_a_few_statements(world: World) -> None:
    refunds = [reserve(paid(world, f"PAY-{number}"), now=world.now) for number in range(10)]
    with channel(Scripted(*[YES] * 10)), CaptureQueriesContext(connection) as captured:
        assert sweep(world) == Outcome(done=10)
    # The first is claimed alone, the other nine together, before their requests leave: 5 statements with BEGIN and
    # COMMIT. The payments and the shops' accounts are read once, and everything is settled together.
    assert len(captured) <= 2 * 5 + 13
    for refund in refunds:
        done = Refund.objects.get(pk=refund.pk)
        assert (done.status, done.settled_at, done.gateway_no) == ("succeeded", world.now, "G-1")
        assert (done.next_attempt_at, done.claimed_until, done.attempts) == (None, None, 1)
        assert verbs(done) == ["create", "send", "settle"]


def test_two_of_one_order_are_not_in_one_transaction(world: World) -> None:
    order = paid(world, "PAY-1", "PAY-2")
    with transaction.atomic():
        orders.lock(order.pk, shop_id=order.shop_id)
        for tender in order.payments.all():
            services.reserve(tender, Decimal("40.00"), actor=world.actor("mei"), now=world.now)
    first, second = Refund.objects.order_by("pk")
    heard: list[list[int]] = []

    def hear(refunds: list[Refund], **kwargs: Any) -> None:
        heard.append([refund.pk for refund in refunds])

    refund_settled.connect(hear)
    try:
        assert services.settle_together(asked(first, second, world=world), now=world.now) == {first.pk}
    finally:
        refund_settled.disconnect(hear)
    assert heard == [[first.pk]]
    assert Refund.objects.get(pk=second.pk).status == "processing"


def test_what_has_ended_meanwhile_is_not_settled_twice(world: World) -> None:
    early, late = (reserve(paid(world, number), now=world.now) for number in ("PAY-1", "PAY-2"))
    with channel(Scripted(YES, YES)):
        arrived = asked(early, late, world=world)
    assert services.settle_together(arrived, now=world.now) == {early.pk, late.pk}
    assert services.settle_together(arrived, now=world.now) == set()
    assert [verbs(refund) for refund in (early, late)] == [["create", "send", "settle"]] * 2


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_works_on_holds_up_no_other(world: World) -> None:
    busy, free = (reserve(paid(world, number), now=world.now) for number in ("PAY-1", "PAY-2"))
    with channel(Scripted(YES, YES)):
        arrived = asked(busy, free, world=world)

    def settle() -> set[int]:
        try:
            return services.settle_together(arrived, now=world.now)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        orders.lock(busy.payment.order_id, shop_id=busy.shop_id)
        assert pool.submit(settle).result(10) == {free.pk}
    assert Refund.objects.get(pk=busy.pk).status == "processing"


def test_one_that_a_receiver_refuses_is_asked_for_again_alone(world: World) -> None:
    refunds = [reserve(paid(world, f"PAY-{number}"), now=world.now) for number in range(4)]

    def poison(refunds: list[Refund], **kwargs: Any) -> None:
        if any(refund.payment.transaction_no == "PAY-2" for refund in refunds):
            raise RuntimeError("poison")

    refund_settled.connect(poison)
    try:
        assert sweep(world) == Outcome(done=3, failed=1)
    finally:
        refund_settled.disconnect(poison)
    rows = [Refund.objects.get(pk=refund.pk) for refund in refunds]
    assert [row.status for row in rows] == ["succeeded", "succeeded", "processing", "succeeded"]
    assert rows[2].next_attempt_at is not None
    assert [carried_out(f"PAY-{number}") for number in range(4)] == [[Decimal("60.00")]] * 4


@pytest.mark.parametrize(("seconds", "together"), [(0.4, [3]), (0.5, [1, 1, 1])])
def test_a_slow_channel_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float, together: list[int]
) -> None:
    """What has arrived is stored after half a second, however many of the share are still to be asked for."""
    for number in range(3):
        reserve(paid(world, f"PAY-{number}"), now=world.now)
    clock, sizes = [0.0], []

    class Slow(Scripted):
        def request(self, **call: Any) -> Any:
            clock[0] += seconds if seconds >= share.TOGETHER.total_seconds() else seconds / 3
            return super().request(**call)

    monkeypatch.setattr(share, "monotonic", lambda: clock[0])

    def hear(refunds: list[Refund], **kwargs: Any) -> None:
        sizes.append(len(refunds))

    refund_settled.connect(hear)
    try:
        with channel(Slow(YES, YES, YES)):
            assert sweep(world) == Outcome(done=3)
    finally:
        refund_settled.disconnect(hear)
    assert sizes == together
