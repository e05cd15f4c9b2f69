"""The conversation on a ticket: who may, what is kept, and that nothing said is ever changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from aftersales import services
from aftersales.audit import run
from aftersales.models import Evidence, Message, Ticket
from kernel.actors import CLOCK
from kernel.errors import Forbidden, Invalid
from kernel.models import History
from tests.desk import Desk
from tests.world import NOW, World

from ..rules.application import application_of
from .desk_api import TICKETS, ApiDesk, code

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


def say(ticket: Ticket, actor: Any, text: str = "Hello", **more: Any) -> Message:
    return services.post_message(ticket, text=text, actor=actor, **({"now": NOW} | more))


# --- the service --------------------------------------------------------------------------------------------


def test_both_sides_and_support_oldest_first(desk: Desk, ticket: Ticket) -> None:
    say(ticket, desk.merchant, "Second", now=NOW + MINUTE)
    say(ticket, desk.buyer, "First")
    say(ticket, desk.support, "Third", now=NOW + MINUTE)  # in the same second: as it came
    said = [(row.author_kind, row.author_name, row.author_id, row.text) for row in services.conversation(ticket)]
    assert said == [
        ("buyer", "alice", desk.buyer.user_id, "First"),
        ("merchant", "mei", desk.merchant.user_id, "Second"),
        ("support", "sun", desk.support.user_id, "Third"),
    ]


def test_it_moves_nothing(desk: Desk, ticket: Ticket) -> None:
    moves, before = History.objects.count(), Ticket.objects.values().get(pk=ticket.pk)
    say(ticket, desk.buyer)
    assert History.objects.count() == moves
    assert Ticket.objects.values().get(pk=ticket.pk) == before | {"buyer_waits_since": NOW}


def waits_since(ticket: Ticket) -> Any:
    """As it is kept, which is what the messages say."""
    assert list(run()) == []
    return Ticket.objects.get(pk=ticket.pk).buyer_waits_since


def test_the_buyer_waits_from_the_first_word_that_the_shop_has_not_answered(desk: Desk, ticket: Ticket) -> None:
    assert waits_since(ticket) is None
    say(ticket, desk.merchant, "Good morning", now=NOW)
    assert waits_since(ticket) is None
    say(ticket, desk.buyer, "Hello?", now=NOW + MINUTE)
    say(ticket, desk.buyer, "Anybody?", now=NOW + 2 * MINUTE)
    assert waits_since(ticket) == NOW + MINUTE
    say(ticket, desk.support, "We are looking.", now=NOW + 3 * MINUTE)
    assert waits_since(ticket) == NOW + MINUTE
    say(ticket, desk.agent, "Here we are.", now=NOW + 4 * MINUTE)
    assert waits_since(ticket) is None
    say(ticket, desk.buyer, "Thanks", now=NOW + 5 * MINUTE)
    assert waits_since(ticket) == NOW + 5 * MINUTE


def test_what_came_in_last_counts_whatever_the_clocks_say(desk: Desk, ticket: Ticket) -> None:
    say(ticket, desk.merchant, "Late clock", now=NOW + MINUTE)
    say(ticket, desk.buyer, "And now?")
    assert waits_since(ticket) == NOW


def test_decisions_and_the_end_of_the_ticket_are_no_answer(desk: Desk, ticket: Ticket) -> None:
    say(ticket, desk.buyer)
    desk.approve(ticket)
    services.withdraw(ticket, actor=desk.buyer, now=NOW)
    assert waits_since(ticket) == NOW


def test_a_refused_message_keeps_nobody_waiting(desk: Desk, ticket: Ticket) -> None:
    for actor, waiting in ((desk.buyer, None), (desk.merchant, NOW)):
        with pytest.raises(Invalid):
            say(ticket, actor, evidence=[desk.photo(desk.support.user_id)])
        assert waits_since(ticket) == waiting
        say(ticket, desk.buyer)


def test_in_any_state(desk: Desk, ticket: Ticket) -> None:
    for step in (lambda: services.withdraw(ticket, actor=desk.buyer, now=NOW), lambda: None):
        step()
        say(ticket, desk.buyer)
    assert ticket.messages.count() == 2


@pytest.mark.parametrize("who", ["integration", "clock"])
def test_programs_are_no_party(desk: Desk, ticket: Ticket, who: str) -> None:
    with pytest.raises(Forbidden):
        say(ticket, desk.integration if who == "integration" else CLOCK)
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 2001])
def test_neither_nothing_nor_a_novel(desk: Desk, ticket: Ticket, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        say(ticket, desk.buyer, text)
    assert refused.value.errors == {"text": ["Write 1 to 2000 characters, or add a photo."]}


def test_a_photo_alone_will_do_and_belongs_to_the_ticket(desk: Desk, ticket: Ticket) -> None:
    photo = desk.photo()
    message = say(ticket, desk.buyer, "", evidence=[photo, photo])
    assert (message.text, [row.pk for row in message.evidence.all()]) == ("", [photo])
    assert Evidence.objects.get(pk=photo).ticket_id == ticket.pk


def test_only_own_uploads_that_nothing_else_uses(desk: Desk, ticket: Ticket) -> None:
    other = desk.apply(desk.world.delivered())
    said = say(ticket, desk.buyer, evidence=[used := desk.photo()])
    elsewhere = other.evidence.get().pk
    for files in ([desk.photo(desk.merchant.user_id)], [elsewhere], [used], [desk.photo(), used]):
        with pytest.raises(Invalid) as refused:
            say(ticket, desk.buyer, evidence=files)
        assert set(refused.value.errors or {}) == {"evidence"}
    assert list(Message.objects.all()) == [said]
    assert Evidence.objects.filter(ticket=None).count() == 2


def test_a_photo_of_the_application_may_be_pointed_at(desk: Desk, ticket: Ticket) -> None:
    photo = ticket.evidence.get()
    assert [row.pk for row in say(ticket, desk.buyer, evidence=[photo.pk]).evidence.all()] == [photo.pk]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_was_said_stays(desk: Desk, ticket: Ticket, change: str) -> None:
    rows = Message.objects.filter(pk=say(ticket, desk.buyer).pk)
    how = {"update": lambda: rows.update(text="Never said"), "delete": rows.delete}
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        how[change]()


def test_an_application_stands_on_the_buyers_photos_not_on_the_merchants(desk: Desk, ticket: Ticket) -> None:
    """What the merchant shows in the conversation neither stops an amendment nor counts as its evidence."""
    say(ticket, desk.merchant, "See here", evidence=[desk.photo(desk.merchant.user_id)])
    own = say(ticket, desk.buyer, "No, here", evidence=[desk.photo()]).evidence.get().pk
    asked = application_of(ticket)
    assert own in asked.evidence
    assert len(asked.evidence) == 2
    amended = services.amend(ticket, asked, actor=desk.buyer, now=NOW)
    assert amended.status == "pending_review"
    bare = desk.apply(desk.world.delivered(), "return_refund", "no_reason", evidence=())
    say(bare, desk.merchant, "See here", evidence=[desk.photo(desk.merchant.user_id)])
    quality = desk.application(bare.order, "return_refund", "quality", evidence=())
    with pytest.raises(Exception, match="photo"):
        services.amend(bare, quality, actor=desk.buyer, now=NOW)
    say(bare, desk.buyer, "And here", evidence=[desk.photo()])
    assert services.amend(bare, quality, actor=desk.buyer, now=NOW).reason.code == "quality"


# --- over HTTP ----------------------------------------------------------------------------------------------


@pytest.fixture
def spoken(apidesk: ApiDesk) -> dict[str, Any]:
    return apidesk.apply(apidesk.world.delivered())


def address(ticket: dict[str, Any]) -> str:
    return f"{TICKETS}{ticket['ticket_no']}/messages/"


def test_a_conversation(apidesk: ApiDesk, spoken: dict[str, Any]) -> None:
    photo = apidesk.photo("mei")
    first = apidesk.post("alice", spoken, "messages", {"text": " Which courier? "})
    assert (first.status_code, first.json()["text"]) == (201, "Which courier?")
    assert first.json()["author"] == {"kind": "buyer", "kind_label": "buyer", "name": "alice"}
    second = apidesk.post("mei", spoken, "messages", {"text": "Any.", "evidence": [photo]})
    assert [file["id"] for file in second.json()["evidence"]] == [photo]
    for name in ("alice", "mei", "wen", "sun", "oms"):
        answer = apidesk.api(name).get(address(spoken)).json()
        assert [row["id"] for row in answer["results"]] == [first.json()["id"], second.json()["id"]], name
    assert apidesk.api("alice").get(f"/api/v1/evidence/{photo}/").status_code == 200
    assert apidesk.api("bob").get(f"/api/v1/evidence/{photo}/").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("bob", 404), ("rui", 404), ("eve", 404), ("", 401)])
def test_strangers(apidesk: ApiDesk, spoken: dict[str, Any], name: str, status: int) -> None:
    assert apidesk.api(name).get(address(spoken)).status_code == status
    assert apidesk.post(name, spoken, "messages", {"text": "Me too"}).status_code == status
    assert not Message.objects.exists()


def test_programs_read_and_do_not_speak(apidesk: ApiDesk, spoken: dict[str, Any]) -> None:
    assert code(apidesk.post("oms", spoken, "messages", {"text": ""})) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": 7}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "Hi", "evidence": ["7b0c1b0e-3f0a-4b53-9e6a-0d6b6f3a2c11"]}, "evidence"),
        ({"text": "Hi", "evidence": "photo"}, "evidence"),
    ],
)
def test_what_is_malformed(apidesk: ApiDesk, spoken: dict[str, Any], body: dict[str, Any], field: str) -> None:
    answer = apidesk.post("alice", spoken, "messages", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Message.objects.exists()


def test_evidence_of_others(apidesk: ApiDesk, spoken: dict[str, Any]) -> None:
    answer = apidesk.post("alice", spoken, "messages", {"evidence": [apidesk.photo("bob")]})
    assert code(answer) == (400, "invalid")


def test_one_key_one_message(apidesk: ApiDesk, spoken: dict[str, Any]) -> None:
    alice, body = apidesk.api("alice"), {"text": "Once"}
    answers = [alice.post(address(spoken), body, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert Message.objects.count() == 1


def test_pages_cost_the_same_at_any_depth(
    apidesk: ApiDesk, spoken: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    ticket, actor = apidesk.row(spoken), apidesk.world.actor("alice")
    for number in range(7):
        say(ticket, actor, str(number), now=NOW + number // 2 * MINUTE)
    alice, url, seen = apidesk.api("alice"), f"{address(spoken)}?page_size=3", []
    while url:
        with django_assert_max_num_queries(5):  # token, memberships, ticket, messages, files
            answer = alice.get(url).json()
        seen += [row["text"] for row in answer["results"]]
        url = answer["next"]
    assert seen == list("0123456")


def test_saying_costs_a_fixed_number(
    apidesk: ApiDesk, spoken: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    alice, photo = apidesk.api("alice"), apidesk.photo()
    with django_assert_max_num_queries(10):  # one of them locks the order: messages come one after the other
        assert alice.post(address(spoken), {"text": "Hi", "evidence": [photo]}).status_code == 201


def test_tickets_say_whether_they_await_an_answer(apidesk: ApiDesk, spoken: dict[str, Any]) -> None:
    alice, mei = apidesk.api("alice"), apidesk.api("mei")
    one = f"{TICKETS}{spoken['ticket_no']}/"

    def listed(word: str) -> list[str]:
        return [row["ticket_no"] for row in mei.get(f"{TICKETS}?awaits_answer={word}").json()["results"]]

    assert alice.get(one).json()["awaits_answer"] is False
    assert (listed("true"), listed("false")) == ([], [spoken["ticket_no"]])
    assert alice.post(address(spoken), {"text": "Hi"}).status_code == 201
    assert mei.get(one).json()["awaits_answer"] is True
    assert (listed("true"), listed("false")) == ([spoken["ticket_no"]], [])
    assert mei.get(f"{TICKETS}?awaits_answer=perhaps").status_code == 400
    assert mei.post(address(spoken), {"text": "Hello"}).status_code == 201
    assert alice.get(one).json()["awaits_answer"] is False
