"""What the answers hold: the quote to the cent, labels, statements, and that the schema tells the truth."""

from datetime import timedelta
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

from aftersales import services
from aftersales.states import Type
from kernel.actors import CLOCK
from orders.models import Payment
from refunds.models import Refund
from tests.world import NOW

from ..wording.labels import GOODS_ON_THE_WAY, IN_REPAIR, label_of
from .desk_api import BILL, TICKETS, ApiDesk

ZH = {
    ("exchange", "pending_reship"): "待换货",
    ("repair", "pending_reship"): "待维修",
    ("reissue", "pending_reship"): "待补发",
    ("exchange", "reshipped"): "换货中",
    ("repair", "reshipped"): "寄回中",
    ("reissue", "reshipped"): "补发中",
    ("return_refund", "pending_review"): "待审核",
    ("exchange", "pending_supplement"): "待补差价",
    ("return_refund", "pending_return"): "待退货",
    ("return_refund", "pending_refund"): "待退款",
    ("return_refund", "completed"): "已完成",
    ("return_refund", "rejected"): "审核拒绝",
    ("return_refund", "cancelled"): "已撤销",
    ("return_refund", "closed"): "已关闭",
}


def test_labels_in_chinese() -> None:
    with override("zh-hans"):
        assert {key: label_of(*key) for key in ZH} == ZH
        assert (str(GOODS_ON_THE_WAY), str(IN_REPAIR)) == ("待退款 · 待商家收货", "维修中")
        assert [str(type_.label) for type_ in Type] == ["仅退款", "退货退款", "换货", "维修", "补发"]


