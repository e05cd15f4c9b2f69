"""The content of a new order in one spelling, so that "the same content" has a meaning (contract §5)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from kernel.money import ZERO, cents

RECEIVER = ("name", "phone", "address")
GIFT = "gift"


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
    # Only of gifts: the fingerprints of orders from before know no such keys. `gift_of`: the number of a line.
    kind: NotRequired[str]
    gift_of: NotRequired[int | None]
    # Only where they are written, for the same reason.
    title_en: NotRequired[str]
    spec_en: NotRequired[str]


class PaymentContent(TypedDict):
    channel: str
    transaction_no: str
    amount: Decimal
    paid_at: datetime | None
    # Only where it is named: the fingerprints of orders from before know no such key.
    shared_total: NotRequired[Decimal]


class PromotionContent(TypedDict):
    """As `orders.models.Promotion`."""

    kind: str
    code: str
    threshold: Decimal
    discount: Decimal
    freight: Decimal
    valid_until: datetime | None


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
    # Only where they are named, for the fingerprints.
    promotions: NotRequired[list[PromotionContent]]
    points_earned: NotRequired[int]


def _line(line: Mapping[str, Any]) -> LineContent:
    content: LineContent = {
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
    if line.get("title_en"):
        content["title_en"] = line["title_en"]
    if line.get("spec_en"):
        content["spec_en"] = line["spec_en"]
    if line.get("kind") == GIFT:
        content["kind"], content["gift_of"] = GIFT, line.get("gift_of")
        # The price of a gift is what was marked for it; nobody pays it.
        content["discount"] = content["discount"] or content["unit_price"] * content["quantity"]
    return content


def _promotion(promotion: Mapping[str, Any]) -> PromotionContent:
    return {
        "kind": promotion["kind"],
        "code": promotion["code"],
        "threshold": cents(promotion.get("threshold") or ZERO),
        "discount": cents(promotion.get("discount") or ZERO),
        "freight": cents(promotion.get("freight") or ZERO),
        "valid_until": promotion.get("valid_until"),
    }


def _payment(payment: Mapping[str, Any]) -> PaymentContent:
    content: PaymentContent = {
        "channel": payment["channel"],
        "transaction_no": payment["transaction_no"],
        "amount": cents(payment["amount"]),
        "paid_at": payment.get("paid_at"),
    }
    if payment.get("shared_total") is not None:
        content["shared_total"] = cents(payment["shared_total"])
    return content


def normalised(data: Mapping[str, Any], currency: str) -> OrderContent:
    """`currency`: where the data names none. Every key of the contract with its default; money with two places."""
    receiver = data.get("receiver") or {}
    content: OrderContent = {
        "freight": cents(data.get("freight") or ZERO),
        "discount": cents(data.get("discount") or ZERO),
        "points_deduction": cents(data.get("points_deduction") or ZERO),
        "order_no": data["order_no"],
        "buyer": data["buyer"],
        "currency": data.get("currency") or currency,
        "placed_at": data.get("placed_at"),
        "points_used": data.get("points_used") or 0,
        "coupons": list(data.get("coupons") or []),
        "lines": [_line(line) for line in data["lines"]],
        "payments": [_payment(payment) for payment in data.get("payments") or []],
        "receiver": {key: receiver.get(key) or "" for key in RECEIVER},
    }
    if data.get("promotions"):
        content["promotions"] = [_promotion(promotion) for promotion in data["promotions"]]
    if data.get("points_earned"):
        content["points_earned"] = data["points_earned"]
    return content


def _spelled(value: object) -> str:
    # The same moment written in another time zone is the same content.
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def fingerprint(shop_id: int, content: OrderContent) -> str:
    text = json.dumps([shop_id, content], sort_keys=True, default=_spelled)
    return hashlib.sha256(text.encode()).hexdigest()
