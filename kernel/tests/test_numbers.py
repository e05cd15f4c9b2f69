"""Public numbers, and the edges of amounts, against a computation in fractions."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from .. import numbers
from ..money import CENT, TOO_FINE, WITHOUT_MINOR_UNIT, ZERO, cents, is_whole, part, places, split, unit_of, unit_share
from ..numbers import new_number

units = st.sampled_from([CENT, Decimal(1)])
counts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "day"),
    [(15, 59, 59, "261231"), (16, 0, 0, "270101"), (0, 0, 0, "261231")],
)
def test_the_day_is_the_one_of_the_site(hour: int, minute: int, second: int, day: str) -> None:
    """Midnight in Shanghai is 16:00 UTC."""
    assert settings.TIME_ZONE == "Asia/Shanghai"
    number = new_number("T", datetime(2026, 12, 31, hour, minute, second, tzinfo=UTC))
    assert re.fullmatch(rf"T{day}[0-9]{{10}}", number)


@pytest.mark.parametrize(("drawn", "digits"), [(0, "0000000000"), (42, "0000000042"), (10**10 - 1, "9999999999")])
def test_always_ten_digits(monkeypatch: pytest.MonkeyPatch, drawn: int, digits: str) -> None:
    below: list[int] = []

    def draw(limit: int) -> int:
        below.append(limit)
        return drawn

    monkeypatch.setattr(numbers.secrets, "randbelow", draw)
    assert new_number("RF", datetime(2026, 3, 2, 2, tzinfo=UTC)) == f"RF260302{digits}"
    assert below == [10**10]


def test_a_thousand_numbers_of_one_moment_differ() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert len({new_number("T", at) for _ in range(1000)}) == 1000


def half_up(exact: Fraction, unit: Decimal) -> Decimal:
    """To the nearest multiple of the unit, a half away from zero."""
    steps = abs(exact) / Fraction(unit)
    return (-1 if exact < 0 else 1) * floor(steps + Fraction(1, 2)) * unit


@given(unit=units, total=counts, weight=st.integers(0, 10**6), more=st.integers(1, 10**6))
def test_a_part_is_the_fraction_rounded_half_up(unit: Decimal, total: int, weight: int, more: int) -> None:
    amount, whole = total * CENT, weight + more
    assert part(amount, weight, whole, unit) == half_up(Fraction(amount) * weight / whole, unit)


@given(unit=units, total=counts, over=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(sum))
def test_the_shares_up_to_each_line_are_the_fraction_rounded(unit: Decimal, total: int, over: list[int]) -> None:
    """F-3: whatever the sign, the first lines together have the rounded fraction of their weight."""
    amount = total * unit
    shares = split(amount, over, unit)
    for at in range(len(over) + 1):
        assert sum(shares[:at], ZERO) == half_up(Fraction(amount) * sum(over[:at]) / sum(over), unit)


@given(total=counts.map(lambda count: count * CENT), over=st.lists(st.integers(0, 99), min_size=1).filter(sum))
def test_the_opposite_amount_has_the_opposite_shares(total: Decimal, over: list[int]) -> None:
    assert split(-total, over, CENT) == [-share for share in split(total, over, CENT)]


@pytest.mark.parametrize(
    ("quantity", "given_away", "last"), [(3, "3.34", "6.66"), (3, "0.00", "10.00"), (2, "10.00", "0")]
)
def test_the_last_unit_gets_what_is_left_of_what_was_really_paid(quantity: int, given_away: str, last: str) -> None:
    rest = unit_share(Decimal("10.00"), quantity, 1, Decimal(given_away), quantity - 1, CENT)
    assert rest == Decimal(last)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.004", "0.00"), ("0.005", "0.01"), ("0.006", "0.01"), ("-0.004", "0.00"), ("-0.005", "-0.01"),
     ("0.0049999", "0.00"), ("9999999999.994", "9999999999.99"), ("9999999999.995", "10000000000.00")],
)  # fmt: skip
def test_cents_around_a_half(amount: str, rounded: str) -> None:
    assert cents(amount) == Decimal(rounded)
    assert cents(amount).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("amount", "cny", "jpy"),
    [("0", True, True), ("0.01", True, False), ("0.001", False, False), ("0.99", True, False), ("1", True, True),
     ("1.00", True, True), ("-1", True, True), ("-0.01", True, False), ("-0.005", False, False)],
)  # fmt: skip
def test_what_is_an_amount_in_yuan_and_in_yen(amount: str, cny: bool, jpy: bool) -> None:
    assert (is_whole(Decimal(amount), "CNY"), is_whole(Decimal(amount), "JPY")) == (cny, jpy)


@pytest.mark.parametrize("currency", sorted(WITHOUT_MINOR_UNIT | TOO_FINE | {"CNY", "USD", "EUR", "HKD", "TWD"}))
def test_the_unit_is_one_of_the_last_place(currency: str) -> None:
    assert unit_of(currency) == Decimal(1).scaleb(-places(currency))
    assert places(currency) == (0 if currency in WITHOUT_MINOR_UNIT else 2)


def test_currencies_are_three_capitals() -> None:
    assert all(re.fullmatch(r"[A-Z]{3}", code) for code in WITHOUT_MINOR_UNIT | TOO_FINE)
    assert {"JPY", "KRW", "VND", "CLP"} <= WITHOUT_MINOR_UNIT
    assert {"KWD", "BHD", "TND"} <= TOO_FINE
