"""Fields of forms."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

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
