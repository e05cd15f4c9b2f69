"""The receiver is masked for everybody but the buyer; who has to ship or to visit is shown it, with a line in the
history (ux 9)."""

import json
from typing import Any

import pytest

from kernel.errors import Forbidden, IllegalTransition
from orders import services
from orders.models import Order
from orders.services import show_receiver, show_receivers
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World

RECEIVER = {"name": "林小满", "phone": "13800006021", "address": "浙江省杭州市西湖区龙井路 1 号"}
MASKED = {"name": "林**", "phone": "138****6021", "address": "浙江省杭州市****"}


@pytest.fixture
def order(world: World) -> Order:
    return world.place_order(receiver=RECEIVER)


def url(order: Order, verb: str = "") -> str:
    return f"/api/v1/orders/{order.order_no}/{verb}"


@pytest.mark.parametrize(
    ("name", "seen"), [("alice", RECEIVER), ("mei", MASKED), ("wen", MASKED), ("oms", MASKED), ("sun", MASKED)]
)
def test_what_each_reads(order: Order, api: Login, name: str, seen: dict[str, str]) -> None:
    assert api(name).get(url(order)).json()["receiver"] == seen
    assert api(name).get("/api/v1/orders/").json()["results"][0]["receiver"] == seen


@pytest.mark.parametrize("name", ["mei", "wen", "oms"])
def test_who_ships_is_shown_it_and_history_says_so(world: World, order: Order, api: Login, name: str) -> None:
    answer = api(name).post(url(order, "receiver/"))
    assert (answer.status_code, answer.json()) == (200, RECEIVER)
    line = order.history().last()
    assert line is not None
    assert (line.action, line.source, line.target, line.actor_id) == ("receiver", "paid", "paid", world.users[name].pk)
    assert line.data == {"shown": ["name", "phone", "address"], "where": "order"}


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("sun", 403), ("song", 403), ("bob", 404), ("rui", 404)])
def test_nobody_else_is_and_nothing_is_written(order: Order, api: Login, name: str, status: int) -> None:
    before = order.history().count()
    answer = api(name).post(url(order, "receiver/"))
    assert answer.status_code == status
    assert "13800006021" not in answer.content.decode()
    assert order.history().count() == before


def test_once_nothing_is_to_be_sent_any_more_it_is_refused(world: World, api: Login) -> None:
    order = world.completed(receiver=RECEIVER)
    assert api("mei").post(url(order, "receiver/")).json()["code"] == "illegal_transition"
    # A replacement may have to be sent, a parcel to be fetched.
    world.sku("TEE", on_hand=5)
    Desk(world).apply(order)
    assert api("mei").post(url(order, "receiver/")).json() == RECEIVER


def test_neither_is_one_that_was_never_paid(world: World) -> None:
    with pytest.raises(IllegalTransition):
        show_receiver(world.place_order(paid=False), actor=world.actor("mei"), now=NOW)


def test_a_list_writes_a_line_for_each_order(world: World, django_assert_max_num_queries: Any) -> None:
    orders = [world.place_order(receiver=RECEIVER) for _ in range(30)]
    done = world.completed()
    rows = Order.objects.filter(shop_id=world.lantern.pk)
    with django_assert_max_num_queries(4):
        shown = show_receivers(rows, actor=world.actor("mei"), now=NOW)
    assert [order.pk for order in shown] == [order.pk for order in orders]
    assert {order.receiver_phone for order in shown} == {"13800006021"}
    for order in orders:
        line = order.history().last()
        assert line is not None
        assert (line.action, line.data["where"]) == ("receiver", "list")
    assert done.history().filter(action="receiver").count() == 0
    with pytest.raises(Forbidden):
        show_receivers(rows, actor=world.actor("sun"), now=NOW)


def test_the_desk_shows_it_once_and_by_a_button(order: Order, sit: Sit) -> None:
    client = sit("mei")
    before = text(client.get(page(order)))
    assert "林**" in before
    assert "138****6021" in before
    shown = client.post(page(order, "receiver"))
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    for value in RECEIVER.values():
        assert value not in before
        assert value in text(shown)
        assert value not in text(client.get(page(order)))
    assert "Receiver shown" in text(client.get(page(order)))
    assert order.history().filter(action="receiver").count() == 1


def test_the_form_to_ship_says_to_whom(order: Order, sit: Sit) -> None:
    """Masked, with a button; in the answer of the button in full, with one that copies it."""
    client, copies = sit("mei"), 'data-copy="{name} {phone} {address}"'.format(**RECEIVER)
    for address in (page(order), page(order, "ship")):
        before = text(client.get(address))
        assert f'action="{page(order, "receiver")}#decide"' in before
        assert MASKED["address"] in before
        assert "data-copy=" not in before
    shown = text(client.post(page(order, "receiver")))
    form = shown[shown.index('id="do-ship"') : shown.index('id="form-ship"')]
    assert copies in form
    assert "Copy the address" in form
    assert shown.count(copies) == 2  # and beside the address among the facts
    assert "#decide" not in shown


def test_support_and_who_comes_too_late_are_refused_at_the_desk(world: World, order: Order, sit: Sit) -> None:
    assert "13800006021" not in text(sit("sun").post(page(order, "receiver"), follow=True))
    services.mark_shipped(order, services.shippable(order), actor=world.actor("oms"), now=NOW)
    world.complete(order)
    refused = sit("mei").post(page(order, "receiver"), follow=True)
    assert refused.redirect_chain
    assert "13800006021" not in text(refused)
    assert not order.history().filter(action="receiver").exists()


def test_history_never_holds_what_was_shown(world: World, order: Order) -> None:
    show_receiver(order, actor=world.actor("mei"), now=NOW)
    written = json.dumps(list(order.history().values_list("note", "data")), ensure_ascii=False)
    assert not [value for value in RECEIVER.values() if value in written]
