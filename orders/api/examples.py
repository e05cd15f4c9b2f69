"""Examples of the schema: bodies that work as they are with the demo data."""

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _body(name: str, value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


_PAYMENT = {
    "channel": "sandbox",
    "transaction_no": "PAY-1",
    "amount": "178.00",
    "paid_at": "2026-01-02T10:01:00+08:00",
}

PAYMENT = _body("paid in full", _PAYMENT)
ORDER = _body(
    "two shirts with a discount",
    {
        "order_no": "E-1001",
        "shop": "lantern",
        "buyer": "alice",
        "currency": "CNY",
        "placed_at": "2026-01-02T10:00:00+08:00",
        "freight": "10.00",
        "discount": "30.00",
        "points_deduction": "0.00",
        "lines": [
            {
                "sku": "TEE-RED-M",
                "title": "T-shirt",
                "spec": "Red / M",
                "category": "apparel",
                "unit_price": "99.00",
                "quantity": 2,
                "discount": "0.00",
            }
        ],
        "payments": [_PAYMENT],
        "receiver": {"name": "Alice", "phone": "13800000000", "address": "1 Lantern Street"},
    },
)
DELIVER = _body("arrived", {"delivered_at": "2026-01-04T10:00:00+08:00"})
CONFIRM = _body("with the password", {"password": "aftersales-demo"})
EXTEND = _body("on holiday", {"days": 5, "reason": "on holiday"})
REOPEN = _body("closed by mistake", {"days": 7, "reason": "closed by the buyer's mistake"})
CLOSE = _body("never paid", {"reason": "never paid"})
NOTE = _body("blue", {"text": "Return agreed.", "flag": "blue"})
SKU = _body(
    "a shirt", {"title": "T-shirt", "spec": "Red / M", "category": "apparel", "price": "99.00", "warranty_days": 0}
)
STOCK = _body("forty", {"on_hand": 40})
