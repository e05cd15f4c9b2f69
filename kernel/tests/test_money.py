"""The one splitting function: exact sums, fair shares, no dependence on grouping (F-2, F-3, F-8)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import ZERO, cents, part, split, unit_share

amounts = st.integers(0, 10**12).map(lambda number: Decimal(number) / 100)
weights = st.lists(amounts, min_size=1, max_size=12)


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
    assert [str(share) for share in split(Decimal(total), over)] == shares


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
    assert part(Decimal(exact), 1, 1) == Decimal(rounded)


def test_the_shares_of_halves_differ_from_half_even():
    """The cumulative sums are 0.125, 0.25, 0.375, 0.50 and 0.5, 1, 1.5: half-even would begin with 0.12 and with 0."""
    assert [str(share) for share in split(Decimal("0.50"), [1] * 4)] == ["0.13", "0.12", "0.13", "0.12"]
    assert split(Decimal(5), [1] * 10, Decimal(1)) == [1, 0] * 5
    assert unit_share(Decimal("0.25"), 2, 0, ZERO, 1) == Decimal("0.13")
    assert unit_share(Decimal("0.25"), 2, 1, Decimal("0.13"), 1) == Decimal("0.12")


@given(total=amounts, over=weights)
def test_shares_add_up_exactly_and_are_within_a_cent(total, over):
    shares = split(total, over)
    assert sum(shares) == total
    whole = sum(over)
    if whole:
        for share, weight in zip(shares, over, strict=True):
            assert abs(share - total * weight / whole) < Decimal("0.010001")
            assert share >= 0


@given(over=weights, data=st.data())
def test_no_share_is_above_its_weight(over, data):
    total = Decimal(data.draw(st.integers(0, int(sum(over) * 100)))) / 100
    for share, weight in zip(split(total, over), over, strict=True):
        assert 0 <= share <= weight


@given(total=amounts, over=weights, at=st.integers(0, 12))
def test_the_first_lines_do_not_depend_on_how_the_rest_is_cut(total, over, at):
    at = min(at, len(over))
    if sum(over) == 0:
        return
    merged = [*over[:at], sum(over[at:], ZERO)]
    assert split(total, merged)[:at] == split(total, over)[:at]


@given(paid=amounts, groups=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_units_refunded_in_any_grouping_make_what_was_paid(paid, groups):
    quantity = sum(groups)
    taken, share = 0, ZERO
    for units in groups:
        now = unit_share(paid, quantity, taken, share, units)
        assert now >= 0
        taken, share = taken + units, share + now
        assert share == part(paid, taken, quantity)
    assert share == paid


@given(paid=amounts, quantity=st.integers(1, 30))
def test_the_closed_form_is_the_split(paid, quantity):
    one_by_one = [unit_share(paid, quantity, at, part(paid, at, quantity), 1) for at in range(quantity)]
    assert one_by_one == split(paid, [1] * quantity)


def test_a_line_of_eighty_thousand_units():
    paid = Decimal("7.77")
    assert (
        unit_share(paid, 80_000, 0, ZERO, 79_999) + unit_share(paid, 80_000, 79_999, part(paid, 79_999, 80_000), 1)
        == paid
    )
