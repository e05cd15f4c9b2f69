"""When the goods of a line were delivered: by the parcel that has its units, and on whose word."""

from datetime import datetime
from typing import Any

import pytest

from kernel.actors import COURIER, RULE
from kernel.errors import Invalid
from kernel.machine import advance
from logistics import services
from logistics.machine import Status
from logistics.models import Parcel, ParcelLine
from orders import services as orders
from orders import sweeps
from orders.models import Order, OrderLine
from tests.world import DAY, NOW, World

from .test_ship import THREE_LINES, ship


def told(number: str, *, at: datetime = NOW + DAY, status: str = Status.DELIVERED, **more: Any) -> Parcel:
    parcel = Parcel.objects.get(tracking_no=number)
    return services.report(parcel, status=status, at=at, **{"actor": COURIER, "now": NOW + 9 * DAY, **more})


def dates(order: Order) -> list[tuple[datetime | None, bool]]:
    return list(order.lines.order_by("position").values_list("delivered_at", "delivery_proven"))


UNKNOWN = (None, False)


@pytest.fixture
def split(world: World) -> Order:
    """Two of three TEE in parcel A, the third with CUP in parcel B; BAG has not left."""
    order = world.place_order(lines=THREE_LINES)
    tee, cup, _bag = world.lines(order)
    ship(order, world, tracking_no="A", lines=[{"line_id": tee.pk, "quantity": 2}])
    ship(order, world, tracking_no="B", lines=[tee.pk, cup.pk])
    return order


def test_a_line_is_delivered_with_the_last_parcel_that_has_units_of_it(split: Order) -> None:
    assert dates(split) == [UNKNOWN, UNKNOWN, UNKNOWN]
    told("A")
    assert dates(split) == [(NOW + DAY, True), UNKNOWN, UNKNOWN]
    told("B", at=NOW + 3 * DAY)
    assert dates(split) == [(NOW + 3 * DAY, True), (NOW + 3 * DAY, True), UNKNOWN]


def test_parcels_in_another_order_change_nothing(split: Order) -> None:
    told("B", at=NOW + 3 * DAY)
    told("A")
    assert dates(split)[0] == (NOW + 3 * DAY, True)


@pytest.mark.parametrize(
    ("name", "proven"), [("mei", False), ("wen", False), ("oms", True), ("sun", True), ("song", True)]
)
def test_whose_word_it_is(world: World, split: Order, name: str, proven: bool) -> None:
    """The bare word of the shop dates the line, and proves nothing."""
    told("A", actor=world.actor(name, world.lantern))
    assert dates(split)[0] == (NOW + DAY, proven)


@pytest.mark.parametrize(("scan", "date"), [(DAY, 2 * DAY), (2 * DAY, 2 * DAY), (4 * DAY, 4 * DAY)])
def test_a_scan_after_the_bare_word_proves_it_and_never_shortens_a_term(
    world: World, split: Order, scan: Any, date: Any
) -> None:
    told("A", at=NOW + 2 * DAY, actor=world.actor("mei"))
    parcel = told("A", at=NOW + scan)
    assert (parcel.delivered_at, parcel.delivery_proven) == (NOW + date, True)
    assert dates(split)[0] == (NOW + date, True)
    told("A", at=NOW + 8 * DAY)  # once proven it stays
    assert dates(split)[0] == (NOW + date, True)
    assert [h.action for h in parcel.history()] == ["create", "deliver", "prove_delivery"]


def test_the_shop_does_not_prove_its_own_word(world: World, split: Order) -> None:
    for _ in range(2):
        told("A", actor=world.actor("mei"))
    assert dates(split)[0] == (NOW + DAY, False)


def test_one_parcel_on_the_bare_word_leaves_the_line_unproven(world: World, split: Order) -> None:
    told("A")
    told("B", actor=world.actor("mei"))
    assert dates(split)[:2] == [(NOW + DAY, False), (NOW + DAY, False)]
    told("B")
    assert dates(split)[:2] == [(NOW + DAY, True), (NOW + DAY, True)]


