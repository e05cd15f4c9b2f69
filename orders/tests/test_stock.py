"""Reservations never oversell, and end once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from kernel.actors import CLOCK, RULE, Actor
from kernel.errors import Conflict, Forbidden, NotEligible
from orders.models import Reservation, Sku, Stock
from orders.services import skus, stock
from tests.threads import patient
from tests.world import NOW, World


def count(sku: Sku) -> tuple[int, int]:
    row = Stock.objects.get(sku=sku)
    return row.on_hand, row.reserved


def test_without_a_row_there_is_none(world):
    sku = world.sku()
    assert stock.available(sku) == 0
    with pytest.raises(NotEligible) as refused:
        stock.reserve(sku, 1, holder="T", now=NOW)
    assert refused.value.reasons == ["out_of_stock"]
    with pytest.raises(NotEligible):
        stock.deduct(sku, 1)


def test_reserve_and_consume(world):
    sku = world.sku(on_hand=5)
    held = stock.reserve(sku, 3, holder="T1", now=NOW)
    assert (count(sku), stock.available(sku)) == ((5, 3), 2)
    with pytest.raises(NotEligible):
        stock.reserve(sku, 3, holder="T2", now=NOW)
    assert stock.consume(held, now=NOW)
    assert count(sku) == (2, 0)
    assert (held.state, held.ended_at) == ("consumed", NOW)


@pytest.mark.parametrize("second", [stock.release, stock.consume])
@pytest.mark.parametrize(("first", "left"), [(stock.release, (5, 0)), (stock.consume, (2, 0))])
def test_a_reservation_ends_once(world, first, second, left):
    sku = world.sku(on_hand=5)
    held = stock.reserve(sku, 3, holder="T", now=NOW)
    stale = Reservation.objects.get(pk=held.pk)
    assert first(held, now=NOW)
    assert not second(stale, now=NOW)
    assert count(sku) == left


def test_the_shelf_is_not_counted_below_what_is_promised(world):
    sku = world.sku(on_hand=5)
    stock.reserve(sku, 3, holder="T", now=NOW)
    assert stock.put_stock(sku, 3, actor=RULE).available == 0
    with pytest.raises(Conflict):
        stock.put_stock(sku, 2, actor=RULE)
    with pytest.raises(NotEligible):
        stock.deduct(sku, 1)
    assert count(sku) == (3, 3)


def test_deduct_and_restock(world):
    sku = world.sku(on_hand=1)
    stock.deduct(sku, 1)
    stock.restock(sku.pk, as_new=4, shop_id=sku.shop_id)
    assert count(sku) == (4, 0)
    other = world.sku("OTHER")
    stock.restock(other.pk, as_new=2, shop_id=other.shop_id)
    assert count(other) == (2, 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_want_three():
    sku = World().sku(on_hand=3)

    def want(number: int) -> bool:
        patient()
        try:
            stock.reserve(sku, 1, holder=f"T{number}", now=NOW)
        except NotEligible:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(want, range(20))) == 3
    assert count(sku) == (3, 3)


@pytest.mark.parametrize("name", ["mei", "oms", "import"])
def test_managers_programs_and_imports_keep_goods(world, name):
    keeper = RULE if name == "import" else world.actor(name, world.lantern)
    sku, new = skus.put_sku(world.lantern, "TEE", {"title": "Tee"}, actor=keeper)
    assert (new, stock.put_stock(sku, 4, actor=keeper).on_hand) == (True, 4)


@pytest.mark.parametrize("name", ["wen", "sun", "song", "alice", "clock"])
def test_nobody_else_does(world, name):
    stranger = CLOCK if name == "clock" else world.actor(name)
    sku = world.sku(on_hand=5)
    with pytest.raises(Forbidden):
        skus.put_sku(world.lantern, "TEE", {"title": "Mine"}, actor=stranger)
    with pytest.raises(Forbidden):
        stock.put_stock(sku, 9, actor=stranger)
    assert (Sku.objects.get().title, count(sku)) == ("Tee", (5, 0))


def test_the_administrator_does(world):
    root = Actor("support", "root", 1, "administrator")
    sku, _new = skus.put_sku(world.lantern, "TEE", {}, actor=root)
    assert stock.put_stock(sku, 1, actor=root).on_hand == 1
