"""Questions on an order (S-163): a conversation that is no claim, carried on by the order's tickets."""

from datetime import timedelta
from typing import Any

import pytest

from aftersales import services
from aftersales.audit import run
from aftersales.models import Evidence, Message, Ticket
from aftersales.services import evidence
from kernel.actors import CLOCK
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.models import History
from orders.models import Order
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import DAY, NOW, World

from .desk_api import ApiDesk, code

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def say(about: Ticket | Order, actor: Any, text: str = "Hello", **more: Any) -> Message:
    return services.post_message(about, text=text, actor=actor, **({"now": NOW} | more))


def waits_since(order: Order) -> Any:
    """As it is kept, which is what the messages say."""
    assert list(run()) == []
    return Order.objects.get(pk=order.pk).buyer_waits_since


def said(about: Ticket | Order) -> list[str]:
    return [message.text for message in services.conversation(about)]


def test_it_is_no_claim(desk: Desk) -> None:
    """Long after the window, and nothing moves but who waits for a word."""
    order = desk.world.completed()
    late = order.window_ends_at + 400 * DAY if order.window_ends_at else NOW
    moves, before = History.objects.count(), Order.objects.values().get(pk=order.pk)
    say(order, desk.buyer, "How do I wash it?", now=late)
    assert History.objects.count() == moves
    assert not Ticket.objects.exists()
    assert Order.objects.values().get(pk=order.pk) == before | {"buyer_waits_since": late}


def test_the_tickets_carry_it_on(desk: Desk) -> None:
    """Each ticket has its own messages and those of the order; the order has all of them."""
    order = desk.world.delivered(lines=[("TEE", "99.00", 1), ("CUP", "9.00", 1)])
    say(order, desk.buyer, "A question", now=NOW)
    one, two = _apply_line(desk, order, 0), _apply_line(desk, order, 1)
    say(one, desk.buyer, "On the first", now=NOW + MINUTE)
    say(two, desk.merchant, "On the second", now=NOW + 2 * MINUTE)
    assert said(order) == ["A question", "On the first", "On the second"]
    assert said(one) == ["A question", "On the first"]
    assert said(two) == ["A question", "On the second"]


def _apply_line(desk: Desk, order: Order, number: int) -> Ticket:
    asked = desk.application(order, "return_refund", "no_reason")
    one = type(asked)(asked.type, asked.reason, (asked.lines[number],), evidence=asked.evidence)
    return services.apply(order, one, actor=desk.buyer, now=NOW)


def test_the_buyer_waits_until_the_shop_writes_on_the_order_or_on_a_ticket_of_it(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    order = ticket.order
    assert waits_since(order) is None
    say(order, desk.buyer, now=NOW + MINUTE)
    say(order, desk.buyer, now=NOW + 2 * MINUTE)
    say(order, desk.support, now=NOW + 3 * MINUTE)
    assert waits_since(order) == NOW + MINUTE
    say(ticket, desk.merchant, now=NOW + 4 * MINUTE)
    assert waits_since(order) is None
    say(order, desk.buyer, now=NOW + 5 * MINUTE)
    say(order, desk.agent, now=NOW + 6 * MINUTE)
    assert waits_since(order) is None
    say(ticket, desk.buyer, now=NOW + 7 * MINUTE)  # on the ticket, which counts for itself
    say(order, desk.merchant, now=NOW + 8 * MINUTE)
    assert waits_since(order) is None
    assert Ticket.objects.get(pk=ticket.pk).buyer_waits_since == NOW + 7 * MINUTE


def test_programs_ask_nothing(desk: Desk) -> None:
    order = desk.world.delivered()
    for actor in (desk.integration, CLOCK):
        with pytest.raises(Forbidden):
            say(order, actor)
    assert not Message.objects.exists()


def test_a_file_of_a_question_is_used(desk: Desk) -> None:
    """It is not swept, not deleted, and no evidence of an application afterwards."""
    order, photo = desk.world.delivered(), desk.photo()
    say(order, desk.buyer, "", evidence=[photo])
    row = Evidence.objects.get(pk=photo)
    assert (row.ticket_id, row.shop_id) == (None, order.shop_id)
    assert evidence.sweep(NOW + 400 * DAY, dry_run=False).done == 0
    with pytest.raises(Conflict):
        evidence.delete(row)
    for again in (order, desk.apply(order, "return_refund", "no_reason", evidence=())):
        with pytest.raises(Invalid):
            say(again, desk.buyer, evidence=[photo])
    other = desk.world.delivered()
    with pytest.raises(Invalid):
        desk.apply(other, "return_refund", "quality", evidence=(photo,))


# --- over HTTP ----------------------------------------------------------------------------------------------


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.order_no}/messages/"


