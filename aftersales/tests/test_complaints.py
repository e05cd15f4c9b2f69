"""A buyer's complaint to the payment channel, on the tickets of the order: shown while open, and stopping nothing."""

from datetime import timedelta

import pytest

from aftersales.models import Ticket
from orders.models import Order
from refunds.complaints.record import record_complaints
from refunds.gateways import ComplaintReport, ComplaintStatus
from tests.desk import Desk
from tests.world import NOW, World

MARK = "complaint_open"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def complain(order: Order, status: str = "open", minutes: int = 0, number: str = "CP-1") -> None:
    report = ComplaintReport(number, ComplaintStatus(status), status.upper(), [], NOW)
    at = NOW + timedelta(minutes=minutes)
    record_complaints(order.payments.select_related("order"), report, asked_at=at, now=at)


def alerts(ticket: Ticket) -> list[str]:
    return Ticket.objects.get(pk=ticket.pk).alerts


def test_open_tickets_show_it_while_it_is_open(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    complain(ticket.order)
    assert alerts(ticket) == [MARK]
    complain(ticket.order, "answered", 1)
    assert alerts(ticket) == [MARK]
    complain(ticket.order, "closed", 2)
    assert alerts(ticket) == []


def test_a_second_complaint_keeps_it(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    complain(ticket.order)
    complain(ticket.order, number="CP-2")
    complain(ticket.order, "closed", 1)
    assert alerts(ticket) == [MARK]
    complain(ticket.order, "closed", 2, "CP-2")
    assert alerts(ticket) == []


def test_a_ticket_that_is_opened_afterwards_shows_it(desk: Desk) -> None:
    order = desk.world.delivered()
    complain(order)
    assert MARK in desk.apply(Order.objects.get(pk=order.pk)).alerts


def test_one_that_has_ended_does_not(desk: Desk) -> None:
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))))
    complain(ticket.order)
    assert alerts(ticket) == []


def test_a_refund_goes_on_which_is_how_it_is_solved(desk: Desk) -> None:
    ticket = desk.approve(desk.apply(desk.world.delivered()))
    complain(ticket.order)
    paid = desk.pay_out(desk.receive(desk.ship_back(ticket)))
    # It still has to be closed at the channel.
    assert (paid.status, alerts(paid)) == ("completed", [MARK])
    complain(ticket.order, "closed", 1)
    assert alerts(paid) == []
