"""The form behind a verb's button: it parses, the service decides."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from kernel.actors import Actor
from kernel.errors import Stale
from kernel.money import is_whole, places

from .fields import AMOUNT, INVALID_AMOUNT, MORE_DECIMALS, check_moment, has_more_decimals

# The keyword arguments of a service, whose signature says what they are.
Arguments = dict[str, Any]


class VerbForm(forms.Form):
    """Knows its row and who is asking; `arguments` are the keyword arguments of the service."""

    required_css_class = "required"
    rare: ClassVar[tuple[str, ...]] = ()  # fields that are folded away until they are used

    def __init__(self, *args: Any, row: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.actor = row, actor
        self.prepare()
        # A row that has amounts says in which currency, so that no form of a new verb can forget it (F-1).
        for field in self.fields.values():
            if isinstance(field, MoneyField | AmountField):
                field.set_currency(row.currency)

    def prepare(self) -> None:
        """Choices and first values that depend on the row."""

    @property
    def consequence(self) -> str:
        """What sending it does to this very row; "": what the verb says of all rows."""
        return ""

    @property
    def warning(self) -> str:
        """Why sending it would be refused to this person; "": nothing known."""
        return ""

    def arguments(self) -> Arguments:
        return dict(self.cleaned_data)

    def stale(self) -> Stale | None:
        """The row is not any more what the page showed."""
        return None

    def usual_fields(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.rare]

    def rare_fields(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if field.name in self.rare]

    def rare_used(self) -> bool:
        """One of them has an error, or another value than at first."""
        return any(field.errors or (self.is_bound and field.name in self.changed_data) for field in self.rare_fields())

    def take_errors(self, errors: dict[str, list[str]] | None) -> None:
        """The refusal of a service, onto the fields it names."""
        for path, texts in (errors or {}).items():
            # “lines[0].quantity” is shown at the field “lines”.
            name = path.split(".")[0].split("[")[0]
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


class SeenForm(VerbForm):
    """A decision on a row that counts its versions: sends the one that the page showed, so that the service can refuse
    what was decided on something else. Take it first where a form has several bases."""

    # Not required: a program that posts the form itself may leave it out, as in the API.
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.row.version

    def stale(self) -> Stale | None:
        """Asked before the service, which compares under the lock, so that the page says it of a form with errors."""
        seen = self.cleaned_data.get("version")
        return None if seen in (None, self.row.version) else Stale(self.row.version)

    def take_errors(self, errors: dict[str, list[str]] | None) -> None:
        super().take_errors(errors)
        if self.stale() is not None:
            self._show_present()

    def _show_present(self) -> None:
        """The page now shows the row as it is, and says so: what is sent next is decided on that. What was typed
        stays; a first value that nobody touched (a field with `show_hidden_initial`) becomes the present one."""
        stale = [name for name, field in self.fields.items() if field.show_hidden_initial]
        untouched = [name for name in stale if name not in self.changed_data]
        self.data = dict(self.data.items())  # what was sent cannot be changed
        for name in ["version", *untouched]:
            self.data[self.add_prefix(name)] = self[name].initial
        for name in stale:
            self.data[self.add_initial_prefix(name)] = self[name].initial


class MoneyField(forms.CharField):
    """An amount as the API reads it (contract §4): up to ten digits and two places. None where nothing was typed."""

    currency = ""

    def __init__(self, **options: Any) -> None:
        # As in the API: an amount with blanks around it is refused, not corrected.
        super().__init__(**{"strip": False, "empty_value": None} | options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None:
            return None
        if not AMOUNT.fullmatch(text):
            raise ValidationError(INVALID_AMOUNT, code="invalid")
        check_decimals(text, self.currency)
        return Decimal(text).quantize(Decimal("0.01"))

    def set_currency(self, currency: str) -> None:
        self.currency = currency


class AmountField(forms.DecimalField):
    """An amount as the desk types it: blanks around it do not matter, its decimals are those of the currency."""

    currency = ""

    def to_python(self, value: Any) -> Any:
        amount = super().to_python(value)
        if amount is not None:
            check_decimals(str(value).strip(), self.currency)
            # An exponent ("1e-1") has decimals without a point.
            if self.currency and amount.is_finite() and not is_whole(amount, self.currency):
                raise ValidationError(MORE_DECIMALS.format(currency=self.currency), code="decimals")
        return amount

    def prepare_value(self, value: Any) -> Any:
        """An amount of the database has two decimals; sent back like that it would be refused in yen."""
        return f"{value:.{places(self.currency)}f}" if isinstance(value, Decimal) else value

    def set_currency(self, currency: str) -> None:
        self.currency = currency
        self.widget.attrs["step"] = "0.01" if places(currency) else "1"


def check_decimals(text: str, currency: str) -> None:
    if has_more_decimals(text, currency):
        raise ValidationError(MORE_DECIMALS.format(currency=currency), code="decimals")


def moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        validators=[check_moment],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def amount_field(label: Any, *, required: bool = False, help_text: Any = "") -> AmountField:
    return AmountField(
        label=label,
        required=required,
        help_text=help_text,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


def text_field(label: Any, *, required: bool = False, help_text: Any = "", max_length: int = 500) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
