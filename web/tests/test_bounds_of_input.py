"""Each input field at its bounds and one beyond; the form of a verb and the version that it was decided on."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from django import forms
from django.core.exceptions import ValidationError as Refused
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from kernel.actors import Actor
from kernel.errors import Invalid
from web import fields
from web.api import body
from web.forms import AmountField, MoneyField, SeenForm, VerbForm, amount_field, text_field

MEI = Actor("merchant", "mei", 7, "manager")


def takes(field: serializers.Field, value: object) -> bool:
    try:
        field.run_validation(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "fine"), [(-1, False), (0, True), (1, True), (9, True), (10, True), (11, False), (False, False)]
)
def test_a_count_from_nothing_to_its_most(value: int, fine: bool) -> None:
    assert takes(fields.CountField(max_value=10), value) is fine


@pytest.mark.parametrize(("value", "fine"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_count_from_one(value: int, fine: bool) -> None:
    assert takes(fields.CountField(min_value=1, max_value=2), value) is fine


@pytest.mark.parametrize(
    ("value", "fine"), [("1234", True), ("12345", True), ("123456", False), ("  12345  ", True), ("   ", False)]
)
@pytest.mark.parametrize("kind", [fields.TextField, fields.CodeField])
def test_a_text_up_to_its_length_without_the_blanks_around_it(
    kind: type[fields.TextField], value: str, fine: bool
) -> None:
    assert takes(kind(max_length=5), value) is fine


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("1989-12-31T23:59:59.999999Z", False), ("1990-01-01T00:00:00Z", True), ("1990-01-01T07:59:59+08:00", False),
        ("1990-01-01T08:00:00", True), ("1990-01-01T07:59:59", False), ("2199-12-31T23:59:59.999999Z", True),
        ("2200-01-01T00:00:00Z", False), ("2200-01-01T07:59:59", True), ("2200-01-01T08:00:00", False),
        ("2026-02-29T00:00:00Z", False), ("2028-02-29T00:00:00Z", True),
    ],
)  # fmt: skip
def test_a_time_between_two_years_in_utc(value: str, fine: bool) -> None:
    """Without an offset it is Shanghai's, eight hours ahead."""
    assert takes(fields.TimeField(), value) is fine


@pytest.mark.parametrize(
    ("code", "fine"),
    [
        ("CNY", True), ("JPY", True), ("XAU", True), ("KWD", False), ("BHD", False), ("cny", False), ("CN", False),
        ("CNYX", False), (" CNY", False), ("CNY\n", False), ("CN1", False), ("ＣＮＹ", False), ("", False),
    ],
)  # fmt: skip
def test_a_currency_is_three_capitals_and_can_be_stored(code: str, fine: bool) -> None:
    assert takes(fields.CurrencyField(), code) is fine


DECIMALS = [
    ("100", "CNY", True), ("100.5", "CNY", True), ("100.50", "CNY", True), ("100", "JPY", True),
    ("100.0", "JPY", False), ("100.00", "JPY", False), ("100.5", "JPY", False), ("100.00", "", True),
]  # fmt: skip


class Amount(serializers.Serializer):
    amount = fields.MoneyField()


@pytest.mark.parametrize(("text", "currency", "fine"), DECIMALS)
def test_zeros_are_decimals_too(text: str, currency: str, fine: bool) -> None:
    """Contract §4, at each of the places that read an amount."""
    form = Amount(data={"amount": text}, context={"currency": currency})
    assert form.is_valid() is fine
    request: Any = SimpleNamespace(data={"amount": text})
    typed = MoneyField()
    typed.set_currency(currency)
    if fine:
        assert form.validated_data == {"amount": Decimal(text)}
        assert str(form.validated_data["amount"]) == str(typed.clean(text)) == f"{Decimal(text):.2f}"
        body.check_decimals(request, currency, "amount")
        return
    with pytest.raises(Invalid) as refused:
        body.check_decimals(request, currency, "other", "amount")
    assert list(refused.value.errors or {}) == ["amount"]
    with pytest.raises(Refused):
        typed.clean(text)


@pytest.mark.parametrize("data", [[], ["1.00"], "1.00", None, {}, {"amount": 1.5}, {"amount": None}, {"other": "1.5"}])
def test_decimals_are_looked_for_only_in_texts_of_these_names(data: object) -> None:
    request: Any = SimpleNamespace(data=data)
    body.check_decimals(request, "JPY", "amount")


@pytest.mark.parametrize(
    ("typed", "fine"),
    [("-0.01", False), ("0", True), ("9999999999.99", True), ("10000000000", False), ("0.001", False), (" 5 ", True)],
)
def test_an_amount_of_the_desk(typed: str, fine: bool) -> None:
    field = amount_field("amount")
    if fine:
        assert field.clean(typed) == Decimal(typed.strip())
    else:
        with pytest.raises(Refused):
            field.clean(typed)


@pytest.mark.parametrize(
    ("currency", "shown", "step"), [("CNY", "12.50", "0.01"), ("JPY", "12", "1"), ("USD", "12.50", "0.01")]
)
def test_a_stored_amount_is_shown_so_that_it_can_be_sent_back(currency: str, shown: str, step: str) -> None:
    field = amount_field("amount")
    field.set_currency(currency)
    stored = Decimal("12.50") if currency != "JPY" else Decimal("12.00")
    assert (field.prepare_value(stored), field.widget.attrs["step"]) == (shown, step)
    assert field.clean(field.prepare_value(stored)) == stored
    assert field.prepare_value("12.5x") == "12.5x"  # what was typed stays as it is


