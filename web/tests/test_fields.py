"""What does not fit answers 400 and never reaches the database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rest_framework.exceptions import ValidationError

from ..fields import CodeField, CountField, FlagField, MoneyField, OptionalDateTime, TextField


@pytest.mark.parametrize("text", ["0", "0.0", "12.5", "9999999999.99"])
def test_money(text):
    assert MoneyField().run_validation(text) == Decimal(text)
    assert MoneyField().run_validation(text).as_tuple().exponent == -2


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "-1",
        "1.",
        ".5",
        "1.005",
        "1,00",
        "1e2",
        "NaN",
        "١٢",
        "1\n",
        "12345678901",
        1,
        1.5,
        None,
        True,
        [],
        {},
    ],
)
def test_no_money(value):
    with pytest.raises(ValidationError):
        MoneyField().run_validation(value)


def test_money_goes_out_with_two_places():
    assert MoneyField().to_representation(Decimal(5)) == "5.00"


@pytest.mark.parametrize("value", ["a\x00b", "x" * 11, 5, True, None, [], "\ud800"])
def test_no_text(value):
    with pytest.raises(ValidationError):
        TextField(max_length=10).run_validation(value)


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "\u202e", ""])
def test_no_code(value):
    with pytest.raises(ValidationError):
        CodeField(max_length=10).run_validation(value)


def test_text_is_trimmed():
    assert TextField(max_length=10).run_validation("  行 ") == "行"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "1989-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        5,
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_no_time(value):
    with pytest.raises(ValidationError):
        OptionalDateTime().run_validation(value)


def test_times():
    assert OptionalDateTime().run_validation("2026-01-02T10:00:00+08:00") == datetime(2026, 1, 2, 2, tzinfo=UTC)
    assert OptionalDateTime().run_validation("2026-01-02T10:00:00") == datetime(2026, 1, 2, 2, tzinfo=UTC)
    assert OptionalDateTime().run_validation(None) is None


@pytest.mark.parametrize("value", [-1, 11, True, "5", 1.0, None, 10**40])
def test_no_count(value):
    with pytest.raises(ValidationError):
        CountField(max_value=10).run_validation(value)


@pytest.mark.parametrize("value", ["true", "yes", 1, 0, "", "null", []])
def test_no_flag(value):
    with pytest.raises(ValidationError):
        FlagField(allow_null=True).run_validation(value)


@pytest.mark.parametrize("value", [True, False, None])
def test_flag(value):
    assert FlagField(allow_null=True).run_validation(value) is value
