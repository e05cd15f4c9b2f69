"""What the ticket doors refuse: strangers, wrong roles, wrong states, wrong input."""

from typing import Any

import pytest

from aftersales.api_urls import VERBS
from aftersales.models import Evidence, Ticket
from kernel.models import History
from orders.models import Order
from tests.world import DAY

from .desk_api import BILL, TICKETS, ApiDesk

# A body with which each verb would work, were it the caller's and the time.
BODIES: dict[str, dict[str, Any]] = {
    "withdraw": {},
    "amend": {"type": "return_refund", "reason": "no_reason", "lines": [{"line_id": 1, "quantity": 1}]},
    "approve": {},
    "reject": {"reason": "Worn", "ground": "not_intact"},
    "pay-difference": {"channel": "sandbox", "transaction_no": "D-1", "amount": "1.00"},
    "ship-back": BILL,
    "receive": {"units": [{"line_id": 1, "quantity": 1, "condition": "as_new"}]},
    "refuse-goods": {"reason": "Worn"},
    "return-goods": BILL,
    "reship": BILL,
    "confirm-replacement": {},
    "convert": {"to": "refund_only"},
    "reopen": {"reason": "In time after all"},
}
MAY = {
    "withdraw": {"alice"},
    "amend": {"alice"},
    "approve": {"mei", "wen"},
    "reject": {"mei", "wen"},
    "pay-difference": {"oms"},
    "ship-back": {"alice", "mei", "wen", "sun", "song"},
    "receive": {"mei", "wen"},
    "refuse-goods": {"mei", "wen"},
    "return-goods": {"mei", "wen"},
    "reship": {"mei", "wen"},
    "confirm-replacement": {"alice"},
    "convert": {"alice", "mei", "wen"},
    "reopen": {"sun", "song"},
}
PARTIES = ("alice", "mei", "wen", "oms", "sun", "song")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- strangers, and those who may not ------------------------------------------------------------------


def test_every_verb_has_a_body_here() -> None:
    assert BODIES.keys() == VERBS.keys() == MAY.keys()


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_strangers_find_nothing(apidesk: ApiDesk, verb: str) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for name in ("bob", "eve", "rui"):
        for body in (BODIES.get(verb), {"odd": "\0"}):
            url = f"{TICKETS}{ticket['ticket_no']}/"
            client = apidesk.api(name)
            answer = client.post(f"{url}{verb}/", body) if verb else client.get(url)
            assert code(answer) == (404, "not_found")
    nobody = (
        apidesk.api("").post(f"{TICKETS}{ticket['ticket_no']}/{verb}/", {}) if verb else apidesk.api("").get(TICKETS)
    )
    assert code(nobody) == (401, "unauthenticated")
    assert apidesk.get("alice", ticket)["status"] == "pending_review"


@pytest.mark.parametrize("verb", VERBS)
def test_who_never_may_is_told_before_the_input_is_judged(apidesk: ApiDesk, verb: str) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for name in set(PARTIES) - MAY[verb]:
        assert code(apidesk.post(name, ticket, verb, {"odd": 1})) == (403, "forbidden")
    assert History.objects.filter(machine="ticket").count() == 1


@pytest.mark.parametrize("verb", ["offer", "accept-offer", "messages", "book-pickup", "escalate", "odd"])
def test_what_is_not_built_is_404(apidesk: ApiDesk, verb: str) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    assert code(apidesk.post("alice", ticket, verb, {})) == (404, "not_found")


