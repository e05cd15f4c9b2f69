"""Promotions over HTTP: how they come with an order, what quote and ticket say of them, and the list of what the shop's
own system is to do."""

from typing import Any

import pytest

from orders.models import Order
from tests.world import NOW

from .desk_api import BILL, ROOT, ApiDesk, code

pytestmark = pytest.mark.django_db

ORDER = {
    "order_no": "P-1", "shop": "lantern", "buyer": "alice", "placed_at": NOW.isoformat(), "discount": "30.00",
    "points_earned": 17, "coupons": ["SPRING-10"],
    "lines": [
        {"sku": "TEE", "title": "Tee", "unit_price": "100.00", "quantity": 1},
        {"sku": "CAP", "title": "Cap", "unit_price": "100.00", "quantity": 1},
        {"sku": "MUG", "title": "Mug", "unit_price": "19.90", "quantity": 1, "kind": "gift", "gift_of": 1},
    ],
    "promotions": [
        {"kind": "threshold", "code": "200-30", "threshold": "200.00", "discount": "30.00"},
        {"kind": "coupon_used", "code": "SPRING-10", "valid_until": "2026-04-01T00:00:00+08:00"},
        {"kind": "coupon_given", "code": "NEXT-5"},
    ],
    "payments": [{"channel": "sandbox", "transaction_no": "PP-1", "amount": "170.00", "paid_at": NOW.isoformat()}],
}  # fmt: skip


def sent(apidesk: ApiDesk, **changes: Any) -> Any:
    return apidesk.api("oms").post(f"{ROOT}orders/", ORDER | changes, format="json")


def completed(apidesk: ApiDesk) -> Order:
    apidesk.world.revise_policy(promotion_refund="recalculate")
    assert sent(apidesk).status_code == 201
    order = Order.objects.get(order_no="P-1")
    return apidesk.world.complete(apidesk.world.deliver(apidesk.world.ship(order)))


def tee_back(order: Order, *skus: str) -> dict[str, Any]:
    lines = [{"line_id": line.pk, "quantity": 1} for line in order.lines.filter(sku__code__in=skus or ["TEE"])]
    return {"order_no": "P-1", "type": "return_refund", "reason": "wrong_choice", "lines": lines}


def test_the_order_answers_what_it_was_bought_under(apidesk: ApiDesk) -> None:
    answer = sent(apidesk).json()
    gift = answer["lines"][2]
    assert (gift["kind"], gift["kind_label"], gift["paid_amount"], gift["discount"]) == (
        "gift",
        "gift",
        "0.00",
        "19.90",
    )
    assert gift["gift_of_line_id"] == answer["lines"][0]["line_id"]
    assert (answer["points_earned"], answer["promotion_kept"]) == (17, "0.00")
    assert [row["kind_label"] for row in answer["promotions"]] == [
        "discount from an amount on", "coupon used", "coupon given by the order",
    ]  # fmt: skip
    assert sent(apidesk).status_code == 200
    assert sent(apidesk, points_earned=18).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"promotions": [{"kind": "threshold", "code": "X", "threshold": "1.00", "discount": "30.01"}]}, "promotions"),
        ({"promotions": [{"kind": "threshold", "code": "X", "threshold": "1.00"}]}, "promotions[0].discount"),
        ({"promotions": [{"kind": "free_shipping", "code": "X", "threshold": "1.00"}]}, "promotions[0].freight"),
        ({"promotions": [{"kind": "coupon_given", "code": "X", "discount": "1.00"}]}, "promotions[0].discount"),
        ({"promotions": [{"kind": "coupon_used", "code": "OTHER"}]}, "promotions[0].code"),
        ({"promotions": [{"kind": "coupon_given", "code": "X"}] * 2}, "promotions"),
        ({"promotions": [{"kind": "gift", "code": "X"}]}, "promotions[0].kind"),
        ({"lines": [ORDER["lines"][0] | {"kind": "gift", "discount": "1.00"}]}, "lines[0].discount"),  # type: ignore[index]
        ({"lines": [*ORDER["lines"][:2], ORDER["lines"][2] | {"gift_of": 3}]}, "lines[2].gift_of"),  # type: ignore[index]
        ({"lines": [*ORDER["lines"][:2], ORDER["lines"][2] | {"gift_of": 9}]}, "lines[2].gift_of"),  # type: ignore[index]
        ({"lines": [*ORDER["lines"][:2], ORDER["lines"][2] | {"kind": "fee"}]}, "lines[2].kind"),  # type: ignore[index]
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(apidesk: ApiDesk, changes: dict[str, Any], field: str) -> None:
    answer = sent(apidesk, **changes)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Order.objects.exists()


