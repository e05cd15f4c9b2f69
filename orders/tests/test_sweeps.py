"""Which orders are due, and how a sweep goes through them: batch by batch, each once, the oldest first."""

from datetime import timedelta
from itertools import chain
from random import Random
from typing import Any

import pytest

from kernel.jobs import Outcome
from kernel.machine import Batch
from orders import services, sweeps
from orders.models import Order
from tests.world import DAY, NOW, SECOND, World

TICK = timedelta(microseconds=1)
BATCHES = [1, 2, 4, 5, 6, 1_000]


def due_receipts(world: World, *ago: timedelta) -> list[int]:
    """Shipped orders whose receipt was due so long ago."""
    orders = [world.shipped() for _ in ago]
    for order, since in zip(orders, ago, strict=True):
        Order.objects.filter(pk=order.pk).update(receipt_due_at=NOW - since)
    return [order.pk for order in orders]


def closing(world: World, number: int) -> list[int]:
    """Completed orders whose window is over, the last one first."""
    orders = [world.completed() for _ in range(number)]
    for hours, order in enumerate(orders):
        Order.objects.filter(pk=order.pk).update(window_ends_at=NOW - timedelta(hours=hours))
    return [order.pk for order in reversed(orders)]


# --- what is due ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "due"), [(-TICK, False), (0 * TICK, True), (TICK, True), (400 * DAY, True)])
def test_a_receipt_is_due_from_its_end_on(world: World, ago: timedelta, due: bool) -> None:
    """S-098."""
    due_receipts(world, ago)
    assert sweeps.receipts_due(NOW).exists() is due


@pytest.mark.parametrize(("ago", "due"), [(-TICK, False), (0 * TICK, True), (TICK, True), (400 * DAY, True)])
def test_a_window_is_over_from_its_end_on(world: World, ago: timedelta, due: bool) -> None:
    """S-011, S-099."""
    order = world.completed()
    Order.objects.filter(pk=order.pk).update(window_ends_at=NOW - ago)
    assert sweeps.windows_due(NOW).exists() is due


@pytest.mark.parametrize(("number", "due"), [(0, True), (1, False), (2, False)])
def test_an_open_case_holds_the_receipt_up_even_where_a_clock_was_left_running(
    world: World, number: int, due: bool
) -> None:
    """S-101."""
    due_receipts(world, DAY)
    Order.objects.update(open_cases=number)
    assert sweeps.receipts_due(NOW).exists() is due


@pytest.mark.parametrize(
    ("starts", "ends", "due"),
    [
        (TICK, DAY, True),
        (0 * TICK, DAY, False),
        (-TICK, DAY, False),
        (-DAY, TICK, False),
        (-DAY, 0 * TICK, True),
        (-DAY, -TICK, True),
    ],
)
def test_no_receipt_is_due_while_its_shop_pauses(world: World, starts: timedelta, ends: timedelta, due: bool) -> None:
    """From the first moment of the pause until before its end. The other shop goes on."""
    (mine,) = due_receipts(world, DAY)
    other = world.shipped(shop=world.harbor)
    Order.objects.filter(pk=other.pk).update(receipt_due_at=NOW)
    world.lantern.pause_starts_at, world.lantern.pause_ends_at = NOW + starts, NOW + ends
    world.lantern.save()
    assert set(sweeps.receipts_due(NOW)) == set(Order.objects.filter(pk__in=[mine, other.pk] if due else [other.pk]))


@pytest.mark.parametrize("state", ["place_order", "shipped", "delivered"])
def test_a_window_does_not_end_before_the_receipt(world: World, state: str) -> None:
    order = getattr(world, state)()
    Order.objects.filter(pk=order.pk).update(window_ends_at=NOW - DAY)
    assert not sweeps.windows_due(NOW).exists()


def test_a_window_closes_once(world: World) -> None:
    closing(world, 1)
    assert sweeps.close_windows(NOW) == Outcome(done=1)
    assert sweeps.close_windows(NOW + 100 * DAY) == Outcome()
    assert Order.objects.get().window_closed_at == NOW


