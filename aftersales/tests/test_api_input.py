"""What applications and decisions may hold: eligibility with reasons, and input that is refused as malformed."""

from typing import Any

import pytest

from aftersales.models import Evidence, Ticket
from kernel.models import History
from orders.models import Order
from tests.world import DAY

from ..services.deadlines import fire
from .desk_api import TICKETS, ApiDesk, code

# --- eligibility ---------------------------------------------------------------------------------------


def reasons(apidesk: ApiDesk, order: Order, type_: str, reason: str, **more: Any) -> list[str]:
    """As the application is refused; the quote says the same."""
    body = apidesk.body(order, type_, reason, **more)
    answer = apidesk.api("alice").post(TICKETS, body)
    assert code(answer) == (422, "not_eligible")
    quote = apidesk.api("alice").post(f"{TICKETS}quote/", body)
    assert quote.status_code == 200
    assert quote.json()["eligible"] is False
    assert quote.json()["reasons"] == answer.json()["details"]["reasons"]
    return list(quote.json()["reasons"])


def test_reasons_against_it(apidesk: ApiDesk, time_machine: Any) -> None:
    world = apidesk.world
    assert reasons(apidesk, world.place_order(paid=False), "refund_only", "dont_want") == ["not_paid"]
    assert reasons(apidesk, world.place_order(), "return_refund", "no_reason") == ["not_shipped"]
    assert reasons(apidesk, world.shipped(), "repair", "misuse") == ["evidence_required", "not_delivered"]
    order = world.delivered()
    assert reasons(apidesk, order, "return_refund", "odd") == ["unknown_reason"]
    assert reasons(apidesk, order, "return_refund", "dont_want") == ["unknown_reason"]
    assert reasons(apidesk, order, "return_refund", "quality") == ["evidence_required"]
    assert reasons(apidesk, order, "return_refund", "no_reason", quantity=3) == ["quantity_exceeded"]
    assert reasons(apidesk, order, "reissue", "lost") == ["out_of_stock"]
    assert reasons(apidesk, order, "refund_only", "compensation", claimed_amount="198.01") == ["amount_exceeded"]
    apidesk.apply(order, quantity=1)
    assert reasons(apidesk, order, "return_refund", "no_reason") == ["open_ticket_exists"]
    old = world.completed()
    time_machine.move_to(old.window_ends_at, tick=False)
    assert reasons(apidesk, old, "return_refund", "wrong_choice") == ["window_closed"]