def test_a_return_parcel_dates_no_line(world: World, split: Order) -> None:
    order = Order.objects.get(pk=split.pk)
    units = {line.pk: 1 for line in world.lines(order)}
    services.create_parcel(
        order, Parcel.Kind.RETURN, courier="sf", tracking_no="R", units=units, actor=world.actor("alice"), now=NOW
    )
    told("R")
    assert dates(split) == [UNKNOWN, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(("name", "proven"), [("mei", False), ("oms", True)])
def test_the_word_on_the_order_dates_what_is_not_dated_yet(world: World, split: Order, name: str, proven: bool) -> None:
    told("B")
    ship(split, world, tracking_no="C")
    orders.deliver(split, actor=world.actor(name, world.lantern), now=NOW + 2 * DAY)
    tee, cup, bag = dates(split)
    assert (tee, bag) == ((NOW + 2 * DAY, proven), (NOW + 2 * DAY, proven))
    assert cup == (NOW + DAY, True)


def test_an_order_without_parcels(world: World) -> None:
    order = world.shipped(lines=THREE_LINES)
    orders.deliver(order, actor=world.actor("mei"), now=NOW + DAY)
    assert dates(order) == [(NOW + DAY, False)] * 3
    world.complete(Order.objects.get(pk=order.pk), now=NOW + 2 * DAY)
    assert dates(order) == [(NOW + DAY, True)] * 3  # the buyer has said so


def test_the_automatic_receipt_dates_the_lines(world: World) -> None:
    order = ship(world.place_order(lines=THREE_LINES), world)
    due = NOW + 14 * DAY
    sweeps.confirm_receipts(due)
    assert dates(order) == [(due, True)] * 3


def test_what_was_cancelled_unshipped_is_not_delivered(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    OrderLine.objects.filter(order=order, sku__code="BAG").update(cancelled_quantity=1)
    ship(order, world)
    world.complete(Order.objects.get(pk=order.pk))
    assert dates(order) == [(NOW, True), (NOW, True), UNKNOWN]


def test_not_before_the_parcel_that_was_sent_again(world: World) -> None:
    order = ship(world.place_order(lines=THREE_LINES), world)
    services.ship(
        order, courier="ems", tracking_no="E1", replaces="SF1000000000001", actor=world.actor("mei"), now=NOW + 3 * DAY
    )
    for at, fine in ((NOW + 2 * DAY, False), (NOW + 3 * DAY, True)):
        if fine:
            orders.deliver(order, actor=world.actor("mei"), now=NOW + 4 * DAY, delivered_at=at)
        else:
            with pytest.raises(Invalid):
                orders.deliver(order, actor=world.actor("mei"), now=NOW + 4 * DAY, delivered_at=at)
            assert Order.objects.get(pk=order.pk).delivered_at is None
    assert Parcel.objects.get(tracking_no="E1").delivered_at == NOW + 3 * DAY


@pytest.mark.parametrize("first", ["mei", "courier"])
def test_the_last_parcel_proves_no_other_one(world: World, first: str) -> None:
    """The shop's bare word about one parcel of an order is not made a proof by the scan of another one."""
    order = world.place_order(lines=THREE_LINES)
    tee, cup, bag = world.lines(order)
    ship(order, world, tracking_no="A", lines=[tee.pk])
    ship(order, world, tracking_no="B", lines=[cup.pk, bag.pk])
    words = {"A": world.actor("mei"), "B": COURIER}
    for number in ("A", "B") if first == "mei" else ("B", "A"):
        told(number, actor=words[number])
    assert Order.objects.get(pk=order.pk).fulfilment == "delivered"
    assert dates(order) == [(NOW + DAY, False), (NOW + DAY, True), (NOW + DAY, True)]
    assert not Parcel.objects.get(tracking_no="A").delivery_proven


def test_a_line_that_no_parcel_names_is_delivered_with_the_last_parcel(world: World) -> None:
    """Virtual goods, and parcels of an import: on the word that all parcels are delivered on."""
    order = world.place_order(lines=THREE_LINES)
    tee, cup, bag = world.lines(order)
    ship(order, world, tracking_no="A", lines=[tee.pk])
    ship(order, world, tracking_no="B", lines=[cup.pk, bag.pk])
    ParcelLine.objects.filter(line=bag).delete()
    told("A", actor=world.actor("mei"))
    assert dates(order)[2] == UNKNOWN
    told("B", at=NOW + 3 * DAY)
    assert dates(order) == [(NOW + DAY, False), (NOW + 3 * DAY, True), (NOW + 3 * DAY, False)]
    told("A", at=NOW + 4 * DAY)
    assert dates(order) == [(NOW + 4 * DAY, True), (NOW + 3 * DAY, True), (NOW + 3 * DAY, True)]


def test_what_a_closed_order_did_not_get_is_not_dated(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, cup, bag = world.lines(order)
    ship(order, world, tracking_no="A", lines=[tee.pk, cup.pk, bag.pk])
    ParcelLine.objects.filter(line=bag).delete()
    advance(Order.objects.get(pk=order.pk).close_refunded, actor=RULE, now=NOW)
    told("A")
    assert dates(order)[1:] == [(NOW + DAY, True), UNKNOWN]
