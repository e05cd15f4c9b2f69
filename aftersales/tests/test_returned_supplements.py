"""What was paid for a dearer replacement goes back, and no line counts it: the order neither calls it
refunded nor owes it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from aftersales import audit, services
from aftersales.models import Ticket, TicketRefund
from aftersales.rules.application import Application, LineRequest
from orders.models import Order
from refunds import services as refunds
from tests.browser import Sit, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World

from . import books

pytestmark = pytest.mark.django_db
MIGRATION = import_module("aftersales.migrations.0054_filled_beside_writers")


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("NEW", price="129.00", on_hand=5)
    world.sku("OLD", price="79.00", on_hand=5)
    return Desk(world)


def paid(desk: Desk, transaction_no: str = "D-1") -> Ticket:
    """An exchange of 99.00 for 129.00, the 30.00 paid."""
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="NEW"))
    payment = {"channel": "sandbox", "transaction_no": transaction_no, "amount": ticket.price_difference}
    return services.pay_difference(ticket, payment=payment, actor=desk.integration, now=NOW)


def end(desk: Desk, ticket: Ticket, how: str) -> None:
    if how == "close":
        services.close(ticket, now=NOW + timedelta(days=7))
    elif how == "withdraw":
        services.withdraw(ticket, actor=desk.buyer, now=NOW)
    else:
        services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW)


def clean(order: Order) -> bool:
    books.check(order)
    return [str(one) for one in audit.run()] == []


@pytest.mark.parametrize("how", ["close", "withdraw", "convert"])
@pytest.mark.parametrize("transaction_no", ["D-1", "FAIL-1", "RETURNED-1"])
def test_nothing_counts_as_refunded_and_nothing_is_owed(
    desk: Desk, api: Login, sit: Sit, how: str, transaction_no: str
) -> None:
    ticket = paid(desk, transaction_no)
    order = ticket.order
    end(desk, ticket, how)
    for _attempt in range(3):
        assert clean(order)
        answer = api("alice").get(f"/api/v1/orders/{order.order_no}/").json()
        assert (answer["refunded_amount"], answer["refund_owed"]) == ("0.00", "0.00")
        shown = text(sit("alice").get(f"/orders/{order.order_no}/"))
        assert "-¥" not in shown
        assert "−¥" not in shown.split("Refunded")[-1]
        desk.send_refunds()
    assert ticket.refunds.get().amount == 30


def test_another_try_stays_what_it_was(desk: Desk) -> None:
    ticket = paid(desk, "FAIL-1")
    end(desk, ticket, "close")
    desk.send_refunds()
    new = refunds.retry(ticket.refunds.get(), actor=desk.merchant, now=NOW)
    assert TicketRefund.objects.get(refund=new).is_supplement
    assert Order.objects.get(pk=ticket.order_id).refund_owed == 0
    assert clean(ticket.order)


def test_paid_once_more_after_a_reopening(desk: Desk) -> None:
    ticket = paid(desk)
    end(desk, ticket, "close")
    desk.send_refunds()
    ticket = services.reopen(ticket, reason="Late parcel", actor=desk.support, now=NOW)
    ticket = desk.ship_back(desk.pay_difference(ticket, "30.00"))
    services.confirm_replacement(desk.reship(desk.receive(ticket)), actor=desk.buyer, now=NOW)
    assert clean(ticket.order)


def test_what_a_cheaper_replacement_gives_back_along_it_counts(desk: Desk) -> None:
    """99.00 → 129.00 → 79.00: of the second exchange's 50.00, 30.00 go back along the payment of the first."""
    ticket = desk.ship_back(paid(desk))
    services.confirm_replacement(desk.reship(desk.receive(ticket)), actor=desk.buyer, now=NOW)
    order, new = ticket.order, ticket.order.lines.get(position=2)
    cheaper = Application("exchange", "wrong_choice", (LineRequest(new.pk, 1, "OLD"),), evidence=(desk.photo(),))
    again = services.apply(order, cheaper, actor=desk.buyer, now=NOW)
    again = desk.ship_back(desk.approve(again), tracking_no="SF9")
    desk.reship(desk.receive(again))
    links = again.ticket_refunds.order_by("refund_id")
    assert [(link.refund.payment.purpose, link.is_supplement) for link in links] == [
        ("order", False),
        ("difference", False),
    ]
    assert Order.objects.get(pk=order.pk).refund_owed == 50
    assert clean(order)
    desk.send_refunds()
    assert Order.objects.get(pk=order.pk).refund_owed == 0
    assert clean(order)


def test_rows_from_before_know_which_they_are(desk: Desk) -> None:
    closed, used = paid(desk), paid(desk, "D-2")
    end(desk, closed, "close")
    used = desk.ship_back(used)
    services.confirm_replacement(desk.reship(desk.receive(used)), actor=desk.buyer, now=NOW)
    TicketRefund.objects.update(is_supplement=False)
    Order.objects.filter(pk=closed.order_id).update(refund_owed=30)
    with connection.cursor() as cursor:
        for statement in (MIGRATION.SUPPLEMENTS, MIGRATION.OWED):
            cursor.execute(statement, {"ids": [closed.order_id, used.order_id]})
    assert Order.objects.get(pk=closed.order_id).refund_owed == 0
    assert clean(closed.order)