def test_verbs_are_posts(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for verb in VERBS:
        answer = apidesk.api("alice").get(f"{TICKETS}{ticket['ticket_no']}/{verb}/")
        assert code(answer) == (405, "method_not_allowed")


def test_programs_do_not_apply(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    assert code(apidesk.api("oms").post(TICKETS, apidesk.body(order, "return_refund", "no_reason"))) == (
        403,
        "forbidden",
    )


def test_orders_of_others_are_not_there(apidesk: ApiDesk) -> None:
    body = apidesk.body(apidesk.world.delivered(), "return_refund", "no_reason")
    for name in ("bob", "eve", "rui"):
        for url in (TICKETS, f"{TICKETS}quote/"):
            assert code(apidesk.api(name).post(url, body)) == (404, "not_found")
            assert code(apidesk.api(name).post(url, body | {"order_no": "E-none"})) == (404, "not_found")


def test_a_line_of_another_order_is_malformed(apidesk: ApiDesk) -> None:
    own = apidesk.world.delivered(buyer="bob")
    others = apidesk.body(apidesk.world.delivered(), "return_refund", "no_reason")["lines"]
    body = apidesk.body(own, "return_refund", "no_reason") | {"lines": others}
    for url in (TICKETS, f"{TICKETS}quote/"):
        answer = apidesk.api("bob").post(url, body)
        assert code(answer) == (400, "invalid")
        assert "lines" in answer.json()["errors"]
    assert not Ticket.objects.exists()


# --- states --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"withdraw", "amend", "approve", "reject"}))
def test_too_early_is_409(apidesk: ApiDesk, verb: str) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    who = sorted(MAY[verb])[0]
    answer = apidesk.post(who, ticket, verb, BODIES[verb])
    assert code(answer) == (409, "illegal_transition")
    details = answer.json()["details"]
    assert (details["status"], details["allowed"]) == ("pending_review", apidesk.get(who, ticket)["allowed_actions"])


def test_the_second_one_finds_it_moved(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    apidesk.do("alice", ticket, "withdraw")
    assert code(apidesk.post("mei", ticket, "approve", {})) == (409, "illegal_transition")
    assert code(apidesk.post("alice", ticket, "withdraw", {})) == (409, "illegal_transition")


# --- the merchant's decision ---------------------------------------------------------------------------


def test_less_than_asked_needs_a_yes(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), quantity=1)
    for body in (
        {"refund_amount": "90.00"},
        {"refund_amount": "90.00", "refund_amount_consent": True},
        {"service_fee": "5.00", "note": "agreed"},
        {"service_fee": "5.00", "service_fee_consent": True, "note": " "},
    ):
        assert code(apidesk.post("mei", ticket, "approve", body)) == (409, "needs_confirmation")
    fee = {"service_fee": "5.00", "service_fee_consent": True, "note": "By phone"}
    ticket = apidesk.do("mei", ticket, "approve", **fee)
    assert (ticket["approved_amount"], ticket["service_fee"]) == ("94.00", "5.00")
    assert ticket["timeline"][-1]["note"] == "By phone"


def test_not_above_the_ceiling(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), quantity=1)
    assert (ticket["ceiling"], apidesk.get("mei", ticket)["ceiling"], apidesk.get("oms", ticket)["ceiling"]) == (
        None, "99.00", None,
    )  # fmt: skip
    answer = apidesk.post("mei", ticket, "approve", {"refund_amount": "99.01"})
    assert code(answer) == (422, "amount_exceeded")
    assert answer.json()["details"]["ceiling"] == "99.00"


def test_the_ceiling_of_a_claim(apidesk: ApiDesk) -> None:
    order = apidesk.world.shipped(lines=[("TEE", "99.00", 1)], freight="6.00")
    ticket = apidesk.apply(order, "refund_only", "compensation", claimed_amount="10.00")
    assert apidesk.get("mei", ticket)["ceiling"] == "105.00"
    ticket = apidesk.do("mei", ticket, "approve", refund_amount="15.00")
    assert (ticket["approved_amount"], apidesk.get("mei", ticket)["ceiling"]) == ("15.00", None)


def test_above_an_agents_limit(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(lines=[("TEE", "200.01", 1)]))
    assert code(apidesk.post("wen", ticket, "approve", {})) == (403, "forbidden")
    assert apidesk.do("mei", ticket, "approve")["status"] == "pending_return"


def test_a_no_reason_return_is_refused_on_a_ground_only(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    assert code(apidesk.post("mei", ticket, "reject", {"reason": "No"})) == (422, "ground_required")
    answer = apidesk.post("mei", ticket, "reject", {"reason": "No", "ground": "odd"})
    assert code(answer) == (400, "invalid")
    assert "ground" in answer.json()["errors"]
    assert apidesk.do("mei", ticket, "reject", reason="No", ground="not_intact")["rejection_ground"] == "not_intact"


def test_an_alert_wants_a_second_look_and_buyers_do_not_see_it(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), description="请给我换货")
    assert (ticket["alerts"], ticket["due_action"]) == ([], "overdue")
    assert apidesk.get("mei", ticket)["alerts"] == ["keyword_mismatch"]
    assert code(apidesk.post("mei", ticket, "approve", {})) == (409, "needs_confirmation")
    assert apidesk.do("mei", ticket, "approve", confirm_alerts=True)["status"] == "pending_return"


def test_an_address_of_another_shop_is_none(apidesk: ApiDesk) -> None:
    theirs = apidesk.world.harbor.return_addresses.get()
    ticket = apidesk.apply(apidesk.world.delivered())
    answer = apidesk.post("mei", ticket, "approve", {"return_address_id": theirs.pk})
    assert code(answer) == (422, "not_eligible")
    assert answer.json()["details"]["reasons"] == ["no_return_address"]


def test_the_difference_is_paid_exactly(apidesk: ApiDesk) -> None:
    apidesk.world.sku("HOODIE", price="129.00", on_hand=3)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    evidence = [apidesk.photo()]
    ticket = apidesk.apply(order, "exchange", "wrong_choice", exchange_sku="HOODIE", evidence=evidence)
    ticket = apidesk.do("mei", ticket, "approve")
    body = {"channel": "sandbox", "transaction_no": "D-1"}
    for amount in ("29.99", "30.01"):
        answer = apidesk.post("oms", ticket, "pay-difference", body | {"amount": amount})
        assert code(answer) == (400, "invalid")
        assert "amount" in answer.json()["errors"]


def test_received_is_what_was_announced(apidesk: ApiDesk) -> None:
    ticket = apidesk.do("mei", apidesk.apply(apidesk.world.delivered(), quantity=1), "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    line = ticket["lines"][0]["line_id"]
    unit = {"line_id": line, "quantity": 1, "condition": "as_new"}
    for units, expected in (
        ([], 400),
        (None, 400),
        ([unit | {"line_id": line + 1}], 400),
        ([unit | {"condition": "odd"}], 400),
        ([unit | {"quantity": -1}], 400),
        ([unit | {"quantity": "1"}], 400),
        ([unit, unit], 422),
        ([unit | {"quantity": 2}], 422),
    ):
        assert apidesk.post("mei", ticket, "receive", {"units": units}).status_code == expected, units
    answer = apidesk.post("mei", ticket, "receive", {"units": [unit], "deduction": "9.00"})
    assert code(answer) == (409, "needs_confirmation")
    too_much = {"deduction": "99.01", "deduction_consent": True, "note": "agreed"}
    assert code(apidesk.post("mei", ticket, "receive", {"units": [unit]} | too_much)) == (422, "amount_exceeded")
    ticket = apidesk.do("mei", ticket, "receive", units=[unit], deduction="9.00", deduction_consent=True, note="Worn")
    assert (ticket["approved_amount"], ticket["deduction"]) == ("90.00", "9.00")


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


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_bad_amounts_are_400(apidesk: ApiDesk, amount: Any) -> None:
    order = apidesk.world.shipped()
    if amount is not None:
        body = apidesk.body(order, "refund_only", "compensation", claimed_amount=amount)
        for url in (TICKETS, f"{TICKETS}quote/"):
            answer = apidesk.api("alice").post(url, body)
            assert code(answer) == (400, "invalid")
            assert list(answer.json()["errors"]) == ["claimed_amount"]
    ticket = apidesk.apply(order)
    for field in ("refund_amount", "service_fee"):
        answer = apidesk.post("mei", ticket, "approve", {field: amount})
        assert code(answer) == (400, "invalid")
        assert list(answer.json()["errors"]) == [field]


def test_a_claim_is_above_zero(apidesk: ApiDesk) -> None:
    body = apidesk.body(apidesk.world.shipped(), "refund_only", "compensation", claimed_amount="0.00")
    assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")
    body = apidesk.body(apidesk.world.shipped(), "return_refund", "no_reason", claimed_amount="1.00")
    assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")


@pytest.mark.parametrize("quantity", BAD_COUNTS)
def test_bad_quantities_are_400(apidesk: ApiDesk, quantity: Any) -> None:
    order = apidesk.world.delivered()
    line = apidesk.world.lines(order)[0].pk
    for lines in ([{"line_id": line, "quantity": quantity}], [{"line_id": quantity, "quantity": 1}]):
        if lines[0]["line_id"] == 10**9 + 1:
            continue
        body = apidesk.body(order, "return_refund", "no_reason") | {"lines": lines}
        assert code(apidesk.api("alice").post(TICKETS, body)) == (400, "invalid")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "odd"), ("type", None), ("type", []), ("reason", ""), ("reason", "x" * 41), ("reason", "a\0"),
        ("lines", []), ("lines", {}), ("lines", None), ("lines", [1]), ("lines", [{}]),
        ("lines", [{"line_id": 1, "quantity": 1}] * 201), ("description", "x" * 2001), ("description", "a\0b"),
        ("description", 5), ("order_no", ""), ("order_no", 5), ("order_no", "x" * 65), ("received", "perhaps"),
    ],
)  # fmt: skip
def test_bad_fields_are_400(apidesk: ApiDesk, field: str, value: Any) -> None:
    body = apidesk.body(apidesk.world.delivered(), "return_refund", "no_reason")
    for url in (TICKETS, f"{TICKETS}quote/"):
        answer = apidesk.api("alice").post(url, body | {field: value})
        assert code(answer) == (400, "invalid"), answer.content
        assert all(name.startswith(field) for name in answer.json()["errors"])


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
    from aftersales.services.ring import ring

    ticket = apidesk.apply(apidesk.world.shipped(), "refund_only", "compensation", claimed_amount="5.00")
    row = apidesk.row(ticket)
    ring(row.pk, "overdue", now=row.due_at + DAY)
    ticket = apidesk.get("alice", ticket)
    assert (ticket["overdue"], ticket["overdue_since"]) == (True, ticket["due_at"])
