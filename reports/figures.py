"""Every figure of `queries` for one scope, each queried at most once and only when a card needs it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property

from kernel.money import DEFAULT_CURRENCY

from . import cohorts, queries
from .queries import Scope
from .ranges import Range


class Figures:
    """`people`: the same span for the shops whose people the reader may see; None when there are none."""

    def __init__(self, scope: Scope, people: Scope | None) -> None:
        self.scope, self.people_scope = scope, people

    @property
    def range(self) -> Range:
        return self.scope.range

    @cached_property
    def waiting(self) -> list[queries.PendingCount]:
        return queries.waiting(self.scope)

    @cached_property
    def decided(self) -> queries.DurationStatistics:
        return queries.decided(self.scope)

    @cached_property
    def finished(self) -> queries.DurationStatistics:
        return queries.finished(self.scope)

    @cached_property
    def reasons(self) -> list[queries.Why]:
        return queries.reasons(self.scope)

    @cached_property
    def products(self) -> list[queries.Product]:
        return queries.products(self.scope)

    @cached_property
    def rates(self) -> cohorts.Cohorts:
        return cohorts.cohorts(self.scope)

    @cached_property
    def rates_of_reasons(self) -> list[tuple[str, cohorts.Rates]]:
        return cohorts.by_reason(self.scope, self.rates.total)

    @cached_property
    def rates_of_products(self) -> list[cohorts.ProductRates]:
        return cohorts.by_product(self.scope)

    @cached_property
    def paid(self) -> list[queries.Paid]:
        return queries.paid(self.scope)

    @cached_property
    def in_kind(self) -> list[queries.InKindCost]:
        return queries.in_kind(self.scope)

    @cached_property
    def currencies(self) -> list[str]:
        """Those of the refunds, the one with most of them first; the default one where there are none."""
        refunds: dict[str, int] = {}
        for row in self.paid:
            refunds[row.currency] = refunds.get(row.currency, 0) + row.refunds
        return sorted(refunds, key=lambda code: (-refunds[code], code)) or [DEFAULT_CURRENCY]

    def paid_now(self, currency: str) -> Decimal:
        return self._sum(row for row in self.paid if row.currency == currency and row.slot is not None)

    def paid_before(self, currency: str) -> Decimal:
        return self._sum(row for row in self.paid if row.currency == currency and row.slot is None)

    @staticmethod
    def _sum(rows: Iterable[queries.Paid]) -> Decimal:
        return sum((row.amount for row in rows), Decimal(0))

    @cached_property
    def people(self) -> Sequence[queries.Person]:
        return queries.people(self.people_scope) if self.people_scope else []

    @cached_property
    def load(self) -> Sequence[queries.Load]:
        return queries.load(self.people_scope) if self.people_scope else []
