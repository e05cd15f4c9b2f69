"""When two orders have the same content: what is spelled otherwise, and what is another thing."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from orders.content import fingerprint, normalised

MOMENT = datetime.fromisoformat("2026-03-01T10:00:00+08:00")
LINE: dict[str, Any] = {"sku": "TEE", "unit_price": Decimal("99.00"), "quantity": 2}
PAYMENT: dict[str, Any] = {"channel": "sandbox", "transaction_no": "P-1", "amount": Decimal("198.00")}
ORDER: dict[str, Any] = {
    "order_no": "E-1", "buyer": "alice", "placed_at": MOMENT, "lines": [LINE], "payments": [PAYMENT],
}  # fmt: skip
NAMES_NOTHING = {
    "coupons": None, "discount": None, "freight": None, "points_deduction": None, "points_used": None,
    "receiver": None, "currency": "",
}  # fmt: skip


def mark(data: dict[str, Any], shop: int = 1, currency: str = "CNY") -> str:
    return fingerprint(shop, normalised(data, currency))


def with_line(**changed: Any) -> dict[str, Any]:
    return ORDER | {"lines": [LINE | changed]}


def with_payment(**changed: Any) -> dict[str, Any]:
    return ORDER | {"payments": [PAYMENT | changed]}


@pytest.mark.parametrize(
    "spelled",
    [
        ORDER | NAMES_NOTHING,
        ORDER | {"freight": Decimal(0), "discount": Decimal("0.000"), "points_used": 0, "coupons": ()},
        ORDER | {"currency": "CNY"},
        ORDER | {"receiver": {}},
        ORDER | {"receiver": {"name": "", "phone": None}},
        ORDER | {"receiver": {"street": "is no field"}, "remark": "neither is this"},
        ORDER | {"placed_at": datetime.fromisoformat("2026-03-01T02:00:00+00:00")},
        ORDER | {"placed_at": datetime.fromisoformat("2026-02-28T21:00:00-05:00")},
        dict(reversed(ORDER.items())),
        with_line(unit_price=Decimal(99)),
        with_line(unit_price=Decimal("99.000"), discount=None, title=None, spec="", category="", image_url=None),
        with_line(exempt_confirmed=False),
        with_payment(amount=Decimal(198), paid_at=None, shared_total=None),
    ],
)
def test_another_spelling_is_the_same_content(spelled: dict[str, Any]) -> None:
    assert mark(spelled) == mark(ORDER)


OTHERS = [
    ORDER | {"order_no": "E-2"},
    ORDER | {"buyer": "Alice"},
    ORDER | {"currency": "USD"},
    ORDER | {"placed_at": None},
    ORDER | {"placed_at": datetime.fromisoformat("2026-03-01T10:00:00.000001+08:00")},
    ORDER | {"placed_at": datetime.fromisoformat("2026-03-01T10:00:00+00:00")},
    ORDER | {"freight": Decimal("0.01")},
    ORDER | {"discount": Decimal("0.01")},
    ORDER | {"points_deduction": Decimal("0.01")},
    ORDER | {"points_used": 1},
    ORDER | {"coupons": ["C1", "C2"]},
    ORDER | {"coupons": ["C2", "C1"]},
    ORDER | {"receiver": {"name": "A"}},
    ORDER | {"receiver": {"phone": "A"}},
    ORDER | {"receiver": {"address": "A"}},
    ORDER | {"lines": []},
    ORDER | {"lines": [LINE, LINE]},
    ORDER | {"payments": []},
    ORDER | {"payments": [PAYMENT, PAYMENT]},
    with_line(sku="TEE2"),
    with_line(title="Tee"),
    with_line(spec="Tee"),
    with_line(category="Tee"),
    with_line(image_url="Tee"),
    with_line(unit_price=Decimal("99.01")),
    with_line(quantity=3),
    with_line(discount=Decimal("0.01")),
    with_line(exempt_confirmed=True),
    with_payment(channel="bank"),
    with_payment(transaction_no="P-2"),
    with_payment(amount=Decimal("198.01")),
    with_payment(paid_at=MOMENT),
    with_payment(shared_total=Decimal("198.00")),
    with_payment(shared_total=Decimal("0.00")),
]


@pytest.mark.parametrize("other", OTHERS)
def test_each_field_of_the_contract_makes_another_content(other: dict[str, Any]) -> None:
    assert mark(other) != mark(ORDER)


def test_no_two_contents_have_one_fingerprint() -> None:
    assert len({mark(other) for other in [ORDER, *OTHERS]}) == 1 + len(OTHERS)


def test_the_same_content_in_another_shop_is_another_order() -> None:
    assert mark(ORDER, shop=1) != mark(ORDER, shop=2)


def test_the_currency_of_the_shop_stands_where_none_is_named() -> None:
    assert normalised(ORDER, "JPY")["currency"] == "JPY"
    assert normalised(ORDER | {"currency": "USD"}, "JPY")["currency"] == "USD"
    assert mark(ORDER, currency="JPY") == mark(ORDER | {"currency": "JPY"}) != mark(ORDER)


def test_a_shared_total_has_two_places_and_is_there_only_where_it_is_named() -> None:
    assert "shared_total" not in normalised(ORDER, "CNY")["payments"][0]
    named = normalised(with_payment(shared_total=Decimal(500)), "CNY")["payments"][0]
    assert str(named.get("shared_total")) == "500.00"


@pytest.mark.parametrize(("given", "kept"), [("1", "1.00"), ("0.005", "0.01"), ("0.0049", "0.00"), ("9.999", "10.00")])
def test_amounts_are_kept_with_two_places_half_up(given: str, kept: str) -> None:
    found = normalised(with_line(unit_price=given, discount=given) | {"freight": given, "discount": given}, "CNY")
    line = found["lines"][0]
    assert [str(amount) for amount in (line["unit_price"], line["discount"])] == [kept, kept]
    assert [str(amount) for amount in (found["freight"], found["discount"])] == [kept, kept]
