"""The amount as the application page shows it: every figure comes from the preview, none is computed here."""

from dataclasses import dataclass, field
from decimal import Decimal

from aftersales.models import Reason
from aftersales.selectors.options import Choices, Option
from aftersales.selectors.preview import Preview, preview
from aftersales.states import MONEY_TYPES
from aftersales.wording.next_steps import Step, next_steps
from aftersales.wording.refusals import reason_text
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
            (priced.requested.line.title, priced.requested.quantity, priced.amount)
            for priced in self.preview.quote.priced_lines
        ]

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
    codes = [code for code in evaluated.quote.reasons if code not in unfinished]
    return Amount(
        pays=option.type in MONEY_TYPES,
        claim=draft.claims,
        asks=draft.claims and draft.amount is None,
        ceiling=option.claim_up_to,
        preview=evaluated,
        problems=[reason_text(code, order=choices.order, reason=draft.reason) for code in codes],
        steps=next_steps(evaluated.facts, evaluated.quote, at_once=evaluated.at_once),
    )
