"""What the ticket doors refuse: strangers, wrong roles, wrong states, wrong input."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales import services
from aftersales.models import Ticket
from kernel.models import History
from orders import services as orders
from orders.models import OrderLine

from ..api.actions import ACTIONS
from .desk_api import BILL, TICKETS, ApiDesk, code

VERBS = {action.name: action for action in ACTIONS}.keys()
# A body with which each verb would work, were it the caller's and the time.
BODIES: dict[str, dict[str, Any]] = {
    "withdraw": {},
    "amend": {"type": "return_refund", "reason": "no_reason", "lines": [{"line_id": 1, "quantity": 1}]},
    "approve": {},
    "reject": {"reason": "Worn"},
    "offer": {"note": "For the scratch", "amount": "5.00"},
    "accept-offer": {"offer": 1},
    "object": {"note": "Nobody called me"},
    "rule-objection": {"pay": True, "note": "Unproven"},
    "rule-settlement": {"void": True, "note": "Nothing came"},
    "hand-over-gift": {"note": "Sent by post"},
    "agree-on-delivery": {"note": "Kept and paid for"},
    "decline-offer": {"offer": 1},
    "pay-difference": {"channel": "sandbox", "transaction_no": "D-1", "amount": "1.00"},
    "ship-back": BILL,
    "receive": {"units": [{"line_id": 1, "quantity": 1, "condition": "as_new"}]},
    "refuse-goods": {"reason": "Worn"},
    "return-goods": BILL,
    "reship": BILL,
    "confirm-replacement": {},
    "not-arrived": {"note": "Nothing came"},
    "prove-arrival": {"evidence": ["00000000-0000-0000-0000-000000000000"]},
    "book-pickup": {"courier": "sf", "date": "2026-03-03", "slot": "09:00-11:00"},
    "cancel-pickup": {},
    "take": {},
    "hand-over": {"to": "mei", "note": "Above my limit"},
    "endorse": {"amount": "1.00"},
    "break-glass": {"amount": "1.00", "reason": "Nobody else answers, and it is late."},
    "review-override": {"override": 1, "accept": True},
    "convert": {"to": "refund_only"},
    "reopen": {"reason": "In time after all"},
}
MAY = {
    "withdraw": {"alice"},
    "amend": {"alice"},
    "approve": {"mei", "wen"},
    "reject": {"mei", "wen"},
    "offer": {"mei", "wen"},
    "accept-offer": {"alice"},
    "object": {"alice"},
    "rule-objection": {"sun", "song"},
    "rule-settlement": {"sun", "song"},
    "hand-over-gift": {"mei", "wen"},
    "agree-on-delivery": {"mei", "wen"},
    "decline-offer": {"alice"},
    "pay-difference": {"oms"},
    "ship-back": {"alice", "mei", "wen", "sun", "song"},
    "receive": {"mei", "wen"},
    "refuse-goods": {"mei", "wen"},
    "return-goods": {"mei", "wen"},
    "reship": {"mei", "wen"},
    "confirm-replacement": {"alice"},
    "not-arrived": {"alice"},
    "prove-arrival": {"mei", "wen", "oms", "sun", "song"},
    "book-pickup": {"alice"},
    "cancel-pickup": {"alice"},
    "take": {"mei", "wen"},
    "hand-over": {"mei", "wen"},
    "endorse": {"mei", "wen", "sun", "song"},
    "break-glass": {"mei", "wen"},
    "review-override": {"mei", "wen", "sun", "song"},
    "convert": {"alice", "mei", "wen"},
    "reopen": {"sun", "song"},
}
PARTIES = ("alice", "mei", "wen", "oms", "sun", "song")


# --- strangers, and those who may not ------------------------------------------------------------------


def test_every_verb_has_a_body_here() -> None:
    assert BODIES.keys() == VERBS == MAY.keys()


def test_strangers_find_nothing(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    url = f"{TICKETS}{ticket['ticket_no']}/"
    for name, expected in {
        **dict.fromkeys(("bob", "eve", "rui"), (404, "not_found")),
        "": (401, "unauthenticated"),
    }.items():
        client = apidesk.api(name)
        assert code(client.get(url)) == expected
        for verb in VERBS:
            for body in (BODIES[verb], {"odd": "\0"}):
                assert code(client.post(f"{url}{verb}/", body)) == expected, (name, verb)
    assert apidesk.get("alice", ticket)["status"] == "pending_review"


def test_who_never_may_is_told_before_the_input_is_judged(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for verb in VERBS:
        for name in set(PARTIES) - MAY[verb]:
            assert code(apidesk.post(name, ticket, verb, {"odd": 1})) == (403, "forbidden"), (name, verb)
    assert History.objects.filter(machine="ticket").count() == 1


def test_what_is_not_built_is_404(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for verb in ("escalate", "odd"):
        assert code(apidesk.post("alice", ticket, verb, {})) == (404, "not_found"), verb


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


def test_too_early_is_409(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    for verb in VERBS - {
        "withdraw",
        "amend",
        "approve",
        "reject",
        "offer",
        "take",
        "hand-over",
        "endorse",
        "break-glass",
    }:
        who = sorted(MAY[verb])[0]
        with CaptureQueriesContext(connection) as statements:
            answer = apidesk.post(who, ticket, verb, BODIES[verb])
        assert len(statements) <= 11, verb  # a ticket in full takes dozens
        assert code(answer) == (409, "illegal_transition"), verb
        details = answer.json()["details"]
        assert (details["status"], details["allowed"]) == (
            "pending_review",
            apidesk.get(who, ticket)["allowed_actions"],
        )


def test_the_second_one_finds_it_moved(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    apidesk.do("alice", ticket, "withdraw")
    assert code(apidesk.post("mei", ticket, "approve", {})) == (409, "illegal_transition")
    assert code(apidesk.post("alice", ticket, "withdraw", {})) == (409, "illegal_transition")


# --- the merchant's decision ---------------------------------------------------------------------------


def test_less_than_asked_needs_a_yes(apidesk: ApiDesk) -> None:
    apidesk.world.revise_policy(consent="note")
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
    answer = apidesk.post("mei", ticket, "reject", {"reason": "No", "ground": "not_intact"})
    assert (code(answer), answer.json()["details"]) == (
        (422, "ground_required"),
        {"reasons": ["ground_required"], "grounds": []},
    )
    OrderLine.objects.update(no_reason_exempt=True, exempt_confirmed=True)
    done = apidesk.do("mei", ticket, "reject", reason="Made to measure", ground="exempt_confirmed")
    assert (done["status"], done["rejection_ground"]) == ("rejected", "exempt_confirmed")


def test_goods_that_never_left_are_shipped_with_the_rejection(apidesk: ApiDesk) -> None:
    """B-18."""
    order = apidesk.world.place_order()
    orders.pack(order, actor=apidesk.world.actor("mei"), now=apidesk.world.now)
    ticket = apidesk.apply(order, "refund_only", "dont_want")
    for body in ({}, {"ground": "already_shipped"}, {"ground": "already_shipped", "courier": "sf"}, BILL):
        answer = apidesk.post("mei", ticket, "reject", {"reason": "No", **body})
        assert code(answer) == (422, "ground_required"), body
        assert answer.json()["details"]["grounds"] == ["already_shipped"]
    done = apidesk.do("mei", ticket, "reject", reason="It left", ground="already_shipped", **BILL)
    assert (done["status"], done["rejection_ground"]) == ("rejected", "already_shipped")
    shown = apidesk.api("alice").get(f"/api/v1/orders/{order.order_no}/").json()
    assert (shown["status"], [parcel["tracking_no"] for parcel in shown["parcels"]]) == (
        "shipped",
        [BILL["tracking_no"]],
    )


def test_an_alert_wants_a_second_look_and_buyers_do_not_see_it(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), description="请给我换货")
    assert (ticket["alerts"], ticket["due_action"]) == ([], "overdue")
    assert [alert["code"] for alert in apidesk.get("mei", ticket)["alerts"]] == ["keyword_mismatch"]
    assert code(apidesk.post("mei", ticket, "approve", {})) == (409, "needs_confirmation")
    assert apidesk.do("mei", ticket, "approve", confirm_alerts=True)["status"] == "pending_return"
    assert apidesk.get("mei", ticket)["alerts"] == [], "nobody has to read it before they approve any more"


def test_a_rejected_request_may_still_be_approved_so_its_alert_stays(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), "refund_only", "late")
    Ticket.objects.filter(ticket_no=ticket["ticket_no"]).update(alerts=["keyword_mismatch"])
    apidesk.do("mei", ticket, "reject", reason="Which service do you want?")
    assert [alert["code"] for alert in apidesk.get("mei", ticket)["alerts"]] == ["keyword_mismatch"]
    apidesk.do("alice", ticket, "withdraw")
    assert apidesk.get("mei", ticket)["alerts"] == []


def test_the_alert_outlives_an_end_that_support_may_take_back(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), "refund_only", "late")
    Ticket.objects.filter(ticket_no=ticket["ticket_no"]).update(alerts=["keyword_mismatch"])
    apidesk.do("mei", ticket, "reject", reason="Which service do you want?")
    row = apidesk.row(ticket)
    services.close(row, now=row.due_at + timedelta(seconds=1))
    ticket = apidesk.do("sun", ticket, "reopen", reason="Wrongly closed")
    assert (ticket["status"], [alert["code"] for alert in ticket["alerts"]]) == ("rejected", ["keyword_mismatch"])
    assert code(apidesk.post("mei", ticket, "approve", {})) == (409, "needs_confirmation")
    assert apidesk.do("mei", ticket, "approve", confirm_alerts=True)["status"] == "pending_refund"
    assert apidesk.get("mei", ticket)["alerts"] == []


def test_a_choice_that_does_not_exist_is_answered_with_those_that_do(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    body = apidesk.body(order, "return_refund", "quality") | {"type": "zzz"}
    answer = apidesk.api("alice").post("/api/v1/tickets/", body)
    assert answer.json()["errors"] == {
        "type": ["Choose one of: refund_only, return_refund, exchange, repair, reissue."]
    }


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
    apidesk.world.revise_policy(consent="note")
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
