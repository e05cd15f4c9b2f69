"""Goods leave: whole, in parts, without a box; and never twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from kernel.actors import CLOCK, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from logistics import services
from logistics.models import Parcel
from orders.models import Order, OrderLine
from tests.world import World

BILL = {"courier": "sf", "tracking_no": "SF1000000000001"}
THREE_LINES = [("TEE", "10.00", 3), ("CUP", "5.00", 2), ("BAG", "7.00", 1)]


def ship(order: Order, world: World, name: str = "oms", **how: Any) -> Order:
    return services.ship(order, **{**BILL, **how}, actor=world.actor(name, world.lantern), now=world.now)


def contents(order: Order) -> list[dict[int, int]]:
    parcels = Parcel.objects.filter(order=order).order_by("id")
    return [dict(parcel.lines.values_list("line_id", "quantity")) for parcel in parcels]


@pytest.mark.parametrize("name", ["oms", "mei", "wen"])
def test_everything_at_once(world: World, name: str) -> None:
    order = world.place_order(lines=THREE_LINES)
    shipped = ship(order, world, name)
    assert (shipped.status, shipped.fulfilment, shipped.shipped_at) == ("shipped", "shipped", world.now)
    assert contents(order) == [{line.pk: line.quantity for line in world.lines(order)}]
    parcel = Parcel.objects.get()
    assert (parcel.kind, parcel.status, parcel.courier, parcel.tracking_no, parcel.sent_at) == (
        "outbound",
        "in_transit",
        "sf",
        "SF1000000000001",
        world.now,
    )
    assert [h.action for h in parcel.history()] == ["create"]


@pytest.mark.parametrize("name", ["alice", "sun", "song"])
def test_who_may_not(world: World, name: str) -> None:
    with pytest.raises(Forbidden):
        ship(world.place_order(), world, name)
    assert not Parcel.objects.exists()


def test_in_two_parcels(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, cup, bag = world.lines(order)
    half = ship(order, world, lines=[{"line_id": tee.pk, "quantity": 2}, cup.pk])
    assert (half.status, half.receipt_due_at) == ("paid", None)
    whole = ship(order, world, tracking_no="SF2")
    assert whole.status == "shipped"
    assert whole.receipt_due_at == world.now + timedelta(days=14)
    assert contents(order) == [{tee.pk: 2, cup.pk: 2}, {tee.pk: 1, bag.pk: 1}]


def test_one_line_named_twice_counts_twice(world: World) -> None:
    order = world.place_order()
    (tee,) = world.lines(order)
    entry = {"line_id": tee.pk, "quantity": 1}
    with pytest.raises(Conflict):
        ship(order, world, lines=[entry, entry, entry])
    ship(order, world, lines=[entry, entry])
    assert contents(order) == [{tee.pk: 2}]


def test_units_that_are_asked_back_stay(world: World) -> None:
    order = world.place_order()
    line = OrderLine.objects.filter(order=order)
    line.update(reserved_quantity=1)
    assert ship(order, world).status == "paid"
    with pytest.raises(Conflict):
        ship(order, world)
    line.update(reserved_quantity=0)
    assert ship(order, world).status == "shipped"


def test_a_refund_of_every_unit_stops_the_shipment(world: World) -> None:
    order = world.place_order()
    OrderLine.objects.filter(order=order).update(reserved_quantity=2)
    with pytest.raises(Conflict, match="nothing left to ship"):
        ship(order, world)
    assert not Parcel.objects.exists()


@pytest.mark.parametrize("missing", [{"courier": ""}, {"tracking_no": " "}, {"courier": "", "tracking_no": ""}])
def test_goods_need_a_waybill(world: World, missing: dict[str, str]) -> None:
    order = world.place_order()
    with pytest.raises(Invalid) as refused:
        ship(order, world, **missing)
    assert refused.value.errors is not None
    assert set(refused.value.errors) == set(missing)
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_virtual_goods_travel_without_a_parcel(world: World) -> None:
    world.sku("CODE", virtual=True)
    order = world.place_order(lines=[("CODE", "50.00", 3)])
    shipped = ship(order, world, courier="", tracking_no="")
    assert shipped.status == "shipped"
    assert contents(order) == []


def test_in_a_mixed_order_only_goods_are_in_the_box(world: World) -> None:
    world.sku("CODE", virtual=True)
    order = world.place_order(lines=[("CODE", "50.00", 3), ("TEE", "10.00", 1)])
    code, tee = world.lines(order)
    with pytest.raises(Invalid):
        ship(order, world, courier="", tracking_no="")
    assert ship(order, world, lines=[code.pk], courier="", tracking_no="").status == "paid"
    assert ship(order, world).status == "shipped"
    assert contents(order) == [{tee.pk: 1}]


@pytest.mark.parametrize("lines", [[], [0], [{"line_id": 10**9, "quantity": 1}]])
def test_lines_that_are_not_there(world: World, lines: list[Any]) -> None:
    with pytest.raises(Invalid):
        ship(world.place_order(), world, lines=lines)


def test_lines_of_another_order(world: World) -> None:
    (foreign,) = world.lines(world.place_order(buyer="bob"))
    with pytest.raises(Invalid):
        ship(world.place_order(), world, lines=[foreign.pk])


@pytest.mark.parametrize("state", ["pending_payment", "shipped", "completed", "closed"])
def test_only_a_paid_order(world: World, state: str) -> None:
    order = {
        "pending_payment": lambda: world.place_order(paid=False),
        "shipped": world.shipped,
        "completed": world.completed,
        "closed": lambda: _closed(world),
    }[state]()
    with pytest.raises(IllegalTransition) as refused:
        ship(order, world)
    assert refused.value.details["status"] == state


def _closed(world: World) -> Order:
    from orders import services as orders

    order = world.place_order(paid=False)
    return orders.close(order, reason="x", actor=world.actor("oms"), now=world.now)


def test_tracking_numbers_have_no_format_and_may_repeat(world: World) -> None:
    for number in ("包裹 7/7", "包裹 7/7", "x" * 64):
        ship(world.place_order(), world, tracking_no=number)
    assert Parcel.objects.count() == 3
    for number in ("x" * 65, "a\x00b", "a\nb"):
        with pytest.raises(Invalid):
            ship(world.place_order(), world, tracking_no=number)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_shipments_at_once(world: World) -> None:
    """20 rounds on real threads: the units leave in one of them."""
    oms = world.actor("oms")
    for _ in range(20):
        order = world.place_order()
        together = threading.Barrier(2)

        def race(turn: int, order: Order = order, together: threading.Barrier = together) -> bool:
            together.wait()
            try:
                services.ship(order, courier="sf", tracking_no=f"SF{turn}", actor=oms, now=world.now)
                return True
            except (Conflict, IllegalTransition):
                return False
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(race, range(2))) == [False, True]
        (line,) = world.lines(order)
        assert (line.shipped_quantity, Parcel.objects.filter(order=order).count()) == (2, 1)


def test_the_clock_ships_nothing_by_this_door(world: World) -> None:
    """Only people and programs of the shop; the system's own shipments are `settle_fulfilment`."""
    for actor in (CLOCK, Actor("buyer", "alice")):
        with pytest.raises((Forbidden, Invalid)):
            services.ship(world.place_order(), actor=actor, now=world.now)


