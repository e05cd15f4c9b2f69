"""The benchmark of reconciliation plants every kind of difference, and has a bar each for time and memory."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bench.reconcile import BAR_GROWTH_MIB, BAR_SECONDS, PLANTED, judge, plant
from orders.models import Payment
from refunds.reconciliation import run
from refunds.reconciliation.models import Kind
from refunds.tests.bills import WRITERS
from tests.world import NOW, World


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRITERS)
def test_exactly_what_is_planted_is_found(name: str, world: World, tmp_path: Path) -> None:
    order = world.place_order()
    Payment.objects.filter(order=order).update(channel=name)
    path = WRITERS[name](tmp_path / "bill.csv", plant(name, list(Payment.objects.filter(order=order)), 100))
    result = run.of_bill(path, now=NOW + timedelta(hours=12)).result
    assert Counter(new.kind for new in result.new) == PLANTED
    assert set(PLANTED) == {Kind.MISSING_THERE, Kind.MISSING_HERE, Kind.AMOUNT, Kind.TWICE, Kind.STUCK}


@pytest.mark.parametrize(
    ("seconds", "growth", "seconds_met", "memory_met"),
    [(0.0, 0.0, True, True), (0.1, 0.0, False, True), (0.0, 0.1, True, False)],
)
def test_each_bar_is_judged_for_itself(seconds: float, growth: float, seconds_met: bool, memory_met: bool) -> None:
    good = {"seconds": BAR_SECONDS, "memory_mib": 100 + BAR_GROWTH_MIB, "memory_of_100_rows_mib": 100.0}
    other = good | {"seconds": BAR_SECONDS + seconds, "memory_mib": good["memory_mib"] + growth}
    met = seconds_met and memory_met
    assert judge([good, other]) == {"seconds_met": seconds_met, "memory_met": memory_met, "met": met}