@pytest.mark.parametrize("typed", ["0.5", "5e-1", "1E-1", "1.0", "Infinity", "NaN", "1" * 40])
def test_no_spelling_brings_a_part_of_a_yen_in(typed: str) -> None:
    field = amount_field("amount")
    field.set_currency("JPY")
    with pytest.raises(Refused):
        field.clean(typed)


@pytest.mark.parametrize(("length", "fine"), [(499, True), (500, True), (501, False)])
def test_a_text_of_a_form(length: int, fine: bool) -> None:
    field = text_field("note")
    if fine:
        assert field.clean("x" * length) == "x" * length
    else:
        with pytest.raises(Refused):
            field.clean("x" * length)


class Review(SeenForm):
    rare: ClassVar[tuple[str, ...]] = ("reason", "limit")
    amount = MoneyField(required=False)
    limit = AmountField(required=False)
    reason = forms.CharField(required=False, initial="none")
    units = forms.IntegerField(required=False, show_hidden_initial=True)

    def prepare(self) -> None:
        self.initial["units"] = self.row.units


def review(row_version: int = 3, row_units: int = 2, **sent: str) -> Review:
    row = SimpleNamespace(version=row_version, units=row_units, currency="JPY")
    form = Review({name.replace("_", "-"): value for name, value in sent.items()} or None, row=row, actor=MEI)
    form.is_valid()
    return form


@pytest.mark.parametrize(("seen", "stale"), [("2", True), ("3", False), ("4", True), ("0", True), ("", False)])
def test_a_decision_on_another_version_is_stale(seen: str, stale: bool) -> None:
    """None at all is a program's, as in the API."""
    found = review(version=seen).stale()
    assert (found.details if found else None) == ({"version": 3} if stale else None)


@pytest.mark.parametrize(("seen", "fine"), [("-1", False), ("2147483647", True), ("2147483648", False), ("x", False)])
def test_a_version_that_no_column_holds_is_refused_at_its_field(seen: str, fine: bool) -> None:
    assert ("version" not in review(version=seen).errors) is fine


def test_a_form_takes_the_currency_of_its_row() -> None:
    form = review(amount="10.00", limit="10.5")
    assert set(form.errors) == {"amount", "limit"}
    assert not review(amount="10", limit="10").errors


def test_what_was_not_touched_becomes_the_present_value_and_what_was_typed_stays() -> None:
    """The page showed version 2 with 5 units; by now it is version 3 with 2 units."""
    untouched = review(version="2", units="5", initial_units="5", amount="7")
    untouched.take_errors({"amount": ["Too much."]})
    assert [untouched[name].value() for name in ("version", "units", "amount")] == [3, 2, "7"]
    typed = review(version="2", units="4", initial_units="5")
    typed.take_errors({})
    assert [typed[name].value() for name in ("version", "units")] == [3, "4"]
    assert typed.data["initial-units"] == 2


def test_a_refusal_of_the_version_that_was_shown_leaves_the_form_as_it_was_sent() -> None:
    form = review(version="3", units="5", initial_units="5")
    form.take_errors({"units": ["Too many."]})
    assert (form["units"].value(), form.data["initial-units"], form["version"].value()) == ("5", "5", "3")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("units", "units"), ("units[0].quantity", "units"), ("units.0", "units"), ("units[3]", "units"),
        ("quantity", "__all__"), ("lines[0].units", "__all__"), ("", "__all__"),
    ],
)  # fmt: skip
def test_a_refusal_stands_at_its_field_or_above_the_form(path: str, field: str) -> None:
    form = review(version="3")
    form.take_errors({path: ["One.", "Two."]})
    assert dict(form.errors) == {field: ["One.", "Two."]}


def test_no_refusal_is_no_error() -> None:
    form = review(version="3")
    form.take_errors(None)
    assert not form.errors


@pytest.mark.parametrize(
    ("sent", "used"),
    [
        ({}, False), ({"amount": "5", "reason": "none"}, False), ({"reason": "late"}, True), ({"limit": "5"}, True),
        ({"limit": "x", "reason": "none"}, True), ({"reason": "none", "limit": ""}, False),
    ],
)  # fmt: skip
def test_what_is_rare_is_unfolded_once_it_is_used(sent: dict[str, Any], used: bool) -> None:
    form = review(**sent)
    assert form.rare_used() is used
    assert [field.name for field in form.usual_fields()] == ["amount", "units"]
    assert [field.name for field in form.rare_fields()] == ["limit", "reason"]


def test_what_is_rare_is_unfolded_for_its_refusal() -> None:
    form = review(reason="none")
    form.take_errors({"reason": ["Say more."]})
    assert form.rare_used()


def test_a_form_without_a_row_of_versions_says_nothing_of_them() -> None:
    form = VerbForm({}, row=SimpleNamespace(currency="CNY"), actor=MEI)
    assert form.is_valid()
    assert (form.stale(), form.consequence, form.warning, form.arguments()) == (None, "", "", {})
