"""Every version of an application, for both sides (B-17): in the API, on the buyer's page and on the review page."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales import services
from aftersales.api.versions import versions_json
from aftersales.models import Ticket
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import DAY, NOW, World

from .desk_api import ApiDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def twice_changed(desk: Desk) -> Ticket:
    """A return of one unit, then of both for quality with other words, then a claim of 30.00."""
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    first = desk.application(order, "return_refund", "no_reason", quantity=1, description="Too small", evidence=())
    ticket = services.apply(order, first, actor=desk.buyer, now=NOW)
    second = desk.application(order, "return_refund", "quality", quantity=2, description="A seam is open")
    ticket = services.amend(ticket, second, actor=desk.buyer, now=NOW + DAY)
    third = desk.application(
        order, "refund_only", "compensation", quantity=2, claimed_amount=Decimal(30), received=True,
        description="A seam is open",
    )  # fmt: skip
    return services.amend(ticket, third, actor=desk.buyer, now=NOW + 2 * DAY)


def moves(ticket: Ticket) -> list[Any]:
    return list(ticket.history().values_list("action", "at", "data"))


def test_each_says_what_it_asked_for_and_in_what_it_differs(desk: Desk) -> None:
    ticket = twice_changed(desk)
    first, second, third = versions_json(ticket, moves(ticket))
    assert [row["number"] for row in (first, second, third)] == [1, 2, 3]
    assert (first["type"], first["reason"]["label"], first["lines"][0]["quantity"]) == (
        "return_refund", "No reason (7 days)", 1,
    )  # fmt: skip
    assert (first["requested_amount"], second["requested_amount"], third["requested_amount"]) == (
        "99.00", "198.00", "30.00",
    )  # fmt: skip
    assert (first["changed"], third["claimed_amount"]) == ([], "30.00")
    assert second["changed"] == ["reason", "lines", "requested_amount", "description", "evidence"]
    assert third["changed"] == ["type", "reason", "received", "claimed_amount", "requested_amount"]


def test_one_version_is_none_to_show_and_costs_nothing(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    rows = moves(ticket)
    with CaptureQueriesContext(connection) as seen:
        assert versions_json(ticket, rows) == []
    assert len(seen) == 0
    ticket = twice_changed(desk)
    rows = moves(ticket)
    with CaptureQueriesContext(connection) as seen:
        assert len(versions_json(ticket, rows)) == 3
    assert len(seen) == 2


def test_the_same_again_is_a_version_that_differs_in_nothing(desk: Desk) -> None:
    order = desk.world.delivered()
    asked = replace(desk.application(order, "return_refund", "quality"), description="Torn")
    ticket = services.apply(order, asked, actor=desk.buyer, now=NOW)
    services.amend(ticket, asked, actor=desk.buyer, now=NOW + DAY)
    assert [row["changed"] for row in versions_json(ticket, moves(ticket))] == [[], []]


def test_the_api_lists_them_for_every_party(apidesk: ApiDesk, world: World) -> None:
    order = world.delivered()
    ticket = apidesk.apply(order)
    assert apidesk.get("alice", ticket)["versions"] == []
    apidesk.do("alice", ticket, "amend", **apidesk.body(order, "return_refund", "no_reason", description="Odd"))
    for name in ("alice", "mei", "sun"):
        first, second = apidesk.get(name, ticket)["versions"]
        assert (first["number"], first["type_label"], first["changed"]) == (1, "return and refund", [])
        assert (second["description"], "description" in second["changed"]) == ("Odd", True)
        assert len(second["changed_labels"]) == len(second["changed"])


@pytest.mark.parametrize("name", ["alice", "mei"])
def test_both_pages_show_them_folded_and_say_what_changed(desk: Desk, sit: Sit, name: str) -> None:
    ticket = twice_changed(desk)
    url = f"/tickets/{ticket.ticket_no}/" if name == "alice" else page(ticket)
    shown = text(sit(name).get(url))
    assert "Changed 2 times" in shown
    assert re.search(r'<details class="[a-z-]+" id="versions">', shown)  # closed
    assert shown.count("(differs)") == len(
        [field for row in versions_json(ticket, moves(ticket)) for field in row["changed"]]
    )
    assert "Too small" in shown
    single = desk.apply(desk.world.delivered())
    url = f"/tickets/{single.ticket_no}/" if name == "alice" else page(single)
    assert 'id="versions"' not in text(sit(name).get(url))
