"""Each type of ticket from application to its end over HTTP."""

from datetime import timedelta
from typing import Any

from aftersales import services
from aftersales.models import Ticket
from orders.models import Order

from .desk_api import BILL, ApiDesk


def story(ticket: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(move["actor"]["kind"], move["action"], move["to"]) for move in ticket["timeline"]]


def walked(ticket: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["status"], step["state"]) for step in ticket["steps"]]


def test_refund_of_unshipped_goods(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order(lines=[("TEE", "99.00", 2)], freight="10.00", discount="30.00")
    ticket = apidesk.apply(order, "refund_only", "dont_want")
    assert (ticket["status"], ticket["approved_amount"], ticket["freight_amount"]) == (
        "pending_refund",
        "178.00",
        "10.00",
    )
    assert walked(ticket) == [("pending_refund", "current"), ("completed", "todo")]
    assert [(r["amount"], r["status"], r["channel"]) for r in ticket["refunds"]] == [("178.00", "pending", "sandbox")]
    apidesk.send_refunds()
    ticket = apidesk.get("alice", ticket)
    assert (ticket["status"], ticket["stage"], ticket["refunded_amount"]) == ("completed", "completed", "178.00")
    assert walked(ticket) == [("pending_refund", "done"), ("completed", "done")]
    assert all(step["at"] for step in ticket["steps"])
    assert story(ticket) == [("buyer", "apply", "pending_refund"), ("gateway", "settle", "completed")]
    assert Order.objects.get(pk=order.pk).status == "closed"


def test_return(apidesk: ApiDesk) -> None:
    order = apidesk.world.completed(lines=[("TEE", "99.00", 2)])
    ticket = apidesk.apply(order, "return_refund", "no_reason", quantity=1)
    assert (ticket["status"], ticket["stage"], ticket["phase"]) == ("pending_review", "pending", "aftersale")
    assert ticket["requested_amount"] == "99.00"
    assert ticket["approved_amount"] is None
    assert ticket["lines"][0]["refund_amount"] == "99.00"
    assert ticket["allowed_actions"] == ["amend", "withdraw"]
    ticket = apidesk.do("mei", ticket, "approve")
    assert ticket["return_address"]["address"] == "Dock 1"
    assert (ticket["status"], ticket["stage"]) == ("pending_return", "approved")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    assert ticket["status_label"] == "pending refund · waiting for the shop to receive the goods"
    assert (ticket["return_parcel"]["tracking_no"], ticket["return_parcel"]["status"]) == (
        BILL["tracking_no"],
        "in_transit",
    )
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    assert ticket["status_label"] == "pending refund"
    assert ticket["lines"][0]["received_quantity"] == 1
    apidesk.send_refunds()
    ticket = apidesk.get("alice", ticket)
    assert (ticket["status"], ticket["refunded_amount"]) == ("completed", "99.00")
    assert [step[1] for step in walked(ticket)] == ["done"] * 4
    assert story(ticket) == [
        ("buyer", "apply", "pending_review"),
        ("merchant", "approve", "pending_return"),
        ("buyer", "ship_back", "pending_refund"),
        ("merchant", "receive", "pending_refund"),
        ("gateway", "settle", "completed"),
    ]
    assert ticket["timeline"][0]["from"] == ""
    assert ticket["timeline"][1]["from"] == "pending_review"


def test_exchange_for_a_dearer_one(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE")
    apidesk.world.sku("HOODIE", price="129.00", on_hand=3)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = apidesk.apply(order, "exchange", "wrong_choice", exchange_sku="HOODIE", evidence=[apidesk.photo()])
    assert (ticket["price_difference"], ticket["lines"][0]["exchange_sku"]) == ("30.00", "HOODIE")
    for name in ("requested_amount", "approved_amount", "service_fee", "freight_amount", "refunded_amount"):
        assert ticket[name] is None
    assert ticket["lines"][0]["refund_amount"] is None
    ticket = apidesk.do("mei", ticket, "approve")
    assert (ticket["status"], ticket["difference_paid"]) == ("pending_supplement", False)
    payment = {"channel": "sandbox", "transaction_no": "D-1", "amount": "30.00"}
    ticket = apidesk.do("oms", ticket, "pay-difference", **payment)
    assert (ticket["status"], ticket["difference_paid"]) == ("pending_return", True)
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    assert ticket["status_label"] == "pending exchange"
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    ticket = apidesk.do("mei", ticket, "reship", courier="zto", tracking_no="R-1")
    assert (ticket["status"], ticket["status_label"]) == ("reshipped", "exchange under way")
    assert ticket["replacement_parcel"]["tracking_no"] == "R-1"
    ticket = apidesk.do("alice", ticket, "confirm-replacement")
    assert ticket["status"] == "completed"
    assert walked(ticket) == [
        (status, "done")
        for status in (
            "pending_review", "pending_supplement", "pending_return", "pending_reship", "pending_reship", "reshipped",
            "completed",
        )
    ]  # fmt: skip
    assert [step["name"] for step in ticket["steps"]][3:5] == ["inspection", "reship"]
    # To the outside the shop's program is the shop.
    assert ("merchant", "pay_difference", "pending_return") in story(ticket)


def test_exchange_for_a_cheaper_one_pays_back(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE")
    apidesk.world.sku("SOCK", price="79.00", on_hand=3)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = apidesk.apply(order, "exchange", "wrong_choice", exchange_sku="SOCK", evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    ticket = apidesk.do("mei", ticket, "reship", **BILL)
    assert [(r["kind"], r["amount"]) for r in ticket["refunds"]] == [("difference", "20.00")]
    apidesk.send_refunds()
    ticket = apidesk.do("alice", ticket, "confirm-replacement")
    assert ticket["refunds"][0]["status"] == "succeeded"
    assert ticket["refunded_amount"] is None


def test_repair(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered(lines=[("LAMP", "199.00", 1)])
    ticket = apidesk.apply(order, "repair", "fault", evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    assert ticket["status_label"] == "pending repair"
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    assert (ticket["status"], ticket["status_label"]) == ("pending_reship", "in repair")
    ticket = apidesk.do("mei", ticket, "reship", **BILL)
    assert ticket["status_label"] == "on its way back to the buyer"
    assert apidesk.do("alice", ticket, "confirm-replacement")["status"] == "completed"


def test_reissue(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE", on_hand=2)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = apidesk.apply(order, "reissue", "missing", quantity=1, evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "approve")
    assert (ticket["status"], ticket["status_label"]) == ("pending_reship", "waiting to be resent")
    ticket = apidesk.do("mei", ticket, "reship", **BILL)
    assert ticket["status_label"] == "resent, on its way"
    ticket = apidesk.do("alice", ticket, "confirm-replacement")
    assert [status for status, _ in walked(ticket)] == ["pending_review", "pending_reship", "reshipped", "completed"]


def test_refused_and_asked_again(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    ticket = apidesk.apply(order, "return_refund", "quality", quantity=1, evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "reject", reason="No fault to be seen")
    assert (ticket["stage"], ticket["rejection_reason"]) == ("rejected", "No fault to be seen")
    assert walked(ticket) == [("pending_review", "done"), ("rejected", "current")]
    assert ticket["timeline"][-1]["note"] == "No fault to be seen"
    body = apidesk.body(order, "return_refund", "quality", description="Look at the seam")
    ticket = apidesk.do("alice", ticket, "amend", **body)
    assert (ticket["status"], ticket["requested_amount"], ticket["rejection_reason"]) == (
        "pending_review",
        "198.00",
        "",
    )
    assert len(ticket["evidence"]) == 1
    assert walked(ticket)[0] == ("pending_review", "current")
    ticket = apidesk.do("alice", ticket, "withdraw")
    assert walked(ticket) == [("pending_review", "todo"), ("cancelled", "done")]
    assert (ticket["stage"], ticket["allowed_actions"], ticket["due_at"]) == ("closed", [], None)


def test_goods_refused_and_sent_back(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    ticket = apidesk.do("mei", apidesk.apply(order, quantity=1), "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    ticket = apidesk.do("mei", ticket, "refuse-goods", reason="Worn", evidence=[apidesk.photo("mei")])
    assert (ticket["status"], len(ticket["evidence"]), ticket["refunds"]) == ("rejected", 1, [])
    assert [status for status, _ in walked(ticket)] == [
        "pending_review",
        "pending_return",
        "pending_refund",
        "rejected",
    ]
    ticket = apidesk.do("mei", ticket, "return-goods", courier="sf", tracking_no="B-1")
    assert ticket["send_back_parcel"]["tracking_no"] == "B-1"


def test_what_cannot_be_sent_becomes_a_refund(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE", on_hand=1)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = apidesk.apply(order, "exchange", "quality", evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    assert "convert" not in apidesk.get("alice", ticket)["allowed_actions"]
    ticket = apidesk.do("mei", ticket, "convert", to="refund_only", note="Sold out")
    assert (ticket["type"], ticket["approved_amount"]) == ("refund_only", "99.00")
    apidesk.send_refunds()
    ticket = apidesk.get("alice", ticket)
    assert (ticket["status"], ticket["refunded_amount"]) == ("completed", "99.00")


def test_sent_ahead_of_the_goods(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE", on_hand=1)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = apidesk.do("mei", apidesk.apply(order, "exchange", "quality", evidence=[apidesk.photo()]), "approve")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    answer = apidesk.post("mei", ticket, "reship", BILL)
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert apidesk.post("mei", ticket, "reship", BILL | {"advance": True}).json()["errors"].keys() == {"note"}
    ticket = apidesk.do("mei", ticket, "reship", **BILL, advance=True, note="The buyer travels")
    assert ticket["advance_exchange"] is True
    ticket = apidesk.do("alice", ticket, "confirm-replacement")
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    assert (ticket["status"], ticket["lines"][0]["received_quantity"]) == ("completed", 1)


def test_support_lets_a_closed_case_live_on(apidesk: ApiDesk) -> None:
    ticket = apidesk.do("mei", apidesk.apply(apidesk.world.delivered(), quantity=1), "approve")
    services.close(apidesk.row(ticket), now=apidesk.row(ticket).due_at + timedelta(seconds=1))
    ticket = apidesk.get("alice", ticket)
    assert walked(ticket) == [("pending_review", "done"), ("pending_return", "todo"), ("closed", "done")]
    ticket = apidesk.do("sun", ticket, "reopen", reason="The parcel was late")
    assert ticket["status"] == "pending_return"
    assert ticket["timeline"][-1]["actor"]["kind"] == "support"


def test_merchant_applies_for_the_buyer(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered()
    answer = apidesk.api("mei").post("/api/v1/tickets/", apidesk.body(order, "return_refund", "no_reason"))
    assert answer.status_code == 201
    ticket = answer.json()
    assert ticket["buyer"] == "alice"
    assert "withdraw" not in ticket["allowed_actions"]
    assert ticket["timeline"][0]["actor"]["kind"] == "merchant"
    assert ticket["timeline"][0]["note"]
    assert Ticket.objects.get().buyer == apidesk.world.alice
