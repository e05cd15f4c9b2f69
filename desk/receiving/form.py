"""The counting form: the number fields of the ticket's own form, large, the first one with the focus."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BoundField

from aftersales.admin.forms import ReceiveForm
from aftersales.models import TicketLine

NUMBER_ATTRIBUTES = {"autocomplete": "off", "inputmode": "numeric"}


@dataclass(frozen=True)
class Row:
    """One kind of goods and a number for each condition."""

    item: TicketLine
    counts: list[tuple[str, BoundField]]
    expected: int


class CountForm(ReceiveForm):
    def prepare(self) -> None:
        super().prepare()
        names = [f"{item.line_id}-{condition}" for item in self.lines for condition in self.conditions]
        for name in names:
            self.fields[name].widget.attrs.update(NUMBER_ATTRIBUTES)
        # A second scan types into this number, which is then too large to be sent: nothing is received by mistake.
        self.fields[names[0]].widget.attrs["autofocus"] = True

    def rows(self) -> Iterator[Row]:
        for item, counts in self.grid():
            yield Row(item, [(str(word), field) for word, field in counts], self.expected(item))