def test_a_line_twice_counts_together(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    body = apidesk.body(order, "return_refund", "no_reason")
    answer = apidesk.api("alice").post(TICKETS, body | {"lines": body["lines"] * 2})
    assert answer.json()["details"]["reasons"] == ["quantity_exceeded"]
    one = [line | {"quantity": 1} for line in body["lines"]]
    answer = apidesk.api("alice").post(TICKETS, body | {"lines": one * 2})
    assert [line["quantity"] for line in answer.json()["lines"]] == [2]


# --- input ---------------------------------------------------------------------------------------------


def refused(answer: Any, field: str) -> None:
    assert code(answer) == (400, "invalid"), answer.content
    assert all(name.startswith(field) for name in answer.json()["errors"])


BAD_AMOUNTS = [
    "-1.00",
    "0.001",
    "1e9",
    "NaN",
    "Infinity",
    "１０",
    "10,00",
    " 1",
    "",
    10,
    10.5,
    True,
    None,
    [],
    {},
    "9" * 11,
    "1\0",
]
BAD_COUNTS = [0, -1, "1", 1.5, 1.0, True, None, [], {}, "１", 10**9 + 1, 10**30]


def test_bad_amounts_are_400(apidesk: ApiDesk) -> None:
    order = apidesk.world.shipped()
    ticket = apidesk.apply(order, quantity=1)
    for amount in BAD_AMOUNTS:
        body = apidesk.body(order, "refund_only", "compensation", claimed_amount=amount)
        for url in () if amount is None else (TICKETS, f"{TICKETS}quote/"):
            refused(apidesk.api("alice").post(url, body), "claimed_amount")
        for field in ("refund_amount", "service_fee"):
            refused(apidesk.post("mei", ticket, "approve", {field: amount}), field)


def test_a_claim_is_above_zero(apidesk: ApiDesk) -> None:
    body = apidesk.body(apidesk.world.shipped(), "refund_only", "compensation", claimed_amount="0.00")
    assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")
    body = apidesk.body(apidesk.world.shipped(), "return_refund", "no_reason", claimed_amount="1.00")
    assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")


def test_bad_quantities_are_400(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    body, line = apidesk.body(order, "return_refund", "no_reason"), apidesk.world.lines(order)[0].pk
    for quantity in BAD_COUNTS:
        lines = [{"line_id": line, "quantity": quantity}]
        refused(apidesk.api("alice").post(TICKETS, body | {"lines": lines}), "lines")
        if quantity != 10**9 + 1:
            lines = [{"line_id": quantity, "quantity": 1}]
            refused(apidesk.api("alice").post(TICKETS, body | {"lines": lines}), "lines")


BAD_FIELDS: list[tuple[str, Any]] = [
    ("type", "odd"), ("type", None), ("type", []), ("reason", ""), ("reason", "x" * 41), ("reason", "a\0"),
    ("lines", []), ("lines", {}), ("lines", None), ("lines", [1]), ("lines", [{}]),
    ("lines", [{"line_id": 1, "quantity": 1}] * 201), ("description", "x" * 2001), ("description", "a\0b"),
    ("description", 5), ("order_no", ""), ("order_no", 5), ("order_no", "x" * 65), ("received", "perhaps"),
]  # fmt: skip


def test_bad_fields_are_400(apidesk: ApiDesk) -> None:
    body = apidesk.body(apidesk.world.delivered(), "return_refund", "no_reason")
    for field, value in BAD_FIELDS:
        for url in (TICKETS, f"{TICKETS}quote/"):
            refused(apidesk.api("alice").post(url, body | {field: value}), field)


def test_an_unknown_replacement_is_400(apidesk: ApiDesk) -> None:
    body = apidesk.body(apidesk.world.delivered(), "exchange", "wrong_choice", exchange_sku="NOPE")
    assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")


@pytest.mark.parametrize("body", [[1], "text", 5])
def test_bodies_that_are_no_object(apidesk: ApiDesk, body: Any) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    assert code(apidesk.api("alice").post(TICKETS, body, format="json")) == (400, "invalid")
    assert code(apidesk.post("mei", ticket, "approve", body)) == (400, "invalid")


def test_only_json_is_read(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    url = f"{TICKETS}{ticket['ticket_no']}/approve/"
    assert code(apidesk.api("mei").post(url, {"note": "x"}, format="multipart")) == (415, "unsupported_media")


def test_what_is_not_asked_is_not_taken(apidesk: ApiDesk) -> None:
    """A13: nobody writes a status, an amount or an owner."""
    order = apidesk.world.delivered()
    extra: dict[str, Any] = {
        "status": "completed", "refund_amount": "1.00", "requested_amount": "0.01", "approved_amount": "999.00",
        "buyer": "bob", "shop": "harbor", "fault": "merchant", "created_at": "2000-01-01T00:00:00Z", "ticket_no": "X",
        "return_freight_payer": "merchant", "is_staff": True, "actor": {"kind": "support"}, "now": "2000-01-01",
    }  # fmt: skip
    ticket = apidesk.apply(order, quantity=1, **extra)
    assert (ticket["status"], ticket["requested_amount"], ticket["approved_amount"]) == (
        "pending_review",
        "99.00",
        None,
    )
    assert (ticket["buyer"], ticket["shop"]["code"], ticket["return_freight"]["payer"]) == ("alice", "lantern", "buyer")
    assert ticket["created_at"].startswith("2026-03-02")
    assert ticket["ticket_no"] != "X"
    ticket = apidesk.do(
        "mei", ticket, "approve", **(extra | {"refund_amount": "99.00", "return_freight_payer": "buyer"})
    )
    assert (ticket["status"], ticket["approved_amount"]) == ("pending_return", "99.00")


def test_a_quote_writes_nothing(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    before = (History.objects.count(), Evidence.objects.count(), Order.objects.get(pk=order.pk).freight_open)
    apidesk.api("alice").post(f"{TICKETS}quote/", apidesk.body(order, "return_refund", "no_reason"))
    assert before == (History.objects.count(), Evidence.objects.count(), Order.objects.get(pk=order.pk).freight_open)
    assert not Ticket.objects.exists()
    assert Order.objects.get(pk=order.pk).open_cases == 0


def test_overdue_is_told(apidesk: ApiDesk, time_machine: Any) -> None:
    ticket = apidesk.apply(apidesk.world.shipped(), "refund_only", "compensation", claimed_amount="5.00")
    row = apidesk.row(ticket)
    fire(row.pk, "overdue", now=row.due_at + DAY)
    ticket = apidesk.get("alice", ticket)
    assert (ticket["overdue"], ticket["overdue_since"]) == (True, ticket["due_at"])
