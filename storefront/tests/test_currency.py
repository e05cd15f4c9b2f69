"""Every amount on a buyer's page is in the currency of its order."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from aftersales.models import Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

from .filled import body, send, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
# The sign that only CNY has.
BARE_SIGN = re.compile("(?<!JP)[¥￥]")
CURRENCIES = pytest.mark.parametrize(
    ("currency", "goods", "total"), [("JPY", "JP¥2,000", "JP¥2,300"), ("USD", "US$2,000.00", "US$2,300.00")]
)


def order_in(world: World, currency: str) -> Order:
    world.sku("CAP", price="1300", currency=currency, on_hand=5, category="tee")
    world.sku("TEE", price="1000", currency=currency, on_hand=5, category="tee")
    return world.delivered(currency=currency, lines=[("TEE", "1000", 2)], freight="300")


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = text(answer)
    assert not BARE_SIGN.search(page), address
    return page


@CURRENCIES
def test_pages_of_an_order(world: World, sit: Sit, currency: str, goods: str, total: str) -> None:
    order = order_in(world, currency)
    page = shown(sit("alice"), f"/orders/{order.order_no}/")
    assert f"<dd>{goods}</dd>" in page
    assert total in page
    assert f"{total}." not in page
    assert "Refunded" not in page
    assert total in shown(sit("alice"), "/orders/")


@CURRENCIES
def test_the_application_page(world: World, sit: Sit, currency: str, goods: str, total: str) -> None:
    world.lantern.currency = currency
    world.revise_policy(return_freight_standard="12")
    order, alice = order_in(world, currency), sit("alice")
    address = f"/orders/{order.order_no}/apply/"
    page = shown(alice, address)
    sign = goods.partition("2")[0]
    assert f"paid {goods}" in page
    assert f"up to {sign}12" in page
    filled = body(page) | {"type": "return_refund", "reason_return_refund": "quality"}
    fragment = text(alice.post(f"{address}quote/", filled))
    assert f"You get {total} back." in fragment
    assert not BARE_SIGN.search(fragment)
    part = text(alice.post(f"{address}quote/", body(page) | {"type": "refund_only", "received": "yes", "how": "part"}))
    assert not BARE_SIGN.search(part)
    assert f"up to {goods}" in part or f"up to {total}" in part


def test_the_standard_of_the_return_freight_is_in_the_currency_of_the_shop(world: World, sit: Sit) -> None:
    """12 yuan are no limit of what is paid in yen."""
    world.revise_policy(return_freight_standard="12")
    page = shown(sit("alice"), f"/orders/{order_in(world, 'JPY').order_no}/apply/")
    assert "The shop pays for return shipping. You pay first and are reimbursed." in page
    assert "up to" not in page.split("The shop pays for return shipping")[1][:80]


@CURRENCIES
def test_pages_of_a_ticket(world: World, desk: Desk, sit: Sit, currency: str, goods: str, total: str) -> None:
    ticket = desk.apply(order_in(world, currency))
    alice = sit("alice")
    page = shown(alice, f"/tickets/{ticket.ticket_no}/")
    assert goods in page
    assert total in page
    assert "return shipping is paid to you separately" not in page
    assert total in shown(alice, "/tickets/")
    assert total in shown(alice, f"/orders/{ticket.order.order_no}/")
    desk.approve(ticket)
    sign = goods.partition("2")[0]
    assert f"<span>{sign}</span>" in shown(alice, f"/tickets/{ticket.ticket_no}/ship-back/")
    desk.ship_back(ticket)
    desk.receive(ticket)
    desk.pay_out(ticket)
    assert f"Refunded {total}" in shown(alice, f"/tickets/{ticket.ticket_no}/")


def test_the_difference_of_an_exchange(world: World, desk: Desk, sit: Sit) -> None:
    order = order_in(world, "JPY")
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="CAP"))
    assert "pay the price difference of JP¥600" in shown(sit("alice"), f"/tickets/{ticket.ticket_no}/")


@pytest.mark.parametrize(
    ("currency", "typed", "claimed"),
    [("USD", "US$ 10.00", "10.00"), ("USD", "10.5 USD", "10.50"), ("JPY", "JP¥1,000", "1000"), ("JPY", "￥100", "100")],
)
def test_an_amount_may_be_typed_with_its_sign(world: World, sit: Sit, currency: str, typed: str, claimed: str) -> None:
    order, alice = order_in(world, currency), sit("alice")
    address = f"/orders/{order.order_no}/apply/"
    part = {"type": "refund_only", "reason_refund_only": "compensation", "received": "yes", "how": "part"}
    assert ticket_of(send(alice, address, **part, claimed_amount=typed)).claimed_amount == Decimal(claimed)


@pytest.mark.parametrize(
    ("currency", "typed", "complaint"),
    [
        ("JPY", "JP¥10.55", "JPY has no decimals. Remove the point and what follows it."),
        ("JPY", "100.00", "JPY has no decimals. Remove the point and what follows it."),
        ("JPY", "US$ 10", "Enter an amount above zero, such as 10."),
        ("CNY", "US$ 10", "Enter an amount above zero, such as 10.00."),
    ],
)
def test_an_amount_that_is_none_in_the_currency(
    world: World, sit: Sit, currency: str, typed: str, complaint: str
) -> None:
    order, alice = order_in(world, currency), sit("alice")
    address = f"/orders/{order.order_no}/apply/"
    part = {"type": "refund_only", "reason_refund_only": "compensation", "received": "yes", "how": "part"}
    refused = send(alice, address, **part, claimed_amount=typed)
    assert refused.status_code == 400
    assert complaint in text(refused)
    assert not Ticket.objects.exists()