def test_labels_follow_the_language(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    assert ticket["type_label"] == "return and refund"
    assert ticket["reason"]["label"] == "No reason (7 days)"
    assert apidesk.get("alice", ticket, "zh-hans")["reason"]["label"] == "七天无理由退货"


# --- the quote -----------------------------------------------------------------------------------------


def quote(apidesk: ApiDesk, order: Any, type_: str, reason: str, **more: Any) -> dict[str, Any]:
    answer = apidesk.api("alice").post(f"{TICKETS}quote/", apidesk.body(order, type_, reason, **more))
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_quote_in_full(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order(
        lines=[("TEE", "99.00", 2)], freight="10.00", discount="30.00", payments=[("A", "78.00"), ("B", "100.00")]
    )
    line = apidesk.world.lines(order)[0].pk
    assert quote(apidesk, order, "refund_only", "dont_want") == {
        "lines": [{"line_id": line, "quantity": 2, "amount": "168.00"}],
        "goods_amount": "168.00",
        "freight_amount": "10.00",
        "price_difference": "0.00",
        "service_fee": "0.00",
        "deductions": [],
        "returned_in_kind": {"points": 0, "coupons": []},
        "taken_back": {"points": 0, "coupons": []},
        "total": "178.00",
        "tenders": [{"channel": "sandbox", "amount": "78.00"}, {"channel": "sandbox", "amount": "100.00"}],
        "eligible": True,
        "reasons": [],
    }


def test_what_is_quoted_is_paid(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order(
        lines=[("TEE", "33.33", 3), ("CAP", "7.77", 1)], freight="5.01", discount="0.10",
        payments=[("A", "50.00"), ("B", "62.67")],
    )  # fmt: skip
    told = quote(apidesk, order, "refund_only", "dont_want", quantity=1)
    ticket = apidesk.apply(order, "refund_only", "dont_want", quantity=1)
    assert ticket["approved_amount"] == told["total"]
    assert [refund["amount"] for refund in ticket["refunds"]] == [tender["amount"] for tender in told["tenders"]]
    assert [(refund["expected_at"][:10], refund["expected_text"]) for refund in ticket["refunds"]] == [
        (f"{NOW:%Y-%m-%d}", "It's about to be sent to test payment. It usually arrives right away.")
    ] * len(told["tenders"])
    assert [refund["tender_text"] for refund in ticket["refunds"]] == ["test payment · …A", "test payment · …B"]
    assert [line["refund_amount"] for line in ticket["lines"]] == [line["amount"] for line in told["lines"]]


def test_a_quote_against_which_something_speaks_still_counts(apidesk: ApiDesk) -> None:
    told = quote(apidesk, apidesk.world.place_order(paid=False), "refund_only", "dont_want")
    assert (told["eligible"], told["reasons"], told["total"], told["tenders"]) == (False, ["not_paid"], "198.00", [])
    told = quote(apidesk, apidesk.world.delivered(), "return_refund", "no_reason", quantity=10**9)
    assert (told["reasons"], told["total"]) == (["quantity_exceeded"], "198.00")


def test_a_quote_of_an_exchange(apidesk: ApiDesk) -> None:
    apidesk.world.sku("HOODIE", price="129.00", title="Tee", on_hand=3)
    apidesk.world.sku("SOCK", price="79.00", on_hand=3)
    order, photo = apidesk.world.delivered(lines=[("TEE", "99.00", 1)]), apidesk.photo()
    dearer = quote(apidesk, order, "exchange", "wrong_choice", exchange_sku="HOODIE", evidence=[photo])
    assert (dearer["price_difference"], dearer["total"], dearer["eligible"]) == ("30.00", "0.00", True)
    cheaper = quote(apidesk, order, "exchange", "wrong_choice", exchange_sku="SOCK", evidence=[photo])
    assert (cheaper["price_difference"], cheaper["total"]) == ("-20.00", "20.00")
    theirs = quote(apidesk, order, "exchange", "quality", exchange_sku="HOODIE", evidence=[photo])
    assert theirs["price_difference"] == "0.00"


# --- refunds in the ticket -----------------------------------------------------------------------------


def test_why_a_refund_failed(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order(payments=[("FAIL-1", "198.00")])
    ticket = apidesk.apply(order, "refund_only", "dont_want")
    apidesk.send_refunds()
    for name in ("alice", "mei"):
        answer = apidesk.get(name, ticket)
        told = {answer["refunds"][0]["failure_reason"], answer["timeline"][-1]["note"]}
        assert len(told) == 1
        assert ("couldn't make this refund" in told.pop()) == (name == "alice")
        assert (answer["status"], answer["refunds"][0]["status"]) == ("pending_refund", "failed")
    assert apidesk.get("mei", ticket)["alerts"] == [
        {"code": "refund_failed", "label": "A refund failed. Retry it or settle it manually."}
    ]
    again = apidesk.api("mei").post(f"/api/v1/refunds/{answer['refunds'][0]['refund_no']}/retry/")
    assert again.status_code == 200
    Payment.objects.update(transaction_no="OK-1")
    apidesk.send_refunds()
    ticket = apidesk.get("mei", ticket)
    assert (ticket["status"], [refund["status"] for refund in ticket["refunds"]]) == (
        "completed",
        ["failed", "succeeded"],
    )
    assert Refund.objects.count() == 2


def test_points_and_coupons_go_back_in_kind(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order(
        lines=[("TEE", "99.00", 2)], points_deduction="10.00", points_used=1000, coupons=["SPRING"]
    )
    assert quote(apidesk, order, "refund_only", "dont_want")["returned_in_kind"] == {
        "points": 1000,
        "coupons": ["SPRING"],
    }
    ticket = apidesk.apply(order, "refund_only", "dont_want")
    apidesk.send_refunds()
    assert apidesk.get("alice", ticket)["returned_in_kind"] == {"points": 1000, "coupons": ["SPRING"]}


def test_the_clock_in_the_timeline(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered())
    row = apidesk.row(ticket)
    services.approve(row, actor=CLOCK, now=row.due_at)
    last = apidesk.get("alice", ticket)["timeline"][-1]
    assert (last["actor"], last["action"]) == ({"kind": "clock", "kind_label": "system", "name": "clock"}, "approve")
    assert last["at"] == (NOW + timedelta(hours=48)).isoformat()


# --- statements ----------------------------------------------------------------------------------------


# As few as they are today; a statement more is a decision. One of each answer of a ticket is `conversation`: how far
# the caller's side has read.
STATEMENTS = {
    "quote": 7, "apply": 21, "detail": 7, "detail with the ceiling": 10, "approve": 21, "ship-back": 23,
    "detail with a parcel": 10, "offer": 32, "detail with an offer": 8, "decline": 16, "accept": 29,
    "receive": 40, "approve a refund": 21, "withdraw": 17, "reject": 16,
}  # fmt: skip


def test_statements(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 2), ("CAP", "20.00", 3)], freight="9.00")
    photos = [apidesk.photo(), apidesk.photo()]
    body = apidesk.body(order, "return_refund", "quality", evidence=photos, description="A seam is open")
    alice, mei = apidesk.api("alice"), apidesk.api("mei")
    taken: dict[str, int] = {}

    def counted(name: str, call: Any, *args: Any) -> Any:
        with CaptureQueriesContext(connection) as statements:
            answer = call(*args)
        assert answer.status_code in (200, 201), answer.content
        taken[name] = len(statements)
        return answer.json()

    counted("quote", alice.post, f"{TICKETS}quote/", body)
    ticket = counted("apply", alice.post, TICKETS, body)
    url = f"{TICKETS}{ticket['ticket_no']}/"
    counted("detail", alice.get, url)
    counted("detail with the ceiling", mei.get, url)
    counted("approve", mei.post, f"{url}approve/")
    counted("ship-back", alice.post, f"{url}ship-back/", BILL)
    counted("detail with a parcel", mei.get, url)
    counted("receive", mei.post, f"{url}receive/", {"units": apidesk.units(ticket)})
    order = apidesk.world.shipped()
    for name, verb, who in (
        ("approve a refund", "approve", mei),
        ("withdraw", "withdraw", alice),
        ("reject", "reject", mei),
    ):
        ticket = apidesk.apply(order, "refund_only", "dont_want", quantity=1)
        counted(name, who.post, f"{TICKETS}{ticket['ticket_no']}/{verb}/", {"reason": "No"})
        apidesk.send_refunds()
        order = apidesk.world.shipped()
    ticket = apidesk.apply(order, "refund_only", "dont_want", quantity=1)
    url = f"{TICKETS}{ticket['ticket_no']}/"
    for answer in ("decline", "accept"):
        offer = counted("offer", mei.post, f"{url}offer/", {"note": "For the scratch", "amount": "5.00"})["offers"][-1]
        counted("detail with an offer", alice.get, url)
        counted(answer, alice.post, f"{url}{answer}-offer/", {"offer": offer["id"]})
    assert {name: number for name, number in taken.items() if number > STATEMENTS[name]} == {}


# --- the schema ----------------------------------------------------------------------------------------


@cache
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def nullable(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: nullable(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain


def holds(path: str, method: str, status: int, answer: Any) -> None:
    operation = schema()["paths"][path][method]
    told = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    document = nullable({**told, "components": schema()["components"]})
    jsonschema.Draft7Validator(document, format_checker=jsonschema.FormatChecker()).validate(answer)


def test_answers_are_what_the_schema_says(apidesk: ApiDesk) -> None:
    world = apidesk.world
    order = world.delivered(lines=[("TEE", "99.00", 2)])
    body = apidesk.body(order, "return_refund", "quality", quantity=1, evidence=[apidesk.photo()])
    client = apidesk.api("alice")
    holds("/api/v1/tickets/quote/", "post", 200, client.post(f"{TICKETS}quote/", body).json())
    ticket = client.post(TICKETS, body).json()
    holds("/api/v1/tickets/", "post", 201, ticket)
    one = "/api/v1/tickets/{ticket_no}/"
    holds(f"{one}approve/", "post", 200, apidesk.do("mei", ticket, "approve"))
    holds(f"{one}ship-back/", "post", 200, apidesk.do("alice", ticket, "ship-back", **BILL))
    holds(f"{one}receive/", "post", 200, apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket)))
    apidesk.send_refunds()
    holds(one, "get", 200, apidesk.get("alice", ticket))
    world.sku("CAP", on_hand=2)
    swap = apidesk.apply(
        world.delivered(lines=[("CAP", "20.00", 1)]), "exchange", "quality", evidence=[apidesk.photo()]
    )
    holds(one, "get", 200, apidesk.get("mei", swap))
    holds("/api/v1/tickets/", "get", 200, client.get(TICKETS).json())
    holds("/api/v1/tickets/summary/", "get", 200, client.get(f"{TICKETS}summary/").json())
    holds("/api/v1/reasons/", "get", 200, client.get("/api/v1/reasons/").json())
    said = apidesk.post("alice", ticket, "messages", {"text": "Hello", "evidence": [apidesk.photo()]})
    holds(f"{one}messages/", "post", 201, said.json())
    holds(f"{one}messages/", "get", 200, client.get(f"{TICKETS}{ticket['ticket_no']}/messages/").json())
    options = client.get(f"/api/v1/orders/{ticket['order_no']}/options/").json()
    holds("/api/v1/orders/{order_no}/options/", "get", 200, options)
    refused = apidesk.post("alice", ticket, "withdraw", {})
    holds(f"{one}withdraw/", "post", 409, refused.json())


def test_every_operation_of_tickets_is_documented() -> None:
    paths = {path: node for path, node in schema()["paths"].items() if "/tickets/" in path or "/evidence/" in path}
    # Lists, numbers and times of pickups; verbs; the conversation and its mark; files.
    assert len(paths) == 5 + 31 + 2 + 3
    for node in paths.values():
        for method, operation in node.items():
            assert operation["description"], operation["operationId"]
            assert {"401", "404", "429"} <= operation["responses"].keys() or method == "get"