def test_from_the_quote_to_the_acknowledged_coupon(apidesk: ApiDesk) -> None:
    order = completed(apidesk)
    quote = apidesk.api("alice").post(f"{ROOT}tickets/quote/", tee_back(order), format="json").json()
    assert quote["deductions"] == [
        {"cause": "discount_lost", "cause_label": "discount lost on what you keep", "amount": "-15.00"},
        {"cause": "gift_kept", "cause_label": "gift that wasn't returned", "amount": "-19.90"},
    ]
    assert (quote["goods_amount"], quote["total"]) == ("85.00", "50.10")
    assert quote["taken_back"] == {"points": 9, "coupons": []}
    ticket = apidesk.api("alice").post(f"{ROOT}tickets/", tee_back(order), format="json").json()
    assert (ticket["requested_amount"], ticket["deductions"]) == ("50.10", quote["deductions"])
    assert apidesk.get("mei", ticket)["ceiling"] == "85.00"
    done = through(apidesk, ticket)
    assert (done["status"], done["refunded_amount"]) == ("completed", "50.10")
    assert [row["sentence"] for row in done["benefits"]] == ["9 points earned with the order are taken back."]
    seen = apidesk.api("alice").get(f"{ROOT}orders/P-1/").json()
    assert (seen["refunded_amount"], seen["promotion_kept"]) == ("50.10", "34.90")
    rest = apidesk.api("alice").post(f"{ROOT}tickets/", tee_back(order, "CAP", "MUG"), format="json").json()
    assert rest["requested_amount"] == "119.90"  # with the mug, and what was kept of the discount
    assert {row["amount"] for row in rest["deductions"]} == {"15.00", "19.90"}
    sentences = [row["sentence"] for row in through(apidesk, rest, "SF2")["benefits"]]
    assert sentences[0] == "8 points earned with the order are taken back."
    assert sentences[1].startswith("Coupon SPRING-10 is valid again, until ")
    assert sentences[2] == "Coupon NEXT-5 from this order is cancelled."
    assert order.payments.get().left == 0


def through(apidesk: ApiDesk, ticket: dict[str, Any], number: str = "SF1") -> dict[str, Any]:
    apidesk.do("mei", ticket, "approve")
    apidesk.do("alice", ticket, "ship-back", **(BILL | {"tracking_no": number}))
    units = [{"line_id": line["line_id"], "quantity": 1, "condition": "as_new"} for line in ticket["lines"]]
    apidesk.do("mei", ticket, "receive", units=units)
    apidesk.send_refunds()
    answer: dict[str, Any] = apidesk.get("alice", ticket)
    return answer


def test_the_shops_system_reads_and_acknowledges(apidesk: ApiDesk) -> None:
    order = completed(apidesk)
    ticket = apidesk.api("alice").post(f"{ROOT}tickets/", tee_back(order, "TEE", "CAP"), format="json").json()
    through(apidesk, ticket)
    oms, list_ = apidesk.api("oms"), f"{ROOT}benefits/?state=pending&shop=lantern"
    rows = oms.get(list_).json()["results"]
    assert {row["kind"] for row in rows} == {"points_taken_back", "coupon_back", "coupon_cancelled"}
    assert {row["state"] for row in rows} == {"pending"}
    address = f"{ROOT}benefits/{rows[0]['id']}/acknowledge/"
    assert code(apidesk.api("alice").post(address)) == (403, "forbidden")
    assert code(apidesk.api("rui").post(address)) == (404, "not_found")
    for _ in range(2):
        answer = oms.post(address)
        assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    assert len(oms.get(list_).json()["results"]) == len(rows) - 1
    assert apidesk.api("rui").get(f"{ROOT}benefits/").json()["results"] == []
    assert len(apidesk.api("alice").get(f"{ROOT}benefits/?kind=coupon_back").json()["results"]) == 1
