"""The list of tickets: what is in it, filters, order, pages, counters, statements."""

from datetime import timedelta
from typing import Any

import pytest

from aftersales.models import Ticket
from orders.models import OrderLine
from tests.world import DAY, NOW

from .desk_api import BILL, ROOT, TICKETS, ApiDesk


def numbers(apidesk: ApiDesk, query: str = "", who: str = "mei") -> list[str]:
    answer = apidesk.api(who).get(f"{TICKETS}{query}")
    assert answer.status_code == 200, answer.content
    return [row["ticket_no"] for row in answer.json()["results"]]


@pytest.fixture
def four(apidesk: ApiDesk, time_machine: Any) -> dict[str, dict[str, Any]]:
    """An hour apart: a return under way, one under review, one refused, a refund of unshipped goods."""
    found = {}
    for hour, name in enumerate(("back", "new", "refused", "unshipped")):
        time_machine.move_to(NOW + timedelta(hours=hour), tick=False)
        if name == "unshipped":
            found[name] = apidesk.apply(apidesk.world.place_order(order_no="E-unshipped"), "refund_only", "dont_want")
        else:
            found[name] = apidesk.apply(apidesk.world.delivered(order_no=f"E-{name}"))
    apidesk.do("mei", found["back"], "approve")
    apidesk.do("alice", found["back"], "ship-back", **BILL)
    OrderLine.objects.filter(order__order_no="E-refused").update(no_reason_exempt=True, exempt_confirmed=True)
    apidesk.do("mei", found["refused"], "reject", reason="Worn", ground="exempt_confirmed")
    return found


def test_a_row_of_the_list(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(lines=[("TEE", "99.00", 2)]), quantity=1)
    row = apidesk.api("mei").get(TICKETS).json()["results"][0]
    assert row == {name: ticket[name] for name in row} | {
        "allowed_actions": ["approve", "reject", "offer", "take", "hand-over"]
    }
    assert row["shop"]["name"] == "Lantern"
    assert row["lines"] == [
        {
            "line_id": ticket["lines"][0]["line_id"],
            "sku": "TEE",
            "title": "Tee",
            "spec": "",
            "image_url": "",
            "quantity": 1,
            "refund_amount": "99.00",
            "exchange_sku": None,
            "exchange_label": "",
            "received_quantity": None,
            "inspections": [],
            "replacement_line_id": None,
        }
    ]
    assert (row["type"], row["status"], row["stage"]) == ("return_refund", "pending_review", "pending")
    assert (row["due_action"], row["due_at"]) == ("approve", "2026-03-04T10:00:00+08:00")
    assert (row["created_at"], row["overdue"]) == ("2026-03-02T10:00:00+08:00", False)


QUERIES = [
    ("", ["unshipped", "refused", "new", "back"]),
    ("?ordering=created_at", ["back", "new", "refused", "unshipped"]),
    ("?ordering=-created_at", ["unshipped", "refused", "new", "back"]),
    ("?type=refund_only", ["unshipped"]),
    ("?type=exchange", []),
    ("?status=pending_refund", ["unshipped", "back"]),
    ("?stage=pending", ["new"]),
    ("?stage=approved", ["unshipped", "back"]),
    ("?stage=rejected", ["refused"]),
    ("?stage=closed", []),
    ("?shop=lantern", ["unshipped", "refused", "new", "back"]),
    ("?shop=harbor", []),
    ("?overdue=true", []),
    ("?overdue=false&status=rejected", ["refused"]),
    ("?created_after=2026-03-02T12:00:00%2B08:00", ["unshipped", "refused"]),
    ("?created_before=2026-03-02T11:00:00%2B08:00", ["back"]),
    ("?created_before=2026-03-02", ["unshipped", "refused", "new", "back"]),
    ("?created_after=2026-03-03", []),
    ("?search=e-ref", ["refused"]),
    ("?search=SF123456", ["back"]),
    ("?search=nothing", []),
    ("?search=%25", []),
    ("?type=&status=", ["unshipped", "refused", "new", "back"]),
]


