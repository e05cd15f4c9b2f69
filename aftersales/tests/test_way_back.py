"""How goods may come back: freight collect (S-072), ordinary post (S-073), the first time by EMS (S-074)."""

from decimal import Decimal

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Invalid
from tests.desk import Desk
from tests.world import NOW, World

from .desk_api import ApiDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def to_send(desk: Desk) -> Ticket:
    return desk.approve(desk.apply(desk.world.delivered(), "return_refund", "quality"))


def send(desk: Desk, ticket: Ticket, courier: str, **more: object) -> Ticket:
    return services.ship_back(ticket, courier=courier, tracking_no="N1", actor=desk.buyer, now=NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("courier", ["sf", "SF Express", "sto"])
def test_freight_collect_by_the_named_couriers_is_recorded(desk: Desk, courier: str) -> None:
    assert send(desk, to_send(desk), courier, freight_collect=True).return_freight_collect


@pytest.mark.parametrize("courier", ["yto", "omeone else"])
def test_freight_collect_by_others_is_refused_with_what_to_do(desk: Desk, courier: str) -> None:
    ticket = to_send(desk)
    with pytest.raises(Invalid) as refused:
        send(desk, ticket, courier, freight_collect=True)
    [text] = (refused.value.errors or {})["freight_collect"]
    assert "SF Express, STO Express" in text
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_return"
    assert not send(desk, ticket, courier).return_freight_collect


def test_the_shop_names_them(desk: Desk) -> None:
    desk.world.revise_policy(collect_couriers="yto")
    assert send(desk, to_send(desk), "yto", freight_collect=True).return_freight_collect
    with pytest.raises(Invalid):
        send(desk, to_send(desk), "sf", freight_collect=True)


def test_collected_freight_was_not_paid_by_the_buyer(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        send(desk, to_send(desk), "sf", freight_collect=True, freight_paid=Decimal(10))
    assert set(refused.value.errors or {}) == {"freight_paid"}


@pytest.mark.parametrize("courier", ["pingyou", "Ordinary post"])
def test_no_ordinary_post(desk: Desk, courier: str) -> None:
    with pytest.raises(Invalid) as refused:
        send(desk, to_send(desk), courier)
    assert "express courier or EMS" in (refused.value.errors or {})["courier"][0]


def test_the_first_time_by_ems_is_on_the_shop(desk: Desk) -> None:
    desk.world.revise_policy(return_freight_standard=Decimal(12))
    first = send(desk, to_send(desk), "ems", freight_paid=Decimal(20))
    assert first.return_freight_amount == 20
    assert send(desk, first, "ems", freight_paid=Decimal(21)).return_freight_amount == 21  # corrected: still the first
    assert send(desk, to_send(desk), "ems", freight_paid=Decimal(20)).return_freight_amount == 12
    assert send(desk, to_send(desk), "sf", freight_paid=Decimal(20)).return_freight_amount == 12


def test_over_http(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    apidesk.do("mei", ticket, "approve")
    bill = {"courier": "yto", "tracking_no": "YT1", "freight_collect": True}
    answer = apidesk.post("alice", ticket, "ship-back", bill)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["freight_collect"])
    shipped = apidesk.do("alice", ticket, "ship-back", **(bill | {"courier": "sf"}))
    assert shipped["return_freight"]["collect"] is True
