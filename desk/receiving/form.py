"""The counting form: the numbers of the ticket's own form, drawn large, with the first one under the cursor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _

from aftersales.admin.forms import ReceiveForm
from aftersales.models import TicketLine
from aftersales.models.ticket_line import Condition

HINTS = {"autocomplete": "off", "inputmode": "numeric"}


@dataclass(frozen=True)
class Row:
    """One kind of goods and a number for each condition."""

    item: TicketLine
    counts: list[tuple[str, BoundField]]


class CountForm(ReceiveForm):
    def prepare(self) -> None:
        super().prepare()
        names = [f"{item.line_id}-{condition}" for item in self.lines for condition in Condition]
        for name in names:
            self.fields[name].widget.attrs.update(HINTS)
        # A second scan types into this number, which is then too large to be sent: nothing is received by mistake.
        self.fields[names[0]].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """An empty form is a slip of the hand: nobody's goods are lost by it. What is missing is said."""
        data = super().clean() or {}
        if not self.errors and not any(data.get(f"{item.line_id}-{c}") for item in self.lines for c in Condition):
            raise ValidationError(_("Nothing is counted. If nothing came, enter the units as missing."))
        return data

    def rows(self) -> Iterator[Row]:
        for item, counts in self.grid():
            yield Row(item, [(str(word), field) for word, field in counts])
