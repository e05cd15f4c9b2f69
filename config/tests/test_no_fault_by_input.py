"""What people send is never a fault of ours: long names, times at the edge of the calendar; a database that is away is
503 with `Retry-After`, in JSON for programs."""

import base64
import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from config import errors
from tests.browser import Sit
from tests.fixtures import Login
from tests.world import World

EDGES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z", "1989-12-31T23:59:59Z"]


def cursor(at: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([False, at, 1]).encode()).decode()


@pytest.mark.parametrize("at", EDGES)
@pytest.mark.parametrize("path", ["orders", "tickets", "refunds"])
def test_cursors_at_the_edge_of_the_calendar(world: World, api: Login, path: str, at: str) -> None:
    assert api("mei").get(f"/api/v1/{path}/", {"cursor": cursor(at)}).status_code == 400


@pytest.mark.parametrize("at", EDGES)
@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_filters_at_the_edge_of_the_calendar(world: World, api: Login, name: str, at: str) -> None:
    assert api("mei").get("/api/v1/orders/", {name: at}).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1989-12-31", "2200-01-01"])
def test_days_of_the_activity_page(world: World, sit: Sit, day: str) -> None:
    assert sit("mei").get(reverse("admin:desk_activity"), {"day": day}).status_code == 400
    assert sit("mei").get(reverse("admin:desk_activity_export"), {"day": day}).status_code == 400


@pytest.mark.parametrize("at", EDGES)
def test_cursors_of_the_activity_page(world: World, sit: Sit, at: str) -> None:
    assert sit("mei").get(reverse("admin:desk_activity"), {"before": f"{at}_1"}).status_code == 200


@pytest.mark.parametrize("length", [150, 151, 255, 256, 5000])
def test_login_names_of_any_length(world: World, client: Client, length: int) -> None:
    body = {"username": "x" * length, "password": "wrong"}
    assert client.post("/login/", body).status_code == 400
    assert client.post("/api/v1/auth/token/", body, content_type="application/json").status_code == 400


class Away(OperationalError):
    def __init__(self, code: str | None) -> None:
        super().__init__("gone")
        self.__cause__ = type("Cause", (Exception,), {"pgcode": code})()


# Connection lost; none left; disk full; shutting down.
AWAY: list[Exception] = [
    Away(None),
    Away("08006"),
    Away("53300"),
    Away("53100"),
    Away("57P01"),
    InterfaceError("closed"),
]


@pytest.mark.parametrize("fault", AWAY, ids=str)
@pytest.mark.parametrize("path", ["/api/v1/orders/", "/orders/", "/admin/"])
def test_a_database_that_is_away(rf: RequestFactory, path: str, fault: Exception) -> None:
    answer: Any = errors.ErrorAnswers(lambda _request: None).process_exception(rf.get(path), fault)  # type: ignore[arg-type,return-value]
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    if path.startswith("/api/"):
        assert json.loads(answer.content)["code"] == "unavailable"
    try:
        raise fault
    except (OperationalError, InterfaceError):  # in a middleware: Django asks the handler of 500
        assert errors.server_error(rf.get(path)).status_code == 503


def test_through_the_whole_chain(world: World, api: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    client = api("mei")

    def away(*_arguments: Any, **_options: Any) -> None:
        raise Away("57P01")

    with connection.execute_wrapper(away):
        for headers in ({}, {"Idempotency-Key": "k"}):
            answer = client.post("/api/v1/orders/E-1/pack/", {}, format="json", headers=headers)
            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert answer.json()["code"] == "unavailable"


def test_a_statement_that_takes_too_long_is_a_fault_of_ours(rf: RequestFactory) -> None:
    assert errors._unavailable(Away("57014")) is None
