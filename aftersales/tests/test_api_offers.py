"""Offers over HTTP, and less money that leads to one (B-13)."""

from typing import Any

import pytest

from aftersales.models import Offer
from tests.world import NOW

from .desk_api import BILL, ApiDesk, code

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(apidesk: ApiDesk) -> dict[str, Any]:
    return apidesk.apply(apidesk.world.delivered(), quantity=1)


def test_an_offer_made_and_accepted(apidesk: ApiDesk, asked: dict[str, Any]) -> None:
    answer = apidesk.do("mei", asked, "offer", amount="90.00", service_fee="5.00", note="The box is missing")
    offer = answer["offers"][0]
    assert offer == {
        "id": Offer.objects.get().pk, "type": "return_refund", "type_label": "return and refund", "amount": "90.00",
        "service_fee": "5.00", "pays": "85.00", "note": "The box is missing", "status": "open", "status_label": "open",
        "at": NOW.isoformat(), "answered_at": None,
        "return_freight_payer": None, "return_freight_payer_label": None, "what": "", "valid_until": None,
    }  # fmt: skip
    seen = apidesk.get("alice", asked)
    assert {"accept-offer", "decline-offer"} <= set(seen["allowed_actions"])
    assert "offer" in answer["allowed_actions"]
    ticket = apidesk.do("alice", asked, "accept-offer", offer=offer["id"], version=seen["version"])
    assert (ticket["status"], ticket["approved_amount"], ticket["service_fee"]) == ("pending_return", "85.00", "5.00")
    assert ticket["offers"][0]["status"] == "accepted"
    assert [row["action_label"] for row in ticket["timeline"]] == [
        "Request sent",
        "Offer made",
        "Offer accepted",
        "Approved",
    ]
    assert {"accept-offer", "decline-offer"} & set(ticket["allowed_actions"]) == set()


def test_declined(apidesk: ApiDesk, asked: dict[str, Any]) -> None:
    offer = apidesk.do("mei", asked, "offer", amount="90.00", note="-")["offers"][0]
    ticket = apidesk.do("alice", asked, "decline-offer", offer=offer["id"])
    assert (ticket["status"], ticket["offers"][0]["status"]) == ("pending_review", "declined")
    assert apidesk.get("alice", asked, "zh-hans")["offers"][0]["status_label"] == "已拒绝"
    assert code(apidesk.post("alice", asked, "accept-offer", {"offer": offer["id"]})) == (409, "illegal_transition")


def test_who_and_what_is_refused(apidesk: ApiDesk, asked: dict[str, Any]) -> None:
    for name, verb, body, expected in (
        ("alice", "offer", {"note": "-"}, (403, "forbidden")),
        ("bob", "offer", {"note": "-"}, (404, "not_found")),
        ("rui", "offer", {"note": "-"}, (404, "not_found")),
        ("mei", "accept-offer", {"offer": 1}, (403, "forbidden")),
        ("mei", "offer", {}, (400, "invalid")),
        ("mei", "offer", {"note": ""}, (400, "invalid")),
        ("mei", "offer", {"note": "-", "type": "exchange"}, (400, "invalid")),
        ("mei", "offer", {"note": "-", "amount": "1.001"}, (400, "invalid")),
        ("mei", "offer", {"note": "-", "amount": "99.01"}, (422, "amount_exceeded")),
        ("mei", "offer", {"note": "-", "version": 99}, (409, "conflict")),
        ("alice", "accept-offer", {}, (400, "invalid")),
        ("alice", "accept-offer", {"offer": "x"}, (400, "invalid")),
        ("alice", "accept-offer", {"offer": 1}, (409, "illegal_transition")),
    ):
        assert code(apidesk.post(name, asked, verb, body)) == expected, (name, verb, body)
    assert not Offer.objects.exists()


def test_a_yen_has_no_decimals_in_an_offer(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered(currency="JPY", lines=[("TEE", "900.00", 1)])
    asked = apidesk.apply(order)
    assert code(apidesk.post("mei", asked, "offer", {"note": "-", "amount": "800.00"})) == (400, "invalid")
    refused = apidesk.post("mei", asked, "approve", {"refund_amount": "800"})
    body = refused.json()["details"]["offer"]
    assert body["amount"] == "800"
    assert apidesk.do("mei", asked, "offer", **body)["offers"][0]["pays"] == "800"


# --- paying less leads to an offer ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pays"),
    [
        ({"refund_amount": "90.00"}, "90.00"),
        ({"refund_amount": "90.00", "refund_amount_consent": True, "note": "They said yes"}, "90.00"),
        ({"service_fee": "5.00", "service_fee_consent": True, "note": "They said yes"}, "94.00"),
        ({"refund_amount": "90.00", "service_fee": "5.00"}, "85.00"),
    ],
)
def test_less_at_the_review_answers_with_the_body_of_an_offer(
    apidesk: ApiDesk, asked: dict[str, Any], body: dict[str, Any], pays: str
) -> None:
    """Off by default: the shop's tick is no yes of the buyer."""
    refused = apidesk.post("mei", asked, "approve", body)
    assert code(refused) == (409, "needs_confirmation")
    assert apidesk.get("mei", asked)["status"] == "pending_review"
    offered = apidesk.do("mei", asked, "offer", **refused.json()["details"]["offer"])["offers"][0]
    assert (offered["pays"], offered["type"]) == (pays, "return_refund")
    assert apidesk.do("alice", asked, "accept-offer", offer=offered["id"])["approved_amount"] == pays


