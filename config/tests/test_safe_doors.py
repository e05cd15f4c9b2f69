"""What a program or a stranger may send to a page: wrong methods, ended sessions, characters no database takes."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from aftersales.models import Message, Ticket
from orders.models import Order
from refunds.models import Refund
from tests.browser import Sit, listing, text
from tests.desk import Desk
from tests.world import World

CSP = "Content-Security-Policy"


@pytest.fixture
def ticket(world: World) -> Ticket:
    world.sku(on_hand=9)
    return Desk(world).apply(world.delivered())


class TestMethods:
    @pytest.mark.parametrize("way", ["/", "/orders/", "/orders/{o}/", "/tickets/", "/tickets/{t}/", "/help/"])
    def test_a_page_that_takes_no_form_says_so(self, sit: Sit, ticket: Ticket, way: str) -> None:
        way, alice = way.format(o=ticket.order.order_no, t=ticket.ticket_no), sit("alice")
        assert alice.head(way).status_code == 200
        for send in (alice.post, alice.put, alice.patch, alice.delete):
            assert send(way).status_code == 405

    @pytest.mark.parametrize("way", ["/orders/{o}/apply/", "/orders/{o}/remark/", "/tickets/{t}/amend/"])
    def test_a_form_is_posted_or_read(self, sit: Sit, ticket: Ticket, way: str) -> None:
        way, alice = way.format(o=ticket.order.order_no, t=ticket.ticket_no), sit("alice")
        assert alice.get(way).status_code in (200, 302)
        for send in (alice.put, alice.patch, alice.delete):
            assert send(way).status_code == 405


class TestTheSessionEnded:
    def test_htmx_opens_the_login_instead_of_putting_it_into_the_page(self, ticket: Ticket) -> None:
        way = f"/orders/{ticket.order.order_no}/apply/"
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{way}?line=1"}
        answer = Client().post(f"{way}quote/", headers=headers)
        assert answer.status_code == 200
        assert not answer.content
        assert answer.headers["HX-Redirect"] == f"/login/?next={way}%3Fline%3D1"

    def test_never_elsewhere(self, ticket: Ticket) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/x"}
        assert Client().get("/tickets/", headers=headers).headers["HX-Redirect"] == "/login/?next=/tickets/"

    def test_whoever_is_in_gets_the_answer(self, sit: Sit, ticket: Ticket) -> None:
        answer = sit("alice").get("/tickets/", headers={"HX-Request": "true"})
        assert "HX-Redirect" not in answer.headers
        assert ticket.ticket_no in text(answer)


class TestNul:
    def test_in_a_message_is_told_and_nothing_is_said(self, sit: Sit, ticket: Ticket) -> None:
        answer = sit("alice").post(f"/tickets/{ticket.ticket_no}/messages/", {"text": "It hums.\0"})
        assert answer.status_code == 400
        assert "It hums." in text(answer)
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("model", "name"),
        [(Ticket, "type__exact"), (Ticket, "status__exact"), (Order, "status__exact"), (Refund, "payment__channel")],
    )
    def test_in_a_filter_of_the_desk(self, sit: Sit, ticket: Ticket, model: Any, name: str) -> None:
        answer = sit("mei").get(listing(model, f"?{name}=%00"))
        assert answer.status_code == 400
        assert "Remove the NUL character." in text(answer)


class TestHeaders:
    @pytest.mark.parametrize("way", ["/help/", "/no/such/page/", "/admin/password_change/", "/tickets/AS0/"])
    def test_no_cache_keeps_what_says_who_reads_it(self, sit: Sit, way: str) -> None:
        assert "no-store" in sit("mei").get(way).headers["Cache-Control"]

    def test_files_have_the_policy_too(self, db: None, settings: Any) -> None:
        settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
        assert finders.find("icons.svg")
        answer = Client().get("/static/icons.svg")
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers[CSP]

    def test_the_language_is_remembered_as_long_as_the_theme(self, db: None) -> None:
        cookies = Client().post("/i18n/setlang/", {"language": "en", "next": "/"}).cookies["django_language"]
        assert cookies["max-age"] == 365 * 24 * 3600
