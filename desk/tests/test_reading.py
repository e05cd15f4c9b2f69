"""Read marks at the desk: who may set them, what the queue and the pages say (S-123)."""

import pytest
from django.urls import reverse

from aftersales import services
from aftersales.models import ReadMark, Ticket
from orders.models import Order
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import NOW, World

READ = reverse("admin:desk_read")
NEW = 'tone-answer">new<'


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    ticket = desk.apply(desk.world.delivered())
    services.post_message(ticket, text="Where to?", actor=desk.buyer, now=NOW)
    return ticket


def last(ticket: Ticket) -> int:
    return int(ticket.messages.latest("pk").pk)


def unread(sit: Sit) -> int:
    answer = sit("mei").get(listing(Ticket, "?todo=unread"))
    (tile,) = (tile for tile in answer.context["counters"] if tile["url"] == "?todo=unread")
    assert tile["count"] == answer.context["cl"].result_count
    assert text(answer).count(NEW) == tile["count"]
    return int(tile["count"])


def test_what_was_read_leaves_the_tile_and_still_waits_for_an_answer(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    assert unread(sit) == 1
    html = text(sit("mei").get(page(ticket)))
    assert html.count(NEW) == 1
    assert f'name="read_to" value="{last(ticket)}" form="form-say"' in html
    assert unread(sit) == 1  # a GET marks nothing
    answer = sit("mei").post(READ, {"ticket": ticket.pk, "message_id": last(ticket)})
    assert answer["Location"] == f"{page(ticket)}#talk"
    assert unread(sit) == 0
    assert NEW not in text(sit("wen").get(page(ticket)))
    assert sit("mei").get(listing(Ticket, "?todo=answer")).context["cl"].result_count == 1
    services.post_message(ticket, text="Hello?", actor=desk.buyer, now=NOW)
    assert unread(sit) == 1


def test_the_home_says_which_are_new(ticket: Ticket, sit: Sit) -> None:
    assert NEW in text(sit("mei").get("/admin/"))
    sit("mei").post(READ, {"ticket": ticket.pk, "message_id": last(ticket)})
    html = text(sit("mei").get("/admin/"))
    assert "Messages to answer" in html
    assert NEW not in html


def test_a_reply_marks_what_was_shown(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    shown = last(ticket)
    services.post_message(ticket, text="Arrived since", actor=desk.buyer, now=NOW)
    sit("mei").post(page(ticket, "say"), {"text": "To the dock.", "read_to": shown})
    assert ReadMark.objects.get(side="merchant", ticket=ticket).message_id == shown
    assert text(sit("mei").get(page(ticket))).count(NEW) == 1


def test_a_question_on_an_order(desk: Desk, sit: Sit) -> None:
    order = desk.world.completed()
    asked = services.post_message(order, text="How?", actor=desk.buyer, now=NOW)
    assert text(sit("mei").get(page(order))).count(NEW) == 1
    assert sit("mei").post(READ, {"order": order.pk, "message_id": asked.pk})["Location"] == f"{page(order)}#talk"
    assert NEW not in text(sit("mei").get(page(order)))
    assert Order.objects.get(pk=order.pk).buyer_waits_since == NOW


@pytest.mark.parametrize(("name", "status"), [("rui", 404), ("mei", 302), ("sun", 302)])
def test_who_may(ticket: Ticket, sit: Sit, name: str, status: int) -> None:
    about = {"ticket": ticket.pk}, {"order": ticket.order_id}
    for one in about:
        assert sit(name).post(READ, one | {"message_id": last(ticket)}).status_code == status
    sides = {"mei": ["merchant"], "sun": ["support"]}
    assert list(ReadMark.objects.values_list("side", flat=True)) == sides.get(name, [])


def test_buyers_are_sent_to_the_login_and_a_get_marks_nothing(ticket: Ticket, sit: Sit) -> None:
    assert sit("alice").post(READ, {"ticket": ticket.pk, "message_id": last(ticket)}).status_code in (302, 403, 404)
    assert sit("mei").get(READ, {"ticket": ticket.pk, "message_id": last(ticket)}).status_code == 405
    assert sit("mei").post(READ, {"ticket": ticket.pk}).status_code == 400
    sit("mei").post(READ, {"ticket": ticket.pk, "message_id": last(ticket) + 99})
    assert not ReadMark.objects.exists()
