"""Many rows through one transition: the checks of one, a fixed number of statements, all or nothing."""

from datetime import datetime
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from kernel.actors import BUYER, CLOCK, GATEWAY, MERCHANT, Actor
from kernel.errors import Forbidden
from kernel.machine import advance, advance_many
from kernel.models import History
from orders.models import Order
from tests.desk import Desk
from tests.world import DAY, NOW, World

MEI = Actor(MERCHANT, "mei", 7)
END = NOW + 15 * DAY


def test_every_row_that_allows_it_moves_with_its_history(world: World) -> None:
    unpaid = [world.place_order(paid=False) for _ in range(3)]
    paid = world.place_order()
    rows = Order.objects.order_by("pk")
    batch = advance_many(
        rows, "close", actor=MEI, now=NOW, note="sold out", data={"by": "hand"}, facts=lambda _: {"reason": "sold out"}
    )
    assert [order.pk for order in batch.moved] == [order.pk for order in unpaid]
    assert batch.refused == [paid]
    for order in unpaid:
        fresh = Order.objects.get(pk=order.pk)
        assert (fresh.status, fresh.closed_at, fresh.close_reason) == ("closed", NOW, "sold out")
        row = order.history().get(action="close")
        assert (row.source, row.target) == ("pending_payment", "closed")
        assert (row.actor_kind, row.actor_name, row.actor_id) == ("merchant", "mei", 7)
        assert (row.note, row.data, row.at, row.dispatched_at) == ("sold out", {"by": "hand"}, NOW, None)
    assert paid.history().count() == 1
    assert Order.objects.get(pk=paid.pk).status == "paid"


def test_it_writes_what_the_transition_of_one_row_writes(world: World) -> None:
    """Every kind of column a transition sets, and the deadline of the new state."""
    desk = Desk(world)
    one, many = [
        desk.apply(world.place_order(lines=[("TEE", "10.00", 1)], shop=world.lantern), "refund_only", "dont_want")
        for _ in range(2)
    ]
    assert one.status == many.status == "pending_refund"
    facts: dict[str, Any] = {
        "refunded_amount": Decimal("10.00"),
        "points_returned": 3,
        "coupons_returned": [{"code": "it's 5 %"}],
    }
    advance(one.settle, actor=GATEWAY, now=NOW, **facts)
    advance_many(type(many).objects.filter(pk=many.pk), "settle", actor=GATEWAY, now=NOW, facts=lambda _: facts)
    same = [f.attname for f in type(one)._meta.concrete_fields if f.name not in ("id", "order", "ticket_no")]
    fresh = [type(one).objects.get(pk=ticket.pk) for ticket in (one, many)]
    assert {name: getattr(fresh[1], name) for name in same} == {name: getattr(fresh[0], name) for name in same}
    assert fresh[1].coupons_returned == [{"code": "it's 5 %"}]
    assert fresh[1].due_at is None


def test_a_new_state_starts_its_own_deadline(world: World) -> None:
    desk = Desk(world)
    ticket = desk.apply(world.delivered())
    type(ticket).objects.filter(pk=ticket.pk).update(retry_after=NOW, deadline_failures=3)
    rejected = advance_many(
        type(ticket).objects.select_related("order__policy", "shop"),
        "reject",
        actor=MEI,
        now=NOW,
        facts=lambda _: {"reason": "No"},
    ).moved
    assert [row.pk for row in rejected] == [ticket.pk]
    fresh = type(ticket).objects.get(pk=ticket.pk)
    assert (fresh.due_at, fresh.due_action) == (NOW + 7 * DAY, "close")
    assert (fresh.retry_after, fresh.deadline_failures) == (None, 0)


def test_an_actor_who_may_not(world: World) -> None:
    world.completed()
    with pytest.raises(Forbidden):
        advance_many(Order.objects.all(), "close_window", actor=Actor(BUYER, "alice"), now=END)


def test_a_transition_that_raises_leaves_the_whole_batch(world: World) -> None:
    orders = [world.place_order(paid=False) for _ in range(2)]

    def reason(order: Order) -> dict[str, str]:
        return {"reason": "x"} if order.pk == orders[0].pk else {}  # the second lacks the fact

    with pytest.raises(TypeError), transaction.atomic():
        advance_many(Order.objects.order_by("pk"), "close", actor=MEI, now=NOW, facts=reason)
    assert set(Order.objects.values_list("status", flat=True)) == {"pending_payment"}
    assert not History.objects.filter(action="close").exists()


def test_a_text_that_is_too_long_is_an_error_and_not_cut_off(world: World) -> None:
    world.place_order(paid=False)
    with pytest.raises(DataError), transaction.atomic():
        advance_many(Order.objects.all(), "close", actor=MEI, now=NOW, facts=lambda _: {"reason": "x" * 300})


def test_no_rows_no_writes(world: World, django_assert_num_queries: object) -> None:
    batch = advance_many(Order.objects.none(), "close_window", actor=CLOCK, now=END)
    assert (batch.moved, batch.refused) == ([], [])


@pytest.mark.parametrize("count", [1, 5])
def test_three_statements_for_any_number(world: World, count: int, django_assert_num_queries: object) -> None:
    for _ in range(count):
        world.completed()
    with django_assert_num_queries(3):  # type: ignore[operator]
        advance_many(Order.objects.all(), "close_window", actor=CLOCK, now=END)


def test_a_condition_of_the_machine_holds_for_each(world: World) -> None:
    first, second = world.completed(), world.completed()
    advance(first.close_window, actor=CLOCK, now=END)
    batch = advance_many(Order.objects.order_by("pk"), "close_window", actor=CLOCK, now=END + DAY)
    assert ([row.pk for row in batch.refused], [row.pk for row in batch.moved]) == ([first.pk], [second.pk])
    assert Order.objects.get(pk=first.pk).window_closed_at == END


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_locked_rows_are_left_out_and_changed_rows_are_read_again() -> None:
    world = World()
    held, free = world.completed(), world.completed()
    result: list[list[int]] = []

    def sweep(now: datetime) -> None:
        moved = advance_many(Order.objects.filter(window_closed_at=None), "close_window", actor=CLOCK, now=now).moved
        result.append([order.pk for order in moved])
        connection.close()

    with transaction.atomic():
        advance(held.close_window, actor=CLOCK, now=END)
        thread = Thread(target=sweep, args=(END + DAY,))
        thread.start()
        thread.join(60)
    assert result == [[free.pk]]
    assert held.history().filter(action="close_window").count() == 1
