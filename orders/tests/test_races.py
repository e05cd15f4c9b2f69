"""Real threads on a real PostgreSQL: what comes in twice at once is one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from kernel.errors import Conflict
from orders import services
from orders.models import Order, Sku
from tests.threads import patient
from tests.world import NOW, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The answers, or the refusal codes."""

    def run(call: Callable[[], Any]) -> Any:
        patient()
        try:
            return call()
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [answer.result() for answer in [pool.submit(run, call) for call in calls]]


@pytest.mark.parametrize("round_", range(5))
def test_the_same_order_many_times(round_):
    world = World()
    lines = [(f"NEW-{index}", "1.00", 1) for index in range(5)]
    data = world.order_data(order_no="E", buyer="carol", lines=lines)
    oms = world.actor("oms")
    answers = at_once([lambda: services.create(world.lantern, data, actor=oms, now=NOW)[1]] * 6)
    assert sorted(answers) == [False] * 5 + [True]
    order = Order.objects.get()
    assert order.lines.count() == 5
    assert order.payments.count() == 1
    assert order.history().count() == 1


def test_new_goods_in_any_order_do_not_deadlock():
    world = World()
    oms = world.actor("oms")
    codes = [f"NEW-{index}" for index in range(20)]
    bodies = [world.order_data(lines=[(code, "1.00", 1) for code in codes[::step]]) for step in (1, -1) * 3]

    def call(data: dict[str, Any]) -> Callable[[], Any]:
        return lambda: services.create(world.lantern, data, actor=oms, now=NOW)[1]

    calls = [call(data) for data in bodies]
    assert at_once(calls) == [True] * 6
    assert Sku.objects.count() == 20


def test_shipped_once():
    world = World()
    order = world.place_order(lines=[("A", "1.00", 3)])
    answers = at_once([lambda: world.ship(order, {world.lines(order)[0].pk: 2}).status] * 4)
    assert sorted(answers) == ["conflict"] * 3 + ["paid"]
    assert world.lines(order)[0].shipped_quantity == 2