def test_over_http(apidesk: ApiDesk) -> None:
    order, photo = apidesk.world.completed(), apidesk.photo()
    asked = apidesk.api("alice").post(address(order), {"text": " How? ", "evidence": [photo]})
    assert (asked.status_code, asked.json()["text"], asked.json()["ticket_no"]) == (201, "How?", "")
    overview = apidesk.api("mei").get(f"/api/v1/orders/{order.order_no}/")
    assert overview.json()["awaits_answer"] is True
    assert apidesk.api("mei").post(address(order), {"text": "Like this."}).status_code == 201
    assert apidesk.api("mei").get(f"/api/v1/orders/{order.order_no}/").json()["awaits_answer"] is False
    for name in ("alice", "mei", "wen", "sun", "oms"):
        rows = apidesk.api(name).get(address(order)).json()["results"]
        assert [row["text"] for row in rows] == ["How?", "Like this."], name
        assert apidesk.api(name).get(f"/api/v1/evidence/{photo}/").status_code == 200, name


@pytest.mark.parametrize(("name", "status"), [("bob", 404), ("rui", 404), ("eve", 404), ("", 401)])
def test_strangers(apidesk: ApiDesk, name: str, status: int) -> None:
    order, photo = apidesk.world.completed(), apidesk.photo()
    apidesk.api("alice").post(address(order), {"evidence": [photo]})
    assert apidesk.api(name).get(address(order)).status_code == status
    assert apidesk.api(name).post(address(order), {"text": "Me too"}).status_code == status
    assert apidesk.api(name).get(f"/api/v1/evidence/{photo}/").status_code == status
    assert Message.objects.count() == 1


def test_refusals(apidesk: ApiDesk) -> None:
    order = apidesk.world.completed()
    assert code(apidesk.api("oms").post(address(order), {"text": "Hi"})) == (403, "forbidden")
    for body in ({}, {"text": " "}, {"text": "x" * 2001}, {"text": "a\x00b"}):
        assert code(apidesk.api("alice").post(address(order), body)) == (400, "invalid")
    assert not Message.objects.exists()


def test_pages_cost_the_same_at_any_depth(apidesk: ApiDesk, django_assert_max_num_queries: Any) -> None:
    order, actor = apidesk.world.delivered(), apidesk.world.actor("alice")
    for number in range(7):
        say(order, actor, str(number), now=NOW + number // 2 * MINUTE)
    alice, url, seen = apidesk.api("alice"), f"{address(order)}?page_size=3", []
    while url:
        with django_assert_max_num_queries(5):  # token, memberships, order, messages, files
            answer = alice.get(url).json()
        seen += [row["text"] for row in answer["results"]]
        url = answer["next"]
    assert seen == list("0123456")


def test_asking_costs_a_fixed_number(apidesk: ApiDesk, django_assert_max_num_queries: Any) -> None:
    order, alice, photo = apidesk.world.delivered(), apidesk.api("alice"), apidesk.photo()
    with django_assert_max_num_queries(10):
        assert alice.post(address(order), {"text": "Hi", "evidence": [photo]}).status_code == 201


# --- at the desk --------------------------------------------------------------------------------------------


def test_the_desk_counts_shows_and_answers_it(desk: Desk, sit: Sit) -> None:
    order, other = desk.world.completed(), desk.world.completed()
    say(order, desk.buyer, "Any <news>?", evidence=[desk.photo()])
    mei = sit("mei")
    rows = mei.get(listing(Order, "?question=1"))
    assert [row.pk for row in rows.context["cl"].result_list] == [order.pk]
    assert "Questions on orders" in text(rows)
    assert text(mei.get(page(order))).count("Any &lt;news&gt;?") == 1
    assert "Any &lt;news&gt;?" not in text(mei.get(page(other)))
    answer = mei.post(page(order, "say"), {"text": "None."})
    assert answer["Location"] == f"{page(order)}#talk"
    assert waits_since(order) is None
    assert sit("rui").get(page(order)).status_code == 404


def test_a_ticket_shows_the_question_that_came_before_it(desk: Desk, sit: Sit) -> None:
    order = desk.world.delivered()
    say(order, desk.buyer, "Before", evidence=[desk.photo()])
    ticket = desk.apply(order)
    html = text(sit("mei").get(page(ticket)))
    assert "Before" in html
    assert "on the order" in html
