"""A buyer whose goods a courier collects: what the pages say, and what there is to do, at each step (S-085)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from aftersales import services
from aftersales.models import Ticket
from fakes.pickups import LATE, NUMBERLESS
from logistics.couriers import What
from tests.browser import text
from tests.desk import Desk
from tests.pickups import SOURCES, again, ask, book, couriers_that_come, say
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=SOURCES)
def fake(desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch, request: Any) -> Iterator[Any]:
    with couriers_that_come(desk, settings, monkeypatch, request.param) as own:
        yield own


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    return to_send(desk, world)


def to_send(desk: Desk, world: World) -> Ticket:
    return desk.approve(desk.apply(world.delivered(), "return_refund", "quality"))


def page(alice: Client, ticket: Ticket, *, chinese: bool = False) -> str:
    return seen(alice, f"/tickets/{ticket.ticket_no}/", chinese=chinese)


def seen(alice: Client, address: str, *, chinese: bool) -> str:
    return text(alice.get(address, headers={"accept-language": "zh-hans" if chinese else "en"}))


def may_cancel(html: str, ticket: Ticket) -> bool:
    return f"/tickets/{ticket.ticket_no}/cancel-pickup/" in html


@pytest.mark.parametrize(
    ("chinese", "heading", "sentence"),
    [
        (False, "A courier comes for your parcel", "Have it packed."),
        (True, "等待快递员上门取件", "请提前打包好"),
    ],
)
def test_booked(desk: Desk, alice: Client, ticket: Ticket, chinese: bool, heading: str, sentence: str) -> None:
    book(desk, ticket)
    ask(desk)
    html = page(alice, ticket, chinese=chinese)
    assert heading in html
    assert sentence in html
    assert may_cancel(html, ticket)


def test_being_cancelled_there_is_nothing_to_press(desk: Desk, alice: Client, ticket: Ticket) -> None:
    ticket = book(desk, ticket)
    ask(desk)
    services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)
    html = page(alice, ticket)
    assert "The pickup is being cancelled" in html
    assert not may_cancel(html, ticket)


@pytest.mark.parametrize(
    ("chinese", "note"),
    [(False, "It was too late to cancel: the courier comes all the same."), (True, "已来不及取消，快递员仍会上门。")],
)
def test_too_late_to_cancel(desk: Desk, alice: Client, ticket: Ticket, chinese: bool, note: str) -> None:
    ticket = book(desk, ticket, address=LATE)
    ask(desk)
    services.cancel_pickup(again(ticket), actor=desk.buyer, now=desk.now)
    ask(desk)
    html = page(alice, ticket, chinese=chinese)
    assert note in html
    assert not may_cancel(html, ticket)


@pytest.mark.parametrize(
    ("chinese", "heading", "note", "listed"),
    [
        (
            False,
            "The courier has your parcel",
            "The courier hasn't given the tracking number yet.",
            "The courier has it.",
        ),
        (True, "快递员已取走包裹", "快递公司尚未给出运单号", "快递员已取件"),
    ],
)
def test_collected_and_no_number_yet(
    desk: Desk, alice: Client, ticket: Ticket, chinese: bool, heading: str, note: str, listed: str
) -> None:
    ticket = book(desk, ticket, address=NUMBERLESS)
    ask(desk)
    say(desk, ticket, What.COLLECTED)
    html = page(alice, ticket, chinese=chinese)
    assert heading in html
    assert note in html
    assert not may_cancel(html, ticket)
    assert "A courier comes for your parcel" not in html
    assert listed in seen(alice, "/tickets/", chinese=chinese)


@pytest.mark.parametrize(("chinese", "scan"), [(False, "The courier has collected it."), (True, "快递员已取件。")])
def test_the_collection_is_told_in_the_readers_language(
    desk: Desk, alice: Client, ticket: Ticket, chinese: bool, scan: str
) -> None:
    """Whatever language the job had that noted it."""
    ticket = book(desk, ticket)
    ask(desk)
    with translation.override("en" if chinese else "zh-hans"):
        say(desk, ticket, What.COLLECTED, tracking_no="YT9000000000001")
    assert scan in page(alice, ticket, chinese=chinese)


def test_a_list_of_pickups_takes_no_more_statements(desk: Desk, world: World, alice: Client, ticket: Ticket) -> None:
    counts = []
    for number in range(4):
        book(desk, ticket if number == 0 else to_send(desk, world))
        with CaptureQueriesContext(connection) as statements:
            html = text(alice.get("/tickets/"))
        assert html.count("/cancel-pickup/") == number + 1
        counts.append(len(statements))
    assert counts[0] == counts[-1], counts
