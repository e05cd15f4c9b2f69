"""The content of a new order in one spelling, so that "the same content" has a meaning (contract §5)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypedDict

from kernel.money import DEFAULT_CURRENCY, ZERO, cents

RECEIVER = ("name", "phone", "address")


class LineContent(TypedDict):
    """One line as ordered: money with two places, units as integers."""

    sku: str
    title: str
    spec: str
    category: str
    image_url: str
    unit_price: Decimal
    quantity: int
    discount: Decimal
    exempt_confirmed: bool


class PaymentContent(TypedDict):
    channel: str
    transaction_no: str
    amount: Decimal
    paid_at: datetime | None


class OrderContent(TypedDict):
    """An order as it came in, every key there. `receiver`: name, phone, address."""

    order_no: str
    buyer: str
    currency: str
    placed_at: datetime | None
    freight: Decimal
    discount: Decimal
    points_deduction: Decimal
    points_used: int
    coupons: list[str]
    lines: list[LineContent]
    payments: list[PaymentContent]
    receiver: dict[str, str]


def _line(line: Mapping[str, Any]) -> LineContent:
    return {
        "title": line.get("title") or "",
        "spec": line.get("spec") or "",
        "category": line.get("category") or "",
        "image_url": line.get("image_url") or "",
        "sku": line["sku"],
        "unit_price": cents(line["unit_price"]),
        "quantity": line["quantity"],
        "discount": cents(line.get("discount") or ZERO),
        "exempt_confirmed": bool(line.get("exempt_confirmed")),
    }


def _payment(payment: Mapping[str, Any]) -> PaymentContent:
    return {
        "channel": payment["channel"],
        "transaction_no": payment["transaction_no"],
        "amount": cents(payment["amount"]),
        "paid_at": payment.get("paid_at"),
    }


def normalised(data: Mapping[str, Any]) -> OrderContent:
    """Every key of the contract with its default; money with two places."""
    receiver = data.get("receiver") or {}
    return {
        "freight": cents(data.get("freight") or ZERO),
        "discount": cents(data.get("discount") or ZERO),
        "points_deduction": cents(data.get("points_deduction") or ZERO),
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
    # The same moment written in another time zone is the same content.
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def fingerprint(shop_id: int, content: OrderContent) -> str:
    text = json.dumps([shop_id, content], sort_keys=True, default=_spelled)
    return hashlib.sha256(text.encode()).hexdigest()
