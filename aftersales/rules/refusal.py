"""A reason against an application as a value: its code (contract §5) and what it is about. `wording.refusals` makes the
sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kernel.errors import NotEligible
from orders.models import Order, OrderLine, Sku

from ..models import Reason


@dataclass(frozen=True)
class Refusal:
    """`subject`: the closed order, the line, the SKU to be sent or the buyer's reason that is refused; None: the
    application as a whole. `ended`: when the period ended that is over. `left`: the units or the amount that could be
    asked for."""

    code: str
    subject: Order | OrderLine | Sku | Reason | None = None
    ended: datetime | None = None
    left: int | Decimal | None = None

    @property
    def of_reason(self) -> bool:
        """The goods would be accepted with another reason."""
        return isinstance(self.subject, Reason)


class Refused(NotEligible):
    """422 with the refusals; `details.reasons` has their codes."""

    def __init__(self, refusals: Iterable[Refusal], message: str = "") -> None:
        self.refusals = list(refusals)
        super().__init__(codes(self.refusals), message)


def by_code(refusals: Iterable[Refusal]) -> list[Refusal]:
    """One a code, in the order of the first of each."""
    # The last one counts, because refusals of the goods follow those of the reason: where the goods are refused as
    # well, another reason is of no use.
    return list({refusal.code: refusal for refusal in refusals}.values())


def codes(refusals: Iterable[Refusal]) -> list[str]:
    """Each code once."""
    return [refusal.code for refusal in by_code(refusals)]
