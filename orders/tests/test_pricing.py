"""What an order comes to, by fractions instead of rounding in steps; and how far the columns and the currency reach."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Invalid
from orders.content import OrderContent, normalised
from orders.policy import MAX_AMOUNT
from orders.pricing import price

QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)
LINES = st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 9), st.integers(0, 5_000)), min_size=1, max_size=6)
CURRENCIES = st.sampled_from(["CNY", "JPY"])


def content(*lines: tuple[str, int, str], currency: str = "CNY", **more: Any) -> OrderContent:
    """`lines` as (unit price, quantity, discount of the line)."""
    made = [
        {"sku": f"S{number}", "unit_price": each, "quantity": quantity, "discount": discount}
        for number, (each, quantity, discount) in enumerate(lines)
    ]
    return normalised({"order_no": "P-1", "buyer": "alice", "lines": made, **more}, currency)


def refused(data: OrderContent) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        price(data)
    return list(refusal.value.errors or ())


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """In whole units: the cumulative share of each line, half up, less that of the lines before it."""
    whole = sum(weights)
    if not whole:
        return [0] * (len(weights) - 1) + [total]
    reached = [floor(Fraction(total * sum(weights[:n]), whole) + Fraction(1, 2)) for n in range(len(weights) + 1)]
    return [after - before for before, after in pairwise(reached)]


@QUICK
@given(CURRENCIES, LINES, st.integers(0, 100), st.integers(0, 100), st.integers(0, 5_000), st.integers(0, 1_000))
def test_the_shares_of_every_line_are_those_of_exact_fractions(
    currency: str, drawn: list[tuple[int, int, int]], off: int, points_off: int, freight: int, points: int
) -> None:
    """`off`, `points_off`: percents of what the lines have left. First the coupon, then the points (F-2)."""
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    lines = [(each, quantity, min(discount, each * quantity)) for each, quantity, discount in drawn]
    amounts = [each * quantity - discount for each, quantity, discount in lines]
    discount = sum(amounts) * off // 100
    deduction = (sum(amounts) - discount) * points_off // 100
    payable, found = price(
        content(
            *[(str(each * unit), quantity, str(cut * unit)) for each, quantity, cut in lines],
            currency=currency, discount=discount * unit, points_deduction=deduction * unit, freight=freight * unit,
            points_used=points,
        )
    )  # fmt: skip
    discounts = shares(discount, amounts)
    left = [amount - share for amount, share in zip(amounts, discounts, strict=True)]
    deductions = shares(deduction, left)
    counts = shares(points, deductions if deduction else left)
    assert [line.discount_share / unit for line in found] == discounts
    assert [line.points_share / unit for line in found] == deductions
    assert [line.points for line in found] == counts
    assert [line.paid / unit for line in found] == [a - b for a, b in zip(left, deductions, strict=True)]
    assert payable == (sum(amounts) - discount - deduction + freight) * unit


@pytest.mark.parametrize(
    ("discount", "fits"), [("29.99", True), ("30.00", True), ("30.01", False), ("0.00", True), ("45.00", False)]
)
def test_the_discount_of_a_line_is_at_most_the_line(discount: str, fits: bool) -> None:
    data = content(("50.00", 1, "0.00"), ("15.00", 2, discount))
    if fits:
        assert price(data)[0] == Decimal("80.00") - Decimal(discount)
    else:
        assert refused(data) == ["lines[1].discount"]


@pytest.mark.parametrize(
    ("discount", "deduction", "field"),
    [
        ("29.99", "0.01", ""),
        ("30.00", "0.00", ""),
        ("0.00", "30.00", ""),
        ("30.01", "0.00", "discount"),
        ("29.99", "0.02", "points_deduction"),
        ("0.00", "30.01", "points_deduction"),
    ],
)
def test_deductions_come_to_no_more_than_the_lines_and_never_out_of_the_freight(
    discount: str, deduction: str, field: str
) -> None:
    data = content(("10.00", 1, "0.00"), ("20.00", 1, "0.00"), discount=discount, points_deduction=deduction, freight=5)
    if field:
        assert refused(data) == [field]
    else:
        assert price(data)[0] == Decimal(35) - Decimal(discount) - Decimal(deduction)


@pytest.mark.parametrize(("freight", "fits"), [("0.98", True), ("0.99", True), ("1.00", False), ("1.01", False)])
def test_the_whole_order_fits_the_column_with_its_freight(freight: str, fits: bool) -> None:
    data = content(("9999999999.00", 1, "0.00"), freight=freight)
    if fits:
        assert price(data)[0] == Decimal("9999999999.00") + Decimal(freight) <= MAX_AMOUNT
    else:
        assert refused(data) == ["lines"]


@pytest.mark.parametrize(
    ("each", "quantity", "fits"),
    [("4999999999.99", 2, True), ("5000000000.00", 2, False), ("9999999999.99", 1, True), ("3333333333.33", 3, True)],
)
def test_a_line_fits_the_column_before_its_discount(each: str, quantity: int, fits: bool) -> None:
    discount = "100.00"
    data = content((each, quantity, discount))
    if fits:
        assert price(data)[0] == Decimal(each) * quantity - 100
    else:
        assert refused(data) == ["lines[0].quantity"]


@pytest.mark.parametrize(
    "fields",
    [
        {"freight": "0.5"},
        {"discount": "1.5"},
        {"points_deduction": "1.01"},
        {"payments": [{"channel": "c", "transaction_no": "1", "amount": "299.50"}]},
    ],
)
@pytest.mark.parametrize(("currency", "whole"), [("JPY", False), ("KRW", False), ("CNY", True), ("USD", True)])
def test_yen_have_no_smaller_unit(fields: dict[str, Any], currency: str, whole: bool) -> None:
    data = content(("300", 1, "0"), currency=currency, **fields)
    if whole:
        price(data)
    else:
        assert refused(data) == ["payments[0].amount" if "payments" in fields else next(iter(fields))]


def test_every_amount_that_the_currency_does_not_have_is_named_at_once() -> None:
    data = content(("300", 1, "0"), ("10.5", 2, "0.5"), currency="JPY", freight="0.1", discount="1")
    assert refused(data) == ["freight", "lines[1].unit_price", "lines[1].discount"]


@pytest.mark.parametrize(("currency", "stored"), [("KWD", False), ("BHD", False), ("UYW", False), ("CNY", True)])
def test_a_currency_of_three_places_is_refused_as_a_currency(currency: str, stored: bool) -> None:
    data = content(("300", 1, "0"), currency=currency)
    if stored:
        assert price(data)[0] == 300
    else:
        assert refused(data) == ["currency"]
