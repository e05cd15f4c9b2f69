"""Receiving: what goes back to stock."""

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import CLOCK
from kernel.errors import NotEligible
from orders.models import Stock
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


def sent_back(desk: Desk, type_: str, reason: str) -> Ticket:
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    return desk.ship_back(desk.approve(desk.apply(order, type_, reason)))


def counted(ticket: Ticket, **units: int) -> list[dict[str, object]]:
    line_id = ticket.lines.get().line_id
    return [{"line_id": line_id, "condition": name, "quantity": n} for name, n in units.items()]


@pytest.mark.parametrize(
    ("units", "on_hand", "resellable"),
    [
        ({"as_new": 2}, 7, 0),
        ({"as_new": 1, "resellable": 1}, 6, 1),
        ({"as_new": 1, "damaged": 1}, 6, 0),
        ({"resellable": 2}, 5, 2),
        ({"wrong": 2}, 5, 0),
    ],
)
def test_a_return_adds_what_can_be_sold_to_its_stock(
    desk: Desk, units: dict[str, int], on_hand: int, resellable: int
) -> None:
    """What is not as new goes to the marked stock, which is never sold as new (D-4 art. 25)."""
    ticket = sent_back(desk, "return_refund", "quality")
    desk.receive(ticket, counted(ticket, **units))
    assert desk.stock("TEE") == (on_hand, 0)
    assert Stock.objects.get(sku__code="TEE").resellable == resellable


@pytest.mark.parametrize(("type_", "reason"), [("exchange", "quality"), ("reissue", "missing")])
def test_marked_goods_are_never_sent_as_a_replacement(desk: Desk, type_: str, reason: str) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    Stock.objects.filter(sku__code="TEE").update(on_hand=1, resellable=9)
    with pytest.raises(NotEligible) as refused:
        desk.apply(order, type_, reason)
    assert refused.value.reasons == ["out_of_stock"]
    desk.apply(order, type_, reason, quantity=1)
    assert (desk.stock("TEE"), Stock.objects.get(sku__code="TEE").resellable) == ((1, 1), 9)


def test_a_repair_adds_nothing(desk: Desk) -> None:
    """The goods are the buyer's and go back to them."""
    ticket = desk.receive(sent_back(desk, "repair", "fault"))
    assert ticket.status == "pending_reship"
    assert desk.stock("TEE") == (5, 0)
    desk.reship(ticket)
    assert desk.stock("TEE") == (5, 0)


def test_the_clock_adds_nothing_because_nobody_counted(desk: Desk) -> None:
    services.receive(sent_back(desk, "return_refund", "quality"), actor=CLOCK, now=NOW)
    assert desk.stock("TEE") == (5, 0)
