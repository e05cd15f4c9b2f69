"""What the buyer has not read yet: on the page of a ticket or an order, and in the list of tickets (S-123)."""

import re

import pytest
from django.urls import reverse

from aftersales import services
from aftersales.models import Message, ReadMark
from orders.models import Order
from tests.browser import text

pytestmark = pytest.mark.usefixtures("now")
NEW = 'as-badge--go">New<'


@pytest.fixture
def ticket(desk, world):
    return desk.apply(world.delivered())


def say(about, actor, now, words="Hello"):
    return services.post_message(about, text=words, actor=actor, now=now)


def address(about):
    return f"/orders/{about.order_no}/" if isinstance(about, Order) else f"/tickets/{about.ticket_no}/"


def seen(page):
    """What the page's forms say was the last message on it."""
    return {int(found) for found in re.findall(r'name="(?:message_id|read_to)" value="(\d+)"', page)}


@pytest.mark.parametrize("kind", ["ticket", "order"])
def test_the_page_marks_what_it_has_shown(desk, ticket, alice, now, kind):
    about = ticket if kind == "ticket" else ticket.order
    shown = say(about, desk.merchant, now)
    page = text(alice.get(address(about)))
    assert page.count(NEW) == 1
    assert seen(page) == {shown.pk}
    assert not ReadMark.objects.exists()  # a GET writes nothing
    say(about, desk.merchant, now, "Arrived since")
    answer = alice.post(f"{address(about)}read/", {"message_id": shown.pk})
    assert answer["Location"] == f"{address(about)}#talk"
    page = text(alice.get(address(about)))
    assert page.count(NEW) == 1
    (last,) = seen(page)
    alice.post(f"{address(about)}read/", {"message_id": last})
    page = text(alice.get(address(about)))
    assert NEW not in page
    assert "data-read" not in page


@pytest.mark.parametrize("kind", ["ticket", "order"])
def test_a_reply_marks_as_read_without_a_script(desk, ticket, alice, now, kind):
    about = ticket if kind == "ticket" else ticket.order
    shown = say(about, desk.merchant, now)
    say(about, desk.merchant, now, "Arrived since")
    alice.post(f"{address(about)}messages/", {"text": "Thanks", "read_to": shown.pk})
    assert text(alice.get(address(about))).count(NEW) == 1


def test_the_list_counts_what_is_new_on_each_ticket(desk, ticket, alice, now):
    assert "new message" not in text(alice.get("/tickets/"))
    say(ticket, desk.merchant, now)
    assert f'href="{address(ticket)}#talk">1 new message<' in text(alice.get("/tickets/"))
    last = say(ticket, desk.support, now)
    say(ticket, desk.buyer, now)
    assert "2 new messages" in text(alice.get("/tickets/"))
    alice.post(f"{address(ticket)}read/", {"message_id": last.pk})
    assert "new message" not in text(alice.get("/tickets/"))


@pytest.mark.parametrize("name", ["bob", "rui", "eve"])
def test_strangers_mark_nothing(desk, ticket, sit, now, name):
    last = say(ticket, desk.merchant, now)
    for about in (ticket, ticket.order):
        assert sit(name).post(f"{address(about)}read/", {"message_id": last.pk}).status_code == 404
    assert not ReadMark.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "0", str(2**63), "999999"])
def test_what_is_no_message_of_it_marks_nothing(desk, ticket, alice, now, value):
    say(ticket, desk.merchant, now)
    alice.post(f"{address(ticket)}read/", {"message_id": value})
    assert not ReadMark.objects.exists()
    answer = alice.post(reverse("post-message", args=[ticket.ticket_no]), {"text": "Hi", "read_to": value})
    assert answer.status_code == (302 if value == "" else 400)
    assert Message.objects.count() == (2 if value == "" else 1)
