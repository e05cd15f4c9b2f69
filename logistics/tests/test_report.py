"""What couriers and people tell: once or ten times, in any order, it comes out the same (F24)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from kernel.actors import COURIER, Actor
from kernel.errors import Forbidden, Invalid
from kernel.jobs import Outcome
from logistics import services
from logistics.machine import Status
from logistics.models import Parcel
from logistics.signals import parcel_delivered, parcel_lost
from orders import services as orders
from orders import sweeps
from orders.models import Order
from tests.world import DAY, SECOND, World

from .test_ship import THREE_LINES, ship


def tell(parcel: Parcel, status: str, world: World, *, actor: Actor = COURIER, **more: Any) -> Parcel:
    return services.report(parcel, status=status, actor=actor, **{"now": world.now + DAY, **more})


def parcel_of(world: World) -> Parcel:
    return Parcel.objects.get(order=ship(world.place_order(), world))


@contextmanager
def heard() -> Iterator[list[tuple[str, str]]]:
    news: list[tuple[str, str]] = []

    def delivered(parcel: Parcel, **kwargs: Any) -> None:
        news.append(("delivered", parcel.status))

    def lost(parcel: Parcel, **kwargs: Any) -> None:
        news.append(("lost", parcel.status))

    parcel_delivered.connect(delivered)
    parcel_lost.connect(lost)
    try:
        yield news
    finally:
        parcel_delivered.disconnect(delivered)
        parcel_lost.disconnect(lost)


def test_a_report_without_a_text_is_read_in_the_readers_language(world: World) -> None:
    """Whoever reports it has another language than who reads it."""
    parcel = parcel_of(world)
    with translation.override("zh-hans"):
        moved = tell(parcel, Status.LOST, world)
    event = moved.events.latest("id")
    for language, words in (("en", "lost"), ("zh-hans", "已丢失")):
        with translation.override(language):
            assert event.words == words
    last = moved.history().last()
    assert last
    assert (last.action, last.note) == ("lose", "")


@pytest.mark.parametrize("name", ["oms", "mei", "wen", "sun", "song"])
def test_delivered_delivers_the_order(world: World, name: str) -> None:
    parcel = parcel_of(world)
    at = world.now + timedelta(hours=5)
    with heard() as news:
        moved = tell(parcel, Status.DELIVERED, world, actor=world.actor(name, world.lantern), at=at)
    assert (moved.status, moved.delivered_at) == (Status.DELIVERED, at)
    order = Order.objects.get(pk=parcel.order_id)
    assert (order.fulfilment, order.delivered_at, order.status) == ("delivered", at, "shipped")
    assert news == [("delivered", "delivered")]


def test_the_buyer_reports_nothing(world: World) -> None:
    with pytest.raises(Forbidden):
        tell(parcel_of(world), Status.DELIVERED, world, actor=world.actor("alice"))


def test_told_ten_times_it_is_one_scan(world: World) -> None:
    parcel = parcel_of(world)
    with heard() as news:
        for _ in range(10):
            tell(parcel, Status.DELIVERED, world, at=world.now + SECOND, text="signed")
    assert parcel.events.count() == 1
    assert news == [("delivered", "delivered")]
    assert [h.action for h in parcel.history()] == ["create", "deliver"]


@pytest.mark.parametrize("late", [Status.IN_TRANSIT, Status.LOST, Status.RETURNED])
def test_after_delivery_nothing_goes_back(world: World, late: str) -> None:
    parcel = parcel_of(world)
    tell(parcel, Status.DELIVERED, world)
    with heard() as news:
        assert tell(parcel, late, world, text="late").status == Status.DELIVERED
    assert news == []
    assert parcel.events.count() == 2  # the trace keeps what was said


def test_what_was_lost_may_turn_up(world: World) -> None:
    parcel = parcel_of(world)
    with heard() as news:
        assert tell(parcel, Status.LOST, world).status == Status.LOST
        assert tell(parcel, Status.DELIVERED, world).status == Status.DELIVERED
    assert news == [("lost", "lost"), ("delivered", "delivered")]


def test_a_parcel_that_came_back_did_not_arrive(world: World) -> None:
    with heard() as news:
        tell(parcel_of(world), Status.RETURNED, world)
    assert news == [("lost", "returned")]


@pytest.mark.parametrize(("offset", "fine"), [(-1, True), (0, True), (1, False)])
def test_no_scan_from_the_future(world: World, offset: int, fine: bool) -> None:
    parcel, now = parcel_of(world), world.now + DAY
    if fine:
        tell(parcel, Status.DELIVERED, world, at=now + offset * SECOND)
    else:
        with pytest.raises(Invalid):
            tell(parcel, Status.DELIVERED, world, at=now + offset * SECOND)


def test_nothing_arrives_before_it_was_sent(world: World) -> None:
    """A delivery dated back would eat the buyer's days."""
    parcel = parcel_of(world)
    moved = tell(parcel, Status.DELIVERED, world, at=world.now - 30 * DAY)
    assert moved.delivered_at == world.now
    assert parcel.events.get().at == world.now - 30 * DAY


