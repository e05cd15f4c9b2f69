"""A user who is deactivated is refused at once, with the token and the session that they already have."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.access import may_enter_desk, visible
from accounts.models import Membership
from orders.models import Order
from tests.browser import Sit, listing, text
from tests.fixtures import Login
from tests.world import World

ORDERS = "/api/v1/orders/"
DESK = "/admin/orders/order/"


def deactivate(world: World, name: str) -> None:
    world.users[name].is_active = False
    world.users[name].save()


@pytest.mark.parametrize("name", ["alice", "mei", "oms", "sun"])
def test_the_token_is_refused(world: World, api: Login, name: str) -> None:
    client = api(name)
    assert client.get(ORDERS).status_code == 200
    deactivate(world, name)
    answer = client.get(ORDERS)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(("name", "address"), [("alice", "/orders/"), ("mei", DESK), ("sun", DESK)])
def test_the_session_is_refused(world: World, name: str, address: str) -> None:
    """On the pages and in the API; the login is a real one, so that the session names the configured backend."""
    client = Client()
    client.post("/login/", {"username": name, "password": world.password(name)})
    assert client.get(address).status_code == 200
    assert client.get(ORDERS).status_code == 200
    deactivate(world, name)
    page = client.get(address)
    assert (page.status_code, page.headers["Location"]) == (302, f"/login/?next={address}")
    assert client.get(ORDERS).status_code == 401


def test_the_password_is_refused(world: World) -> None:
    password = world.password("mei")
    deactivate(world, "mei")
    assert Client().post("/login/", {"username": "mei", "password": password}).status_code == 400


@pytest.mark.parametrize("name", ["mei", "wen", "sun", "song"])
def test_neither_member_nor_support_has_the_desk_any_more(world: World, name: str) -> None:
    user = world.users[name]
    assert may_enter_desk(user)
    user.is_active = False
    assert not may_enter_desk(user)
    assert not may_enter_desk(AnonymousUser())


@pytest.mark.parametrize("name", ["alice", "mei", "oms", "sun"])
def test_no_row_is_visible_any_more(world: World, name: str) -> None:
    """The buyer's own, the shop's, and all those of support."""
    world.place_order()
    user = world.users[name]
    assert Order.objects.filter(visible(user)).exists()
    user.is_active = False
    assert not Order.objects.filter(visible(user)).exists()


def test_nobody_appoints_them(world: World, sit: Sit) -> None:
    deactivate(world, "eve")
    entry = {"shop": world.lantern.pk, "username": "eve", "role": "agent", "review_limit": "50.00"}
    assert "no user with this name" in text(sit("mei").post(listing(Membership) + "add/", entry))
    assert not Membership.objects.filter(user=world.eve).exists()
