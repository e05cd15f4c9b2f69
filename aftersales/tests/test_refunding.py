"""The alert `refund_failed`: it is there while a refund of the ticket is failed and nobody has seen to it."""

import pytest

from aftersales import services
from aftersales.models import Ticket
from refunds import services as refunds
from refunds.models import Refund
from tests.desk import Desk
from tests.world import NOW, World

from . import books

pytestmark = pytest.mark.django_db
FAILED = ["refund_failed"]


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", price="99.00", on_hand=5)
    world.sku("BIG", price="109.00", on_hand=5)
    return Desk(world)


def alerts(ticket: Ticket) -> list[str]:
    return Ticket.objects.get(pk=ticket.pk).alerts


def settle_by_hand(desk: Desk, refund: Refund) -> None:
    for who in (desk.merchant, desk.world.actor("song")):
        refunds.settle_by_hand(refund, proof="BANK-1", actor=who, now=NOW)


@pytest.fixture
def difference(desk: Desk) -> Ticket:
    """An exchange whose difference was paid and could not be given back when the buyer withdrew."""
    ticket = desk.apply(desk.world.delivered(), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    ticket = desk.approve(ticket)
    payment = {"channel": "sandbox", "transaction_no": "FAIL-D", "amount": ticket.price_difference}
    ticket = services.pay_difference(ticket, payment=payment, actor=desk.integration, now=NOW)
    ticket = services.withdraw(ticket, actor=desk.buyer, now=NOW)
    return desk.pay_out(ticket)


def test_it_ends_when_the_difference_was_settled_by_hand(desk: Desk, difference: Ticket) -> None:
    assert difference.alerts == FAILED
    settle_by_hand(desk, difference.refunds.get())
    assert alerts(difference) == []
    books.check(difference.order)


def test_it_ends_when_the_difference_is_tried_again_and_comes_back_when_that_fails(
    desk: Desk, difference: Ticket
) -> None:
    refunds.retry(difference.refunds.get(), actor=desk.merchant, now=NOW)
    assert alerts(difference) == []
    desk.send_refunds()
    assert alerts(difference) == FAILED
    settle_by_hand(desk, difference.refunds.get(retried_as__isnull=True))
    assert alerts(difference) == []


def test_the_refund_of_a_ticket_behaves_alike(desk: Desk) -> None:
    order = desk.world.place_order(payments=[("FAIL-1", "198.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert ticket.alerts == FAILED
    new = refunds.retry(ticket.refunds.get(), actor=desk.merchant, now=NOW)
    assert alerts(ticket) == []
    desk.send_refunds()
    assert alerts(ticket) == FAILED
    settle_by_hand(desk, new)
    assert (alerts(ticket), Ticket.objects.get(pk=ticket.pk).status) == ([], "completed")


def test_it_stays_while_the_difference_or_the_refund_is_failed(desk: Desk) -> None:
    """An exchange that is converted: its difference and its refund fail, and each has to be seen to."""
    order = desk.world.delivered(payments=[("FAIL-1", "198.00")])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="BIG"))
    payment = {"channel": "sandbox", "transaction_no": "FAIL-D", "amount": ticket.price_difference}
    ticket = services.pay_difference(ticket, payment=payment, actor=desk.integration, now=NOW)
    ticket = desk.receive(desk.ship_back(ticket))
    ticket = desk.pay_out(services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW))
    failed = {link.kind: link.refund for link in ticket.ticket_refunds.all()}
    assert (ticket.alerts, set(failed)) == (FAILED, {"ticket", "difference"})
    settle_by_hand(desk, failed["ticket"])
    assert alerts(ticket) == FAILED
    settle_by_hand(desk, failed["difference"])
    assert alerts(ticket) == []
    books.check(order)
