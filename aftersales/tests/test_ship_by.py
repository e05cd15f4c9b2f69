"""B-18: 48 hours after payment an unshipped order is overdue, and the buyer's refund needs nobody, packed or not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.jobs import Outcome, job
from orders import services as orders
from orders.models import Order
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

HOUR = timedelta(hours=1)
ZERO = timedelta(0)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def packed(desk: Desk, **more: Any) -> Order:
    """Paid at NOW."""
    return orders.pack(desk.world.place_order(placed_at=NOW, now=NOW, **more), actor=desk.merchant, now=NOW)


@pytest.mark.parametrize(("off", "late"), [(-SECOND, False), (ZERO, True), (SECOND, True)])
def test_an_order_is_overdue_48_hours_after_payment(desk: Desk, off: timedelta, late: bool) -> None:
    order = packed(desk)
    assert order.ship_due_at == NOW + 48 * HOUR
    assert order.ship_overdue(NOW + 48 * HOUR + off) is late
    desk.now = NOW + 48 * HOUR + off
    ticket = desk.apply(order, "refund_only", "dont_want")
    assert ticket.status == ("pending_refund" if late else "pending_review")
    assert ticket.refunds.count() == int(late)


@pytest.mark.parametrize(("off", "done"), [(-SECOND, 0), (ZERO, 1), (SECOND, 1)])
def test_a_refund_that_waits_is_paid_when_the_time_to_ship_is_over(desk: Desk, off: timedelta, done: int) -> None:
    desk.now = NOW + 40 * HOUR
    ticket = desk.apply(packed(desk), "refund_only", "dont_want")
    assert (ticket.due_at, ticket.due_action) == (NOW + 48 * HOUR, "approve")
    assert job("approve_unanswered").run(NOW + 48 * HOUR + off, False) == Outcome(done=done)
    assert Ticket.objects.get(pk=ticket.pk).refunds.count() == done


def test_an_application_that_is_changed_later(desk: Desk) -> None:
    order = packed(desk)
    ticket = desk.apply(order, "refund_only", "dont_want")
    desk.now = NOW + 3 * DAY
    again = services.amend(ticket, desk.application(order, "refund_only", "late"), actor=desk.buyer, now=desk.now)
    assert again.status == "pending_refund"


def test_what_has_left_is_no_longer_late(desk: Desk) -> None:
    order = desk.world.ship(packed(desk), now=NOW + 47 * HOUR)
    assert not order.ship_overdue(NOW + 9 * DAY)
    desk.now = NOW + 9 * DAY
    assert desk.apply(order, "refund_only", "not_received").due_at == NOW + 11 * DAY


def test_of_a_split_order_what_is_left_is_late(desk: Desk) -> None:
    order = packed(desk, lines=[("TEE", "10.00", 2)])
    desk.world.ship(order, {desk.world.lines(order)[0].pk: 1})
    desk.now = NOW + 2 * DAY
    assert desk.apply(order, "refund_only", "late", quantity=1).status == "pending_refund"


def test_a_claim_of_money_waits_for_a_person_all_the_same(desk: Desk) -> None:
    """E-6."""
    order = packed(desk, lines=[("TEE", "10.00", 2)])
    desk.world.ship(order, {desk.world.lines(order)[0].pk: 1})
    desk.now = NOW + 3 * DAY
    assert desk.apply(order, "refund_only", "compensation", claimed_amount=1).due_action == "overdue"


def test_another_number_of_the_shop(desk: Desk) -> None:
    desk.world.revise_policy(ship_hours=24)
    assert packed(desk).ship_due_at == NOW + DAY
    unpaid = desk.world.place_order(paid=False, now=NOW)
    assert unpaid.ship_due_at is None
    payment = {"channel": "sandbox", "transaction_no": "P", "amount": unpaid.amount}
    assert orders.pay(unpaid, payment, actor=desk.integration, now=NOW + DAY).ship_due_at == NOW + 2 * DAY


def test_the_list_of_what_is_overdue(desk: Desk, api: Callable[[str], Any], sit: Any) -> None:
    late = packed(desk, order_no="LATE")
    desk.world.ship(packed(desk, order_no="SENT"))
    [row] = api("mei").get("/api/v1/orders/", {"overdue": "true"}).json()["results"]
    assert (row["order_no"], row["ship_overdue"]) == ("LATE", True)
    assert api("mei").get("/api/v1/orders/", {"overdue": "perhaps"}).status_code == 400
    page = sit("mei").get("/admin/orders/order/", {"shipping": "overdue"}).content.decode()
    assert ("LATE" in page, "SENT" in page) == (True, False)
    assert late.ship_due_at is not None