def test_the_order_is_delivered_with_its_last_parcel(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, cup, _bag = world.lines(order)
    for number, lines in (("A", [tee.pk]), ("B", [cup.pk])):
        ship(order, world, tracking_no=number, lines=lines)
        tell(Parcel.objects.get(tracking_no=number), Status.DELIVERED, world)
        assert Order.objects.get(pk=order.pk).fulfilment == "unallocated"
    ship(order, world, tracking_no="C")
    assert Order.objects.get(pk=order.pk).fulfilment == "shipped"
    tell(Parcel.objects.get(tracking_no="C"), Status.DELIVERED, world, now=world.now + 3 * DAY)
    delivered = Order.objects.get(pk=order.pk)
    assert (delivered.fulfilment, delivered.delivered_at) == ("delivered", world.now + 3 * DAY)


def test_a_parcel_that_was_sent_again_is_not_waited_for(world: World) -> None:
    order = ship(world.place_order(), world)
    old = Parcel.objects.get()
    services.ship(order, courier="ems", tracking_no="E1", replaces=old.pk, actor=world.actor("mei"), now=world.now)
    tell(Parcel.objects.get(tracking_no="E1"), Status.DELIVERED, world)
    assert Order.objects.get(pk=order.pk).fulfilment == "delivered"


def test_the_word_on_the_order_is_the_word_on_its_parcels(world: World) -> None:
    order = ship(world.place_order(), world)
    at = world.now + timedelta(hours=3)
    with heard() as news:
        orders.deliver(order, actor=world.actor("mei"), now=world.now + DAY, delivered_at=at)
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.delivered_at) == (Status.DELIVERED, at)
    assert news == [("delivered", "delivered")]
    assert [h.actor_name for h in parcel.history()] == ["oms", "mei"]


def test_a_confirmed_receipt_too(world: World) -> None:
    order = ship(world.place_order(), world)
    world.complete(order, now=world.now + DAY)
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.delivered_at) == (Status.DELIVERED, world.now + DAY)
    assert parcel.history().last().actor_kind == "courier"  # type: ignore[union-attr]


def test_a_receiver_that_raises_undoes_the_fact(world: World) -> None:
    parcel = parcel_of(world)

    def refuse(**kwargs: Any) -> None:
        raise RuntimeError("no")

    parcel_delivered.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            tell(parcel, Status.DELIVERED, world)
    finally:
        parcel_delivered.disconnect(refuse)
    fresh = Parcel.objects.get(pk=parcel.pk)
    assert (fresh.status, fresh.events.count()) == (Status.IN_TRANSIT, 0)


def test_a_return_parcel_touches_no_order(world: World) -> None:
    order = world.shipped()
    parcel = services.create_parcel(
        order, Parcel.Kind.RETURN, courier="sf", tracking_no="R1", units={}, actor=world.actor("alice"), now=world.now
    )
    tell(parcel, Status.DELIVERED, world)
    assert Order.objects.get(pk=order.pk).fulfilment == "shipped"


def test_statements(world: World, django_assert_max_num_queries: Any) -> None:
    parcel = parcel_of(world)
    with django_assert_max_num_queries(10):
        tell(parcel, Status.DELIVERED, world)
    with django_assert_max_num_queries(6):
        tell(parcel, Status.IN_TRANSIT, world, text="again")


def test_automatic_receipt_delivers_parcels_in_transit(world: World) -> None:
    """As when the buyer confirms: the courier's last scan is missing, and the parcel does not stay in transit."""
    by_buyer, by_clock, delivered = [ship(world.place_order(), world) for _ in range(3)]
    tell(Parcel.objects.get(order=delivered), Status.DELIVERED, world)
    due = world.now + 14 * DAY
    world.complete(by_buyer, now=due)
    with heard() as news:
        assert sweeps.confirm_receipts(due) == Outcome(done=2)
    assert news == [("delivered", "delivered")]
    parcels = [Parcel.objects.get(order=order) for order in (by_buyer, by_clock)]
    assert [(parcel.status, parcel.delivered_at) for parcel in parcels] == [("delivered", due)] * 2
    last = [parcel.history().last() for parcel in parcels]
    assert {(row.action, row.actor_kind, row.words, row.at) for row in last if row} == {
        ("deliver", "courier", "The order was delivered.", due)
    }
    assert Parcel.objects.get(order=delivered).delivered_at == world.now + DAY
