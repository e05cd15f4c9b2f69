"""The doors of logistics: shipping and parcels."""

from typing import Any

import pytest

from logistics.models import Parcel
from orders.models import Order
from tests.fixtures import Login
from tests.world import World

from .test_ship import BILL, THREE_LINES, ship

EVENT = {"status": "delivered"}


def url(order: Order, verb: str = "ship/") -> str:
    return f"/api/v1/orders/{order.order_no}/{verb}"


def events(parcel: Parcel) -> str:
    return f"/api/v1/parcels/{parcel.pk}/events/"


@pytest.mark.parametrize("name", ["oms", "mei", "wen"])
def test_ship(world: World, api: Login, name: str) -> None:
    order = world.place_order()
    answer = api(name).post(url(order), BILL)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["fulfilment"]) == ("shipped", "shipped")
    (parcel,) = body["parcels"]
    assert parcel == {
        "id": parcel["id"],
        "kind": "outbound",
        "kind_label": parcel["kind_label"],
        "courier": "sf",
        "courier_label": "SF Express",
        "tracking_no": BILL["tracking_no"],
        "status": "in_transit",
        "status_label": "in transit",
        "sent_at": parcel["sent_at"],
        "delivered_at": None,
        "silent_since": None,
        "counted_at": None,
        "replaces": None,
        "events": [],
        "lines": [{"line_id": body["lines"][0]["line_id"], "sku": "TEE", "quantity": 2}],
    }
    again = api(name).post(url(order), BILL)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("sun", 403), ("bob", 404), ("rui", 404), ("", 401)])
@pytest.mark.parametrize("body", [BILL, {}])
def test_who_may_not_ship(world: World, api: Login, name: str, status: int, body: dict[str, str]) -> None:
    assert api(name).post(url(world.place_order()), body).status_code == status


def test_split_and_replace(world: World, api: Login) -> None:
    order = world.place_order(lines=THREE_LINES)
    tee, cup, _bag = world.lines(order)
    client = api("oms")
    half = client.post(url(order), {**BILL, "lines": [{"line_id": tee.pk, "quantity": 1}, cup.pk]}).json()
    assert half["status"] == "paid"
    whole = client.post(url(order), {**BILL, "tracking_no": "SF2"}).json()
    assert (whole["status"], len(whole["parcels"])) == ("shipped", 2)
    body = {"courier": "ems", "tracking_no": "E1", "replaces": "SF2"}
    again = client.post(url(order), body)
    assert again.status_code == 200
    assert [p["status"] for p in again.json()["parcels"]] == ["in_transit", "returned", "in_transit"]
    assert again.json()["receipt_due_at"] > whole["receipt_due_at"]
    assert client.post(url(order), body).status_code == 409


@pytest.mark.parametrize(
    "bad",
    [
        {"courier": ""},
        {"tracking_no": "x" * 65},
        {"tracking_no": "a\x00"},
        {"tracking_no": 5},
        {"lines": "all"},
        {"lines": [None]},
        {"lines": [{"line_id": "1"}]},
        {"lines": [{"line_id": 1, "quantity": -1}]},
        {"lines": [True]},
        {"lines": [10**30]},
        {"lines": []},
        {"replaces": 1.5},
        {"replaces": "nothing"},
    ],
)
def test_bad_input(world: World, api: Login, bad: dict[str, Any]) -> None:
    answer = api("oms").post(url(world.place_order()), {**BILL, **bad})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.json()


@pytest.mark.parametrize("name", ["alice", "mei", "wen", "oms", "sun"])
def test_a_parcel_is_seen_by_its_people(world: World, api: Login, name: str) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    assert api(name).get(f"/api/v1/parcels/{parcel.pk}/").json()["tracking_no"] == BILL["tracking_no"]


@pytest.mark.parametrize("name", ["bob", "eve", "rui"])
def test_and_by_nobody_else(world: World, api: Login, name: str) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    assert api(name).get(f"/api/v1/parcels/{parcel.pk}/").status_code == 404
    assert api(name).post(events(parcel), EVENT).status_code == 404
    assert api(name).get(f"/api/v1/parcels/{10**20}/").status_code == 404


@pytest.mark.parametrize("name", ["oms", "mei", "wen", "sun"])
def test_scans(world: World, api: Login, name: str) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    client = api(name)
    assert client.post(events(parcel), {"status": "in_transit", "text": "Hangzhou"}).status_code == 200
    body = client.post(events(parcel), EVENT).json()
    assert (body["status"], [event["text"] for event in body["events"]]) == ("delivered", ["Hangzhou", "delivered"])
    assert api("alice").get(url(parcel.order, "")).json()["fulfilment"] == "delivered"


def test_buyers_report_nothing(world: World, api: Login) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    assert api("alice").post(events(parcel), {}).status_code == 403


@pytest.mark.parametrize(
    "bad", [{"status": "odd"}, {"at": "soon"}, {"at": "2150-01-01T00:00:00Z"}, {"text": "x" * 401}, {"text": "\x00"}]
)
def test_bad_scans(world: World, api: Login, bad: dict[str, Any]) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    answer = api("oms").post(events(parcel), {**EVENT, **bad})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, set(bad))


def test_a_null_time_is_now(world: World, api: Login) -> None:
    parcel = Parcel.objects.get(order=ship(world.place_order(), world))
    assert api("oms").post(events(parcel), {**EVENT, "at": None}).status_code == 200


def test_statements(world: World, api: Login, django_assert_max_num_queries: Any) -> None:
    order, client = world.place_order(lines=THREE_LINES), api("oms")
    with django_assert_max_num_queries(28):
        assert client.post(url(order), BILL).status_code == 200
    parcel = Parcel.objects.get()
    with django_assert_max_num_queries(4):
        client.get(f"/api/v1/parcels/{parcel.pk}/")
