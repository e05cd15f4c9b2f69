"""What speaks against one type for some goods, each part judged once however many parts of a page ask."""

from dataclasses import replace
from functools import cached_property

from ..models import Reason
from ..rules.eligibility import check_goods, check_order, check_reason
from ..rules.facts import Facts
from ..rules.refusal import Refusal


class Judgement:
    def __init__(self, facts: Facts, offered: list[Reason]) -> None:
        """`facts`: without a reason and with evidence. `offered`: the reasons of the type."""
        self.facts, self.offered = facts, offered
        self._of_reasons: dict[str, list[Refusal]] = {}

    @cached_property
    def goods(self) -> list[Refusal]:
        """Against the goods, whatever the reason."""
        return check_order(self.facts) or check_goods(self.facts)

    def of_reason(self, reason: Reason) -> list[Refusal]:
        if reason.code not in self._of_reasons:
            self._of_reasons[reason.code] = check_reason(replace(self.facts, reason=reason))
        return self._of_reasons[reason.code]

    @cached_property
    def refused_reasons(self) -> dict[str, list[Refusal]]:
        """Reason code → what is against it, for those that are refused."""
        return {reason.code: refusals for reason in self.offered if (refusals := self.of_reason(reason))}

    @cached_property
    def refusals(self) -> list[Refusal]:
        """Against the type: by the goods, or because each of its reasons is refused."""
        if self.goods:
            return self.goods
        # Mostly the first reason is accepted, and no other has to be judged.
        if any(not self.of_reason(reason) for reason in self.offered):
            return []
        refused = [refusal for refusals in self.refused_reasons.values() for refusal in refusals]
        return refused or [Refusal("unknown_reason")]
