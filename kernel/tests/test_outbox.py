"""Fanning out history: one delivery for each recipient, once, and nothing without its mark."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from kernel.events import outbox
from kernel.events.outbox import fan_out
from kernel.machine import advance
from kernel.models import Delivery, History
from tests.world import NOW, SECOND, World

LATER = NOW + timedelta(hours=1)


class Letters:
    """A channel with the same readers for every row. Remembers what it was asked about."""

    def __init__(self, *readers: str, name: str = "letters") -> None:
        self.name, self.readers = name, readers
        self.asked: list[str] = []

    def recipients(self, row: History) -> Iterable[str]:
        self.asked.append(f"{row.machine} {row.action}")
        return self.readers


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    monkeypatch.setattr(outbox, "_CHANNELS", rows)
    return rows


def test_today_nobody_is_told_of_anything(world: World) -> None:
    assert outbox._CHANNELS == {}
    world.completed()
    assert fan_out(now=LATER) == 4
    assert not Delivery.objects.exists()
    assert set(History.objects.values_list("dispatched_at", flat=True)) == {LATER}


def test_each_recipient_of_each_channel_gets_each_event(world: World, channels: dict[str, Any]) -> None:
    outbox.register(letters := Letters("ann", "ben"))
    outbox.register(Letters("ann", name="calls"))
    order = world.place_order()
    assert fan_out(now=LATER) == 1
    assert letters.asked == ["order create"]
    rows = Delivery.objects.order_by("id").values_list("history__object_id", "shop_id", "channel", "recipient")
    assert list(rows) == [
        (order.pk, order.shop_id, "letters", "ann"),
        (order.pk, order.shop_id, "letters", "ben"),
        (order.pk, order.shop_id, "calls", "ann"),
    ]
    row = Delivery.objects.all()[0]
    assert (row.state, row.attempts, row.created_at, row.retry_after, row.sent_at) == ("pending", 0, LATER, LATER, None)


def test_what_is_dispatched_is_not_fanned_out_again(world: World, channels: dict[str, Any]) -> None:
    outbox.register(Letters("ann"))
    world.place_order()
    assert [fan_out(now=LATER), fan_out(now=LATER + SECOND)] == [1, 0]
    assert History.objects.get().dispatched_at == LATER
    assert Delivery.objects.count() == 1


def test_what_is_no_news_is_marked_and_told_to_nobody(world: World, channels: dict[str, Any]) -> None:
    outbox.register(letters := Letters("ann"))
    order = world.place_order()
    advance(order.pack, actor=world.actor("mei"), now=NOW)
    assert fan_out(now=LATER) == 2
    assert letters.asked == ["order create"]
    assert not History.objects.filter(dispatched_at=None).exists()


def test_in_batches_oldest_first(world: World, channels: dict[str, Any]) -> None:
    outbox.register(letters := Letters("ann"))
    world.completed()
    assert [fan_out(now=LATER, batch=3), fan_out(now=LATER, batch=3), fan_out(now=LATER, batch=3)] == [3, 1, 0]
    assert letters.asked == ["order create", "order ship", "order deliver", "order confirm_receipt"]


def test_a_channel_that_raises_leaves_everything_for_the_next_time(world: World, channels: dict[str, Any]) -> None:
    class Broken(Letters):
        def recipients(self, row: History) -> Iterable[str]:
            raise RuntimeError("no")

    outbox.register(Letters("ann"))
    outbox.register(Broken(name="broken"))
    world.place_order()
    with pytest.raises(RuntimeError), transaction.atomic():
        fan_out(now=LATER)
    assert History.objects.get().dispatched_at is None
    assert not Delivery.objects.exists()


def test_a_row_that_was_marked_as_new_again_makes_no_second_delivery(world: World, channels: dict[str, Any]) -> None:
    outbox.register(Letters("ann"))
    world.place_order()
    fan_out(now=LATER)
    History.objects.update(dispatched_at=None)
    assert fan_out(now=LATER) == 1
    assert Delivery.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_rows(channels: dict[str, Any], reference_data: None) -> None:
    world = World()
    outbox.register(Letters("ann", "ben"))
    for _ in range(5):
        world.completed()

    def run(_: int) -> int:
        try:
            return sum(iter(lambda: fan_out(now=LATER, batch=2), 0))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 20
    assert Delivery.objects.count() == 40
    assert not History.objects.filter(dispatched_at=None).exists()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({}, "delivery_once"),
        ({"recipient": "ben", "state": "lost"}, "delivery_state"),
        ({"recipient": "ben", "state": "sent"}, "delivery_sent_at"),
        ({"recipient": "ben", "sent_at": NOW}, "delivery_sent_at"),
    ],
)
def test_what_the_database_refuses(
    world: World, channels: dict[str, Any], values: dict[str, Any], constraint: str
) -> None:
    outbox.register(Letters("ann"))
    world.place_order()
    fan_out(now=LATER)
    fields = {"history": History.objects.get(), "channel": "letters", "recipient": "ann"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Delivery.objects.create(**fields | values, created_at=NOW, retry_after=NOW)


def test_what_is_due_is_read_by_its_index(db: None) -> None:
    due = Delivery.objects.filter(state="pending", retry_after__lte=NOW).order_by("retry_after", "id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "delivery_due" in due.explain()
