"""Parcels and return addresses at the desk."""

import pytest

from logistics import services
from logistics.models import Parcel, ReturnAddress
from tests.browser import Sit, listing, page
from tests.recognising import connect
from tests.world import World


def sent(world: World) -> Parcel:
    order = world.place_order()
    services.ship(order, courier="sf", tracking_no="SF1", actor=world.actor("mei"), now=world.now)
    return Parcel.objects.get(order=order)


def test_lost_found_and_back(world: World, sit: Sit) -> None:
    parcel, mei = sent(world), sit("mei")
    assert mei.post(page(parcel, "lose"), {"text": "fell into the river"}).status_code == 302
    parcel = Parcel.objects.get(pk=parcel.pk)
    assert parcel.status == "lost"
    assert "fell into the river" in mei.get(page(parcel)).content.decode()
    assert sit("sun").post(page(parcel, "deliver"), {}).status_code == 302
    assert Parcel.objects.get(pk=parcel.pk).status == "delivered"
    assert mei.get(page(parcel)).context["buttons"] == []


def test_a_returned_parcel_is_sent_again_from_the_order(world: World, sit: Sit) -> None:
    parcel, mei = sent(world), sit("mei")
    assert mei.post(page(parcel, "bring_back"), {}).status_code == 302
    again = {"courier": "ems", "tracking_no": "E2", "replaces": str(parcel.pk)}
    assert mei.post(page(parcel.order, "ship"), again).status_code == 302
    assert Parcel.objects.get(replaces=parcel).tracking_no == "E2"


def test_a_number_without_a_courier_comes_back_with_the_likely_one(
    world: World, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, mei, source = world.place_order(), sit("mei"), connect(monkeypatch, "yunda")
    typed = {"courier": "", "tracking_no": "881234567890", f"line_{world.lines(order)[0].pk}": "1"}
    answer = mei.post(page(order, "ship"), typed)
    html = answer.content.decode()
    assert (answer.status_code, Parcel.objects.count()) == (400, 0)
    assert ('value="yunda"' in html, "Yunda Express" in html, source.asked) == (True, True, ["881234567890"])
    assert mei.post(page(order, "ship"), typed | {"courier": "yunda"}).status_code == 302
    assert Parcel.objects.get().courier == "yunda"


def test_a_number_that_looks_like_a_couriers_needs_no_other_word(world: World, sit: Sit) -> None:
    order = world.place_order()
    typed = {"courier": "", "tracking_no": "SF1405882017346", f"line_{world.lines(order)[0].pk}": "1"}
    assert sit("mei").post(page(order, "ship"), typed).status_code == 302
    assert Parcel.objects.get().courier == "sf"


def test_the_list(world: World, sit: Sit) -> None:
    parcel = sent(world)
    for query in ("", "?q=SF1", "?kind__exact=outbound&status__exact=in_transit", "?shop=lantern"):
        found = sit("mei").get(listing(Parcel, query)).context["cl"].result_list
        assert [row.pk for row in found] == [parcel.pk], query


def address(world: World, **more: object) -> dict[str, object]:
    return {"shop": world.lantern.pk, "name": "Depot", "phone": "1", "address": "Dock 1", **more}


def test_addresses_are_the_managers(world: World, sit: Sit) -> None:
    mei, add = sit("mei"), listing(ReturnAddress) + "add/"
    assert mei.post(add, address(world)).status_code == 302
    assert mei.post(add, address(world, name="Second", is_default="on")).status_code == 302
    first, second = ReturnAddress.objects.order_by("id")
    assert (first.is_default, second.is_default) == (False, True)
    assert mei.post(page(first, "make_default")).status_code == 302
    assert mei.post(page(second, "revise"), {"name": "S", "phone": "2", "address_text": "Dock 2"}).status_code == 302
    assert mei.post(page(first, "retire")).status_code == 302
    rows = ReturnAddress.objects.order_by("id").values_list("name", "is_default", "active")
    assert list(rows) == [("Depot", False, False), ("S", True, True)]
    assert mei.post(add, address(world, shop=world.harbor.pk)).status_code == 200


def test_agents_and_support_only_read_them(world: World, sit: Sit) -> None:
    row = services.add_address(world.lantern, name="A", phone="1", address="B", actor=world.actor("mei"))
    for name in ("wen", "sun", "song"):
        client = sit(name)
        assert client.get(page(row)).context["buttons"] == []
        assert client.post(page(row, "retire")).status_code == 403, name
    assert sit("wen").get(listing(ReturnAddress) + "add/").status_code == 403