def test_filters(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    for query, expected in QUERIES:
        assert numbers(apidesk, query) == [four[name]["ticket_no"] for name in expected], query


def test_search_by_ticket_number(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    number = four["new"]["ticket_no"]
    assert numbers(apidesk, f"?search={number[2:]}") == [number]


def test_by_deadline(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    rows = apidesk.api("mei").get(f"{TICKETS}?ordering=due_at").json()["results"]
    due = [row["due_at"] for row in rows]
    assert due == sorted(due)
    assert len(due) == 4
    assert numbers(apidesk, "?ordering=-due_at") == [row["ticket_no"] for row in reversed(rows)]
    apidesk.do("alice", four["refused"], "withdraw")
    assert four["refused"]["ticket_no"] not in numbers(apidesk, "?ordering=due_at")


def test_pages_there_and_back(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    for ordering in ("created_at", "-created_at", "due_at", "-due_at"):
        there_and_back(apidesk, ordering)


def there_and_back(apidesk: ApiDesk, ordering: str) -> None:
    client, address, seen = apidesk.api("mei"), f"{TICKETS}?page_size=1&ordering={ordering}", []
    previous = ""
    while address:
        page = client.get(address).json()
        seen += [row["ticket_no"] for row in page["results"]]
        address, previous = page["next"], page["previous"]
    assert seen == numbers(apidesk, f"?ordering={ordering}")
    back = client.get(previous).json()
    assert [row["ticket_no"] for row in back["results"]] == seen[2:3]


BAD_QUERIES = [
    "type=odd", "status=odd", "stage=odd", "overdue=odd", "ordering=status", "created_after=odd",
    "created_before=2026-13-01", "search=%00", "page_size=0", "cursor=odd", "shop=%00",
]  # fmt: skip


def test_bad_queries_are_400(apidesk: ApiDesk) -> None:
    for query in BAD_QUERIES:
        answer = apidesk.api("mei").get(f"{TICKETS}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), query


def test_who_sees_what(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    for name in ("alice", "mei", "wen", "oms", "sun"):
        assert len(numbers(apidesk, who=name)) == 4
    for name in ("bob", "eve", "rui"):
        assert numbers(apidesk, who=name) == []
        assert sum(apidesk.api(name).get(f"{TICKETS}summary/").json()["stages"].values()) == 0


def test_summary(apidesk: ApiDesk, four: dict[str, dict[str, Any]]) -> None:
    Ticket.objects.filter(ticket_no=four["new"]["ticket_no"]).update(overdue_since=NOW + 2 * DAY)
    expected = {"pending": 1, "approved": 2, "rejected": 1, "completed": 0, "closed": 0}
    client = apidesk.api("mei")
    assert client.get(f"{TICKETS}summary/").json() == {"stages": expected, "overdue": 1}
    assert client.get(f"{TICKETS}summary/?type=refund_only").json()["stages"]["approved"] == 1
    assert client.get(f"{TICKETS}summary/?shop=harbor").json()["overdue"] == 0
    assert client.get(f"{TICKETS}summary/?type=odd").status_code == 400
    assert numbers(apidesk, "?overdue=true") == [four["new"]["ticket_no"]]


def test_reasons(apidesk: ApiDesk) -> None:
    rows = apidesk.api("alice").get(f"{ROOT}reasons/?type=repair").json()
    assert rows == [
        {
            "type": "repair",
            "type_label": "repair",
            "code": "fault",
            "label": "The product is faulty",
            "fault": "merchant",
            "fault_label": "the merchant",
            "evidence_required": True,
            "sub_reasons": [],
        },
        {
            "type": "repair",
            "type_label": "repair",
            "code": "misuse",
            "label": "Damaged in use",
            "fault": "buyer",
            "fault_label": "the buyer",
            "evidence_required": True,
            "sub_reasons": [],
        },
    ]
    chinese = apidesk.api("alice").get(f"{ROOT}reasons/?type=repair", HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert [row["label"] for row in chinese] == ["产品故障", "人为损坏"]
    assert len(apidesk.api("alice").get(f"{ROOT}reasons/").json()) == 25
    assert apidesk.api("alice").get(f"{ROOT}reasons/?type=odd").status_code == 400
    assert apidesk.api("").get(f"{ROOT}reasons/").status_code == 401


def test_statements(apidesk: ApiDesk, four: dict[str, dict[str, Any]], django_assert_num_queries: Any) -> None:
    for name in ("alice", "mei", "sun"):
        client = apidesk.api(name)
        with django_assert_num_queries(4):  # token, memberships, tickets, lines
            assert len(client.get(f"{TICKETS}?search=E-").json()["results"]) == 4
    client = apidesk.api("mei")
    with django_assert_num_queries(3):
        client.get(f"{TICKETS}summary/")
    with django_assert_num_queries(2):
        client.get(f"{ROOT}reasons/?type=exchange")
