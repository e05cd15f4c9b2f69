"""Compensation, points, coupons, and the difference of an exchange."""

from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import AmountExceeded, Invalid, NotEligible
from orders.models import Order, OrderLine
from tests.desk import Desk
from tests.world import NOW, World

from . import books
from .test_amounts import returned, units

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


# --- compensation (S-058) -----------------------------------------------------------------------------------


def compensated(desk: Desk, order: Order, amount: str, **decision: Any) -> Ticket:
    ticket = desk.apply(order, "refund_only", "compensation", claimed_amount=D(amount))
    return desk.pay_out(desk.approve(ticket, **decision))


def test_compensation_takes_the_lines_first_and_then_the_freight(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "10.00", 1), ("B", "30.00", 1)], freight="8.00")
    compensated(desk, order, "4.00")
    assert [line.refunded_amount for line in desk.world.lines(order)] == [1, 3]
    ticket = compensated(desk, order, "40.00")
    assert (ticket.freight_amount, ticket.refunded_amount) == (4, 40)
    with pytest.raises(NotEligible) as refused:
        compensated(desk, order, "4.01")
    assert refused.value.reasons == ["amount_exceeded"]
    assert compensated(desk, order, "4.00").freight_amount == 4
    assert order.payments.get().left == 0
    assert OrderLine.objects.filter(refunded_quantity__gt=0).count() == 0  # money, not units
    books.check(order)


def test_what_was_compensated_is_missing_from_the_return(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "10.00", 3)])
    compensated(desk, order, "12.00")
    assert [returned(desk, order, quantity=1).refunded_amount for _ in range(3)] == [10, 8, 0]
    assert order.payments.get().left == 0


def test_the_merchant_may_give_more_than_was_claimed_up_to_what_is_left(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "10.00", 1)], freight="8.00")
    ticket = desk.apply(order, "refund_only", "compensation", claimed_amount=D("4.00"))
    with pytest.raises(AmountExceeded):
        desk.approve(ticket, refund_amount=D("18.01"))
    assert desk.pay_out(desk.approve(ticket, refund_amount=D("18.00"))).refunded_amount == 18
    books.check(order)


def test_compensation_never_closes_an_order(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "10.00", 1)])
    compensated(desk, order, "10.00")
    assert Order.objects.get(pk=order.pk).status == "shipped"


# --- points and coupons (B-03, F-7) -------------------------------------------------------------------------


def test_points_go_back_by_the_share_of_the_units_coupons_only_with_everything(desk: Desk) -> None:
    order = desk.world.completed(
        lines=[("A", "10.00", 3)], points_deduction="1.00", points_used=100, coupons=["SPRING"], freight="5.00"
    )
    promised = services.quote(
        order, desk.application(order, "return_refund", "other", quantity=1), actor=desk.buyer, now=NOW
    )
    assert (promised.points, promised.coupons, promised.total) == (33, [], D("9.67"))
    tickets = [returned(desk, order, quantity=1) for _ in range(3)]
    assert [t.points_returned for t in tickets] == [33, 34, 33]
    assert [t.coupons_returned for t in tickets] == [[], [], ["SPRING"]]
    assert sum(t.refunded_amount for t in tickets) == 29  # never as cash


def test_points_of_missing_units_stay(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "10.00", 2)], points_used=100, coupons=["SPRING"])
    ticket = desk.ship_back(desk.approve(desk.apply(order)))
    one = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
    ticket = desk.pay_out(desk.receive(ticket, one))
    assert (ticket.points_returned, ticket.coupons_returned) == (50, [])


def test_compensation_gives_no_points_back(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "10.00", 1)], points_used=100, coupons=["SPRING"])
    ticket = compensated(desk, order, "10.00")
    assert (ticket.points_returned, ticket.coupons_returned) == (0, [])


# --- the difference of an exchange (F-9) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "reason", "difference"),
    [
        ("19.00", "wrong_choice", "1.00"),  # D23
        ("15.00", "wrong_choice", "-3.00"),
        ("18.00", "wrong_choice", "0.00"),
        ("19.00", "quality", "0.00"),  # not the buyer's fault
        ("15.00", "damaged", "0.00"),
    ],
)
def test_list_price_now_less_list_price_paid(desk: Desk, now: str, reason: str, difference: str) -> None:
    desk.world.sku("NEW", price=now, title="Shoe", on_hand=5)
    order = desk.world.delivered(lines=[("SHOE", "18.00", 1)], discount="2.00")  # a swap never takes the coupon back
    ticket = desk.apply(order, "exchange", reason, exchange_sku="NEW")
    assert ticket.price_difference == D(difference)


