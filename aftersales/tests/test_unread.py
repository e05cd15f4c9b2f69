"""Read marks of a conversation (S-123): who may set them, how far, and what they count."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from aftersales import services
from aftersales.models import Message, ReadMark, Ticket
from aftersales.selectors.messages.unread import reading, unread_counts
from kernel.actors import CLOCK, Actor
from kernel.errors import Forbidden, Invalid
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, World

from .desk_api import TICKETS, ApiDesk, code

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=20)
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


def say(about: Ticket | Order, actor: Actor, text: str = "Hello", **more: Any) -> Message:
    return services.post_message(about, text=text, actor=actor, **({"now": NOW} | more))


def mark(about: Ticket | Order, message: Message, actor: Actor) -> None:
    services.mark_read(about, message_id=message.pk, actor=actor, now=NOW)


def unread(about: Ticket | Order, side: str) -> int:
    return reading(services.conversation(about), side).unread


def test_each_side_has_a_mark_of_its_own(desk: Desk, ticket: Ticket) -> None:
    asked = say(ticket, desk.buyer)
    assert [unread(ticket, side) for side in ("buyer", "merchant", "support")] == [0, 1, 1]
    mark(ticket, asked, desk.merchant)
    assert [unread(ticket, side) for side in ("buyer", "merchant", "support")] == [0, 0, 1]
    mark(ticket, asked, desk.agent)  # the people of a shop are one side
    assert ReadMark.objects.count() == 1


def test_what_arrives_between_page_and_mark_stays_unread(desk: Desk, ticket: Ticket) -> None:
    shown = say(ticket, desk.merchant, "On the page")
    say(ticket, desk.merchant, "Arrived since")
    mark(ticket, shown, desk.buyer)
    assert unread(ticket, "buyer") == 1
    assert reading(services.conversation(ticket), "buyer").read_to == shown.pk


def test_a_mark_never_goes_back_and_may_be_repeated(desk: Desk, ticket: Ticket) -> None:
    first, second = say(ticket, desk.merchant), say(ticket, desk.merchant)
    for message in (second, second, first):
        mark(ticket, message, desk.buyer)
    assert [row.message_id for row in ReadMark.objects.all()] == [second.pk]
    assert unread(ticket, "buyer") == 0


def test_a_reply_marks_what_its_author_has_seen(desk: Desk, ticket: Ticket) -> None:
    seen = say(ticket, desk.buyer)
    say(ticket, desk.buyer, "Arrived since")
    say(ticket, desk.merchant, read_to=seen.pk)
    assert unread(ticket, "merchant") == 1
    say(ticket, desk.merchant)  # says nothing of what was seen
    assert unread(ticket, "merchant") == 1


def test_a_ticket_marks_the_order_but_no_other_ticket(desk: Desk, world: World) -> None:
    order = world.delivered(lines=[("TEE", "99.00", 1), ("CUP", "9.00", 1)])
    say(order, desk.merchant, "On the order")
    one, two = (_apply_line(desk, order, number) for number in (0, 1))
    say(two, desk.merchant, "On the other")
    last = say(one, desk.merchant, "On this")
    assert unread_counts([one, two], "buyer") == {one.pk: 1, two.pk: 1}
    assert [unread(about, "buyer") for about in (one, two, order)] == [2, 2, 3]
    mark(one, last, desk.buyer)
    assert unread_counts([one, two], "buyer") == {two.pk: 1}
    assert [unread(about, "buyer") for about in (one, two, order)] == [0, 1, 1]
    mark(order, last, desk.buyer)
    assert unread(two, "buyer") == 0


def _apply_line(desk: Desk, order: Order, number: int) -> Ticket:
    asked = desk.application(order, "return_refund", "no_reason", evidence=())
    return services.apply(order, replace(asked, lines=(asked.lines[number],)), actor=desk.buyer, now=NOW)


def test_a_message_of_another_conversation_marks_nothing(desk: Desk, ticket: Ticket) -> None:
    other = say(desk.apply(desk.world.delivered()), desk.merchant)
    say(ticket, desk.merchant)
    for message_id in (other.pk, other.pk + 1000):
        with pytest.raises(Invalid):
            services.mark_read(ticket, message_id=message_id, actor=desk.buyer, now=NOW)
        with pytest.raises(Invalid):
            say(ticket, desk.buyer, read_to=message_id)
    assert not ReadMark.objects.exists()
    assert Message.objects.count() == 2


def test_programs_read_nothing(desk: Desk, ticket: Ticket) -> None:
    message = say(ticket, desk.merchant)
    for actor in (desk.integration, CLOCK):
        with pytest.raises(Forbidden):
            mark(ticket, message, actor)


def test_the_database_keeps_one_mark_a_side_and_conversation(desk: Desk, ticket: Ticket) -> None:
    for about in (ticket, ticket.order):
        message = say(about, desk.merchant)
        mark(about, message, desk.buyer)
        row = ReadMark.objects.get(ticket=message.ticket)
        with pytest.raises(IntegrityError), transaction.atomic():
            ReadMark.objects.create(order=row.order, ticket=row.ticket, side="buyer", message=message, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadMark.objects.update(side="gateway")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadMark.objects.update(shop_id=desk.world.harbor.pk)


def test_messages_of_an_order_wait_for_each_other(desk: Desk, ticket: Ticket) -> None:
    """So that they become visible in the order of their ids."""
    for about, actor in ((ticket, desk.support), (ticket.order, desk.buyer), (ticket, desk.merchant)):
        with CaptureQueriesContext(connection) as asked:
            say(about, actor)
        first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
        assert "orders_order" in first
        assert first.endswith("FOR NO KEY UPDATE")


# --- over HTTP ----------------------------------------------------------------------------------------------


def test_over_http(apidesk: ApiDesk) -> None:
    ticket = apidesk.row(apidesk.apply(apidesk.world.delivered()))
    say(ticket.order, apidesk.world.actor("mei"), "Before")
    last = say(ticket, apidesk.world.actor("mei"))
    alice, address = apidesk.api("alice"), f"{TICKETS}{ticket.ticket_no}/"
    assert alice.get(address).json()["conversation"] == {"read_to": None, "unread": 2}
    assert not ReadMark.objects.exists()  # reading is no writing
    for _again in range(2):
        answer = alice.post(f"{address}read/", {"message_id": last.pk})
        assert (answer.status_code, answer.json()) == (200, {"read_to": last.pk, "unread": 0})
    assert alice.get(address).json()["conversation"] == {"read_to": last.pk, "unread": 0}
    assert ReadMark.objects.count() == 2
    say(ticket, apidesk.world.actor("mei"))
    order = f"/api/v1/orders/{ticket.order.order_no}/read/"
    assert alice.post(order, {"message_id": last.pk}).json() == {"read_to": last.pk, "unread": 1}
    assert alice.post(f"{address}messages/", {"text": "Thanks", "read_to": last.pk}).status_code == 201
    assert alice.get(address).json()["conversation"]["unread"] == 1


@pytest.mark.parametrize(("name", "status"), [("bob", 404), ("rui", 404), ("eve", 404), ("oms", 403), ("", 401)])
def test_who_may_not(apidesk: ApiDesk, name: str, status: int) -> None:
    ticket = apidesk.row(apidesk.apply(apidesk.world.delivered()))
    message = say(ticket, apidesk.world.actor("alice"))
    for address in (f"{TICKETS}{ticket.ticket_no}/", f"/api/v1/orders/{ticket.order.order_no}/"):
        assert apidesk.api(name).post(f"{address}read/", {"message_id": message.pk}).status_code == status
    assert not ReadMark.objects.exists()


@pytest.mark.parametrize("body", [{}, {"message_id": 0}, {"message_id": "7"}, {"message_id": True},
                                  {"message_id": 2**63}, {"message_id": 2**63 - 1}])  # fmt: skip
def test_refusals(apidesk: ApiDesk, body: dict[str, object]) -> None:
    ticket = apidesk.row(apidesk.apply(apidesk.world.delivered()))
    assert code(apidesk.api("alice").post(f"{TICKETS}{ticket.ticket_no}/read/", body)) == (400, "invalid")


def test_marking_costs_a_fixed_number(apidesk: ApiDesk, django_assert_max_num_queries: Any) -> None:
    ticket = apidesk.row(apidesk.apply(apidesk.world.delivered()))
    messages = [say(ticket, apidesk.world.actor("mei")) for _ in range(9)]
    with django_assert_max_num_queries(10):
        apidesk.api("alice").post(f"{TICKETS}{ticket.ticket_no}/read/", {"message_id": messages[-1].pk})


def test_what_was_said_before_there_were_marks_is_read_but_for_what_waits(desk: Desk, ticket: Ticket) -> None:
    marks = import_module("aftersales.migrations.0039_read_marks").MARKS
    say(ticket, desk.buyer, "Answered")
    say(ticket, desk.merchant, "The answer", now=NOW + MINUTE)
    say(ticket, desk.buyer, "Waits", now=NOW + 2 * MINUTE)
    say(ticket.order, desk.buyer, "Waits on the order", now=NOW + 3 * MINUTE)
    with connection.cursor() as cursor:
        cursor.execute(marks)
    assert [unread(ticket, side) for side in ("buyer", "merchant", "support")] == [0, 2, 0]
    assert ReadMark.objects.filter(side="merchant").count() == 1
