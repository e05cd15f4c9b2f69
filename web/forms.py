"""The form behind a verb's button: it parses, the service decides."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from kernel.actors import Actor

from .fields import AMOUNT, INVALID_AMOUNT

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

    def prepare(self) -> None:
        """Choices and first values that depend on the row."""

    @property
    def consequence(self) -> str:
        """What sending it does to this very row; "": what the verb says of all rows."""
        return ""

    def arguments(self) -> Arguments:
        return dict(self.cleaned_data)

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


class MoneyField(forms.CharField):
    """An amount as the API reads it (contract §4): up to ten digits and two places. None where nothing was typed."""

    def __init__(self, **options: Any) -> None:
        # As in the API: an amount with blanks around it is refused, not corrected.
        super().__init__(**{"strip": False, "empty_value": None} | options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None:
            return None
        if not AMOUNT.fullmatch(text):
            raise ValidationError(INVALID_AMOUNT, code="invalid")
        return Decimal(text).quantize(Decimal("0.01"))


def moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def amount_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
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
