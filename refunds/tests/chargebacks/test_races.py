"""Refunds, chargebacks and the sender at the same moment, on real threads: never above what was captured."""

from decimal import Decimal
from functools import partial

import pytest

from kernel.errors import OverRefund
from orders.models import Payment
from refunds import services
from refunds.models import Chargeback, Refund
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from ..helpers import YES, Scripted, channel, paid, payment, reserve
from .steps import report

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 12


def test_refund_against_chargeback(world: World) -> None:
    """60 and 60 of 100: either the refund was first and waits, or it is refused; together never above 100."""
    for number in range(ROUNDS):
        order = paid(world, f"PAY-{number}")
        outcomes = race(
            partial(reserve, order, "60.00", now=world.now),
            partial(report, world, order, "60.00", number=f"CB-{number}"),
        )
        row = Payment.objects.get(order=order)
        refund = Refund.objects.filter(payment=row).first()
        assert outcomes[1] == "ok"
        assert row.refunded + row.charged_back <= row.captured
        if outcomes[0] == "ok":
            assert refund is not None
            assert (refund.on_hold, row.refunded, row.charged_back) == (True, 60, 40)
        else:
            assert (outcomes[0], refund, row.charged_back) == ("over_refund", None, 60)


def test_sender_against_chargeback(world: World) -> None:
    """Either it had left, and then it is asked about; or it waits, and the channel never hears of it."""
    for number in range(ROUNDS):
        order = paid(world, f"PAY-{number}")
        refund = reserve(order, "60.00", now=world.now)
        gateway = Scripted(YES)
        with channel(gateway):
            outcomes = race(
                partial(services.send, refund.pk, now=world.now),
                partial(report, world, order, "100.00", "lost", number=f"CB-{number}"),
            )
        assert outcomes == ["ok", "ok"]
        row, stored = Payment.objects.get(order=order), Refund.objects.get(pk=refund.pk)
        left = [call for call, _ in gateway.calls]
        chargeback = Chargeback.objects.get(payment=row)
        assert row.refunded + row.charged_back <= row.captured
        if stored.status == "succeeded":
            assert (left, row.refunded, chargeback.excess) == (["request"], Decimal(60), Decimal(60))
        else:
            assert (left, stored.status, stored.charged_back) == ([], "failed", Decimal(60))


def test_the_same_chargeback_ten_times_at_once(world: World) -> None:
    order = paid(world)
    assert race(*[partial(report, world, order, "60.00") for _ in range(10)]) == ["ok"] * 10
    assert Chargeback.objects.count() == 1
    assert payment(order).charged_back == 60


def test_won_and_lost_at_once(world: World) -> None:
    for number in range(ROUNDS):
        order = paid(world, f"PAY-{number}")
        report(world, order, "60.00", number=f"CB-{number}")
        ends = [partial(report, world, order, "60.00", status, number=f"CB-{number}") for status in ("won", "lost")]
        outcomes = race(*ends)
        row = Payment.objects.get(order=order)
        assert outcomes == ["ok", "ok"]  # the later word counts
        last = Chargeback.objects.get(payment=row).status
        assert (row.disputed, row.charged_back) == (0, 60 if last == "lost" else 0)


def test_the_last_cent(world: World) -> None:
    order = paid(world)
    report(world, order, "99.99")
    outcomes = race(*[partial(reserve, order, "0.01", now=world.now) for _ in range(20)])
    assert sorted(outcomes) == ["ok"] + ["over_refund"] * 19
    with pytest.raises(OverRefund):
        reserve(order, "0.01", now=world.now)
