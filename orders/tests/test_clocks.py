"""Receipt and window to the second; standing still; the sweeps against the verbs."""

from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.forms.models import model_to_dict
from django.utils.translation import override

from kernel.actors import CLOCK
from kernel.jobs import Outcome, job
from kernel.machine import advance
from kernel.models import History
from orders import services, sweeps
from orders.api.representation import note_json
from orders.models import Order
from tests.world import DAY, NOW, SECOND, World

DUE = NOW + 14 * DAY
END = NOW + 15 * DAY


def locked(order: Order) -> Order:
    return services.lock(order.pk, shop_id=order.shop_id)


def facts(order: Order) -> dict:
    names = [field.name for field in Order._meta.concrete_fields if field.name not in ("id", "order_no", "fingerprint")]
    fresh = Order.objects.get(pk=order.pk)
    return {name: getattr(fresh, name) for name in names}


def story(order):
    return {
        key: value for key, value in model_to_dict(order.history().last()).items() if key not in ("id", "object_id")
    }


class TestReceipt:
    @pytest.mark.parametrize(("at", "done"), [(DUE - SECOND, 0), (DUE, 1), (DUE + SECOND, 1)])
    def test_fourteen_days_after_the_last_parcel(self, world, at, done):
        order = world.shipped()
        assert order.receipt_due_at == DUE
        assert job("confirm_receipt").run(at, True).done == done
        assert job("confirm_receipt").run(at, False).done == done
        assert Order.objects.get(pk=order.pk).status == ("completed" if done else "shipped")

    def test_a_dry_run_writes_nothing(self, world):
        order = world.shipped()
        job("confirm_receipt").run(DUE, True)
        assert facts(order) == facts(Order.objects.get(pk=order.pk))
        assert Order.objects.get(pk=order.pk).status == "shipped"

    def test_the_sweep_is_the_verb(self, world):
        by_verb, by_sweep = world.shipped(), world.shipped()
        advance(by_verb.confirm_receipt, actor=CLOCK, now=DUE)
        assert sweeps.confirm_receipts(DUE) == Outcome(done=1)
        assert facts(by_sweep) == facts(by_verb)
        assert story(by_sweep) == story(by_verb)

    def test_the_sweep_keeps_the_day_of_delivery(self, world):
        by_verb, by_sweep = world.delivered(), world.delivered()
        advance(by_verb.confirm_receipt, actor=CLOCK, now=DUE)
        sweeps.confirm_receipts(DUE)
        assert facts(by_sweep) == facts(by_verb)
        assert Order.objects.get(pk=by_sweep.pk).delivered_at == NOW

    def test_batches(self, world):
        for _ in range(5):
            world.shipped()
        assert sweeps.confirm_receipts(DUE, batch=2) == Outcome(done=5)
        assert History.objects.filter(action="confirm_receipt").count() == 5
        assert sweeps.confirm_receipts(DUE, batch=2) == Outcome()

    @pytest.mark.parametrize("count", [1, 4])
    def test_statements_do_not_grow_with_the_orders(self, world, count, django_assert_num_queries):
        for _ in range(count):
            world.shipped()
        # Twice a savepoint and its release; lock, policies, orders, history, parcels twice, and lines.
        with django_assert_num_queries(11):
            sweeps.confirm_receipts(DUE)

    def test_a_broken_order_does_not_hold_up_the_others(self, world, caplog):
        """The database refuses one row, and with it the batch: the others are moved by themselves."""
        orders = [world.shipped() for _ in range(3)]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE refuses while foreign keys wait to be checked
            cursor.execute(
                "ALTER TABLE orders_order ADD CONSTRAINT test_broken CHECK (id <> %s OR status <> 'completed')",
                [orders[1].pk],
            )
        assert sweeps.confirm_receipts(DUE, batch=2) == Outcome(done=2, failed=1)
        assert [Order.objects.get(pk=order.pk).status for order in orders] == ["completed", "shipped", "completed"]
        assert "test_broken" in caplog.text
        assert orders[1].history().filter(action="confirm_receipt").count() == 0

    def test_the_time_limit_ends_the_sweep(self, world, monkeypatch):
        """What was moved before it stays moved; the batch in hand is rolled back and not tried order by order."""
        for _ in range(3):
            world.shipped()
        moves: list[Any] = []

        def confirm(rows, *, actor, now):
            if moves:
                raise SoftTimeLimitExceeded
            moves.append(confirm_receipt_many(rows, actor=actor, now=now))
            return moves[0]

        confirm_receipt_many = services.confirm_receipt_many
        monkeypatch.setattr(services, "confirm_receipt_many", confirm)
        with pytest.raises(SoftTimeLimitExceeded):
            sweeps.confirm_receipts(DUE, batch=2)
        assert sorted(Order.objects.values_list("status", flat=True)) == ["completed", "completed", "shipped"]

    def test_an_open_ticket_stops_the_clock(self, world):
        order = world.shipped()
        with transaction.atomic():
            services.open_case(locked(order), now=NOW + 4 * DAY)
            services.open_case(locked(order), now=NOW + 5 * DAY)
        assert (facts(order)["receipt_due_at"], facts(order)["receipt_left"]) == (None, 10 * DAY)
        assert sweeps.confirm_receipts(NOW + 100 * DAY) == Outcome()
        with transaction.atomic():
            services.end_case(locked(order), succeeded=False, now=NOW + 20 * DAY)
        assert facts(order)["receipt_due_at"] is None  # one is still open
        with transaction.atomic():
            services.end_case(locked(order), succeeded=True, now=NOW + 30 * DAY)
        assert (facts(order)["receipt_due_at"], facts(order)["receipt_left"]) == (NOW + 40 * DAY, None)
        assert Order.objects.get(pk=order.pk).aftersales_state == "succeeded"

    def test_a_clock_that_had_run_out_rings_at_once_when_it_goes_on(self, world):
        order = world.shipped()
        with transaction.atomic():
            services.open_case(locked(order), now=DUE + DAY)
            services.end_case(locked(order), succeeded=False, now=DUE + 2 * DAY)
        assert facts(order)["receipt_due_at"] == DUE + 2 * DAY

    def test_a_case_before_shipping_lets_the_clock_wait(self, world):
        order = world.place_order()
        with transaction.atomic():
            services.open_case(locked(order), now=NOW)
        order = world.ship(order)
        assert (order.receipt_due_at, order.receipt_left) == (None, 14 * DAY)
        with transaction.atomic():
            services.end_case(locked(order), succeeded=False, now=NOW + 2 * DAY)
        assert facts(order)["receipt_due_at"] == NOW + 16 * DAY

    def test_ending_what_was_not_open_is_a_fault(self, world):
        with pytest.raises(AssertionError), transaction.atomic():
            services.end_case(locked(world.shipped()), succeeded=False, now=NOW)