# --- the sweep ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 3, 1_000])
def test_the_sweep_moves_just_what_is_due(world: World, batch: int) -> None:
    random = Random(batch)
    ago = [random.randrange(-3, 4) * SECOND for _ in range(12)]
    pks = due_receipts(world, *ago)
    due = {pk for pk, since in zip(pks, ago, strict=True) if since >= 0 * SECOND}
    assert 0 < len(due) < 12
    assert sweeps.confirm_receipts(NOW, batch) == Outcome(done=len(due))
    assert set(Order.objects.filter(status="completed").values_list("pk", flat=True)) == due
    assert set(Order.objects.filter(status="shipped").values_list("pk", flat=True)) == set(pks) - due


class Asked:
    """Stands in for a verb of the services: which orders it was given, batch by batch."""

    def __init__(self, verb: Any, refuses: set[int], breaks: set[int]) -> None:
        self.verb, self.refuses, self.breaks = verb, refuses, breaks
        self.batches: list[list[int]] = []

    def __call__(self, rows: Any, **more: Any) -> Batch[Order]:
        pks = [order.pk for order in rows]
        self.batches.append(pks)
        if self.breaks & set(pks):
            raise RuntimeError("broken")
        moved = self.verb(Order.objects.filter(pk__in=set(pks) - self.refuses), **more).moved
        return Batch(moved=moved, refused=[order for order in rows if order.pk in self.refuses])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    def stand_in(verb: str, *, refuses: set[int] | None = None, breaks: set[int] | None = None) -> Asked:
        made = Asked(getattr(services, verb), refuses or set(), breaks or set())
        monkeypatch.setattr(services, verb, made)
        return made

    return stand_in


@pytest.mark.parametrize("batch", BATCHES)
def test_what_has_been_due_for_longest_comes_first(world: World, asked: Any, batch: int) -> None:
    pks = closing(world, 5)
    verb = asked("close_window_many")
    assert sweeps.close_windows(NOW, batch) == Outcome(done=5)
    assert list(chain.from_iterable(verb.batches)) == pks
    assert max(map(len, verb.batches)) == min(batch, 5)


def test_receipts_too_are_confirmed_from_the_oldest_on(world: World, asked: Any) -> None:
    first, second, third = due_receipts(world, DAY, 3 * DAY, 2 * DAY)
    verb = asked("confirm_receipt_many")
    sweeps.confirm_receipts(NOW, 2)
    assert verb.batches == [[second, third], [first]]


@pytest.mark.parametrize("batch", BATCHES)
def test_what_is_refused_is_counted_and_not_asked_again_in_the_same_run(world: World, asked: Any, batch: int) -> None:
    pks = closing(world, 5)
    verb = asked("close_window_many", refuses={pks[0], pks[3]})
    assert sweeps.close_windows(NOW, batch) == Outcome(done=3, skipped=2)
    assert sorted(chain.from_iterable(verb.batches)) == sorted(pks)


@pytest.mark.parametrize("batch", BATCHES)
def test_one_broken_order_fails_alone_and_the_sweep_goes_on(
    world: World, asked: Any, batch: int, caplog: pytest.LogCaptureFixture
) -> None:
    pks = closing(world, 5)
    asked("close_window_many", breaks={pks[1]})
    assert sweeps.close_windows(NOW, batch) == Outcome(done=4, failed=1)
    assert list(Order.objects.filter(window_closed_at=None).values_list("pk", flat=True)) == [pks[1]]
    assert "they are moved one by one" in caplog.text


@pytest.mark.parametrize("batch", BATCHES)
def test_a_run_ends_where_everything_is_broken(world: World, asked: Any, batch: int) -> None:
    pks = closing(world, 5)
    asked("close_window_many", breaks=set(pks))
    assert sweeps.close_windows(NOW, batch) == Outcome(failed=5)


def test_the_clock_is_the_actor(world: World) -> None:
    due_receipts(world, DAY)
    sweeps.confirm_receipts(NOW)
    sweeps.close_windows(NOW + 15 * DAY)
    steps = list(Order.objects.get().history().values_list("action", "actor_kind", "at"))[-2:]
    assert steps == [("confirm_receipt", "clock", NOW), ("close_window", "clock", NOW + 15 * DAY)]
