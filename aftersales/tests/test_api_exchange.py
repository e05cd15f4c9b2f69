"""Over HTTP: the order after an exchange (contract §5)."""

from typing import Any

import pytest

from .desk_api import BILL, ROOT, TICKETS, ApiDesk

pytestmark = pytest.mark.django_db


def test_the_order_has_a_line_more(apidesk: ApiDesk) -> None:
    apidesk.world.sku("TEE")
    apidesk.world.sku("HOODIE", price="159.00", title="Hoodie", on_hand=3)
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = apidesk.apply(order, "exchange", "wrong_choice", exchange_sku="HOODIE", evidence=[apidesk.photo()])
    ticket = apidesk.do("mei", ticket, "approve")
    ticket = apidesk.do("oms", ticket, "pay-difference", channel="sandbox", transaction_no="D-1", amount="60.00")
    ticket = apidesk.do("alice", ticket, "ship-back", **BILL)
    ticket = apidesk.do("mei", ticket, "receive", units=apidesk.units(ticket))
    ticket = apidesk.do("mei", ticket, "reship", courier="zto", tracking_no="R-1")
    assert ticket["lines"][0]["replacement_line_id"] is None
    ticket = apidesk.do("alice", ticket, "confirm-replacement")

    answer = _order(apidesk, order.order_no)
    old, new = answer["lines"]
    assert ticket["lines"][0]["replacement_line_id"] == new["line_id"]
    assert (old["exchanged_quantity"], old["replaces_line_id"], old["window_ends_at"]) == (1, None, None)
    assert new["replaces_line_id"] == old["line_id"]
    assert (new["sku"], new["title"], new["quantity"]) == ("HOODIE", "Hoodie", 1)
    assert (new["unit_price"], new["paid_amount"]) == ("159.00", "159.00")
    assert new["window_ends_at"] is not None
    sent = next(parcel for parcel in answer["parcels"] if parcel["kind"] == "replacement")
    assert sent["lines"] == [{"line_id": old["line_id"], "sku": "HOODIE", "quantity": 1}]

    lines = [{"line_id": new["line_id"], "quantity": 1}]
    body = {"order_no": order.order_no, "type": "return_refund", "reason": "quality", "lines": lines}
    quote = apidesk.api("alice").post(f"{TICKETS}quote/", body | {"evidence": [apidesk.photo()]}).json()
    assert (quote["total"], [tender["amount"] for tender in quote["tenders"]]) == ("159.00", ["99.00", "60.00"])
    gone = {"lines": [{"line_id": old["line_id"], "quantity": 1}]}
    quote = apidesk.api("alice").post(f"{TICKETS}quote/", body | gone).json()
    assert quote["reasons"] == ["evidence_required", "quantity_exceeded"]


def _order(apidesk: ApiDesk, number: str) -> dict[str, Any]:
    answer = apidesk.api("alice").get(f"{ROOT}orders/{number}/")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())