def agreed(world, order, now=NOW):
    return services.extend_for_return(order, ticket_no="AS1", actor=world.actor("mei"), now=now)


class TestExtensions:
    def test_an_agreed_return_gives_ten_days_and_a_blue_remark(self, world):
        order = agreed(world, world.shipped())
        assert order.receipt_due_at == DUE + 10 * DAY
        note = order.notes.get()
        assert (note.flag, note.author_kind, note.text) == ("blue", "rule", "")
        assert note.words == "AS1: return or exchange approved by merchant mei. Confirmation extended by 10 days."
        assert (story(order)["actor_kind"], order.history().latest("sequence").words) == ("rule", note.words)
        with override("zh-hans"):
            assert note_json(note)["text"] == "AS1：商家 mei 已同意退货或换货，收货时间延长 10 天。"

    def test_also_while_the_clock_stands_still(self, world):
        order = world.shipped()
        with transaction.atomic():
            services.open_case(locked(order), now=NOW + 4 * DAY)
        assert agreed(world, order, NOW + 5 * DAY).receipt_left == 20 * DAY

    @pytest.mark.parametrize("state", ["place_order", "completed"])
    def test_only_the_remark_when_no_clock_runs(self, world, state):
        order = getattr(world, state)()
        moved = agreed(world, order)
        assert (moved.receipt_due_at, moved.receipt_left) == (None, None)
        assert moved.notes.get().words == "AS1: return or exchange approved by merchant mei."

    def test_a_parcel_sent_again_gives_ten_days(self, world):
        order = services.extend_for_resend(world.shipped(), actor=world.actor("mei"), now=NOW)
        assert order.receipt_due_at == DUE + 10 * DAY
        assert order.notes.get().words == (
            "A parcel came back and was resent by merchant mei. Confirmation extended by 10 days."
        )


class TestWindow:
    @pytest.mark.parametrize(("at", "is_open"), [(END - SECOND, True), (END, False), (END + SECOND, False)])
    def test_fifteen_days_exclusive(self, world, at, is_open):
        order = world.completed()
        assert order.window_ends_at == END
        assert order.window_open(at) is is_open
        assert job("close_window").run(at, True).done == int(not is_open)
        assert job("close_window").run(at, False).done == int(not is_open)
        assert (facts(order)["window_closed_at"] is None) is is_open

    def test_the_sweep_is_the_verb(self, world):
        by_verb, by_sweep = world.completed(), world.completed()
        advance(by_verb.close_window, actor=CLOCK, now=END)
        assert sweeps.close_windows(END) == Outcome(done=1)
        assert facts(by_sweep) == facts(by_verb)
        assert story(by_sweep) == story(by_verb)

    def test_the_window_is_that_of_the_orders_own_policy(self, world):
        world.lantern.policy.window_days = 30
        world.lantern.policy.save()
        order = world.shipped()
        sweeps.confirm_receipts(DUE)
        assert facts(order)["window_ends_at"] == DUE + timedelta(days=30)

    def test_before_completion_it_is_open(self, world):
        assert world.place_order().window_open(NOW + 1000 * DAY)

    def test_a_closed_order_has_none(self, world):
        order = services.close(world.place_order(paid=False), reason="", actor=world.actor("mei"), now=NOW)
        assert not order.window_open(NOW)


@pytest.mark.django_db(transaction=True)
def test_a_held_order_is_passed_over_and_found_again():
    world = World()
    order, other = world.shipped(), world.shipped()
    from threading import Thread

    with transaction.atomic():
        locked(order)
        done: list[Outcome] = []

        def sweep() -> None:
            done.append(sweeps.confirm_receipts(DUE))
            connection.close()

        thread = Thread(target=sweep)
        thread.start()
        thread.join(60)
    assert done == [Outcome(done=1)]
    assert Order.objects.get(pk=other.pk).status == "completed"
    assert sweeps.confirm_receipts(DUE) == Outcome(done=1)
