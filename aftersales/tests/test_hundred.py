"""Three tickets of 30 on a payment of 90, and every action that pays one, a hundred times at the same moment: each is
paid once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from aftersales import services
from aftersales.models import Ticket
from aftersales.services.deadlines import fire
from aftersales.states import Due
from aftersales.tests import books
from orders.models import Order
from refunds.models import SandboxRefund
from refunds.tests.hundred.ninety import PART, check_three
from tests.desk import Desk
from tests.threads import dismissed, race  # noqa: F401
from tests.world import DAY, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Attempt = Callable[[Ticket], Any]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def three(desk: Desk, type_: str, reason: str, **more: Any) -> tuple[Order, list[Ticket]]:
    order = desk.world.delivered(lines=[("TEE", "30.00", 3)])
    return order, [desk.apply(order, type_, reason, quantity=1, **more) for _ in range(3)]


def by(desk: Desk, name: str) -> dict[str, Any]:
    return {"actor": getattr(desk, name), "now": desk.now}


def approving(desk: Desk) -> tuple[list[Ticket], Attempt]:
    _order, tickets = three(desk, "refund_only", "compensation", claimed_amount=PART)
    return tickets, lambda ticket: services.approve(ticket, **by(desk, "merchant"))


def receiving(desk: Desk) -> tuple[list[Ticket], Attempt]:
    _order, tickets = three(desk, "return_refund", "quality")
    return [desk.ship_back(desk.approve(row), tracking_no=f"SF{row.pk}") for row in tickets], desk.receive


def received_by_the_clock(desk: Desk) -> tuple[list[Ticket], Attempt]:
    tickets, _receive = receiving(desk)

    def clock(ticket: Ticket) -> None:
        with transaction.atomic():
            fire(ticket.pk, Due.RECEIVE, now=desk.now + 30 * DAY)

    return tickets, clock


def accepting(desk: Desk) -> tuple[list[Ticket], Attempt]:
    """The buyer's yes to 30 for goods that they keep."""
    _order, tickets = three(desk, "return_refund", "quality")
    for ticket in tickets:
        services.offer(ticket, type="refund_only", amount=PART, note="Keep it", **by(desk, "merchant"))
    offers = {ticket.pk: ticket.offers.get().pk for ticket in tickets}
    return tickets, lambda ticket: services.accept_offer(ticket, offer=offers[ticket.pk], **by(desk, "buyer"))


def converting(desk: Desk) -> tuple[list[Ticket], Attempt]:
    """An exchange whose replacement the shop cannot send."""
    desk.world.sku("TEE", price="30.00", on_hand=9)
    _order, tickets = three(desk, "exchange", "quality", exchange_sku="TEE")
    tickets = [desk.receive(desk.ship_back(desk.approve(ticket))) for ticket in tickets]
    return tickets, lambda ticket: services.convert(ticket, to="return_refund", **by(desk, "merchant"))


@pytest.mark.parametrize("path", [approving, receiving, received_by_the_clock, accepting, converting])
def test_each_is_paid_once(desk: Desk, path: Callable[[Desk], tuple[list[Ticket], Attempt]]) -> None:
    tickets, attempt = path(desk)
    answers = race(*[partial(attempt, ticket) for ticket in tickets] * 34)
    assert set(answers) <= {"ok", "illegal_transition", "conflict"}, answers
    for ticket in tickets if path is received_by_the_clock else []:
        attempt(ticket)  # it leaves alone what another process has at that moment, and comes again
    order = Order.objects.get()
    check_three(order)
    desk.send_refunds()
    assert [row.amount for row in SandboxRefund.objects.filter(carried_out_at__isnull=False)] == [PART] * 3
    assert set(order.tickets.values_list("status", flat=True)) == {"completed"}
    books.check(order)
