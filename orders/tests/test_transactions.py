"""Money comes into the books by the shop's systems alone, and each transaction of a channel once (contract §5)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Shop
from kernel.errors import Conflict, Forbidden
from orders import services
from orders.models import Order, Payment
from tests.fixtures import Login
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/orders/"


def bring(world: World, amount: str, shared: str | None = None, shop: Shop | None = None, no: str = "T-1") -> Order:
    data = world.order_data(lines=[("TEE", amount, 1)])
    data["payments"] = [{"channel": "sandbox", "transaction_no": no, "amount": Decimal(amount)}]
    if shared is not None:
        data["payments"][0]["shared_total"] = Decimal(shared)
    shop = shop or world.lantern
    return services.create(shop, data, actor=world.actor("oms", shop), now=NOW)[0]


def test_one_transaction_does_not_pay_two_orders(world: World) -> None:
    bring(world, "100.00")
    for shared in (None, "300.00"):  # the first one did not say that it is shared
        with pytest.raises(Conflict):
            bring(world, "100.00", shared)
    bring(world, "100.00", no="T-2")
    assert (Order.objects.count(), Payment.objects.count()) == (2, 2)


def test_several_orders_name_the_same_total_and_stay_within_it(world: World) -> None:
    bring(world, "100.00", "250.00")
    for amount, shared in (("100.00", None), ("100.00", "200.00"), ("150.01", "250.00")):
        with pytest.raises(Conflict):
            bring(world, amount, shared)
    bring(world, "150.00", "250.00")
    with pytest.raises(Conflict):
        bring(world, "0.01", "250.00")
    assert sum(Payment.objects.values_list("captured", flat=True)) == Decimal("250.00")


def test_never_orders_of_two_shops(world: World) -> None:
    bring(world, "100.00", "300.00")
    with pytest.raises(Conflict):
        bring(world, "100.00", "300.00", world.harbor)


def test_more_than_its_own_total(world: World) -> None:
    with pytest.raises(Conflict):
        bring(world, "100.00", "99.99")
    assert not Order.objects.exists()


def test_paying_later_is_held_to_the_same(world: World) -> None:
    bring(world, "99.00")
    order = world.place_order(lines=[("TEE", "99.00", 1)], paid=False)
    payment = {"channel": "sandbox", "transaction_no": "T-1", "amount": Decimal("99.00")}
    with pytest.raises(Conflict):
        services.pay(order, payment, actor=world.actor("oms"), now=NOW)
    assert Order.objects.get(pk=order.pk).status == "pending_payment"


def test_the_same_order_again_is_the_same(world: World) -> None:
    data = world.order_data(order_no="E-SAME")
    first, new = services.create(world.lantern, data, actor=world.actor("oms"), now=NOW)
    again, twice = services.create(world.lantern, data, actor=world.actor("oms"), now=NOW)
    assert (first.pk, new, twice) == (again.pk, True, False)


def test_people_bring_no_money(world: World) -> None:
    world.sku("TEE")
    with pytest.raises(Forbidden, match="Only the shop's system can report payments"):
        services.create(world.lantern, world.order_data(), actor=world.actor("mei"), now=NOW)
    order, _new = services.create(world.lantern, world.order_data(paid=False), actor=world.actor("mei"), now=NOW)
    payment = {"channel": "sandbox", "transaction_no": "T-1", "amount": order.amount}
    for name in ("mei", "wen", "alice", "sun"):
        with pytest.raises(Forbidden):
            services.pay(order, payment, actor=world.actor(name), now=NOW)
    assert not Payment.objects.exists()


def body(world: World, **payment: str) -> dict[str, Any]:
    data = world.order_data(lines=[("TEE", "50.00", 1)], paid=False)
    lines = [{**line, "unit_price": str(line["unit_price"])} for line in data["lines"]]
    paid = [{"channel": "sandbox", "transaction_no": "T-1", "amount": "50.00", **payment}]
    return {"order_no": data["order_no"], "shop": "lantern", "buyer": "alice", "lines": lines, "payments": paid}


def test_over_http(world: World, api: Login) -> None:
    world.sku("TEE")
    first = api("oms").post(ORDERS, body(world, shared_total="100.00"))
    assert (first.status_code, first.json()["payments"][0]["shared_total"]) == (201, "100.00")
    assert api("oms").post(ORDERS, body(world, shared_total="100.00")).status_code == 201
    third = api("oms").post(ORDERS, body(world, shared_total="100.00"))
    assert (third.status_code, third.json()["code"]) == (409, "conflict")
    assert api("oms").post(ORDERS, body(world, shared_total="x")).status_code == 400
    refused = api("mei").post(ORDERS, body(world, transaction_no="T-9"))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert Order.objects.count() == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_orders_at_the_same_moment(world: World) -> None:
    for attempt in range(8):
        start = Barrier(2)

        def come_in(_n: int, no: str = f"R-{attempt}", start: Barrier = start) -> str:
            start.wait()
            try:
                bring(world, "100.00", "150.00", no=no)
            except Conflict as refusal:
                return refusal.code
            finally:
                connection.close()
            return "ok"

        with ThreadPoolExecutor(2) as crew:
            assert sorted(crew.map(come_in, range(2))) == ["conflict", "ok"]
