"""The amount as the application page shows it: every figure comes from the preview, none is computed here."""

from dataclasses import dataclass, field
from decimal import Decimal

from aftersales.models import Reason
from aftersales.selectors.options import Choices, Option
from aftersales.selectors.preview import Preview, preview
from aftersales.states import MONEY_TYPES
from aftersales.wording.amounts import ShownDeduction, shown_deductions
from aftersales.wording.next_steps import Step, next_steps
from aftersales.wording.refusals import detailed
from refunds.labels import channel_label

from ..forms.apply import Draft

# Codes of what is still missing, not wrong: the page asks for it elsewhere.
UNFINISHED = {"evidence_required"}


@dataclass(frozen=True)
class Amount:
    """`problems`: sentences on why this cannot be sent as it is; `asks`: the buyer still has to enter the amount."""

    pays: bool
    claim: bool
    asks: bool
    ceiling: Decimal
    preview: Preview
    problems: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def total(self) -> Decimal | None:
        """None: no money moves, or the amount is not entered yet."""
        return self.preview.quote.total if self.pays and not self.asks else None

    @property
    def goods(self) -> list[tuple[str, int, Decimal]]:
        return [
            (priced.requested.line.shown_title, priced.requested.quantity, priced.amount)
            for priced in self.preview.quote.priced_lines
        ]

    @property
    def deductions(self) -> list[ShownDeduction]:
        """What is kept back because of promotions, each with its cause."""
        return shown_deductions(self.preview.quote.deductions)

    @property
    def tenders(self) -> list[tuple[str, Decimal]]:
        """The payment channels and how much comes back by each."""
        return [(channel_label(payment.channel), amount) for payment, amount in self.preview.quote.tenders]

    @property
    def owed(self) -> Decimal:
        """The price difference that the buyer will be asked for."""
        return max(self.preview.quote.price_difference, Decimal(0))

    @property
    def reason(self) -> Reason | None:
        return self.preview.facts.reason


def amount_of(choices: Choices, draft: Draft, option: Option) -> Amount:
    """`option`: the type that was chosen, which is possible for the goods."""
    evaluated = preview(choices, draft.application())
    # Without a reason the preview answers `unknown_reason`; with one, that code is a true refusal.
    unfinished = UNFINISHED if draft.reason else UNFINISHED | {"unknown_reason"}
    order, refusals = choices.order, [each for each in evaluated.quote.refusals if each.code not in unfinished]
    return Amount(
        pays=option.type in MONEY_TYPES,
        claim=draft.claims,
        asks=draft.claims and draft.amount is None,
        ceiling=option.claim_up_to,
        preview=evaluated,
        problems=[text for _refusal, text in detailed(refusals, order, named=len(choices.lines) > 1)],
        steps=next_steps(evaluated.facts, evaluated.quote, at_once=evaluated.at_once),
    )
