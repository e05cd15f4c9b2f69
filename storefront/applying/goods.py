"""The goods of the order as rows of the application: what may be chosen, how much, and what could come instead."""

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
    """`most`: units that some type takes now; 0 with `possible`: only money can be asked back. `why`: what is
    against it. `last`: this is the last application that the line has (B-08)."""

    line: OrderLine
    chosen: bool
    units: str
    most: int
    possible: bool
    why: str
    last: bool
    variants: list[Variant]
    swap: str

    @property
    def other_variants(self) -> bool:
        return len(self.variants) > 1


class Shelf:
    """Read once for a page: which lines may be chosen, with how many units, and their variants."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.variants = variants(choices)

    @cached_property
    def entries(self) -> dict[int, list[Option]]:
        """Line id → the types that take one unit of it."""
        return self.choices.entries()

    @cached_property
    def most(self) -> dict[int, int]:
        """Line id → the most units that some type takes now."""
        by_type = [self.choices.most_units(type_) for type_ in Type.values]
        return {line.pk: max(units[line.pk] for units in by_type) for line in self.choices.lines}

    def all_that_may(self) -> dict[int, int]:
        return {pk: max(self.most[pk], 1) for pk, possible in self.entries.items() if possible}

    def settled(self, draft: Draft) -> Draft:
        """The draft with what the page would show: known lines only, and for goods that are sold out the next
        ones instead, so that an exchange is not refused for the sake of a preselection."""
        units = {line.pk: draft.units[line.pk] for line in self.choices.lines if line.pk in draft.units}
        return replace(draft, units=units, swaps={pk: self._swap(pk, draft.swaps.get(pk, "")) for pk in units})

    def _swap(self, pk: int, wanted: str) -> str:
        offered = self.variants.get(pk, [])
        if any(variant.sku.code == wanted and not variant.same for variant in offered):
            return wanted
        free = [variant for variant in offered if variant.available]
        return "" if not free or free[0].same else free[0].sku.code

    def rows(self, draft: Draft) -> list[Row]:
        return [self._row(line, draft) for line in self.choices.lines]

    def _row(self, line: OrderLine, draft: Draft) -> Row:
        possible = bool(self.entries[line.pk])
        units = draft.units.get(line.pk, max(self.most[line.pk], 1))
        return Row(
            line=line,
            chosen=line.pk in draft.units,
            units=draft.typed.get(line.pk, str(units)),
            most=self.most[line.pk],
            possible=possible,
            why="" if possible else self._why(line),
            last=possible and applications_left(self.choices, line) == 1,
            variants=self.variants.get(line.pk, []),
            swap=draft.swaps.get(line.pk, ""),
        )

    def _why(self, line: OrderLine) -> str:
        """What most types say against one unit of the line."""
        told = Counter(code for option in self.choices.options((LineRequest(line.pk, 1),)) for code in option.reasons)
        return reason_text(told.most_common(1)[0][0], order=self.choices.order) if told else ""
