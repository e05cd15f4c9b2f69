"""The way to the shop's payment page and back: a browser decides neither the amount nor whether something is paid."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from accounts.models import Shop
from accounts.shop_settings.payment_page import Due, Purpose, Use, request_url, set_payment_page
from aftersales.models import Ticket
from kernel.crypto import jwt
from orders.models import Order, Payment
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import SECOND, World

PAGE = "https://pay.lantern.example/due?from=aftersales"
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(world: World, now: datetime) -> Shop:
    return set_payment_page(world.lantern, url=PAGE, actor=world.actor("mei"), now=now)


@pytest.fixture
def ticket(desk: Desk, world: World, now: datetime) -> Ticket:
    desk.now = now
    world.sku("TEE", on_hand=9)
    world.sku("XL", price="119.00", on_hand=9)
    order = world.delivered(lines=[("TEE", "99.00", 1)])
    return desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="XL"))


@pytest.fixture
def unpaid(world: World) -> Order:
    return world.place_order(paid=False, freight="10.00")


def claims_of(client: Client, url: str, shop: Shop, now: datetime) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == PAGE.split("?")[0]
    values = parse_qs(parts.query)
    assert values["from"] == ["aftersales"]
    return jwt.read(values["token"][0], shop.payment_page_key, now=now)


def link(url: str, key: str, **claims: Any) -> str:
    return f"{url}paid/?{urlencode({'token': jwt.sign(claims, key)})}"


def back(number: str, now: datetime, **more: Any) -> dict[str, Any]:
    exp = int((now + HOUR).timestamp())
    return {"use": "payment_return", "aud": "lantern", "sub": number, "status": "paid", "exp": exp} | more


class TestThere:
    def test_the_difference(self, alice: Client, shop: Shop, ticket: Ticket, now: datetime) -> None:
        url = f"/tickets/{ticket.ticket_no}/"
        html = text(alice.get(url))
        assert f'href="{url}pay/"' in html
        assert "You pay on the shop's own page, pay.lantern.example, and come back here." in html
        claims = claims_of(alice, f"{url}pay/?amount=0.01&token=x", shop, now)
        assert (claims["purpose"], claims["amount"], claims["currency"]) == ("difference", "20.00", "CNY")
        assert (claims["sub"], claims["order_no"]) == (f"ticket:{ticket.ticket_no}", ticket.order.order_no)
        assert claims["return_url"] == f"http://testserver{url}paid/"

    def test_an_order(self, alice: Client, shop: Shop, unpaid: Order, now: datetime) -> None:
        url = f"/orders/{unpaid.order_no}/"
        assert f'href="{url}pay/"' in text(alice.get(url))
        claims = claims_of(alice, f"{url}pay/?amount=0.01", shop, now)
        assert (claims["purpose"], claims["amount"], claims["ticket_no"]) == ("order", "208.00", None)

    def test_only_the_buyer(self, sit: Sit, shop: Shop, ticket: Ticket, unpaid: Order) -> None:
        for url in (f"/tickets/{ticket.ticket_no}/", f"/orders/{unpaid.order_no}/"):
            for name in ("bob", "eve"):
                assert sit(name).get(f"{url}pay/").status_code == 404
                assert sit(name).get(f"{url}paid/").status_code == 404
            assert sit("").get(f"{url}pay/").headers["Location"].startswith("/login/")

    def test_what_is_paid_is_not_paid_again(self, alice: Client, desk: Desk, shop: Shop, ticket: Ticket) -> None:
        desk.pay_difference(ticket, "20.00")
        url = f"/tickets/{ticket.ticket_no}/"
        assert alice.get(f"{url}pay/").headers["Location"] == url
        assert "pay/" not in text(alice.get(url))

    @pytest.mark.parametrize("seconds", [-1, 0, 1])
    def test_never_beyond_the_deadline(self, shop: Shop, now: datetime, seconds: int) -> None:
        now = now.replace(microsecond=0)
        until = now + timedelta(minutes=30, seconds=seconds)
        due = Due(Purpose.DIFFERENCE, "E-1", "AS1", Decimal(20), "CNY", until=until)
        token = parse_qs(urlsplit(request_url(shop, due, return_url="https://x/", now=now)).query)["token"][0]
        ends = min(until, now + timedelta(minutes=30))
        assert jwt.read(token, shop.payment_page_key, now=ends - SECOND)
        with pytest.raises(jwt.BadToken):
            jwt.read(token, shop.payment_page_key, now=ends)

    def test_after_the_deadline_there_is_nothing_to_pay(
        self, alice: Client, shop: Shop, ticket: Ticket, now: datetime
    ) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(due_at=now)
        assert alice.get(f"/tickets/{ticket.ticket_no}/pay/").headers["Location"] == f"/tickets/{ticket.ticket_no}/"


class TestWithoutAPage:
    def test_it_says_how_to_pay(self, alice: Client, world: World, ticket: Ticket, unpaid: Order) -> None:
        Shop.objects.filter(pk=world.lantern.pk).update(contact_name="Mei", contact_phone="0571-860")
        for url in (f"/tickets/{ticket.ticket_no}/", f"/orders/{unpaid.order_no}/"):
            html = text(alice.get(url))
            assert "or ask the shop how to pay" in html
            assert 'href="tel:0571-860"' in html
            assert alice.get(f"{url}pay/").headers["Location"] == url

    def test_a_hotline_will_do(self, alice: Client, unpaid: Order) -> None:
        assert 'href="tel:400-000"' in text(alice.get(f"/orders/{unpaid.order_no}/"))


class TestBack:
    def test_the_shops_word_marks_nothing_as_paid(
        self, alice: Client, shop: Shop, ticket: Ticket, now: datetime
    ) -> None:
        url, payments = f"/tickets/{ticket.ticket_no}/", Payment.objects.count()
        answer = alice.get(link(url, shop.payment_page_key, **back(f"ticket:{ticket.ticket_no}", now)), follow=True)
        assert "Don't pay again" in text(answer)
        assert f'href="{url}pay/"' not in text(alice.get(url))
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert (ticket.status, ticket.difference_payment_id) == ("pending_supplement", None)
        assert Payment.objects.count() == payments

    def test_of_an_order(self, alice: Client, shop: Shop, unpaid: Order, now: datetime) -> None:
        url = f"/orders/{unpaid.order_no}/"
        answer = alice.get(link(url, shop.payment_page_key, **back(f"order:{unpaid.order_no}", now)), follow=True)
        assert "Don't pay again" in text(answer)
        assert Order.objects.get(pk=unpaid.pk).status == "pending_payment"

    def test_it_is_this_browsers_alone(
        self, sit: Sit, alice: Client, shop: Shop, ticket: Ticket, now: datetime
    ) -> None:
        url = f"/tickets/{ticket.ticket_no}/"
        alice.get(link(url, shop.payment_page_key, **back(f"ticket:{ticket.ticket_no}", now)))
        assert f'href="{url}pay/"' in text(sit("alice").get(url))

    def test_who_did_not_pay_may_try_again(self, alice: Client, shop: Shop, ticket: Ticket, now: datetime) -> None:
        url = f"/tickets/{ticket.ticket_no}/"
        claims = back(f"ticket:{ticket.ticket_no}", now, status="cancelled")
        answer = text(alice.get(link(url, shop.payment_page_key, **claims), follow=True))
        assert "You haven't paid. You can try again here." in answer
        assert f'href="{url}pay/"' in answer

    @pytest.mark.parametrize(
        ("key", "claims"),
        [
            ("forged", {}),
            ("other shop", {}),
            ("none", {}),
            ("right", {"sub": "ticket:AS-OTHER"}),
            ("right", {"aud": "harbor"}),
            ("right", {"use": Use.REQUEST}),  # our own request, sent back
            ("right", {"exp": 0}),
        ],
    )
    def test_any_other_link_changes_nothing(
        self, alice: Client, world: World, shop: Shop, ticket: Ticket, now: datetime, key: str, claims: dict[str, Any]
    ) -> None:
        other = set_payment_page(world.harbor, url=PAGE, actor=world.actor("rui"), now=now)
        keys = {"right": shop.payment_page_key, "other shop": other.payment_page_key, "forged": "x" * 43, "none": ""}
        url = f"/tickets/{ticket.ticket_no}/"
        answer = alice.get(link(url, keys[key], **back(f"ticket:{ticket.ticket_no}", now, **claims)), follow=True)
        assert "This link is invalid or has expired. Nothing has changed." in text(answer)
        assert f'href="{url}pay/"' in text(answer)
        assert Ticket.objects.get(pk=ticket.pk).status == "pending_supplement"

    def test_a_link_without_a_token(self, alice: Client, shop: Shop, ticket: Ticket) -> None:
        for query in ("", "?token=", "?token=%00", "?token=a.b.c"):
            assert alice.get(f"/tickets/{ticket.ticket_no}/paid/{query}").status_code == 302
