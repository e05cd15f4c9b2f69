"""The order's lines on the application page: which may be chosen, how many units, what could be sent instead."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from aftersales.rules.application import LineRequest
from aftersales.selectors.options import Choices, Option
from aftersales.selectors.preview import Variant, applications_left, variants
from aftersales.states import Type
from aftersales.wording.refusals import reason_text
from orders.models import OrderLine

from ..forms.apply import Draft


@dataclass(frozen=True)
class Row:
    """`max_units`: the units that some type accepts now; 0 where `possible`: only money can be asked back. `why`: why
    nothing is possible. `last`: the line has one application left (B-08)."""

    line: OrderLine
    chosen: bool
    units: str
    max_units: int
    possible: bool
    why: str
    last: bool
    variants: list[Variant]
    swap: str

    @property
    def other_variants(self) -> bool:
        return len(self.variants) > 1


class Shelf:
    """Which lines may be chosen, with how many units, and their variants. Read once a page."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.variants = variants(choices)

    @cached_property
    def entries(self) -> dict[int, list[Option]]:
        """Line id → the types that are possible for one unit of it."""
        return self.choices.entries()

    @cached_property
    def max_units(self) -> dict[int, int]:
        """Line id → the most units that some type accepts now."""
        # Before a type is chosen the page must allow for the one that accepts most.
        by_type = [self.choices.max_units(type_) for type_ in Type.values]
        return {line.pk: max(units[line.pk] for units in by_type) for line in self.choices.lines}

    def selectable(self) -> dict[int, int]:
        """Line id → units, for all lines that may be chosen."""
        # A line for which only money can be claimed has no free units, and still is chosen with one.
        return {pk: max(self.max_units[pk], 1) for pk, possible in self.entries.items() if possible}

    def settled(self, draft: Draft) -> Draft:
        """The draft as the page shows it: only lines of the order, and where the same goods are sold out, the next
        variant that is available, so that an exchange is not refused because of what the page selected by itself."""
        units = {line.pk: draft.units[line.pk] for line in self.choices.lines if line.pk in draft.units}
        return replace(draft, units=units, swaps={pk: self._swap(pk, draft.swaps.get(pk, "")) for pk in units})

    def _swap(self, pk: int, sku: str) -> str:
        offered = self.variants.get(pk, [])
        if any(variant.sku.code == sku and not variant.same for variant in offered):
            return sku
        available = [variant for variant in offered if variant.available]
        return "" if not available or available[0].same else available[0].sku.code

    def rows(self, draft: Draft) -> list[Row]:
        return [self._row(line, draft) for line in self.choices.lines]

    def _row(self, line: OrderLine, draft: Draft) -> Row:
        possible = bool(self.entries[line.pk])
        units = draft.units.get(line.pk, max(self.max_units[line.pk], 1))
        return Row(
            line=line,
            chosen=line.pk in draft.units,
            # What cannot be read as a number is shown again as it was typed.
            units=draft.typed.get(line.pk, str(units)),
            max_units=self.max_units[line.pk],
            possible=possible,
            why="" if possible else self._why(line),
            last=possible and applications_left(self.choices, line) == 1,
            variants=self.variants.get(line.pk, []),
            swap=draft.swaps.get(line.pk, ""),
        )

    def _why(self, line: OrderLine) -> str:
        """The sentence for the code that most types answer for one unit of the line."""
        codes = Counter(code for option in self.choices.options((LineRequest(line.pk, 1),)) for code in option.reasons)
        return reason_text(codes.most_common(1)[0][0], order=self.choices.order) if codes else ""
