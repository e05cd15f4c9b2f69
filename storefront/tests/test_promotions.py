"""Promotions on the pages: what is kept back is said before one applies, on the ticket, and where it is decided."""

import html
from decimal import Decimal

import pytest
from django.test import Client

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from orders.models import Order
from orders.services import create
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import World

from .filled import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
D = Decimal
PROMOTIONS = [
    {"kind": "threshold", "code": "200-30", "threshold": D(200), "discount": D(30)},
    {"kind": "coupon_given", "code": "NEXT-5"},
]
GIFT = {"sku": "MUG", "title": "Mug", "unit_price": D("19.90"), "quantity": 1, "kind": "gift", "gift_of": 1}


@pytest.fixture
def order(world: World) -> Order:
    world.revise_policy(promotion_refund="recalculate")
    data = world.order_data(
        lines=[("TEE", "100.00", 1), ("CAP", "100.00", 1)], discount="30.00", promotions=PROMOTIONS,
        points_used=100, points_earned=17, coupons=["SPRING-10"],
    )  # fmt: skip
    data["lines"].append(GIFT)
    order, _ = create(world.lantern, data, actor=world.actor("oms"), now=world.now)
    return world.deliver(world.ship(order))


def applied(desk: Desk, order: Order, units: int = 1) -> Ticket:
    lines = tuple(LineRequest(line.pk, 1) for line in desk.world.lines(order)[:units])
    ask = Application("return_refund", "wrong_choice", lines, received=True)
    return services.apply(order, ask, actor=desk.buyer, now=desk.now)


def test_before_one_applies(order: Order, alice: Client) -> None:
    address = f"/orders/{order.order_no}/apply/"
    tee = str(order.lines.get(sku__code="TEE").pk)
    chosen = {"line": [tee], "type": "return_refund", "reason_return_refund": "wrong_choice", "received": "yes"}
    shown = html.unescape(text(alice.post(address + "quote/", body(text(alice.get(address))) | chosen)))
    assert "Discount lost on what you keep</dt><dd>-¥15.00" in shown
    assert "Gift that wasn't returned</dt><dd>-¥19.90" in shown
    assert "Points from this order, taken back</dt><dd>9" in shown
    assert "¥50.10" in shown


def test_on_the_ticket_and_where_it_is_decided(order: Order, desk: Desk, alice: Client, sit: Sit) -> None:
    ticket = applied(desk, order)
    desks = html.unescape(text(sit("mei").get(page(ticket))))
    for shown in (html.unescape(text(alice.get(f"/tickets/{ticket.ticket_no}/"))), desks):
        assert "Discount lost on what you keep</dt><dd>-¥15.00" in shown
        assert "Gift that wasn't returned</dt><dd>-¥19.90" in shown
    assert "May be approved, at most</dt><dd>¥85.00" in desks


def test_what_moves_in_kind_is_told_to_both(order: Order, desk: Desk, alice: Client, sit: Sit) -> None:
    ticket = applied(desk, order, 3)
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    for shown in (text(alice.get(f"/tickets/{ticket.ticket_no}/")), text(sit("mei").get(page(ticket)))):
        assert "100 points used for the order are returned." in shown
        assert "17 points earned with the order are taken back." in shown
        assert "Coupon SPRING-10 is valid again." in shown
        assert "Coupon NEXT-5 from this order is cancelled." in shown


def test_in_chinese(order: Order, desk: Desk, alice: Client) -> None:
    ticket = applied(desk, order)
    shown = text(alice.get(f"/tickets/{ticket.ticket_no}/", headers={"accept-language": "zh-hans"}))
    assert "保留商品不再享受的优惠</dt><dd>-¥15.00" in shown
