"""The default address moves between the addresses of one shop, and nothing else moves with it."""

from collections.abc import Callable

import pytest

from accounts.models import Shop
from kernel.errors import Conflict, Forbidden
from logistics import services
from logistics.models import ReturnAddress
from tests.world import World

Add = Callable[..., ReturnAddress]


@pytest.fixture
def add(world: World) -> Add:
    def add(name: str, shop: Shop | None = None, *, default: bool = False) -> ReturnAddress:
        where = {"name": name, "phone": f"0571-{name}", "address": f"{name} Dock Road", "is_default": default}
        by = "rui" if shop == world.harbor else "mei"
        return services.add_address(shop or world.lantern, **where, actor=world.actor(by))  # type: ignore[arg-type]

    return add


def defaults() -> list[str]:
    return list(ReturnAddress.objects.filter(is_default=True).order_by("name").values_list("name", flat=True))


def test_one_that_is_made_the_default_takes_it_from_the_other(world: World, add: Add) -> None:
    add("A")
    services.make_default(add("B"), actor=world.actor("mei"))
    assert defaults() == ["B"]


def test_one_out_of_use_is_in_use_again_as_the_default(world: World, add: Add) -> None:
    add("A")
    second = services.retire_address(add("B"), actor=world.actor("mei"))
    services.make_default(second, actor=world.actor("mei"))
    second.refresh_from_db()
    assert (second.active, defaults()) == (True, ["B"])


@pytest.mark.parametrize("verb", ["add", "make", "retire"])
def test_the_default_of_another_shop_stays(world: World, add: Add, verb: str) -> None:
    add("H", world.harbor)
    first, second = add("A"), add("B")
    if verb == "add":
        add("C", default=True)
    elif verb == "make":
        services.make_default(second, actor=world.actor("mei"))
    else:
        services.retire_address(first, actor=world.actor("mei"))
    assert defaults() == [{"add": "C", "make": "B", "retire": "B"}[verb], "H"]


def test_without_the_default_the_oldest_in_use_follows_and_no_newer_one(world: World, add: Add) -> None:
    first, second, _third, fourth = (add(name) for name in "ABCD")
    services.retire_address(second, actor=world.actor("mei"))
    services.make_default(fourth, actor=world.actor("mei"))
    first.refresh_from_db()
    services.retire_address(first, actor=world.actor("mei"))
    assert defaults() == ["D"]  # another than the default was taken out of use
    fourth.refresh_from_db()
    services.retire_address(fourth, actor=world.actor("mei"))
    assert defaults() == ["C"]


def test_the_first_after_all_were_retired_is_the_default(world: World, add: Add) -> None:
    services.retire_address(add("A"), actor=world.actor("mei"))
    assert defaults() == []
    add("B")
    assert defaults() == ["B"]


def test_an_address_is_revised_in_its_place(world: World, add: Add) -> None:
    first, _second = add("A"), add("B")
    new = {"name": "Returns", "phone": "110", "address_text": "2 Quay"}
    services.revise_address(first, **new, actor=world.actor("mei"))
    first.refresh_from_db()
    assert (first.name, first.phone, first.address, first.is_default) == ("Returns", "110", "2 Quay", True)
    assert services.default_address(world.lantern.pk) == first


@pytest.mark.parametrize("name", ["wen", "oms", "sun", "song", "alice"])
def test_only_managers_revise_and_choose(world: World, add: Add, name: str) -> None:
    add("A")
    second, actor = add("B"), world.actor(name, world.lantern)
    with pytest.raises(Forbidden):
        services.make_default(second, actor=actor)
    with pytest.raises(Forbidden):
        services.revise_address(second, name="X", phone="1", address_text="X", actor=actor)
    second.refresh_from_db()
    assert (second.name, defaults()) == ("B", ["A"])


def test_a_second_retirement_of_an_old_copy_moves_no_default(world: World, add: Add) -> None:
    first, _second, _third = (add(name) for name in "ABC")
    stale = ReturnAddress.objects.get(pk=first.pk)
    services.retire_address(first, actor=world.actor("mei"))
    with pytest.raises(Conflict):
        services.retire_address(stale, actor=world.actor("mei"))
    assert defaults() == ["B"]
