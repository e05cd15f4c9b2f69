"""A return parcel in which nothing was ends refused: nothing is refunded, nothing is sent back, and what turns up later
is counted by receiving again."""

from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.services import deadlines
from kernel.errors import Conflict, IllegalTransition, Invalid
from orders.models import Order
from refunds.models import Refund
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from . import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world)
    world.sku("TEE", on_hand=9)
    return desk


def on_the_way(desk: Desk, type_: str = "return_refund") -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), type_)))


def all_missing(ticket: Ticket) -> list[dict[str, Any]]:
    return [{"line_id": i.line_id, "quantity": i.quantity, "condition": "missing"} for i in ticket.lines.all()]


def empty(desk: Desk, type_: str = "return_refund", **more: Any) -> Ticket:
    ticket = on_the_way(desk, type_)
    return desk.receive(ticket, all_missing(ticket), **more)


@pytest.mark.parametrize("type_", ["return_refund", "exchange", "repair"])
@pytest.mark.parametrize("units", ["missing", "none named"])
def test_it_is_refused_and_nothing_is_paid(desk: Desk, type_: str, units: str) -> None:
    reason = {"repair": "fault"}.get(type_, "quality")
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), type_, reason)))
    ticket = desk.receive(ticket, all_missing(ticket) if units == "missing" else [], note="Only a brick")
    assert (ticket.status, ticket.rejection_ground, ticket.rejection_reason) == (
        "rejected",
        "nothing_arrived",
        "Only a brick",
    )
    assert not Refund.objects.exists()
    line = ticket.order.lines.get()
    assert (line.open_quantity, line.refunded_quantity) == (0, 0)
    books.check_order(Order.objects.get(pk=ticket.order_id))
    row = ticket.history().latest("sequence")
    assert (row.action, row.data["ground"]) == ("refuse_goods", "nothing_arrived")


def test_nothing_is_sent_back_and_no_clock_pays(desk: Desk) -> None:
    ticket = empty(desk)
    with pytest.raises(IllegalTransition):
        services.return_goods(ticket, courier="sf", tracking_no="SF9", actor=desk.merchant, now=NOW)
    assert (ticket.due_at, ticket.due_action) == (NOW + 7 * DAY, "close")
    assert not deadlines.fire(ticket.pk, "close", now=NOW + 7 * DAY - SECOND)
    assert deadlines.fire(ticket.pk, "close", now=NOW + 7 * DAY)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.refunded_amount, row.order.open_cases) == ("closed", 0, 0)


def test_what_turns_up_later_is_counted_by_receiving_again(desk: Desk) -> None:
    ticket = desk.pay_out(desk.receive(empty(desk)))
    assert (ticket.status, ticket.refunded_amount) == ("completed", Decimal("198.00"))
    assert (ticket.rejection_ground, ticket.goods_refused_at) == ("", None)
    books.check_order(Order.objects.get(pk=ticket.order_id))


def test_a_second_count_of_nothing_changes_nothing(desk: Desk) -> None:
    ticket = empty(desk)
    with pytest.raises(Invalid):
        desk.receive(ticket, all_missing(ticket))
    assert Ticket.objects.get(pk=ticket.pk).status == "rejected"


def test_the_application_is_neither_changed_nor_approved(desk: Desk) -> None:
    ticket = empty(desk)
    assert services.allowed_actions(ticket, desk.merchant, now=NOW) == ["receive", "take", "hand-over"]
    assert "amend" not in services.allowed_actions(ticket, desk.buyer, now=NOW)


def test_support_opens_it_again_to_be_inspected(desk: Desk) -> None:
    ticket = services.reopen(empty(desk), reason="Weighed 2 kg", actor=desk.support, now=NOW + DAY)
    assert (ticket.status, ticket.due_action) == ("pending_refund", "receive")


def test_a_parcel_that_nobody_sent_cannot_be_empty(desk: Desk) -> None:
    """Neither before anything was sent, nor by a number that the shop itself gave."""
    waiting = desk.approve(desk.apply(desk.world.delivered()))
    with pytest.raises((Conflict, Invalid)):
        desk.receive(waiting, all_missing(waiting))
    own = desk.approve(desk.apply(desk.world.delivered()))
    own = services.ship_back(own, courier="sf", tracking_no="SF5", actor=desk.merchant, now=NOW)
    with pytest.raises(IllegalTransition):
        desk.receive(own, all_missing(own))
    assert Ticket.objects.get(pk=own.pk).status == "pending_refund"


def test_the_pages_say_so(desk: Desk, sit: Sit) -> None:
    ticket = empty(desk)
    assert "The shop says your parcel was empty" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "the parcel was empty" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "the parcel was empty" in text(sit("mei").get(f"/admin/aftersales/ticket/{ticket.pk}/change/"))
