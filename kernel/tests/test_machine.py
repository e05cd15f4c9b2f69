"""The transition function: fresh copies, allowed actors, one history row; and no other way to write a status."""

import pickle
from contextlib import suppress
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from kernel.actors import BUYER, INTEGRATION, MERCHANT, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.machine import advance, allowed_actors, record, transition_names
from kernel.models import History
from tests.world import NOW, World

MEI = Actor(MERCHANT, "mei", 7)


def test_advance_returns_a_fresh_copy_and_writes_one_history_row(world):
    stale = world.place_order()
    moved = advance(stale.pack, actor=MEI, now=NOW, note="box 3", data={"box": 3})
    assert moved is not stale
    assert (moved.fulfilment, stale.fulfilment) == ("packed", "unallocated")
    line = History.objects.filter(machine="order", object_id=stale.pk).latest("pk")
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
    assert set(order.allowed()) == {"pack", "ship", "install", "receiver", "close_refunded", "reopen_window"}
    assert order.allowed(BUYER) == []
    assert set(order.transitions()) == set(transition_names(type(order)))


def test_a_transition_that_fails_leaves_nothing(world):
    order = world.place_order(paid=False)
    with pytest.raises(TypeError), transaction.atomic():
        advance(order.close, actor=MEI, now=NOW)  # the fact is missing
    assert type(order).objects.get(pk=order.pk).status == "pending_payment"
    assert order.history().count() == 1


def test_a_status_is_written_by_transitions_only(world):
    order = world.place_order()
    with pytest.raises(AttributeError):
        order.status = "closed"
    with pytest.raises(TypeError):
        type(order).objects.filter(pk=order.pk).update(status="closed")
    with pytest.raises(TypeError), transaction.atomic():
        type(order).objects.bulk_update([order], ["status"])
    type(order).objects.filter(pk=order.pk).update(close_reason="x")  # anything else is fine


def test_a_transition_called_directly_is_not_stored(world):
    order = world.place_order()
    order.pack(now=NOW)
    assert type(order).objects.get(pk=order.pk).fulfilment == "unallocated"


def test_a_history_row_without_a_transition(world):
    order = world.place_order()
    line = record(order, "alarm", order.status, actor=MEI, now=NOW)
    assert (line.source, line.target) == ("paid", "paid")


class TestRowLock:
    """`ensure_locked` trusts a copy for as long as PostgreSQL holds its lock, and not a moment longer."""

    @pytest.fixture
    def order(self, world):
        return world.place_order(paid=False)

    def test_a_locked_copy_is_used_as_it_is(self, order, django_assert_num_queries):
        with transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            with django_assert_num_queries(0):
                assert locked.ensure_locked() is locked

    def test_a_copy_that_was_not_locked_is_read(self, order):
        with transaction.atomic():
            assert order.ensure_locked() is not order

    def test_one_lock_serves_one_transition(self, order):
        with transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            moved = advance(locked.close, actor=MEI, now=NOW, reason="x")
            assert moved is locked
            assert moved.ensure_locked() is not moved

    def test_a_lock_ends_with_the_savepoint_that_took_it(self, order):
        with transaction.atomic():
            with suppress(RuntimeError), transaction.atomic():
                locked = type(order).locked(order.pk, shop_id=order.shop_id)
                assert locked.ensure_locked() is locked
                raise RuntimeError
            assert locked.ensure_locked() is not locked

    def test_a_lock_survives_a_savepoint_that_is_released(self, order):
        with transaction.atomic():
            with transaction.atomic():
                locked = type(order).locked(order.pk, shop_id=order.shop_id)
            assert locked.ensure_locked() is locked

    def test_a_lock_survives_a_later_savepoint_that_is_rolled_back(self, order):
        with transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            with pytest.raises(RuntimeError), transaction.atomic():
                raise RuntimeError
            assert locked.ensure_locked() is locked

    def test_a_transition_that_is_rolled_back_is_read_again(self, order):
        with transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            with suppress(RuntimeError), transaction.atomic():
                assert advance(locked.close, actor=MEI, now=NOW, reason="x").status == "closed"
                raise RuntimeError
            moved = advance(locked.close, actor=MEI, now=NOW, reason="y")
        assert moved.close_reason == "y"

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("end", ["commit", "rollback"])
    def test_a_lock_ends_with_its_transaction(self, end):
        order = World().place_order(paid=False)
        with suppress(RuntimeError), transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            if end == "rollback":
                raise RuntimeError
        type(order).objects.filter(pk=order.pk).update(close_reason="changed meanwhile")
        with transaction.atomic():
            again = locked.ensure_locked()
        assert again is not locked
        assert again.close_reason == "changed meanwhile"

    @pytest.mark.django_db(transaction=True)
    def test_in_autocommit_nothing_is_locked(self):
        order = World().place_order(paid=False)
        order.mark_locked()
        assert order.ensure_locked() is not order

    def test_a_locked_row_can_be_pickled(self, order):
        with transaction.atomic():
            locked = type(order).locked(order.pk, shop_id=order.shop_id)
            copy = pickle.loads(pickle.dumps(locked))
            assert copy == locked
            assert copy.ensure_locked() is not copy


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_after_the_other():
    world = World()
    for _ in range(10):
        order = world.place_order(paid=False)
        start = Barrier(2)
        outcomes: list[str] = []

        def close(order=order, start=start, outcomes=outcomes) -> None:
            stale = type(order).objects.get(pk=order.pk)
            start.wait(60)
            try:
                outcomes.append(advance(stale.close, actor=MEI, now=NOW, reason="x").status)
            except IllegalTransition as error:
                outcomes.append(error.code)
            connection.close()

        threads = [Thread(target=close) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(outcomes) == ["closed", "illegal_transition"]
        assert order.history().filter(action="close").count() == 1
