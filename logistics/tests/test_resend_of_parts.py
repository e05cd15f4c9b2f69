"""Which parcel is sent again when there are several, with what inside, and how long the buyer has then (S-094)."""

from datetime import timedelta

import pytest

from kernel.errors import Conflict, Invalid
from logistics import services
from logistics.machine import Status
from logistics.models import Parcel
from orders.models import Order
from tests.world import DAY, World

from .test_resend import again, sent
from .test_ship import THREE_LINES, ship


@pytest.fixture
def parts(world: World) -> Order:
    """Two of the shirts in parcel A; the third with the rest in parcel B."""
    order = world.place_order(lines=THREE_LINES)
    tee, _cup, _bag = world.lines(order)
    ship(order, world, tracking_no="A", lines=[{"line_id": tee.pk, "quantity": 2}])
    return ship(order, world, tracking_no="B")


def inside(tracking_no: str) -> list[tuple[str, int]]:
    lines = Parcel.objects.get(tracking_no=tracking_no).lines.order_by("line__position")
    return list(lines.values_list("line__sku__code", "quantity"))


@pytest.mark.parametrize(("number", "units"), [("A", [("TEE", 2)]), ("B", [("TEE", 1), ("CUP", 2), ("BAG", 1)])])
def test_only_what_was_in_that_parcel_goes_again(
    world: World, parts: Order, number: str, units: list[tuple[str, int]]
) -> None:
    again(parts, number, world)
    assert inside("EA2") == units
    assert dict(Parcel.objects.exclude(tracking_no="EA2").values_list("tracking_no", "status")) == {
        "A": Status.IN_TRANSIT,
        "B": Status.IN_TRANSIT,
        number: Status.RETURNED,
    }


def test_every_parcel_that_goes_again_gives_ten_days_more(world: World, parts: Order) -> None:
    due = parts.receipt_due_at
    assert due is not None
    again(parts, "A", world)
    moved = again(parts, "B", world, tracking_no="EA3")
    assert moved.receipt_due_at == due + timedelta(days=20)


def test_a_text_is_a_tracking_number_before_it_is_an_id(world: World) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, *_rest = world.lines(order)
    ship(order, world, tracking_no="first", lines=[tee.pk])
    first = Parcel.objects.get()
    ship(order, world, tracking_no=str(first.pk))
    again(order, str(first.pk), world)
    assert Parcel.objects.get(tracking_no="EA2").replaces != first
    again(order, first.pk, world, tracking_no="EA3")
    assert Parcel.objects.get(tracking_no="EA3").replaces == first


def test_the_text_of_an_id_is_enough_where_no_number_is_called_so(world: World) -> None:
    order, old = sent(world)
    again(order, str(old.pk), world)
    assert Parcel.objects.get(tracking_no="EA2").replaces == old


def test_a_parcel_of_the_buyer_is_never_sent_again(world: World) -> None:
    order, _old = sent(world)
    services.create_parcel(
        order, Parcel.Kind.RETURN, courier="sf", tracking_no="R1", units={}, actor=world.actor("alice"), now=world.now
    )
    with pytest.raises(Invalid):
        again(order, "R1", world)


def test_what_turned_up_and_was_delivered_is_not_sent_again(world: World) -> None:
    order, old = sent(world, Status.LOST)
    services.report(old, status=Status.DELIVERED, actor=world.actor("oms"), now=world.now + DAY)
    with pytest.raises(Conflict, match="reached the buyer"):
        again(order, old.pk, world)
    assert Parcel.objects.count() == 1


def test_a_refused_waybill_leaves_the_old_parcel_where_it_was(world: World) -> None:
    order, old = sent(world, Status.IN_TRANSIT)
    with pytest.raises(Invalid):
        again(order, old.pk, world, courier=" ")
    kept = Parcel.objects.get()
    assert (kept.pk, kept.status, kept.events.count()) == (old.pk, Status.IN_TRANSIT, 0)
