"""Every amount at the desk is in the currency of its order."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.models import Ticket
from orders.models import Order
from refunds.models import Refund
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import World

# The sign that only CNY has.
BARE_SIGN = re.compile("(?<!JP)[¥￥]")


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=10)
    return Desk(world)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    html = text(answer)
    assert not BARE_SIGN.search(html), address
    return html


@pytest.mark.parametrize(
    ("currency", "goods", "total"), [("JPY", "JP¥2,000", "JP¥2,300"), ("USD", "US$2,000.00", "US$2,300.00")]
)
def test_pages_of_a_ticket_its_order_and_its_refund(
    world: World, desk: Desk, sit: Sit, currency: str, goods: str, total: str
) -> None:
    order = world.delivered(currency=currency, lines=[("TEE", "1000", 2)], freight="300")
    ticket, mei = desk.apply(order), sit("mei")
    html = shown(mei, page(ticket))
    assert f"paid {goods}" in html
    assert total in html
    assert f"Up to {total}. The buyer has to agree" in shown(mei, page(ticket, "approve"))
    assert total in shown(mei, listing(Ticket))
    desk.approve(ticket)
    desk.ship_back(ticket)
    assert f"If everything arrived, {total} is refunded" in shown(mei, page(ticket))
    desk.receive(ticket)
    desk.pay_out(ticket)
    assert f"payable {total}" in shown(mei, page(order))
    assert total in shown(mei, listing(Order))
    assert total in shown(mei, page(Refund.objects.get()))
    assert total in shown(mei, listing(Refund))


def test_several_tickets_at_once_have_a_sum_for_each_currency(world: World, desk: Desk, sit: Sit) -> None:
    for currency in ("CNY", "JPY", "JPY"):
        desk.apply(world.delivered(currency=currency, lines=[("TEE", "1000", 1)]))
    chosen = ".".join(str(pk) for pk in Ticket.objects.order_by("id").values_list("pk", flat=True))
    html = text(sit("mei").get(reverse("admin:desk_bulk"), {"verb": "approve", "ids": chosen}))
    assert "3 tickets can be processed" in html
    assert "¥1,000.00" in html
    assert "JP¥2,000" in html


def test_a_form_in_yen_has_and_takes_no_decimals(world: World, desk: Desk, sit: Sit) -> None:
    world.revise_policy(consent="note")  # a fee is a field of the form only there
    ticket = desk.apply(world.delivered(currency="JPY", lines=[("TEE", "1000", 1)]))
    address, mei = page(ticket, "approve"), sit("mei")
    assert re.search(r'name="refund_amount"[^>]*value="1000"[^>]*step="1"', shown(mei, address))
    for name, amount in (("refund_amount", "900.00"), ("service_fee", "10.55")):
        html = text(mei.post(address, {"refund_amount": "1000", "return_freight_payer": "buyer", name: amount}))
        assert "JPY has no decimals. Remove the point and what follows it." in html
    assert Ticket.objects.get().status == "pending_review"
