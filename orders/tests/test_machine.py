"""The full matrix of the order machine: state × verb × role, against a table that is written by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from kernel.actors import CLOCK, KINDS, RULE, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, transition_names
from orders import services
from orders.models import Order
from orders.services.locking import lock
from tests.world import DAY, NOW, World

SELLER = {"merchant", "integration"}
SYSTEM = {"clock", "gateway", "rule"}

# verb: (who, {state: target}, facts)
TABLE: dict[str, tuple[set[str], dict[str, str], dict[str, Any]]] = {
    "pay": ({"integration"}, {"pending_payment": "paid"}, {"paid_at": NOW}),
    "close": (SELLER, {"pending_payment": "closed"}, {"reason": "x"}),
    "pack": (SELLER, {"paid": "paid"}, {}),
    "ship": (SELLER | SYSTEM, {"paid": "shipped", "packed": "shipped"}, {"complete": True}),
    "deliver": (SELLER | {"courier"}, {"shipped": "shipped", "in_case": "shipped"}, {"delivered_at": NOW}),
    "extend_receipt": (
        {"merchant", "support", "buyer"} | SYSTEM,
        {"shipped": "shipped", "delivered": "shipped", "in_case": "shipped"},
        {"days": 1},
    ),
    "confirm_receipt": ({"buyer", "clock"}, {"shipped": "completed", "delivered": "completed"}, {}),
    "close_refunded": (
        SYSTEM,
        dict.fromkeys(("paid", "packed", "shipped", "delivered", "in_case"), "closed"),
        {},
    ),
    "receiver": (
        SELLER,
        {state: state if state != "packed" else "paid" for state in ("paid", "packed", "shipped")}
        | dict.fromkeys(("in_case", "delivered"), "shipped"),
        {},
    ),
    "install": (
        SELLER,
        {state: state if state != "packed" else "paid" for state in ("paid", "packed", "shipped", "completed")}
        | dict.fromkeys(("in_case", "delivered"), "shipped")
        | {"window_over": "completed"},
        {},
    ),
    "close_window": ({"clock"}, {"completed": "completed"}, {}),
    "reopen_window": (
        {"support"},
        {
            "paid": "paid",
            "packed": "paid",
            "shipped": "shipped",
            "in_case": "shipped",
            "delivered": "shipped",
            "completed": "completed",
            "window_over": "completed",
        },
        {"days": 3},
    ),
}

STATES = [
    "pending_payment",
    "paid",
    "packed",
    "shipped",
    "in_case",
    "delivered",
    "completed",
    "window_over",
    "closed",
]


def reach(world: World, state: str) -> Order:
    """An order in this state, by the services alone."""
    if state in ("pending_payment", "closed"):
        order = world.place_order(paid=False)
        return services.close(order, reason="x", actor=world.actor("mei"), now=NOW) if state == "closed" else order
    if state == "paid":
        return world.place_order()
    if state == "packed":
        return services.pack(world.place_order(), actor=world.actor("mei"), now=NOW)
    if state == "delivered":
        return world.delivered()
    if state in ("completed", "window_over"):
        order = world.completed()
        return advance(order.close_window, actor=CLOCK, now=NOW + 16 * DAY) if state == "window_over" else order
    order = world.shipped()
    if state == "in_case":
        with transaction.atomic():
            services.open_case(lock(order.pk, shop_id=order.shop_id), now=NOW)
    return order


def test_the_table_knows_every_verb():
    assert set(TABLE) == set(transition_names(Order))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", TABLE)
def test_matrix(world, state, name):
    order = reach(world, state)
    for kind in KINDS:
        with transaction.atomic():
            _one(order, state, name, kind)
            transaction.set_rollback(True)


def _one(order, state, name, kind):
    who, moves, facts = TABLE[name]
    expected = None if kind in who and state in moves else IllegalTransition if kind in who else Forbidden
    if expected:
        before = order.history().count()
        with pytest.raises(expected) as refused, transaction.atomic():
            advance(getattr(order, name), actor=Actor(kind, kind), now=NOW, **facts)
        assert name not in refused.value.details.get("allowed", [])
        assert order.history().count() == before
        return
    moved = advance(getattr(order, name), actor=Actor(kind, kind), now=NOW, **facts)
    line = order.history().last()
    assert moved.status == moves[state]
    assert (line.action, line.source, line.target, line.actor_kind) == (name, order.status, moved.status, kind)


def test_a_part_shipment_leaves_the_order_paid(world):
    order = world.place_order()
    moved = advance(order.ship, actor=RULE, now=NOW, complete=False)
    assert (moved.status, moved.receipt_due_at) == ("paid", None)


def test_the_verbs_set_what_they_should(world):
    order = advance(world.place_order().ship, actor=RULE, now=NOW, complete=True)
    assert (order.shipped_at, order.fulfilment) == (NOW, "shipped")
    assert order.receipt_due_at == NOW + timedelta(days=14)
