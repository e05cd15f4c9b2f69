"""Numbers of orders, SKUs and tickets are unique in a shop (contract §5): where a bare number is not unique for the
caller, 409 names the shops and `?shop=` chooses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from aftersales.models import Ticket
from desk.shipping.file import Read, Row
from desk.shipping.work import judge
from kernel.access import get_by_number
from kernel.errors import NotFound
from kernel.models import IdempotencyKey
from orders.models import Order

from .desk import Desk
from .fixtures import Login
from .world import World

NUMBER, TICKET = "E-TWICE", "AS-TWICE"


@pytest.fixture
def twice(world: World) -> dict[str, Order]:
    """The same order number at both shops, bought by alice; each with a ticket of the same number."""
    desk = Desk(world)
    orders = {
        shop.code: world.delivered(shop=shop, order_no=NUMBER, payments=[(f"PAY-{shop.code}", "198.00")])
        for shop in (world.lantern, world.harbor)
    }
    for order in orders.values():
        ticket = desk.apply(order)
        Ticket.objects.filter(pk=ticket.pk).update(ticket_no=TICKET)
    return orders


def test_a_shop_has_a_number_once(world: World) -> None:
    order = world.place_order(order_no=NUMBER)
    other = world.place_order(order_no=NUMBER, shop=world.harbor, payments=[("PAY-2", "198.00")])
    with pytest.raises(IntegrityError, match="order_no_once"), transaction.atomic():
        Order.objects.filter(pk=other.pk).update(shop=world.lantern)
    assert order.pk != other.pk


def test_bringing_an_order_twice_is_judged_in_its_shop(world: World, api: Login) -> None:
    body = {
        "order_no": NUMBER, "buyer": "alice", "shop": "lantern",
        "lines": [{"sku": "TEE", "title": "Tee", "unit_price": "9.00", "quantity": 1}],
    }  # fmt: skip
    answers = [api("oms").post("/api/v1/orders/", {**body, "shop": shop}, format="json") for shop in
               ("lantern", "harbor", "lantern")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    other = {**body, "lines": [{**body["lines"][0], "quantity": 2}]}  # type: ignore[dict-item]
    assert api("oms").post("/api/v1/orders/", other, format="json").status_code == 409


GETS = [f"orders/{NUMBER}/", f"orders/{NUMBER}/options/", f"orders/{NUMBER}/notes/",
        f"tickets/{TICKET}/", f"tickets/{TICKET}/messages/"]  # fmt: skip
POSTS = [
    (f"orders/{NUMBER}/notes/", {"text": "x"}),
    (f"tickets/{TICKET}/messages/", {"text": "x"}),
    (f"tickets/{TICKET}/withdraw/", {}),
]


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("name", ["alice", "sun"])
def test_the_caller_of_two_is_asked_which(path: str, name: str, twice: Any, api: Login) -> None:
    answer = api(name).get(f"/api/v1/{path}")
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert answer.json()["details"] == {"shops": ["harbor", "lantern"]}
    for shop in ("harbor", "lantern"):
        assert api(name).get(f"/api/v1/{path}?shop={shop}").status_code == 200
    assert api(name).get(f"/api/v1/{path}?shop=nowhere").status_code == 404


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_so_is_who_writes(path: str, body: dict[str, str], twice: Any, api: Login) -> None:
    alice = api("alice")
    assert alice.post(f"/api/v1/{path}", body, format="json").status_code == 409
    assert alice.post(f"/api/v1/{path}?shop=harbor", body, format="json").status_code in (200, 201)


def test_the_answer_is_the_chosen_shops(twice: dict[str, Order], api: Login) -> None:
    for code, order in twice.items():
        assert api("sun").get(f"/api/v1/orders/{NUMBER}/?shop={code}").json()["shop"] == order.shop.code


@pytest.mark.parametrize("path", GETS)
def test_who_works_at_one_of_them_is_not_asked(path: str, twice: Any, api: Login) -> None:
    assert api("mei").get(f"/api/v1/{path}").status_code == 200
    assert api("mei").get(f"/api/v1/{path}?shop=harbor").status_code == 404
    assert api("bob").get(f"/api/v1/{path}").status_code == 404, "a stranger learns nothing of either"


def test_applying_names_the_order_and_the_shop(twice: dict[str, Order], api: Login) -> None:
    for path in ("tickets/quote/", "tickets/"):
        for code, order in twice.items():
            line = order.lines.get()
            body = {
                "order_no": NUMBER, "type": "return_refund", "reason": "no_reason", "received": True,
                "lines": [{"line_id": line.pk, "quantity": 1}],
            }  # fmt: skip
            assert api("alice").post(f"/api/v1/{path}", body, format="json").status_code == 409
            chosen = api("alice").post(f"/api/v1/{path}?shop={code}", body, format="json")
            assert chosen.status_code in (200, 422), chosen.json()


def test_a_key_is_of_the_path_with_its_query(twice: Any, api: Login) -> None:
    alice = api("alice")
    key = {"idempotency-key": "k"}
    first = alice.post(f"/api/v1/orders/{NUMBER}/notes/?shop=harbor", {"text": "x"}, format="json", headers=key)
    assert first.status_code == 201
    again = alice.post(f"/api/v1/orders/{NUMBER}/notes/?shop=lantern", {"text": "x"}, format="json", headers=key)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_mismatch")
    assert IdempotencyKey.objects.count() == 1


def test_the_pages_ask_too_and_keep_the_answer(twice: Any, world: World, client: Client) -> None:
    client.force_login(world.alice)
    for path in (f"/orders/{NUMBER}/", f"/tickets/{TICKET}/"):
        asked = client.get(path)
        assert asked.status_code == 409
        for code in ("harbor", "lantern"):
            assert f'href="?shop={code}"' in asked.content.decode()
            assert client.get(f"{path}?shop={code}").status_code == 200
        assert client.get(path).status_code == 200, "the links and forms of the page name the number alone"
        assert client.get(f"{path}?shop=nowhere").status_code == 404


def test_a_list_of_parcels_does_not_guess(twice: Any, world: World) -> None:
    work = judge(Read([Row(2, NUMBER, "", "", "sf", "SF9")], [], 0), world.sun)
    assert ["Several" in bad.reason for bad in work.bad] == [True]


def test_the_lookup_itself(twice: dict[str, Order], world: World) -> None:
    rows = Order.objects.all()
    assert get_by_number(rows, order_no=NUMBER, shop="harbor") == twice["harbor"]
    with pytest.raises(NotFound):
        get_by_number(rows, order_no="no such")
    with pytest.raises(NotFound):
        get_by_number(rows, order_no="\x00")
