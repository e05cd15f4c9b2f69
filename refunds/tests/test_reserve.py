"""Money is set aside before anything is sent, and never more than came in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F

from kernel.errors import OverRefund
from orders.models import Payment
from refunds.machine import Status
from refunds.models import Refund
from tests.world import World

from .helpers import paid, payment, reserve


def test_the_number_is_there_before_anything_is_sent(world: World) -> None:
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    assert (refund.status, refund.amount, refund.attempts) == (Status.PENDING, Decimal("60.00"), 0)
    assert refund.refund_no.startswith("RF")
    assert refund.created_at == world.now
    assert payment(order).refunded == Decimal("60.00")


@pytest.mark.parametrize(("second", "fits"), [("40.00", True), ("40.01", False), ("60.00", False)])
def test_the_sum_of_all_is_the_ceiling(world: World, second: str, fits: bool) -> None:
    order = paid(world)
    reserve(order, "60.00", now=world.now)
    if fits:
        reserve(order, second, now=world.now)
    else:
        with pytest.raises(OverRefund):
            reserve(order, second, now=world.now)
    assert Refund.objects.count() == 1 + fits
    assert payment(order).refunded == Decimal("60.00") + (Decimal(second) if fits else 0)


def test_the_database_has_the_last_word(world: World) -> None:
    order = paid(world)
    with pytest.raises(IntegrityError, match="payment_never_over_refunded"), transaction.atomic():
        Payment.objects.filter(order=order).update(refunded=F("captured") + Decimal("0.01"))


def test_nothing_is_kept_when_the_caller_rolls_back(world: World) -> None:
    order = paid(world)
    with transaction.atomic():
        reserve(order, "60.00", now=world.now)
        transaction.set_rollback(True)
    assert not Refund.objects.exists()
    assert payment(order).refunded == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_sixties_on_a_hundred(world: World) -> None:
    """20 rounds on real threads: exactly one of two refunds of 60 fits a payment of 100."""
    for number in range(20):
        order = paid(world, f"PAY-{number}")
        together = threading.Barrier(2)

        def race(_: int, order: object = order, together: threading.Barrier = together) -> bool:
            together.wait()
            try:
                reserve(order, "60.00", now=world.now)  # type: ignore[arg-type]
                return True
            except OverRefund:
                return False
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(race, range(2))) == [False, True]
        assert payment(order).refunded == Decimal("60.00")
