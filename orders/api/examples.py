"""Examples of the schema: bodies that work as they are with the demo data."""

from web.schema import body_example

_PAYMENT = {
    "channel": "sandbox",
    "transaction_no": "PAY-1",
    "amount": "178.00",
    "paid_at": "2026-01-02T10:01:00+08:00",
}

PAYMENT = body_example("paid in full", _PAYMENT)
ORDER = body_example(
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
CONFIRM = body_example("with the password", {"password": "aftersales-demo"})
EXTEND = body_example("on holiday", {"days": 5, "reason": "on holiday"})
INSTALL = body_example("a week later", {"installed_at": "2026-01-11T10:00:00+08:00", "lines": [1]})
REOPEN = body_example("closed by mistake", {"days": 7, "reason": "closed by the buyer's mistake"})
CLOSE = body_example("never paid", {"reason": "never paid"})
NOTE = body_example("blue", {"text": "Return agreed.", "flag": "blue"})
SKU = body_example(
    "a shirt",
    {
        "title": "T-shirt",
        "spec": "Red / M",
        "category": "apparel",
        "product": "T-shirt",
        "price": "99.00",
        "currency": "CNY",
    },
)
STOCK = body_example("forty", {"on_hand": 40})
