"""The conditions of inspection in the API: the catalogue, and what was found of each line (S-087, S-088)."""

from typing import Any

import pytest

from aftersales.models.ticket_line import Condition
from aftersales.services.receiving import receive
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=10)
    return Desk(world)


def test_the_catalogue_has_every_condition_that_receiving_takes(desk: Desk, api: Login) -> None:
    rows = api("mei").get("/api/v1/conditions/").json()
    assert [row["code"] for row in rows] == Condition.values
    assert {row["code"]: (row["arrived"], row["restocked"]) for row in rows} == {
        "as_new": (True, True), "resellable": (True, True), "damaged": (True, False), "missing": (False, False),
        "wrong": (True, False),
    }  # fmt: skip
    assert rows[0]["label"] == "as new"
    chinese = api("mei").get("/api/v1/conditions/", HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert chinese[0]["label"] == "全新"
    assert api("").get("/api/v1/conditions/").status_code == 401


@pytest.mark.parametrize("who", ["mei", "alice"])
def test_a_ticket_says_what_was_found(desk: Desk, world: World, api: Login, who: str) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    address = f"/api/v1/tickets/{ticket.ticket_no}/"

    def found() -> Any:
        return api(who).get(address).json()["lines"][0]["inspections"]

    assert found() == []
    line = ticket.lines.get().line_id
    units = [{"line_id": line, "quantity": 1, "condition": name} for name in ("as_new", "damaged")]
    receive(ticket, units=units, actor=desk.merchant, now=NOW)
    assert found() == [
        {"condition": "as_new", "condition_label": "as new", "quantity": 1},
        {"condition": "damaged", "condition_label": "damaged", "quantity": 1},
    ]
    listed = api(who).get("/api/v1/tickets/").json()["results"][0]
    assert listed["lines"][0]["inspections"] == found()
