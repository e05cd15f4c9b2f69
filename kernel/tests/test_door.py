"""The one door: fresh copies, who may, one line of history; and no way around it."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from kernel.actors import BUYER, INTEGRATION, MERCHANT, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, allowed_actors, record, transition_names
from kernel.models import History
from tests.world import NOW, World

MEI = Actor(MERCHANT, "mei", 7)


def test_a_move_answers_a_fresh_copy_and_writes_one_line(world):
    stale = world.place_order()
    moved = advance(stale.pack, actor=MEI, now=NOW, note="box 3", data={"box": 3})
    assert moved is not stale
    assert (moved.fulfilment, stale.fulfilment) == ("packed", "unallocated")
    line = History.objects.filter(machine="order", object_id=stale.pk).last()
    assert (line.action, line.source, line.target) == ("pack", "paid", "paid")
    assert (line.actor_kind, line.actor_name, line.actor_id) == ("merchant", "mei", 7)
    assert (line.note, line.data, line.at, line.dispatched_at) == ("box 3", {"box": 3}, NOW, None)


def test_a_stale_copy_decides_nothing(world):
    first = world.place_order(paid=False)
    second = type(first).objects.get(pk=first.pk)
    advance(first.close, actor=MEI, now=NOW, reason="x")
    with pytest.raises(IllegalTransition) as refused:
        advance(second.close, actor=MEI, now=NOW, reason="x")
    assert refused.value.details == {"verb": "close", "status": "closed", "allowed": []}


def test_who_may_comes_before_what_is_possible(world):
    order = world.place_order()
    with pytest.raises(Forbidden):
        advance(order.close, actor=Actor(BUYER, "alice"), now=NOW, reason="x")
    assert allowed_actors(type(order), "close") == {MERCHANT, INTEGRATION}


def test_what_is_allowed_from_here(world):
    order = world.place_order()
    assert set(order.allowed()) == {"pack", "ship", "close_refunded", "reopen_window"}
    assert order.allowed(BUYER) == []
    assert set(order.transitions()) == set(transition_names(type(order)))


def test_a_verb_that_fails_leaves_nothing(world):
    order = world.place_order(paid=False)
    with pytest.raises(TypeError), transaction.atomic():
        advance(order.close, actor=MEI, now=NOW)  # the fact is missing
    assert type(order).objects.get(pk=order.pk).status == "pending_payment"
    assert order.history().count() == 1


def test_the_status_is_not_written_past_the_door(world):
    order = world.place_order()
    with pytest.raises(AttributeError):
        order.status = "closed"
    with pytest.raises(TypeError):
        type(order).objects.filter(pk=order.pk).update(status="closed")
    with pytest.raises(TypeError), transaction.atomic():
        type(order).objects.bulk_update([order], ["status"])
    type(order).objects.filter(pk=order.pk).update(close_reason="x")  # anything else is fine


def test_a_verb_called_past_the_door_is_not_stored(world):
    order = world.place_order()
    order.pack(now=NOW)
    assert type(order).objects.get(pk=order.pk).fulfilment == "unallocated"


def test_a_line_for_what_is_no_move(world):
    order = world.place_order()
    line = record(order, "alarm", order.status, actor=MEI, now=NOW)
    assert (line.source, line.target) == ("paid", "paid")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_after_the_other():
    world = World()
    for _ in range(10):
        order = world.place_order(paid=False)
        start, outcomes = Barrier(2), []

        def close(order=order, start=start, outcomes=outcomes) -> None:
            stale = type(order).objects.get(pk=order.pk)
            start.wait(5)
            try:
                outcomes.append(advance(stale.close, actor=MEI, now=NOW, reason="x").status)
            except IllegalTransition as error:
                outcomes.append(error.code)
            connection.close()

        threads = [Thread(target=close) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert sorted(outcomes) == ["closed", "illegal_transition"]
        assert order.history().filter(action="close").count() == 1
