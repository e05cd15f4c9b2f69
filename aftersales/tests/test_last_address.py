"""The last return address of a shop stays while returns are open."""

from collections.abc import Callable

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Conflict
from logistics import services as logistics
from logistics.models import ReturnAddress
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def own(desk: Desk) -> ReturnAddress:
    return ReturnAddress.objects.get(shop=desk.world.lantern)


OPEN: dict[str, Callable[[Desk], Ticket]] = {
    "asked for": lambda desk: desk.apply(desk.world.delivered()),
    "an exchange": lambda desk: desk.apply(desk.world.delivered(), "exchange"),
    "approved": lambda desk: desk.approve(desk.apply(desk.world.delivered())),
    "on the way": lambda desk: desk.ship_back(desk.approve(desk.apply(desk.world.delivered()))),
}
ENDED: dict[str, Callable[[Desk], Ticket | None]] = {
    "none": lambda desk: None,
    "withdrawn": lambda desk: services.withdraw(OPEN["asked for"](desk), actor=desk.buyer, now=NOW),
    "received": lambda desk: desk.receive(OPEN["on the way"](desk)),
    "kept by the buyer": lambda desk: desk.approve(OPEN["asked for"](desk), returnless=True),
    "nothing to send back": lambda desk: desk.apply(desk.world.shipped(), "refund_only", "not_received"),
}


@pytest.mark.parametrize("name", OPEN)
def test_it_stays_while_returns_are_open(desk: Desk, name: str) -> None:
    OPEN[name](desk)
    with pytest.raises(Conflict):
        logistics.retire_address(own(desk), actor=desk.merchant)
    assert (own(desk).active, own(desk).is_default) == (True, True)
    logistics.add_address(desk.world.lantern, name="B", phone="2", address="Dock 2", actor=desk.merchant)
    first = ReturnAddress.objects.filter(shop=desk.world.lantern).earliest("id")
    assert not logistics.retire_address(first, actor=desk.merchant).active  # it is not the last one any more


@pytest.mark.parametrize("name", ENDED)
def test_it_may_go_otherwise(desk: Desk, name: str) -> None:
    ENDED[name](desk)
    assert not logistics.retire_address(own(desk), actor=desk.merchant).active


def test_returns_of_another_shop_do_not_count(desk: Desk) -> None:
    OPEN["asked for"](desk)
    theirs = ReturnAddress.objects.get(shop=desk.world.harbor)
    assert not logistics.retire_address(theirs, actor=desk.world.actor("rui")).active


def test_over_http(desk: Desk, api: Login) -> None:
    OPEN["approved"](desk)
    answer = api("mei").post(f"/api/v1/return-addresses/{own(desk).pk}/retire/")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert own(desk).active
