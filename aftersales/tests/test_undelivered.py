"""Parcels to buyers that come back undelivered: their goods go on the shelf once counted, once."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Conflict, Forbidden, Invalid, NotEligible
from logistics import services as logistics
from logistics.models import Parcel
from orders.models import Order, Stock
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


def sent(desk: Desk, status: str = "returned", n: int = 2) -> tuple[Order, Parcel]:
    order = desk.world.place_order(lines=[("TEE", "99.00", n)])
    order = logistics.ship(order, courier="sf", tracking_no=f"SF0{order.pk}", actor=desk.merchant, now=NOW)
    parcel = order.parcels.get()
    if status != "in_transit":
        parcel = logistics.report(parcel, status=status, actor=desk.integration, now=NOW)
    return order, parcel


def units(parcel: Parcel, **conditions: int) -> list[dict[str, Any]]:
    line_id = parcel.lines.get().line_id
    return [{"line_id": line_id, "condition": name, "quantity": n} for name, n in conditions.items()]


def count(desk: Desk, parcel: Parcel, **conditions: int) -> Parcel:
    return services.count_undelivered(parcel, units=units(parcel, **conditions), actor=desk.merchant, now=NOW)


def shelf() -> tuple[int, int]:
    stock = Stock.objects.get(sku__code="TEE")
    return stock.on_hand, stock.resellable


@pytest.mark.parametrize("status", ["returned", "in_transit", "lost"])
@pytest.mark.parametrize(
    ("conditions", "after"),
    [
        ({"as_new": 2}, (7, 0)), ({"as_new": 1, "resellable": 1}, (6, 1)), ({"damaged": 2}, (5, 0)),
        ({"missing": 2}, (5, 0)), ({"as_new": 1}, (6, 0)),
    ],
)  # fmt: skip
def test_what_can_be_sold_goes_on_the_shelf(
    desk: Desk, status: str, conditions: dict[str, int], after: tuple[int, int]
) -> None:
    _order, parcel = sent(desk, status)
    assert shelf() == (5, 0), "not before it was counted"
    parcel = count(desk, parcel, **conditions)
    assert (parcel.status, parcel.counted_at, shelf()) == ("returned", NOW, after)


def test_it_is_counted_once(desk: Desk) -> None:
    _order, parcel = sent(desk)
    count(desk, parcel, as_new=2)
    with pytest.raises(Conflict):
        count(desk, parcel, as_new=2)
    assert shelf() == (7, 0)


def test_not_what_reached_the_buyer_nor_what_was_sent_again(desk: Desk) -> None:
    _order, arrived = sent(desk, "delivered")
    with pytest.raises(Conflict):
        count(desk, arrived, as_new=2)
    order, parcel = sent(desk)
    logistics.ship(order, courier="sf", tracking_no="SF9", replaces=parcel.pk, actor=desk.merchant, now=NOW)
    with pytest.raises(Conflict):
        count(desk, parcel, as_new=2)
    assert shelf() == (5, 0)


def test_not_what_a_buyer_sends_back(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    parcel = ticket.return_parcel
    assert parcel is not None
    with pytest.raises(Conflict):
        count(desk, parcel, as_new=1)


@pytest.mark.parametrize("who", ["buyer", "support"])
def test_only_the_shop_counts(desk: Desk, who: str) -> None:
    _order, parcel = sent(desk)
    with pytest.raises(Forbidden):
        services.count_undelivered(parcel, units=units(parcel, as_new=1), actor=getattr(desk, who), now=NOW)


def test_never_more_than_was_in_it(desk: Desk) -> None:
    _order, parcel = sent(desk)
    for wrong in ({"as_new": 3}, {"as_new": 2, "damaged": 1}):
        with pytest.raises(Invalid):
            count(desk, parcel, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        parcel.lines.update(as_new_quantity=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Parcel.objects.filter(pk=sent(desk, "in_transit")[1].pk).update(counted_at=NOW)
    assert shelf() == (5, 0)


def test_sent_again_the_goods_leave_the_shelf(desk: Desk) -> None:
    order, parcel = sent(desk)
    count(desk, parcel, as_new=1, resellable=1)
    again: dict[str, Any] = {
        "courier": "sf",
        "tracking_no": "SF9",
        "replaces": parcel.pk,
        "actor": desk.merchant,
        "now": NOW + DAY,
    }
    Stock.objects.update(on_hand=0)
    with pytest.raises(NotEligible) as refused:
        logistics.ship(order, **again)
    assert refused.value.reasons == ["out_of_stock"]
    Stock.objects.update(on_hand=6)
    logistics.ship(order, **again)
    assert shelf() == (5, 1), "what is resellable is never sent as new"


@pytest.mark.parametrize("offline", [True, False])
def test_a_replacement_comes_back_and_leaves_again(desk: Desk, offline: bool) -> None:
    """S-153: each unit leaves the shelf once, whatever the shop's switches are."""
    desk.world.revise_policy(exchange_deduct_offline=offline)
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))
    ticket = desk.reship(desk.receive(ticket))
    assert desk.stock("TEE") == (5, 0), "one came back, one has left"
    parcel = ticket.replacement_parcel
    assert parcel is not None
    count(desk, parcel, as_new=1)
    assert desk.stock("TEE") == (6, 0)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.lost_at is not None, "the shop owes another one"
    desk.reship(ticket, tracking_no="SF7")
    assert desk.stock("TEE") == (5, 0)


