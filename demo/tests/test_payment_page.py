"""The payment page of the demo, from the ticket and back."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.shop_settings.payment_page import SANDBOX, set_payment_page
from aftersales.models import Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World


@pytest.fixture
def now(world: World, settings: Settings) -> datetime:
    settings.DEBUG = True
    world.now = timezone.now()
    set_payment_page(world.lantern, url=SANDBOX, actor=world.actor("mei"), now=world.now)
    return world.now


@pytest.fixture
def ticket(world: World, now: datetime) -> Ticket:
    world.sku("TEE", on_hand=9)
    world.sku("XL", price="119.00", on_hand=9)
    desk = Desk(world)
    desk.now = now
    order = world.delivered(lines=[("TEE", "99.00", 1)])
    return desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="XL"))


def page_of(client: Client, url: str) -> str:
    there = client.get(f"{url}pay/").headers["Location"]
    assert there.startswith(f"{SANDBOX}?token=")
    return there


def test_it_pays_a_difference(sit: Sit, ticket: Ticket) -> None:
    client, url = sit("alice"), f"/tickets/{ticket.ticket_no}/"
    there = page_of(client, url)
    assert "Pay ¥20.00" in text(client.get(there))
    answer = client.post(there, {"pay": "1"})
    assert answer.headers["Location"].startswith(f"http://testserver{url}paid/?token=")
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.difference_payment.captured) == ("pending_return", 20)  # type: ignore[union-attr]
    assert client.get(answer.headers["Location"], follow=True).status_code == 200
    again = client.post(there, {"pay": "1"})
    assert again.status_code == 409
    assert 'role="alert"' in text(again)
    assert ticket.order.payments.count() == 2


def test_it_pays_an_order(sit: Sit, world: World, now: datetime) -> None:
    order = world.place_order(paid=False, now=now)
    client, url = sit("alice"), f"/orders/{order.order_no}/"
    client.post(page_of(client, url), {"pay": "1"})
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_not_to_pay_leads_back_too(sit: Sit, ticket: Ticket) -> None:
    client, url = sit("alice"), f"/tickets/{ticket.ticket_no}/"
    answer = client.post(page_of(client, url), {"cancel": "1"}, follow=True)
    assert "You haven't paid." in text(answer)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_supplement"


def test_another_amount_is_another_signature(sit: Sit, ticket: Ticket) -> None:
    client, url = sit("alice"), f"/tickets/{ticket.ticket_no}/"
    token = parse_qs(urlsplit(page_of(client, url)).query)["token"][0]
    head, _body, mac = token.split(".")
    for changed in ("", "x", f"{head}.e30.{mac}", token[:-2]):
        assert client.post(f"{SANDBOX}?token={changed}", {"pay": "1"}).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_supplement"


def test_it_exists_only_where_the_demo_runs(sit: Sit, ticket: Ticket, settings: Settings) -> None:
    client, url = sit("alice"), f"/tickets/{ticket.ticket_no}/"
    there = page_of(client, url)
    settings.DEBUG = False
    assert client.get(there).status_code == client.post(there, {"pay": "1"}).status_code == 404
