"""Fields of forms."""

import re
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from ..forms import MoneyField


@pytest.mark.parametrize(("typed", "amount"), [("12", "12.00"), ("0.5", "0.50"), ("1234567890.99", "1234567890.99")])
def test_an_amount_has_two_places(typed: str, amount: str) -> None:
    read = MoneyField().clean(typed)
    assert (read, str(read)) == (Decimal(amount), amount)


@pytest.mark.parametrize("typed", ["twelve", "1e3", "-1", "1.005", "12345678901", "１2", " 1", "1,000", "NaN", "\0"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_nothing_typed_is_no_amount() -> None:
    assert MoneyField(required=False).clean("") is None


class Choice(forms.Form):
    to = forms.ChoiceField(
        label="to", choices=[("a", "one"), ("b", "two")], widget=forms.RadioSelect, help_text="Either."
    )


@pytest.mark.parametrize("name", ["verb_field", "plain_field"])
def test_a_group_of_radio_buttons_has_a_legend(name: str) -> None:
    """A label names the control that its `for` has the id of; a group has none."""
    shown = render_to_string(f"admin/{name}.html", {"field": Choice(auto_id="form_%s")["to"]})
    ids = set(re.findall(r' id="([^"]*)"', shown))
    assert re.findall(r'for="([^"]*)"', shown) == ["form_to_0", "form_to_1"]
    assert {"form_to_0", "form_to_1", "form_to_helptext"} <= ids
    assert re.search(r'<fieldset[^>]*aria-describedby="form_to_helptext"[^>]*>\s*<legend>\s*To\b', shown)
