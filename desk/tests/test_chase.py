"""Parcels that the shop has to chase with the courier (S-143), at the desk."""

from typing import Any

import pytest

from kernel.actors import COURIER
from kernel.machine import advance
from logistics import services as logistics
from logistics.machine import ON_THE_WAY, TO_CHASE
from logistics.models import Parcel
from logistics.wording import for_shop
from tests.browser import listing, page, text
from tests.desk import Desk
from tests.world import DAY, NOW, World

HOME = "/admin/"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def parcels(desk: Desk) -> dict[str, Parcel]:
    """One in each state on the way, and a silent one."""
    found = {}
    for state in (*ON_THE_WAY, "silent"):
        order = desk.world.place_order()
        logistics.ship(order, courier="sf", tracking_no=f"SF{state}", actor=desk.merchant, now=NOW)
        parcel = Parcel.objects.get(order=order)
        if state == "silent":
            parcel = advance(parcel.suspect_loss, actor=COURIER, now=NOW + 5 * DAY, since=NOW)
        else:
            parcel = logistics.report(parcel, status=state, actor=COURIER, now=NOW + DAY)
        found[str(state)] = parcel
    return found


def to_chase(parcels: dict[str, Parcel]) -> set[int]:
    return {parcel.pk for parcel in parcels.values() if parcel.status in TO_CHASE}


def test_the_list_has_them(parcels: dict[str, Parcel], sit: Any) -> None:
    found = sit("mei").get(listing(Parcel, "?chase=1")).context["cl"].result_list
    assert {row.pk for row in found} == to_chase(parcels)
    assert len(to_chase(parcels)) == 3


@pytest.mark.parametrize(("name", "part"), [("mei", "risk"), ("wen", "free_risk")])
def test_the_home_counts_them(parcels: dict[str, Parcel], sit: Any, name: str, part: str) -> None:
    client = sit(name)
    (row,) = [row for row in client.get(HOME).context[part] if row.url.endswith("?chase=1")]
    assert row.count == client.get(row.url).context["cl"].result_count == 3
    for parcel in parcels.values():
        logistics.report(parcel, status="delivered", actor=COURIER, now=NOW + 9 * DAY)
    assert not [row for row in client.get(HOME).context[part] if row.url.endswith("?chase=1")]


def test_order_and_parcel_say_what_to_do(parcels: dict[str, Parcel], sit: Any) -> None:
    mei = sit("mei")
    for parcel in parcels.values():
        notice = for_shop(parcel)
        assert bool(notice) == (parcel.status in TO_CHASE)
        for row in (parcel, parcel.order):
            shown = text(mei.get(page(row)))
            assert (notice or "Ask") in shown or not notice
            assert ("The next scan ends this" in shown) == (notice != "" and "next scan" in notice)


def test_a_ticket_says_it_of_its_parcel(desk: Desk, sit: Any) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "return_refund", "quality")))
    parcel = Parcel.objects.get(order_id=ticket.order_id, kind="return")
    parcel = logistics.report(parcel, status="damaged", actor=COURIER, now=NOW + DAY)
    assert for_shop(parcel) in text(sit("mei").get(page(ticket)))


@pytest.mark.parametrize("status", ON_THE_WAY)
def test_a_person_reports_each_state(desk: Desk, sit: Any, status: str) -> None:
    order, mei = desk.world.place_order(), sit("mei")
    logistics.ship(order, courier="sf", tracking_no="SF1", actor=desk.merchant, now=NOW)
    parcel = Parcel.objects.get()
    assert mei.post(page(parcel, "scan"), {"scan": status, "text": "told on the phone"}).status_code == 302
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.events.get().text) == (status, "told on the phone")
    for not_one in ({"scan": "delivered"}, {}):
        assert mei.post(page(parcel, "scan"), not_one).status_code == 400
