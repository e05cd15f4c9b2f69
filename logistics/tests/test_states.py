"""The states of a parcel on its way: that of its newest scan, whatever comes late, again or in another order (F24)."""

from itertools import permutations
from typing import Any

import pytest
from django.test import Client

from kernel.actors import Actor
from kernel.models import History
from logistics import services
from logistics.couriers import Scan
from logistics.machine import ON_THE_WAY, Status
from logistics.models import Parcel
from orders.models import Order
from tests.world import DAY, SECOND, World

from .test_report import heard, parcel_of, tell

ENDS = (Status.DELIVERED, Status.LOST, Status.RETURNED)


def moved_to(world: World, status: str) -> Parcel:
    parcel = parcel_of(world)
    return parcel if status == parcel.status else tell(parcel, status, world, at=world.now + SECOND, text="first")


def steps(parcel: Parcel) -> list[tuple[str, str]]:
    rows = History.objects.filter(machine="parcel", object_id=parcel.pk).order_by("sequence")
    return list(rows.values_list("action", "target"))


def test_every_state_is_on_the_way_or_an_end() -> None:
    assert {*ON_THE_WAY, *ENDS} == set(Status.values)
    assert not set(ON_THE_WAY) & set(ENDS)


@pytest.mark.parametrize("source", ON_THE_WAY)
@pytest.mark.parametrize("status", Status.values)
def test_from_each_state_to_each(world: World, source: str, status: str) -> None:
    parcel = moved_to(world, source)
    with heard() as news:
        moved = tell(parcel, status, world, at=world.now + 2 * SECOND, text="second")
    assert (moved.status, Parcel.objects.get(pk=parcel.pk).status) == (status, status)
    assert moved.events.last().status == status  # type: ignore[union-attr]
    assert [what for what, _status in news] == (["delivered"] if status == "delivered" else ["lost"] * (status in ENDS))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("late", ON_THE_WAY)
def test_what_ended_does_not_set_out_again(world: World, end: str, late: str) -> None:
    parcel = moved_to(world, Status.DELIVERING)
    tell(parcel, end, world)
    before = steps(parcel)
    assert tell(parcel, late, world, now=world.now + 2 * DAY, text="late").status == end
    assert (steps(parcel), parcel.events.last().status) == (before, late)  # type: ignore[union-attr]


@pytest.mark.parametrize("found", [Status.DELIVERED, Status.RETURNED])
def test_lost_and_found(world: World, found: str) -> None:
    parcel = moved_to(world, Status.DELIVERING)
    tell(parcel, Status.LOST, world)
    assert tell(parcel, found, world, now=world.now + 2 * DAY).status == found


@pytest.mark.parametrize(("off", "status"), [(-SECOND, "delivering"), (0 * SECOND, "exception"), (SECOND, "exception")])
def test_a_late_old_scan_changes_nothing(world: World, off: Any, status: str) -> None:
    """Of one moment, what was told later is the newest."""
    parcel, at = parcel_of(world), world.now + 5 * SECOND
    tell(parcel, Status.DELIVERING, world, at=at, text="out")
    assert tell(parcel, Status.EXCEPTION, world, at=at + off, text="held").status == status
    assert parcel.events.count() == 2
    assert len(steps(parcel)) == (2 if status == "delivering" else 3)


@pytest.mark.parametrize("order", [*permutations((Status.PICKED_UP, Status.IN_TRANSIT, Status.DELIVERING))])
def test_in_any_order_and_ten_times_it_comes_out_the_same(world: World, order: tuple[Status, ...]) -> None:
    parcel, known = parcel_of(world), list(ON_THE_WAY)
    for status in order * 3:
        tell(parcel, status, world, at=world.now + known.index(status) * SECOND, text=status)
    parcel = Parcel.objects.get(pk=parcel.pk)
    assert (parcel.status, parcel.events.count()) == (Status.DELIVERING, 3)
    assert steps(parcel)[-1] == ("scan", "delivering")
    moves = len(steps(parcel))
    for status in order:
        tell(parcel, status, world, at=world.now + known.index(status) * SECOND, text=status)
    assert len(steps(parcel)) == moves


def test_two_scans_of_one_moment_do_not_take_turns(world: World) -> None:
    parcel, at = parcel_of(world), world.now + SECOND
    for _ in range(3):
        tell(parcel, Status.PICKED_UP, world, at=at, text="picked up")
        tell(parcel, Status.DELIVERING, world, at=at, text="out")
    assert steps(parcel)[1:] == [("scan", "picked_up"), ("scan", "delivering")]


def test_a_trace_takes_the_state_of_its_newest(world: World) -> None:
    parcel = parcel_of(world)
    scans = [Scan(world.now + n * SECOND, status, f"scan {n}") for n, status in enumerate(ON_THE_WAY)]
    assert services.report_trace(parcel, scans, now=world.now + DAY).status == Status.DAMAGED
    assert services.report_trace(parcel, scans[:3], now=world.now + DAY).status == Status.DAMAGED
    assert [event.status for event in parcel.events.all()] == list(ON_THE_WAY)
    assert steps(parcel)[1:] == [("scan", "damaged")]


@pytest.mark.parametrize("name", ["oms", "mei", "sun", "song"])
def test_whoever_reports_may_say_each(world: World, name: str) -> None:
    parcel = parcel_of(world)
    actor: Actor = world.actor(name, world.lantern)
    for n, status in enumerate(ON_THE_WAY):
        assert tell(parcel, status, world, actor=actor, at=world.now + n * SECOND).status == status


def test_a_scan_that_changes_nothing_is_no_news_and_costs_no_more(
    world: World, django_assert_max_num_queries: Any
) -> None:
    parcel = moved_to(world, Status.DELIVERING)
    before = steps(parcel)
    with django_assert_max_num_queries(6):
        tell(parcel, Status.DELIVERING, world, text="again")
    assert steps(parcel) == before
    with django_assert_max_num_queries(9):  # its newest scan, the row, and its history
        tell(parcel, Status.EXCEPTION, world, now=world.now + 2 * DAY)


@pytest.mark.parametrize("status", ON_THE_WAY)
def test_the_api_takes_and_shows_each(world: World, status: str) -> None:
    parcel, client = moved_to(world, Status.DELIVERING), Client()
    client.force_login(world.oms)
    body = {"status": status, "text": "told"}
    answer = client.post(f"/api/v1/parcels/{parcel.pk}/events/", body, content_type="application/json")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["status"], shown["status_label"]) == (status, Status(status).label)
    assert (shown["events"][-1]["status"], shown["events"][-1]["status_label"]) == (status, Status(status).label)


@pytest.mark.parametrize("status", ON_THE_WAY)
def test_the_receipt_takes_each_along(world: World, status: str) -> None:
    parcel = moved_to(world, status)
    world.complete(Order.objects.get(pk=parcel.order_id), now=world.now + DAY)
    assert Parcel.objects.get(pk=parcel.pk).status == Status.DELIVERED


@pytest.mark.parametrize("status", ON_THE_WAY)
def test_each_can_be_sent_again(world: World, status: str) -> None:
    parcel = moved_to(world, status)
    services.ship(
        parcel.order, courier="ems", tracking_no="E1", replaces=parcel.pk, actor=world.actor("mei"), now=world.now + DAY
    )
    assert Parcel.objects.get(pk=parcel.pk).status == Status.RETURNED