def test_repaired_goods_are_the_buyers(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "repair", "fault")))))
    parcel = ticket.replacement_parcel
    assert parcel is not None
    assert count(desk, parcel, as_new=1).counted_at == NOW
    assert shelf() == (5, 0)


@pytest.mark.parametrize(("type_", "reason"), [("repair", "fault"), ("exchange", "quality")])
def test_not_a_replacement_of_which_another_one_was_sent(desk: Desk, sit: Any, type_: str, reason: str) -> None:
    """Whoever sent it again had it in their hands: what was in it is on its way once more."""
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, type_, reason)))))
    first = ticket.replacement_parcel
    assert first is not None
    logistics.report(first, status="returned", actor=desk.integration, now=NOW)
    desk.reship(Ticket.objects.get(pk=ticket.pk), tracking_no="SF7")
    before = shelf()
    with pytest.raises(Conflict):
        count(desk, first, as_new=1)
    assert shelf() == before
    page = sit("mei").get(reverse("admin:desk_receive"), {"q": first.tracking_no}).content.decode()
    assert reverse("admin:logistics_parcel_count", args=[first.pk]) not in page


def test_only_what_leaves_again_leaves_the_shelf(desk: Desk) -> None:
    """Sent ahead and come back, after which one of the two old ones was missing."""
    desk.world.revise_policy(exchange_deduct_offline=False)
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))
    ticket = desk.reship(ticket, advance=True, note="A good customer")
    parcel = ticket.replacement_parcel
    assert parcel is not None
    count(desk, parcel, as_new=2)
    line = ticket.lines.get().line_id
    ticket = desk.receive(Ticket.objects.get(pk=ticket.pk), [{"line_id": line, "quantity": 1, "condition": "damaged"}])
    before = shelf()[0]
    desk.reship(ticket, tracking_no="SF7")
    assert shelf()[0] == before - 1


# --- over HTTP ----------------------------------------------------------------------------------------------


def test_the_api(desk: Desk, api: Login) -> None:
    _order, parcel = sent(desk)
    url = f"/api/v1/parcels/{parcel.pk}/count/"
    bodies: list[dict[str, Any]] = [
        {},
        {"units": []},
        {"units": units(parcel, wrong=1)},
        {"units": units(parcel, as_new=9)},
    ]
    for body in bodies:
        assert api("mei").post(url, body, format="json").status_code == 400
    assert api("alice").post(url, {"units": units(parcel, as_new=2)}, format="json").status_code == 403
    assert api("rui").post(url, {"units": units(parcel, as_new=2)}, format="json").status_code == 404
    answer = api("oms").post(url, {"units": units(parcel, as_new=2)}, format="json")
    assert answer.status_code == 200
    assert answer.json()["counted_at"]
    assert api("mei").post(url, {"units": units(parcel, as_new=2)}, format="json").status_code == 409
    assert shelf() == (7, 0)


def test_scanned_at_the_desk_it_is_counted_on_its_page(desk: Desk, sit: Any) -> None:
    _order, parcel = sent(desk)
    client = sit("mei")
    page = client.get(reverse("admin:desk_receive"), {"q": parcel.tracking_no}).content.decode()
    url = reverse("admin:logistics_parcel_count", args=[parcel.pk])
    assert url in page
    line_id = parcel.lines.get().line_id
    empty = client.post(url, {"note": ""})
    assert empty.status_code == 400
    assert shelf() == (5, 0)
    assert client.post(url, {f"{line_id}-as_new": "1", f"{line_id}-damaged": "1"}).status_code == 302
    assert shelf() == (6, 0)
    assert url not in client.get(reverse("admin:desk_receive"), {"q": parcel.tracking_no}).content.decode()
