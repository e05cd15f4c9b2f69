"""A parcel that did not arrive is sent again; the receipt clock has ten days more (S-094)."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from logistics import services
from logistics.machine import Status
from logistics.models import Parcel
from orders.models import Order
from tests.world import DAY, World

from .test_ship import THREE_LINES, contents, ship


def sent(world: World, status: str = Status.RETURNED, **data: Any) -> tuple[Order, Parcel]:
    order = ship(world.place_order(**data), world)
    parcel = Parcel.objects.get(order=order)
    if status != Status.IN_TRANSIT:
        parcel = services.report(parcel, status=status, actor=world.actor("oms"), now=world.now + DAY)
    return order, parcel


def again(order: Order, replaces: int | str, world: World, name: str = "mei", **how: Any) -> Order:
    bill = {"courier": "ems", "tracking_no": "EA2", **how}
    actor = world.actor(name, world.lantern)
    return services.ship(order, **bill, replaces=replaces, actor=actor, now=world.now + 2 * DAY)


@pytest.mark.parametrize("status", [Status.RETURNED, Status.LOST, Status.IN_TRANSIT])
@pytest.mark.parametrize("by", ["id", "number"])
def test_the_same_goods_under_a_new_waybill(world: World, status: str, by: str) -> None:
    order, old = sent(world, status, lines=THREE_LINES)
    due = order.receipt_due_at
    assert due is not None
    moved = again(order, old.pk if by == "id" else old.tracking_no, world)
    new = Parcel.objects.get(replaces=old)
    assert (new.courier, new.tracking_no, new.status, new.kind) == ("ems", "EA2", "in_transit", "outbound")
    assert contents(order)[0] == contents(order)[1]
    assert moved.receipt_due_at == due + timedelta(days=10)
    assert moved.status == "shipped"
    assert Parcel.objects.get(pk=old.pk).status == (Status.RETURNED if status == Status.IN_TRANSIT else status)
    assert [line.shipped_quantity for line in world.lines(order)] == [3, 2, 1]
    assert order.notes.get().flag == "blue"


def test_not_what_arrived(world: World) -> None:
    order, old = sent(world, Status.DELIVERED)
    with pytest.raises(Conflict, match="reached the buyer"):
        again(order, old.pk, world)


def test_each_only_once_but_the_new_one_again(world: World) -> None:
    order, old = sent(world)
    again(order, old.pk, world)
    with pytest.raises(Conflict, match="already been resent"):
        again(order, old.pk, world)
    again(order, "EA2", world, tracking_no="EA3")
    assert Parcel.objects.filter(order=order).count() == 3


def test_of_two_with_one_number_the_one_not_yet_replaced(world: World) -> None:
    order, old = sent(world)
    again(order, old.tracking_no, world, tracking_no=old.tracking_no)
    again(order, old.tracking_no, world, tracking_no="EA3")
    last = Parcel.objects.get(tracking_no="EA3")
    assert last.replaces is not None
    assert last.replaces.replaces_id == old.pk


def test_a_part_that_came_back_while_the_rest_waits(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, *_ = world.lines(order)
    ship(order, world, lines=[tee.pk])
    parcel = Parcel.objects.get()
    services.report(parcel, status=Status.RETURNED, actor=world.actor("mei"), now=world.now)
    assert again(order, parcel.pk, world).status == "paid"
    assert ship(order, world, tracking_no="SF9").status == "shipped"


@pytest.mark.parametrize("replaces", ["nothing", 10**9])
def test_an_unknown_parcel(world: World, replaces: int | str) -> None:
    order, _old = sent(world)
    with pytest.raises(Invalid):
        again(order, replaces, world)


def test_a_parcel_of_another_order(world: World) -> None:
    order, _old = sent(world)
    _other, foreign = sent(world, buyer="bob")
    with pytest.raises(Invalid):
        again(order, foreign.pk, world)


def test_it_needs_a_waybill(world: World) -> None:
    order, old = sent(world)
    with pytest.raises(Invalid):
        again(order, old.pk, world, tracking_no="")


@pytest.mark.parametrize("name", ["alice", "sun"])
def test_who_may_not(world: World, name: str) -> None:
    order, old = sent(world)
    with pytest.raises(Forbidden):
        again(order, old.pk, world, name)


def test_not_after_the_end(world: World) -> None:
    order, old = sent(world)
    world.complete(order)
    with pytest.raises(IllegalTransition):
        again(order, old.pk, world)