# --- lists of many, that may come twice --------------------------------------------------------------------


def once(order: Order, world: World, name: str = "mei", **how: Any) -> bool:
    return services.ship_once(order, **{**BILL, **how}, actor=world.actor(name), now=world.now)


def test_a_list_that_comes_twice_ships_once(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee = world.lines(order)[0].pk
    part = [{"line_id": tee, "quantity": 1}]
    assert once(order, world, lines=part) is True
    assert once(order, world, lines=part) is False
    assert contents(order) == [{tee: 1}]
    assert once(order, world, tracking_no="SF2") is True
    assert once(order, world, tracking_no="SF2") is False
    with pytest.raises(IllegalTransition):
        once(order, world, tracking_no="SF3")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_list_twice_at_once(world: World) -> None:
    """Half of the units, by two hands: without the lock both halves would leave under one number."""
    order = world.place_order(lines=[("TEE", "10.00", 4)])
    half = [{"line_id": world.lines(order)[0].pk, "quantity": 2}]
    together = threading.Barrier(3)

    def race(_turn: int) -> bool:
        together.wait()
        try:
            return once(order, world, lines=half)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(race, range(3))) == [False, False, True]
    assert world.lines(order)[0].shipped_quantity == 2


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"tracking_no": ""},
        {"courier": ""},
        {"tracking_no": "x" * 65},
        {"lines": []},
        {"lines": [{"line_id": 0, "quantity": 1}]},
        {"quantity": 4},
    ],
)
@pytest.mark.parametrize("name", ["mei", "sun"])
@pytest.mark.parametrize("state", ["paid", "virtual", "shipped", "unpaid"])
def test_the_preview_says_what_shipping_would(world: World, how: dict[str, Any], name: str, state: str) -> None:
    world.sku("TEE", virtual=state == "virtual")
    order = world.place_order(lines=THREE_LINES[:1], paid=state != "unpaid")
    if state == "shipped":
        order = world.ship(order)
    if "quantity" in how:
        how = {"lines": [{"line_id": order.lines.get().pk, **how}]}

    def refusal(call: Any, **more: Any) -> tuple[Any, ...] | None:
        try:
            call(order, **{**BILL, **how}, actor=world.actor(name), **more)
        except (Conflict, Forbidden, IllegalTransition, Invalid) as error:
            return type(error), error.message, error.errors
        return None

    previewed = refusal(services.check_ship)
    assert not Parcel.objects.exists()
    assert previewed == refusal(services.ship, now=world.now)
