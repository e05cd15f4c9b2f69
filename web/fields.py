"""Input fields of the API. Bounded, so that what does not fit answers 400 and never reaches the database."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.languages import enumerated
from kernel.money import TOO_FINE, places
from kernel.numbers import fault_of, trimmed

# A fixed form, because Decimal() itself takes “1e5”, “NaN” and the digits of other scripts.
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
INVALID_AMOUNT = _("Enter an amount such as “99.00”: digits, a point and up to two decimals.")
TOO_FINE_CURRENCY = _("Amounts in {currency} have more than two decimals and can't be stored. Choose another currency.")
MORE_DECIMALS = _("{currency} has no decimals. Remove the point and what follows it.")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def in_the_calendar(at: datetime) -> bool:
    """A year that a shop may have lived in. At the edges an offset or a deadline leads out of the calendar."""
    return _EARLIEST <= at < _LATEST


def check_moment(at: datetime | date) -> None:
    """A validator of times and days that people type."""
    if not _EARLIEST.year <= at.year < _LATEST.year:
        raise ValidationError(_("Enter a year between 1990 and 2199."))


def check_currency(code: str) -> None:
    """A validator of columns and of input."""
    if not _CURRENCY.fullmatch(code):
        raise ValidationError(_("Enter an ISO 4217 code: three capital letters, such as CNY."))
    if code in TOO_FINE:
        raise ValidationError(TOO_FINE_CURRENCY.format(currency=code))


def has_more_decimals(amount: str, currency: str) -> bool:
    """Zeros count too: "100.00" is no amount in yen (contract §4)."""
    return len(amount.partition(".")[2]) > places(currency)


class ChoiceField(serializers.ChoiceField):
    """Refuses by naming what may be chosen."""

    def fail(self, key: str, **facts: Any) -> NoReturn:
        if key == "invalid_choice":
            known = enumerated(str(code) for code in self.choices)
            raise serializers.ValidationError(gettext("Choose one of: %(all)s.") % {"all": known}, code=key)
        super().fail(key, **facts)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$", "example": "99.00"})
class MoneyField(serializers.Field):
    """Contract §4: a string of ASCII digits, up to ten and two places. Comes out as a Decimal with two places.

    `currency` in the context of the serializer: an amount with more decimals than it has is refused."""

    default_error_messages = {
        "invalid": INVALID_AMOUNT,
        "decimals": MORE_DECIMALS,
    }

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not AMOUNT.fullmatch(data):
            self.fail("invalid")
        currency = self.context.get("currency")
        if currency and has_more_decimals(data, currency):
            self.fail("decimals", currency=currency)
        return Decimal(data).quantize(Decimal("0.01"))

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


class CurrencyField(serializers.CharField):
    """An ISO 4217 code whose amounts can be stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, validators=[check_currency], **options)


class TextField(serializers.CharField):
    """Text up to `max_length` (required). CharField itself refuses NUL and lone surrogates; numbers are no text."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class CodeField(TextField):
    """A name that programs use: printable, no blanks around it."""

    default_error_messages = {"unprintable": _("Use printable characters only.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.isprintable():
            self.fail("unprintable")
        return text


class NumberField(TextField):
    """The number of something outside (order, SKU, transaction, waybill), trimmed of what nobody sees.
    `in_address`: it becomes a part of addresses."""

    def __init__(self, *, in_address: bool = False, **options: Any) -> None:
        self.in_address = in_address
        # Trimmed below, and of blanks alone: a control character is refused wherever it stands.
        super().__init__(trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # Before anything else, so that a number of nothing but invisible characters is missing.
        return super().run_validation(trimmed(data) if isinstance(data, str) else data)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if fault := fault_of(text, in_address=self.in_address):
            raise serializers.ValidationError(str(fault))
        return text


class TimeField(serializers.DateTimeField):
    """ISO 8601; without an offset in the time zone of the site. Only years that a shop may have lived in."""

    default_error_messages = {"range": _("Enter a year between 1990 and 2199.")}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        at: datetime = super().to_internal_value(value)
        if not in_the_calendar(at):
            self.fail("range")
        return at


class OptionalDateTime(TimeField):
    """A time that may be left out, or sent as null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **options})


class CountField(serializers.IntegerField):
    """A whole number from `min_value` (0) to `max_value`, as a JSON number."""

    def __init__(self, *, max_value: int, min_value: int = 0, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        # In Python True is an int, but a quantity of `true` is a mistake of the caller.
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class FlagField(serializers.BooleanField):
    """true or false. "yes", "0" and the like are a caller's mistake, and consent is nothing to guess at."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
