"""What each service does besides moving the status."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F

from kernel.actors import COURIER, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid, NotFound
from orders import services
from orders.models import Order
from tests.world import DAY, NOW, SECOND


def payment(amount: str = "198.00", number: str = "P") -> dict:
    return {"channel": "sandbox", "transaction_no": number, "amount": Decimal(amount)}


class TestLock:
    def test_takes_over_what_an_older_copy_knows(self, world, django_assert_num_queries):
        known = Order.objects.select_related("policy", "shop", "buyer").get(pk=world.place_order().pk)
        with transaction.atomic(), django_assert_num_queries(1):
            order = services.lock(known.pk, shop_id=known.shop_id, like=known)
            assert (order.policy.window_days, order.shop.code, order.buyer.username) == (15, "lantern", "alice")

    def test_of_nothing(self, world):
        with pytest.raises(NotFound), transaction.atomic():
            services.lock(0, shop_id=1)


class TestPay:
    def test_in_full(self, world):
        order = services.pay(world.place_order(paid=False), payment(), actor=world.actor("oms"), now=NOW)
        assert (order.status, order.paid_at) == ("paid", NOW)
        assert order.payments.get().captured == Decimal("198.00")

    @pytest.mark.parametrize("amount", ["197.99", "198.01", "0.00"])
    def test_another_amount(self, world, amount):
        order = world.place_order(paid=False)
        with pytest.raises(Invalid):
            services.pay(order, payment(amount), actor=world.actor("oms"), now=NOW)
        assert Order.objects.get(pk=order.pk).status == "pending_payment"
        assert not order.payments.exists()

    def test_a_known_transaction(self, world):
        order = world.place_order()
        services.add_payment(order, payment("5.00"), purpose="difference", actor=world.actor("oms"), now=NOW)
        with pytest.raises(Conflict):
            services.add_payment(order, payment("5.00"), purpose="difference", actor=world.actor("oms"), now=NOW)
        assert order.payments.filter(purpose="difference").count() == 1


class TestShip:
    def test_everything(self, world):
        order = world.place_order(lines=[("A", "1.00", 2), ("B", "1.00", 1)])
        moved = world.ship(order)
        assert (moved.status, moved.shipped_at, moved.receipt_due_at) == ("shipped", NOW, NOW + 14 * DAY)
        assert [line.shipped_quantity for line in world.lines(order)] == [2, 1]
        assert services.shippable(moved) == {}
        units = moved.history().last().data["units"]
        assert units == {str(line.pk): line.quantity for line in world.lines(order)}

    def test_a_part_and_the_rest(self, world):
        order = world.place_order(lines=[("A", "1.00", 3)])
        [line] = world.lines(order)
        order = world.ship(order, {line.pk: 1})
        assert (order.status, order.receipt_due_at) == ("paid", None)
        assert services.shippable(order) == {line.pk: 2}
        assert world.ship(order, now=NOW + DAY).receipt_due_at == NOW + 15 * DAY

    @pytest.mark.parametrize("units", [0, -1, 3])
    def test_more_than_there_is(self, world, units):
        order = world.place_order()
        [line] = world.lines(order)
        with pytest.raises(Conflict):
            world.ship(order, {line.pk: units})
        assert world.lines(order)[0].shipped_quantity == 0

    def test_a_line_of_another_order(self, world):
        order, [line] = world.place_order(), world.lines(world.place_order())
        with pytest.raises(Conflict):
            world.ship(order, {line.pk: 1})

    def test_units_that_are_asked_back_stay(self, world):
        order = world.place_order(lines=[("A", "1.00", 2), ("B", "1.00", 1)])
        first, second = world.lines(order)
        order.lines.filter(pk=first.pk).update(reserved_quantity=2)
        assert services.shippable(order) == {second.pk: 1}
        with pytest.raises(Conflict):
            world.ship(order, {first.pk: 1})
        # The held units may yet have to be shipped, so the order is not through.
        assert world.ship(order).status == "paid"

    def test_nothing_left(self, world):
        order = world.place_order()
        order.lines.update(reserved_quantity=2)
        with pytest.raises(Conflict):
            world.ship(order)

    def test_who_may(self, world):
        order = world.place_order()
        with pytest.raises(Forbidden):
            services.mark_shipped(order, services.shippable(order), actor=world.actor("alice"), now=NOW)
        assert world.lines(order)[0].shipped_quantity == 0

    def test_twice(self, world):
        order = world.shipped()
        with pytest.raises(IllegalTransition):
            world.ship(order, {world.lines(order)[0].pk: 1})


class TestSettleFulfilment:
    def test_the_last_unshipped_units_were_cancelled(self, world):
        order = world.place_order(lines=[("A", "1.00", 3)])
        order = world.ship(order, {world.lines(order)[0].pk: 1})
        assert services.settle_fulfilment(order, now=NOW).status == "paid"
        order.lines.update(cancelled_quantity=2)
        assert services.settle_fulfilment(order, now=NOW).status == "shipped"
        assert services.settle_fulfilment(order, now=NOW).history().filter(action="ship").count() == 2

    def test_nothing_was_shipped(self, world):
        order = world.place_order()
        order.lines.update(cancelled_quantity=2)
        assert services.settle_fulfilment(order, now=NOW).status == "paid"


class TestDeliver:
    @pytest.mark.parametrize("at", [NOW + DAY + SECOND, NOW - SECOND])
    def test_not_in_the_future_and_not_before_it_was_sent(self, world, at):
        order = world.shipped()
        for who in (COURIER, world.actor("mei"), world.actor("oms")):
            with pytest.raises(Invalid) as refused:
                services.deliver(order, actor=who, now=NOW + DAY, delivered_at=at)
            assert "delivered_at" in (refused.value.errors or {})
        assert [line.delivered_at for line in world.lines(order)] == [None]

    @pytest.mark.parametrize("at", [NOW + DAY, NOW])
    def test_at_the_edges(self, world, at):
        order = services.deliver(world.shipped(), actor=COURIER, now=NOW + DAY, delivered_at=at)
        assert (order.delivered_at, order.fulfilment, order.status) == (at, "delivered", "shipped")

    def test_the_day_is_not_moved(self, world):
        order = world.delivered()
        assert services.deliver(order, actor=COURIER, now=NOW + DAY).delivered_at == NOW  # couriers repeat themselves
        with pytest.raises(IllegalTransition):
            services.deliver(order, actor=world.actor("mei"), now=NOW + DAY)

    def test_a_scan_after_the_buyer_confirmed(self, world):
        order = world.complete(world.shipped())
        assert services.deliver(order, actor=COURIER, now=NOW + DAY).delivered_at == NOW


class TestConfirmReceipt:
    def test_counts_as_delivery(self, world):
        order = world.complete(world.shipped())
        assert (order.status, order.delivered_at, order.fulfilment) == ("completed", NOW, "delivered")
        assert (order.window_ends_at, order.receipt_due_at) == (NOW + 15 * DAY, None)

    def test_while_a_ticket_is_open(self, world):
        order = world.shipped()
        with transaction.atomic():
            services.open_case(services.lock(order.pk, shop_id=order.shop_id), now=NOW)
        with pytest.raises(Conflict) as refused:
            world.complete(order)
        assert refused.value.code == "open_ticket"

    def test_another_ones_word(self, world):
        with pytest.raises(Forbidden):
            services.confirm_receipt(world.shipped(), actor=world.actor("mei"), now=NOW)


class TestExtendReceipt:
    def test_a_buyer_once(self, world):
        order = services.extend_receipt(world.shipped(), days=10, reason="away", actor=world.actor("alice"), now=NOW)
        assert (order.receipt_due_at, order.buyer_extended) == (NOW + 24 * DAY, True)
        assert order.history().latest("sequence").note == "away"
        with pytest.raises(Conflict):
            services.extend_receipt(order, days=1, actor=world.actor("alice"), now=NOW)
        again = services.extend_receipt(order, days=30, actor=world.actor("mei"), now=NOW)
        assert again.receipt_due_at == NOW + 54 * DAY

    @pytest.mark.parametrize(("who", "days"), [("alice", 11), ("alice", 0), ("mei", 0), ("mei", 61), ("sun", -1)])
    def test_within_reason(self, world, who, days):
        with pytest.raises(Invalid):
            services.extend_receipt(world.shipped(), days=days, actor=world.actor(who), now=NOW)


class TestReopenWindow:
    def test_support_opens_it_again(self, world):
        order = world.completed()
        order.lines.update(failed_applications=5)
        later = NOW + 20 * DAY
        assert not order.window_open(later)
        order = services.reopen_window(order, days=3, reason="by mistake", actor=world.actor("sun"), now=later)
        assert order.window_ends_at == later + 3 * DAY
        assert order.window_open(later + 3 * DAY - SECOND)
        assert not order.window_open(later + 3 * DAY)
        assert not order.lines.exclude(failed_applications=0).exists()
        assert "by mistake" in order.notes.get().words
        assert order.history().latest("sequence").note == "by mistake"

    def test_never_shortens(self, world):
        order = services.reopen_window(world.completed(), days=1, reason="x", actor=world.actor("sun"), now=NOW)
        assert order.window_ends_at == NOW + 15 * DAY

    @pytest.mark.parametrize("state", ["place_order", "shipped", "delivered"])
    def test_before_completion_only_the_applications_start_again(self, world, state):
        order = getattr(world, state)()
        order.lines.update(failed_applications=5)
        moved = services.reopen_window(order, days=3, reason="x", actor=world.actor("sun"), now=NOW)
        assert (moved.status, moved.window_ends_at) == (order.status, None)
        assert not order.lines.exclude(failed_applications=0).exists()


class TestCloseIfRefunded:
    @pytest.mark.parametrize("state", ["place_order", "shipped", "delivered"])
    def test_every_unit_of_every_line(self, world, state):
        order = getattr(world, state)(lines=[("A", "1.00", 2), ("B", "1.00", 1)])
        first, _second = world.lines(order)
        order.lines.filter(pk=first.pk).update(refunded_quantity=2)
        assert services.close_if_refunded(order, now=NOW).status != "closed"
        order.lines.update(refunded_quantity=F("quantity"))
        closed = services.close_if_refunded(order, now=NOW)
        assert (closed.status, closed.close_reason, closed.receipt_due_at) == ("closed", "refunded", None)

    def test_not_after_the_receipt(self, world):
        order = world.completed()
        order.lines.update(refunded_quantity=F("quantity"))
        assert services.close_if_refunded(order, now=NOW).status == "completed"


class TestNotes:
    def test_who_wrote_what(self, world):
        note = services.add_note(world.place_order(), text="hello", flag="red", actor=world.actor("wen"), now=NOW)
        assert (note.author_kind, note.author_name, note.author_id) == ("merchant", "wen", world.wen.pk)
        assert (note.flag, note.at) == ("red", NOW)

    @pytest.mark.parametrize(("text", "flag"), [("", "red"), (" ", "red"), ("x" * 501, "red"), ("x", "pink")])
    def test_malformed(self, world, text, flag):
        with pytest.raises(Invalid):
            services.add_note(world.place_order(), text=text, flag=flag, actor=world.actor("wen"), now=NOW)

    @pytest.mark.parametrize("kind", ["integration", "clock", "gateway", "courier"])
    def test_who_writes_none(self, world, kind):
        with pytest.raises(Forbidden):
            services.add_note(world.place_order(), text="x", actor=Actor(kind, kind), now=NOW)
