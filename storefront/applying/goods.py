"""The order's lines on the application page: which may be chosen, how many units, what could be sent instead."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from aftersales.models import Ticket
from aftersales.rules.application import LineRequest
from aftersales.rules.refusal import by_code
from aftersales.selectors.openings import offered, tickets_on
from aftersales.selectors.options import Choices, Option
from aftersales.selectors.preview import Variant, applications_left, variants
from aftersales.states import Type
from aftersales.wording.refusals import sentence
from orders.models import OrderLine

from ..forms.apply import Draft

MAX_VARIANTS = 8


@dataclass(frozen=True)
class Row:
    """`max_units`: the units that some type accepts now; 0 where `possible`: only money can be asked back. `why`: why
    nothing is possible. `last`: the line has one application left (B-08). `tickets`: the open ones that have some of
    it already, by number."""

    line: OrderLine
    chosen: bool
    units: str
    max_units: int
    possible: bool
    why: str
    last: bool
    variants: list[Variant]
    swap: str
    tickets: list[str]

    @property
    def shown_variants(self) -> list[Variant]:
        return self.variants[:MAX_VARIANTS]

    @property
    def more_variants(self) -> list[Variant]:
        """Folded away, so that the page stays short."""
        return self.variants[MAX_VARIANTS:]

    @property
    def swap_is_folded(self) -> bool:
        return any(variant.sku.code == self.swap for variant in self.more_variants)


class Shelf:
    """Which lines may be chosen, with how many units, and their variants. Read once a page."""

    def __init__(self, choices: Choices, ticket: Ticket | None = None) -> None:
        """`ticket`: the one that is changed."""
        self.choices = choices
        self.variants = variants(choices)
        self.tickets = tickets_on(choices.lines, but=ticket)

    @cached_property
    def entries(self) -> dict[int, list[Option]]:
        """Line id → the types that are offered for one unit of it."""
        one_of_each = {line.pk: offered(self.choices, (LineRequest(line.pk, 1),)) for line in self.choices.lines}
        return {pk: [option for option in options if option.possible] for pk, options in one_of_each.items()}

    @cached_property
    def max_units(self) -> dict[int, int]:
        """Line id → the most units that some type on offer accepts now."""
        # Before a type is chosen the page must allow for the one that accepts most.
        by_type = {type_: self.choices.max_units(type_) for type_ in Type.values}
        return {
            pk: max((by_type[option.type][pk] for option in possible), default=0)
            for pk, possible in self.entries.items()
        }

    def selectable(self) -> dict[int, int]:
        """Line id → units, for all lines that may be chosen."""
        # A line for which only money can be claimed has no free units, and still is chosen with one.
        return {pk: max(self.max_units[pk], 1) for pk, possible in self.entries.items() if possible}

    def settled(self, draft: Draft) -> Draft:
        """The draft as the page shows it: only lines that may be chosen, and where the same goods are sold out, the
        next variant that is available, so that no exchange is refused because of what the page selected by itself."""
        units = {pk: draft.units[pk] for pk, possible in self.entries.items() if possible and pk in draft.units}
        swaps = {pk: self._swap(pk, draft.swaps.get(pk, ""), number) for pk, number in units.items()}
        return replace(draft, units=units, swaps=swaps)

    def _swap(self, pk: int, sku: str, units: int) -> str:
        available = [variant for variant in self._variants(pk, units) if variant.available]
        if any(variant.sku.code == sku and not variant.same for variant in available):
            return sku
        return "" if not available or available[0].same else available[0].sku.code

    def _variants(self, pk: int, units: int) -> list[Variant]:
        """Available where there are as many as the buyer wants to exchange."""
        only_in_stock = self.choices.order.shop.policy.exchange_only_in_stock
        return [
            replace(variant, available=variant.available and (variant.units >= units or not only_in_stock))
            for variant in self.variants.get(pk, [])
        ]

    def rows(self, draft: Draft) -> list[Row]:
        # What was exchanged is on the page as the line of its replacement.
        return [self._row(line, draft) for line in self.choices.lines if line.quantity > line.exchanged_quantity]

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
            variants=self._variants(line.pk, units),
            swap=draft.swaps.get(line.pk, ""),
            tickets=self.tickets.get(line.pk, []),
        )

    def _why(self, line: OrderLine) -> str:
        """The sentence for the code that most types answer for one unit of the line."""
        refusals = [
            refusal
            for option in offered(self.choices, (LineRequest(line.pk, 1),))
            for refusal in by_code(option.refusals)
        ]
        codes = Counter(refusal.code for refusal in refusals)
        # The first of several that are named equally often.
        most = max(refusals, key=lambda refusal: codes[refusal.code], default=None)
        return sentence(most, self.choices.order.shop) if most else ""
