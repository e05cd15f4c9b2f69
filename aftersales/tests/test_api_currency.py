"""Amounts have the decimals of their currency, in answers and in what is sent (contract §4)."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from aftersales import audit
from orders.api.answers import OrderAnswer
from refunds.api.answers import RefundAnswer
from web.api.answers import Money, SignedMoney

from ..api.answers import TicketAnswer
from ..api.answers_before import QuoteAnswer
from .desk_api import TICKETS, ApiDesk

ORDERS = "/api/v1/orders/"


def amounts(shape: Any, answer: Any) -> Iterator[tuple[str, str]]:
    """(path, text) of everything in `answer` that its shape calls an amount."""
    hints = get_type_hints(shape, include_extras=True)
    for name, value in answer.items():
        parts = (hints[name], *get_args(hints[name]))
        if value is None:
            continue
        if any(part in (Money, SignedMoney) for part in parts):
            yield name, value
        for part in parts:
            if is_typeddict(part):
                for item in value if isinstance(value, list) else [value]:
                    yield from ((f"{name}.{path}", text) for path, text in amounts(part, item))


def body(currency: str, price: str, *, discount: str, paid: str, number: str = "J-1") -> dict[str, Any]:
    return {
        "order_no": number, "shop": "lantern", "buyer": "alice", "currency": currency, "freight": "0",
        "discount": discount,
        "lines": [
            {"sku": "TEE", "title": "Tee", "unit_price": price, "quantity": 1},
            {"sku": "CAP", "title": "Cap", "unit_price": price, "quantity": 1},
            {"sku": "SOCK", "title": "Sock", "unit_price": price, "quantity": 1},
        ],
        "payments": [{"channel": "sandbox", "transaction_no": "PAY-J", "amount": paid}],
    }  # fmt: skip


def test_yen_have_no_decimals(apidesk: ApiDesk) -> None:
    created = apidesk.api("oms").post(ORDERS, body("JPY", "1000", discount="100", paid="2900"))
    assert created.status_code == 201, created.content
    order = created.json()
    # 100 over three lines in whole yen: the shares add up, and none has a fraction.
    assert [line["paid_amount"] for line in order["lines"]] == ["967", "966", "967"]
    line = {"line_id": order["lines"][0]["line_id"], "quantity": 1}
    asked = {"order_no": "J-1", "type": "refund_only", "reason": "dont_want", "lines": [line]}
    quote = apidesk.api("alice").post(f"{TICKETS}quote/", asked).json()
    ticket = apidesk.api("alice").post(TICKETS, asked).json()
    apidesk.send_refunds()
    refunds = apidesk.api("mei").get("/api/v1/refunds/").json()["results"]
    found = [
        *amounts(OrderAnswer, order), *amounts(QuoteAnswer, quote), *amounts(TicketAnswer, ticket),
        *amounts(RefundAnswer, refunds[0]),
    ]  # fmt: skip
    assert {"amount", "lines.paid_amount", "payments.amount", "total", "tenders.amount", "price_difference"} <= {
        path for path, _text in found
    }
    assert [(path, text) for path, text in found if "." in text] == []
    assert (quote["total"], ticket["requested_amount"], refunds[0]["amount"]) == ("967", "967", "967")


def test_yuan_have_two(apidesk: ApiDesk) -> None:
    order = apidesk.api("oms").post(ORDERS, body("CNY", "10", discount="1", paid="29")).json()
    assert [line["paid_amount"] for line in order["lines"]] == ["9.67", "9.66", "9.67"]
    assert [text for _path, text in amounts(OrderAnswer, order) if text[-3] != "."] == []


@pytest.mark.parametrize("amount", ["1000.0", "1000.00", "1000.5"])
def test_more_decimals_than_the_currency_has_are_refused_zeros_included(apidesk: ApiDesk, amount: str) -> None:
    refused = apidesk.api("oms").post(ORDERS, body("JPY", amount, discount="0", paid="3000"))
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert list(refused.json()["errors"]) == [f"lines[{index}].unit_price" for index in range(3)]
    assert refused.json()["errors"]["lines[0].unit_price"] == [
        "JPY has no decimals. Remove the point and what follows it."
    ]
    created = apidesk.api("oms").post(ORDERS, body("JPY", "1000", discount="0", paid="3000"))
    order = created.json()["lines"]
    claim = {
        "order_no": "J-1", "type": "refund_only", "reason": "compensation", "claimed_amount": amount,
        "lines": [{"line_id": order[0]["line_id"], "quantity": 1}],
    }  # fmt: skip
    for path in ("quote/", ""):
        refused = apidesk.api("alice").post(f"{TICKETS}{path}", claim)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["claimed_amount"])


def test_an_action_knows_the_currency_of_its_ticket(apidesk: ApiDesk) -> None:
    order = apidesk.world.shipped(order_no="J-2", currency="JPY", lines=[("TEE", "1000", 1)])
    ticket = apidesk.apply(order, "refund_only", "not_received")
    refused = apidesk.post("mei", ticket, "approve", {"refund_amount": "900.00"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["refund_amount"])
    assert apidesk.get("mei", ticket)["requested_amount"] == "1000"
    paid = apidesk.do("mei", ticket, "approve")
    assert (paid["approved_amount"], paid["refunds"][0]["amount"]) == ("1000", "1000")


@pytest.mark.parametrize("amount", ["10.55", "10.00", "10.0"])
def test_no_amount_of_any_action_has_decimals_in_yen(apidesk: ApiDesk, amount: str) -> None:
    """F-1, contract §4: zeros included, in everything that is sent about a ticket."""
    order = apidesk.world.delivered(order_no="J-3", currency="JPY", lines=[("TEE", "1000", 1)])
    ticket = apidesk.apply(order)
    for name in ("refund_amount", "service_fee"):
        refused = apidesk.post("mei", ticket, "approve", {name: amount, f"{name}_consent": True, "note": "Phone"})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [name])
    apidesk.do("mei", ticket, "approve")
    waybill = {"courier": "sf", "tracking_no": "SF1"}
    refused = apidesk.post("alice", ticket, "ship-back", waybill | {"freight_paid": amount})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["freight_paid"])
    apidesk.do("alice", ticket, "ship-back", **waybill)
    counted = {"units": apidesk.units(ticket), "deduction": amount, "deduction_consent": True, "note": "Phone"}
    refused = apidesk.post("mei", ticket, "receive", counted)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["deduction"])
    assert apidesk.get("mei", ticket)["received_at"] is None


@pytest.mark.parametrize("currency", ["KWD", "BHD", "CLF"])
def test_a_currency_with_more_than_two_decimals_is_refused(apidesk: ApiDesk, currency: str) -> None:
    """The columns have two places: nothing of it may be cut off unseen (F-1)."""
    refused = apidesk.api("oms").post(ORDERS, body(currency, "10", discount="0", paid="30"))
    assert refused.status_code == 400
    sentence = f"Amounts in {currency} have more than two decimals and can't be stored. Choose another currency."
    assert refused.json()["errors"] == {"currency": [sentence]}


def test_units_of_a_line_in_yen_are_worth_whole_yen(apidesk: ApiDesk) -> None:
    """Worked by hand: 3 × 100 less 1 is 299, and its units are worth 100, 99 and 100."""
    order = apidesk.world.delivered(order_no="J-4", currency="JPY", lines=[("TEE", "100", 3)], discount="1")
    paid = []
    for _unit in range(3):
        ticket = apidesk.apply(order, quantity=1)
        apidesk.do("mei", ticket, "approve")
        apidesk.do("alice", ticket, "ship-back", courier="sf", tracking_no="SF1")
        apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
        apidesk.send_refunds()
        paid.append(apidesk.get("alice", ticket)["refunded_amount"])
    assert paid == ["100", "99", "100"]
    assert list(audit.run()) == []
