"""The content of a new order in one spelling, so that "the same content" has a meaning (contract §5)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from kernel.money import ZERO, cents

DEFAULT_CURRENCY = "CNY"
RECEIVER = ("name", "phone", "address")


def _line(line: dict[str, Any]) -> dict[str, Any]:
    texts = {key: line.get(key) or "" for key in ("title", "spec", "category", "image_url")}
    return texts | {
        "sku": line["sku"],
        "unit_price": cents(line["unit_price"]),
        "quantity": line["quantity"],
        "discount": cents(line.get("discount") or ZERO),
        "exempt_confirmed": bool(line.get("exempt_confirmed")),
    }


def _payment(payment: dict[str, Any]) -> dict[str, Any]:
    return {
        "channel": payment["channel"],
        "transaction_no": payment["transaction_no"],
        "amount": cents(payment["amount"]),
        "paid_at": payment.get("paid_at"),
    }


def normalised(data: dict[str, Any]) -> dict[str, Any]:
    """Every key of the contract with its default; money with two places."""
    receiver = data.get("receiver") or {}
    amounts = {key: cents(data.get(key) or ZERO) for key in ("freight", "discount", "points_deduction")}
    return amounts | {
        "order_no": data["order_no"],
        "buyer": data["buyer"],
        "currency": data.get("currency") or DEFAULT_CURRENCY,
        "placed_at": data.get("placed_at"),
        "points_used": data.get("points_used") or 0,
        "coupons": list(data.get("coupons") or []),
        "lines": [_line(line) for line in data["lines"]],
        "payments": [_payment(payment) for payment in data.get("payments") or []],
        "receiver": {key: receiver.get(key) or "" for key in RECEIVER},
    }


def _spelled(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def fingerprint(shop_id: int, content: dict[str, Any]) -> str:
    text = json.dumps([shop_id, content], sort_keys=True, default=_spelled)
    return hashlib.sha256(text.encode()).hexdigest()