def test_what_the_decision_says_of_the_goods_goes_with_the_offer(apidesk: ApiDesk, asked: dict[str, Any]) -> None:
    refused = apidesk.post("mei", asked, "approve", {"refund_amount": "40.00", "returnless": True, "note": "Keep it"})
    body = refused.json()["details"]["offer"]
    assert body == {"type": "return_refund", "amount": "40.00", "note": "Keep it", "returnless": True}
    offered = apidesk.do("mei", asked, "offer", **body)["offers"][0]
    ticket = apidesk.do("alice", asked, "accept-offer", offer=offered["id"])
    assert (ticket["status"], ticket["returnless"], ticket["approved_amount"]) == ("pending_refund", True, "40.00")


def test_a_deduction_answers_with_the_count_in_the_body(apidesk: ApiDesk, asked: dict[str, Any]) -> None:
    apidesk.do("mei", asked, "approve")
    apidesk.do("alice", asked, "ship-back", **BILL)
    units = apidesk.units(asked, "damaged")
    told = {"units": units, "deduction": "9.00", "deduction_consent": True, "note": "Worn"}
    refused = apidesk.post("mei", asked, "receive", told)
    assert code(refused) == (409, "needs_confirmation")
    body = refused.json()["details"]["offer"]
    assert body == {"type": "return_refund", "amount": "90.00", "note": "Worn", "units": units}
    offered = apidesk.do("mei", asked, "offer", **body)["offers"][0]
    ticket = apidesk.do("alice", asked, "accept-offer", offer=offered["id"])
    assert (ticket["approved_amount"], ticket["deduction"]) == ("90.00", "9.00")
    assert ticket["lines"][0]["received_quantity"] == 1


def test_the_policy_under_which_the_order_was_placed_says_whether_a_note_is_enough(apidesk: ApiDesk) -> None:
    before = apidesk.apply(apidesk.world.delivered(), quantity=1)
    apidesk.world.revise_policy(consent="note")
    after = apidesk.apply(apidesk.world.delivered(), quantity=1)
    noted = {"refund_amount": "90.00", "refund_amount_consent": True, "note": "By phone"}
    assert code(apidesk.post("mei", before, "approve", noted)) == (409, "needs_confirmation")
    assert apidesk.do("mei", after, "approve", **noted)["approved_amount"] == "90.00"
    nothing = apidesk.apply(apidesk.world.delivered(), quantity=1)
    all_of_it = {"service_fee": "99.00", "service_fee_consent": True, "note": "By phone"}
    assert code(apidesk.post("mei", nothing, "approve", all_of_it)) == (422, "amount_exceeded")


def test_an_objection_over_http(apidesk: ApiDesk) -> None:
    apidesk.world.revise_policy(consent="note")
    asked = apidesk.apply(apidesk.world.completed(), "refund_only", "late")
    assert asked["noted_consent"] is None
    noted = {"service_fee": "8.00", "service_fee_consent": True, "note": "On the phone"}
    apidesk.do("mei", asked, "approve", **noted)
    apidesk.send_refunds()
    seen = apidesk.get("alice", asked)
    told = seen["noted_consent"]
    assert (told["amount"], told["note"], told["objection"]) == ("8.00", "On the phone", None)
    assert told["object_until"] is not None
    assert "object" in seen["allowed_actions"]
    assert code(apidesk.post("alice", asked, "object", {"note": ""})) == (400, "invalid")
    assert code(apidesk.post("mei", asked, "object", {"note": "-"})) == (403, "forbidden")
    answer = apidesk.do("alice", asked, "object", note="Nobody called me")
    number = answer["noted_consent"]["objection"]
    claim = apidesk.get("mei", {"ticket_no": number})
    assert (claim["objects_to"], claim["requested_amount"]) == (asked["ticket_no"], "8.00")
    assert [alert["code"] for alert in claim["alerts"]] == ["objection"]
    assert code(apidesk.post("wen", {"ticket_no": number}, "approve", {})) == (403, "forbidden")
    apidesk.do("mei", {"ticket_no": number}, "reject", reason="They agreed")
    ruled = apidesk.do("sun", {"ticket_no": number}, "rule-objection", pay=True, note="Unproven")
    assert ruled["status"] == "pending_refund"
