"""The clocks of the order while tickets come and go: the receipt clock stands still, ten days more, the window."""

from datetime import timedelta
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Conflict
from kernel.jobs import job
from orders import services as orders
from orders.models import Note, Order
from refunds import services as refunds
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def one_unit(desk: Desk, order: Order, reason: str = "other", type_: str = "return_refund") -> Ticket:
    return desk.apply(order, type_, reason, quantity=1)


@pytest.mark.parametrize("stays_open", [HOUR, 3 * DAY, 40 * DAY])
def test_the_receipt_clock_stands_still_while_a_ticket_is_open(desk: Desk, stays_open: timedelta) -> None:
    """S-101: and goes on with what was left."""
    order = desk.world.shipped()
    desk.now = NOW + 10 * DAY
    ticket = one_unit(desk, order)
    order = fresh(order)
    assert (order.receipt_due_at, order.receipt_left, order.aftersales_state) == (None, 4 * DAY, "open")
    assert job("confirm_receipt").run(NOW + 60 * DAY, False).done == 0
    end = desk.now + stays_open
    services.withdraw(ticket, actor=desk.buyer, now=end)
    order = fresh(order)
    assert (order.receipt_due_at, order.receipt_left) == (end + 4 * DAY, None)
    assert job("confirm_receipt").run(end + 4 * DAY - SECOND, False).done == 0
    assert job("confirm_receipt").run(end + 4 * DAY, False).done == 1
    assert fresh(order).status == "completed"


def test_it_goes_on_with_the_last_ticket_to_end(desk: Desk) -> None:
    order = desk.world.shipped()
    first, second = one_unit(desk, order), one_unit(desk, order)
    services.withdraw(first, actor=desk.buyer, now=NOW + DAY)
    assert fresh(order).receipt_due_at is None
    services.withdraw(second, actor=desk.buyer, now=NOW + 2 * DAY)
    assert fresh(order).receipt_due_at == NOW + 16 * DAY


def test_a_rejected_ticket_counts_as_open_for_its_seven_days(desk: Desk) -> None:
    order = desk.world.shipped()
    services.reject(one_unit(desk, order), reason="No", actor=desk.merchant, now=NOW)
    assert fresh(order).receipt_due_at is None
    job("close_unanswered").run(NOW + 7 * DAY, False)
    assert fresh(order).receipt_due_at == NOW + 21 * DAY


def test_nobody_confirms_the_receipt_while_a_ticket_is_open(desk: Desk) -> None:
    order = desk.world.delivered()
    ticket = one_unit(desk, order)
    with pytest.raises(Conflict) as refused:
        desk.world.complete(order)
    assert (refused.value.http_status, refused.value.code) == (409, "open_ticket")
    services.withdraw(ticket, actor=desk.buyer, now=NOW)
    assert desk.world.complete(fresh(order)).status == "completed"


@pytest.mark.parametrize(
    ("type_", "reason", "days"), [("return_refund", "other", 10), ("exchange", "quality", 10), ("repair", "fault", 0)]
)
def test_an_agreed_return_or_exchange_gives_ten_days_more_once(desk: Desk, type_: str, reason: str, days: int) -> None:
    """S-093, S-129: with a blue remark."""
    desk.world.sku("TEE", on_hand=5)
    order = desk.world.delivered()
    ticket = desk.approve(one_unit(desk, order, reason, type_))
    assert fresh(order).receipt_left == (14 + days) * DAY
    blue = Note.objects.filter(order=order, flag="blue", author_kind="rule")
    assert blue.count() == (1 if days else 0)
    # Closed, opened again by support and agreed a second time: the same ticket gives nothing more.
    services.close(ticket, now=NOW + DAY)
    services.reopen(Ticket.objects.get(pk=ticket.pk), reason="-", actor=desk.support, now=NOW + DAY)
    services.withdraw(Ticket.objects.get(pk=ticket.pk), actor=desk.buyer, now=NOW + DAY)
    assert fresh(order).receipt_due_at == NOW + (15 + days) * DAY
    assert blue.count() == (1 if days else 0)


def test_a_rejected_and_then_approved_ticket_gives_them_once(desk: Desk) -> None:
    order = desk.world.delivered()
    ticket = desk.ship_back(desk.approve(one_unit(desk, order)))
    ticket = services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
    services.reopen(ticket, reason="Look again", actor=desk.support, now=NOW)
    assert fresh(order).receipt_left == 24 * DAY


def test_ten_days_are_not_lost_when_the_ticket_ends_in_the_same_breath(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "0.00", 2)], freight="8.00")
    ticket = one_unit(desk, order)
    done = desk.approve(ticket, returnless=True)
    assert done.status == "completed"
    assert fresh(order).receipt_due_at == NOW + 24 * DAY


def test_a_refused_refund_lets_the_goods_go(desk: Desk) -> None:
    """A packed order: the refund is rejected by shipping it (B-18), and the clock starts once the ticket has ended."""
    order = orders.pack(desk.world.place_order(), actor=desk.integration, now=NOW)
    ticket = desk.apply(order, "refund_only", "dont_want")
    with pytest.raises(Conflict):
        desk.world.ship(fresh(order))
    shipped: dict[str, Any] = {"ground": "already_shipped", "courier": "sf", "tracking_no": "SF7"}
    services.reject(ticket, reason="On its way", **shipped, actor=desk.merchant, now=NOW + DAY)
    order = fresh(order)
    assert (order.status, order.receipt_due_at, order.receipt_left) == ("shipped", None, 14 * DAY)
    job("close_unanswered").run(NOW + 8 * DAY, False)
    assert fresh(order).receipt_due_at == NOW + 22 * DAY


def test_an_order_that_is_refunded_whole_before_receipt_is_closed(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "10.00", 2)])
    for _ in range(2):
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(one_unit(desk, order)))))
    order = fresh(order)
    assert (order.status, order.aftersales_state, order.receipt_due_at) == ("closed", "succeeded", None)


def test_after_receipt_it_stays_completed(desk: Desk) -> None:
    order = desk.world.completed(lines=[("TEE", "10.00", 1)])
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(one_unit(desk, order)))))
    assert fresh(order).status == "completed"


def test_the_window_closes_at_its_end_and_an_open_ticket_goes_on(desk: Desk) -> None:
    """S-099: the end of the window ends no ticket."""
    order = desk.world.completed()
    ticket = one_unit(desk, order)
    assert job("close_window").run(NOW + 15 * DAY - SECOND, False).done == 0
    assert fresh(order).window_open(NOW + 15 * DAY - SECOND)
    assert job("close_window").run(NOW + 15 * DAY, True).done == 1
    assert fresh(order).window_closed_at is None
    assert job("close_window").run(NOW + 15 * DAY, False).done == 1
    assert job("close_window").run(NOW + 15 * DAY + SECOND, False).done == 0
    desk.now = NOW + 16 * DAY
    assert desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket)))).status == "completed"


def test_the_phase_says_when_it_was_asked(desk: Desk) -> None:
    """S-004."""
    assert one_unit(desk, desk.world.delivered()).phase == "onsale"
    assert one_unit(desk, desk.world.completed()).phase == "aftersale"


def test_money_sent_after_the_alarm_ends_the_ticket(desk: Desk) -> None:
    ticket = desk.apply(desk.world.place_order(), "refund_only", "dont_want")
    job("mark_overdue").run(NOW + 3 * DAY, False)
    refunds.send(ticket.refunds.get().pk, now=NOW + 4 * DAY)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.due_at, ticket.overdue_since) == ("completed", None, None)
    assert Order.objects.get(pk=ticket.order_id).status == "closed"