def test_the_same_sku_costs_nothing_whatever_its_price_is_now(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("SHOE", "18.00", 2)])
    desk.world.sku("SHOE", price="25.00", on_hand=5)
    assert desk.apply(order, "exchange", "wrong_choice", quantity=1).price_difference == 0
    assert desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="SHOE").price_difference == 0


def test_a_difference_goes_back_within_what_the_line_has_left(desk: Desk) -> None:
    desk.world.sku("NEW", price="1.00", on_hand=5)
    order = desk.world.delivered(lines=[("SHOE", "18.00", 1)], discount="10.00")
    ticket = desk.apply(order, "exchange", "wrong_choice", exchange_sku="NEW")
    assert ticket.price_difference == -8  # what is refunded, and not what the list prices differ by
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    desk.send_refunds()
    assert order.payments.get().refunded == 8  # not 17: no more than was paid
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    books.check(order)


def test_only_the_exact_difference_is_taken(desk: Desk) -> None:
    desk.world.sku("NEW", price="19.00", on_hand=5)
    ticket = desk.approve(
        desk.apply(desk.world.delivered(lines=[("SHOE", "18.00", 2)]), "exchange", "wrong_choice", exchange_sku="NEW")
    )
    for amount in ("1.99", "2.01", "0.00"):
        with pytest.raises(Invalid):
            desk.pay_difference(ticket, amount)
    assert desk.pay_difference(ticket, "2.00").status == "pending_return"


@pytest.mark.parametrize("end", ["withdraw", "close", "convert"])
def test_a_paid_difference_goes_back_whole_when_no_replacement_was_sent(desk: Desk, end: str) -> None:
    desk.world.sku("NEW", price="19.00", on_hand=5)
    order = desk.world.delivered(lines=[("SHOE", "18.00", 1)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="NEW"))
    ticket = desk.pay_difference(ticket, "1.00")
    if end == "withdraw":
        services.withdraw(ticket, actor=desk.buyer, now=NOW)
    elif end == "close":
        services.close(ticket, now=NOW)
    else:
        services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW)
    desk.send_refunds()
    assert [(p.purpose, p.refunded) for p in order.payments.order_by("id")] == [("order", 0), ("difference", 1)]
    assert desk.stock("NEW") == (5, 0)
    books.check(order)


def test_the_difference_is_no_tender_of_the_order(desk: Desk) -> None:
    """What was paid for the replacement never pays for something else."""
    desk.world.sku("NEW", price="19.00", on_hand=5)
    order = desk.world.delivered(lines=[("SHOE", "18.00", 1), ("SOCK", "5.00", 1)])
    lines = desk.world.lines(order)
    ticket = services.apply(order, _exchange(desk, lines[0].pk), actor=desk.buyer, now=NOW)
    desk.pay_difference(desk.approve(ticket), "1.00")
    desk.pay_out(desk.approve(units(desk, order, (2, 1), reason="late")))
    assert [(p.purpose, p.refunded) for p in order.payments.order_by("id")] == [("order", 5), ("difference", 0)]


def _exchange(desk: Desk, line_id: int) -> Any:
    from ..rules.application import Application, LineRequest

    return Application("exchange", "wrong_choice", (LineRequest(line_id, 1, "NEW"),), evidence=(desk.photo(),))


def test_units_that_were_exchanged_may_come_back_at_their_own_price(desk: Desk) -> None:
    """spree #8332: a second service after an exchange, which is about the line of the replacement."""
    desk.world.sku("TEE", price="99.00", on_hand=5)
    order = desk.world.delivered(lines=[("TEE", "10.00", 2)])
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality")))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    new = order.lines.get(position=2)
    assert (new.unit_price, new.paid_amount) == (99, 20)
    back = units(desk, order, (2, 2), type_="return_refund", reason="quality")
    assert desk.pay_out(desk.receive(desk.ship_back(desk.approve(back)))).refunded_amount == 20
    books.check(order)
