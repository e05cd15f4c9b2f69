"""Every figure of `queries` for one scope, each queried at most once and only when a card needs it."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from . import queries
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
    def paid(self) -> list[queries.Paid]:
        return queries.paid(self.scope)

    @property
    def paid_now(self) -> Decimal:
        return sum((row.amount for row in self.paid if row.slot is not None), Decimal(0))

    @property
    def paid_before(self) -> Decimal:
        return sum((row.amount for row in self.paid if row.slot is None), Decimal(0))

    @cached_property
    def people(self) -> Sequence[queries.Person]:
        return queries.people(self.people_scope) if self.people_scope else []
