"""The one splitting function: exact sums, fair shares, no dependence on grouping (F-2, F-3, F-8)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import CENT, TOO_FINE, WITHOUT_MINOR_UNIT, ZERO, cents, is_whole, part, split, unit_of, unit_share

# Amounts of every currency are whole numbers of its unit: of two places, of none (F-1).
units = st.sampled_from([CENT, Decimal(1)])
counts = st.integers(0, 10**12)
weights = st.lists(counts, min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("total", "over", "shares"),
    [
        ("3.99", [1, 1, 1, 1], ["1.00", "1.00", "0.99", "1.00"]),  # the sum is exact; A03 shares out in another order
        ("290.00", [1, 1, 1], ["96.67", "96.66", "96.67"]),  # F-3
        ("1.67", [1, 1], ["0.84", "0.83"]),  # A17
        ("1.03", [1, 1], ["0.52", "0.51"]),  # A28
        ("-40.00", [1, 1, 1, 1], ["-10.00"] * 4),  # A18
        ("10.00", [0, 0], ["0.00", "10.00"]),
        ("0.00", [5, 5], ["0.00", "0.00"]),
        ("5.00", [], []),
    ],
)
def test_worked_numbers(total, over, shares):
    assert [str(share) for share in split(Decimal(total), over, CENT)] == shares


def test_whole_units():
    assert split(Decimal(1000), [Decimal("6.67"), Decimal("3.33")], Decimal(1)) == [667, 333]


def test_half_up_and_no_floats():
    assert cents("0.005") == Decimal("0.01")
    assert cents(Decimal("2.675")) == Decimal("2.68")
    assert cents(3) == Decimal("3.00")


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.125", "0.13"),
        ("0.135", "0.14"),
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("-0.125", "-0.13"),
        ("0.1249", "0.12"),
    ],
)
def test_a_half_is_rounded_up_and_never_to_even(exact, rounded):
    """F-1: half-even, the default of Decimal, makes 0.12 of 0.125; a half below zero goes away from zero."""
    assert cents(exact) == Decimal(rounded)
    assert part(Decimal(exact), 1, 1, CENT) == Decimal(rounded)


def test_the_shares_of_halves_differ_from_half_even():
    """The cumulative sums are 0.125, 0.25, 0.375, 0.50 and 0.5, 1, 1.5: half-even would begin with 0.12 and with 0."""
    assert [str(share) for share in split(Decimal("0.50"), [1] * 4, CENT)] == ["0.13", "0.12", "0.13", "0.12"]
    assert split(Decimal(5), [1] * 10, Decimal(1)) == [1, 0] * 5
    assert unit_share(Decimal("0.25"), 2, 0, ZERO, 1, CENT) == Decimal("0.13")
    assert unit_share(Decimal("0.25"), 2, 1, Decimal("0.13"), 1, CENT) == Decimal("0.12")


@given(unit=units, total=counts, over=weights)
def test_shares_add_up_exactly_and_are_within_a_unit(unit, total, over):
    total, over = total * unit, [weight * unit for weight in over]
    shares = split(total, over, unit)
    assert sum(shares) == total
    whole = sum(over)
    if whole:
        for share, weight in zip(shares, over, strict=True):
            assert abs(share - total * weight / whole) < unit * Decimal("1.0001")
            assert share >= 0
            assert share % unit == 0


@given(unit=units, over=weights, data=st.data())
def test_no_share_is_above_its_weight(unit, over, data):
    total = data.draw(st.integers(0, sum(over))) * unit
    over = [weight * unit for weight in over]
    for share, weight in zip(split(total, over, unit), over, strict=True):
        assert 0 <= share <= weight


@given(unit=units, total=counts, over=weights, at=st.integers(0, 12))
def test_the_first_lines_do_not_depend_on_how_the_rest_is_cut(unit, total, over, at):
    at, total, over = min(at, len(over)), total * unit, [weight * unit for weight in over]
    if sum(over) == 0:
        return
    merged = [*over[:at], sum(over[at:], ZERO)]
    assert split(total, merged, unit)[:at] == split(total, over, unit)[:at]


@given(unit=units, paid=counts, groups=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_units_refunded_in_any_grouping_make_what_was_paid(unit, paid, groups):
    quantity, paid = sum(groups), paid * unit
    taken, share = 0, ZERO
    for amount in groups:
        now = unit_share(paid, quantity, taken, share, amount, unit)
        assert now >= 0
        assert now % unit == 0
        taken, share = taken + amount, share + now
        assert share == part(paid, taken, quantity, unit)
    assert share == paid


@given(unit=units, paid=counts, quantity=st.integers(1, 30))
def test_the_closed_form_is_the_split(unit, paid, quantity):
    paid *= unit
    one_by_one = [unit_share(paid, quantity, at, part(paid, at, quantity, unit), 1, unit) for at in range(quantity)]
    assert one_by_one == split(paid, [1] * quantity, unit)


def test_a_line_of_eighty_thousand_units():
    paid = Decimal("7.77")
    first = unit_share(paid, 80_000, 0, ZERO, 79_999, CENT)
    assert first + unit_share(paid, 80_000, 79_999, part(paid, 79_999, 80_000, CENT), 1, CENT) == paid


@pytest.mark.parametrize(
    ("amount", "currency", "whole"),
    [("10.55", "JPY", False), ("10.50", "JPY", False), ("10.00", "JPY", True), ("10.55", "CNY", True)],
)
def test_an_amount_is_whole_in_the_unit_of_its_currency(amount, currency, whole):
    assert is_whole(Decimal(amount), currency) is whole


def test_no_currency_is_of_two_kinds():
    assert not TOO_FINE & WITHOUT_MINOR_UNIT
    assert {unit_of(code) for code in WITHOUT_MINOR_UNIT} == {Decimal(1)}
