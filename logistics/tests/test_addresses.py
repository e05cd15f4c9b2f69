"""Where returns go: one default a shop, kept by its managers."""

from typing import Any

import pytest

from kernel.errors import Conflict, Forbidden
from logistics import services
from logistics.models import ReturnAddress
from tests.fixtures import Login
from tests.world import World

ROOT = "/api/v1/return-addresses/"
WHERE: dict[str, Any] = {"name": "Returns", "phone": "0571-1", "address": "1 Dock Road"}


def add(world: World, **more: Any) -> ReturnAddress:
    return services.add_address(world.lantern, **{**WHERE, **more}, actor=world.actor("mei"))


def test_none_is_none(world: World) -> None:
    assert services.default_address(world.lantern.pk) is None


def test_the_first_becomes_the_default(world: World) -> None:
    first, second = add(world), add(world, name="B")
    assert (first.is_default, second.is_default) == (True, False)
    assert services.default_address(world.lantern.pk) == first
    assert services.default_address(world.harbor.pk) is None


def test_a_new_default_takes_over(world: World) -> None:
    add(world)
    second = add(world, is_default=True)
    assert services.default_address(world.lantern.pk) == second
    assert ReturnAddress.objects.filter(is_default=True).count() == 1


def test_a_retired_default_is_followed_by_the_oldest(world: World) -> None:
    first, second, _third = add(world), add(world), add(world)
    services.retire_address(first, actor=world.actor("mei"))
    assert services.default_address(world.lantern.pk) == second
    with pytest.raises(Conflict):
        services.retire_address(first, actor=world.actor("mei"))
    for address in ReturnAddress.objects.filter(active=True):
        services.retire_address(address, actor=world.actor("mei"))
    assert services.default_address(world.lantern.pk) is None


@pytest.mark.parametrize("name", ["wen", "oms", "sun"])
def test_only_managers(world: World, name: str) -> None:
    address, actor = add(world), world.actor(name, world.lantern)
    with pytest.raises(Forbidden):
        services.add_address(world.lantern, **WHERE, actor=actor)
    with pytest.raises(Forbidden):
        services.retire_address(address, actor=actor)


def test_over_http(world: World, api: Login) -> None:
    made = api("mei").post(f"{ROOT}?shop=lantern", WHERE)
    assert (made.status_code, made.json()["shop"], made.json()["is_default"]) == (201, "lantern", True)
    assert api("mei").post(ROOT, {**WHERE, "shop": "lantern", "name": "B"}).status_code == 201
    rows = api("mei").get(f"{ROOT}?shop=lantern").json()
    assert [row["name"] for row in rows] == ["Returns", "B"]
    assert api("mei").get(ROOT).json() == rows
    retired = api("mei").post(f"{ROOT}{rows[0]['id']}/retire/")
    assert (retired.status_code, retired.json()["active"]) == (200, False)
    assert api("mei").post(f"{ROOT}{rows[0]['id']}/retire/").status_code == 409
    assert [row["name"] for row in api("wen").get(ROOT).json()] == ["B"]


@pytest.mark.parametrize("name", ["alice", "eve", "rui"])
def test_strangers(world: World, api: Login, name: str) -> None:
    address = add(world)
    assert api(name).get(f"{ROOT}?shop=lantern").status_code == 404
    assert api(name).get(ROOT).json() == []
    assert api(name).post(f"{ROOT}?shop=lantern", WHERE).status_code == 404
    assert api(name).post(f"{ROOT}{address.pk}/retire/").status_code == 404
    assert api("").get(ROOT).status_code == 401


@pytest.mark.parametrize(
    "bad", [{}, {"name": ""}, {"phone": 5}, {"address": "x" * 401}, {"name": "a\x00"}, {"is_default": "maybe"}]
)
def test_bad_input(world: World, api: Login, bad: dict[str, Any]) -> None:
    body = {**WHERE, **bad} if bad else {}
    answer = api("mei").post(f"{ROOT}?shop=lantern", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == (set(bad) or set(WHERE))


def test_a_shop_must_be_said(world: World, api: Login) -> None:
    assert set(api("mei").post(ROOT, WHERE).json()["errors"]) == {"shop"}
    assert api("mei").post(f"{ROOT}?shop=%00", WHERE).status_code == 404
    assert api("wen").post(f"{ROOT}?shop=lantern", WHERE).status_code == 403


def test_statements(world: World, api: Login, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        add(world)
    client = api("mei")
    with django_assert_max_num_queries(4):
        client.get(f"{ROOT}?shop=lantern")
