"""The event catalogue: every action of every machine is an event or is listed as no news, and the docs say the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from kernel.events import Event, event_type, event_types, machines
from kernel.machine import transition_names
from tests.world import World

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
APPS = {
    "orders": "order", "aftersales": "ticket", "refunds": "refund", "refunds/chargebacks": "chargeback",
    "refunds/complaints": "complaint",
    "refunds/payables": "payable",
    "logistics/pickups": "pickup",
    "logistics": "parcel",
}  # fmt: skip
MACHINES = sorted(APPS.values())


def recorded(app: str) -> Iterator[str]:
    """The actions that are no transitions: what `begin` and `record` are called with, and what the import writes."""
    for path in (ROOT / app).rglob("*.py"):
        if {"tests", "migrations"} & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "begin":
                yield next((kw.value.value for kw in node.keywords if kw.arg == "name"), "create")  # type: ignore
            elif name == "record":
                action = node.args[1]
                assert isinstance(action, ast.Constant), f"{path}: give `record` the action as a constant"
                yield str(action.value)
            elif name == "record_import":
                yield "import"


def actions(machine: str) -> set[str]:
    app = next(app for app, kind in APPS.items() if kind == machine)
    imported = {"import"} if machine in ("order", "parcel") else set()
    return set(transition_names(machines()[machine])) | set(recorded(app)) | imported


def table(heading: str, width: int) -> list[list[str]]:
    """The rows of the first table below `heading`, a list of cells each."""
    body = PAGE.split(heading, 1)[1].split("|---", 1)[1]
    lines = [line for line in re.split(r"\n(?!\|)", body, maxsplit=1)[0].splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows, heading
    assert all(len(row) == width for row in rows), heading
    return rows


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([\w.]+)`", cell))


def test_the_machines_are_those_of_the_catalogue() -> None:
    assert sorted(machines()) == MACHINES
    assert {names(row[0]).pop() for row in table("## Subjects", 4)} == set(MACHINES)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_action_is_an_event_or_listed_as_no_news(machine: str) -> None:
    model = machines()[machine]
    always = {entry for entry in model.NO_NEWS if isinstance(entry, str)}
    sometimes = {entry[0] for entry in model.NO_NEWS if not isinstance(entry, str)}
    assert set(model.EVENTS) | always == actions(machine)
    assert not set(model.EVENTS) & always
    assert sometimes <= set(model.EVENTS)
    # Offers are made on tickets, and have events of their own.
    own = ("ticket.", "offer.") if machine == "ticket" else f"{machine}."
    assert all(name.startswith(own) for name in model.EVENTS.values())


def test_the_type_follows_action_and_target() -> None:
    assert event_type("ticket", "approve", "pending_refund") == "ticket.approved"
    assert event_type("ticket", "settle", "completed") == "ticket.completed"
    assert event_type("ticket", "arrive", "pending_refund") is None
    assert event_type("order", "ship", "shipped") == "order.shipped"
    assert event_type("order", "ship", "paid") is None
    assert event_type("refund", "settle_by_hand", "succeeded") == "refund.succeeded"
    with pytest.raises(KeyError):
        event_type("ticket", "dance", "completed")


def test_every_history_row_of_a_journey_has_a_meaning(world: World) -> None:
    order = world.completed()
    meanings = [event_type("order", row.action, row.target) for row in order.history()]
    assert meanings == ["order.created", "order.shipped", "order.delivered", "order.completed"]


def test_the_page_lists_the_types_and_what_causes_them() -> None:
    told = {(names(kind).pop(), action) for kind, causes, _ in table("## Types", 3) for action in names(causes)}
    declared = {(kind, action) for model in machines().values() for action, kind in model.EVENTS.items()}
    assert told == declared
    assert [names(row[0]).pop() for row in table("## Types", 3)] == [
        kind for machine in APPS.values() for kind in event_types(machine)
    ]


def test_the_page_lists_what_is_no_news() -> None:
    told = {(names(kind).pop(), action) for kind, cell in table("No news,", 2) for action in names(cell)}
    assert told == {
        (machine, entry if isinstance(entry, str) else entry[0])
        for machine, model in machines().items()
        for entry in model.NO_NEWS
    }


def test_the_page_lists_the_fields_of_an_event() -> None:
    told = {names(field).pop(): names(content) for field, content in table("## Fields of every event", 2)}
    assert list(told) == list(Event.__annotations__)
    for name in ("subject", "actor"):
        assert told[name] == set(Event.__annotations__[name].__annotations__)


def test_the_page_names_the_numbers_of_each_subject(world: World) -> None:
    for kind, number, external, _ in table("## Subjects", 4):
        model = machines()[names(kind).pop()]
        ours, theirs = (name.rpartition("__")[2].replace("pk", "id") for name in model.NUMBERS)
        assert (ours, theirs) == (names(number).pop(), names(external).pop())
        assert list(model._default_manager.values_list(*model.NUMBERS)[:1]) is not None
