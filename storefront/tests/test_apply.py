"""The application page without a script: every type, what is offered, what is refused, what it costs."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from aftersales.models import Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.world import World

pytestmark = pytest.mark.django_db


def url(order: Order, more: str = "") -> str:
    return f"/orders/{order.order_no}/apply/{more}"


def body(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page: ticked boxes, hidden fields, chosen options."""
    form = page[page.index('id="apply"') : page.index("</form>", page.index('id="apply"'))]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        off = attrs.get("type") in ("checkbox", "radio") and " checked" not in tag
        if "name" in attrs and not off and " disabled" not in tag and attrs.get("type") != "file":
            found.setdefault(attrs["name"], []).append(attrs.get("value", ""))
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = [re.findall(r'<option value="([^"]*)" selected', inner)[0]]
    return found


def send(client: Client, order: Order, query: str = "", **more: Any) -> Any:
    filled = body(text(client.get(url(order) + query))) | more
    return client.post(url(order), filled)


def ticket(answer: Any) -> Ticket:
    assert answer.status_code == 302, text(answer)
    return Ticket.objects.get(ticket_no=answer.url.split("/")[2])


class TestThreeTaps:
    def test_an_unshipped_order_needs_a_reason_only(self, world: World, sit: Sit) -> None:
        order, client = world.place_order(freight="10.00"), sit("alice")
        page = text(client.get(url(order)))
        assert re.search(r'value="refund_only" checked', page)
        assert "¥208.00" in page  # two at 99.00 and the freight
        done = ticket(client.post(url(order), body(page) | {"reason_refund_only": "dont_want"}))
        assert (done.type, done.requested_amount) == ("refund_only", Decimal("208.00"))
        told = text(client.get(f"/tickets/{done.ticket_no}/"))
        assert "the money is on its way back" in told
