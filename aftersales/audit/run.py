from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from kernel.money import WITHOUT_MINOR_UNIT

from ..states import ENDED, MONEY_TYPES, RESERVING
from . import exchange_checks, ledger_checks, order_checks, promotion_checks, refund_checks, ticket_checks

CHECKS = (
    *order_checks.CHECKS,
    *ticket_checks.CHECKS,
    *exchange_checks.CHECKS,
    *promotion_checks.CHECKS,
    *refund_checks.CHECKS,
    *ledger_checks.CHECKS,
)
COUNT = sum(len(check.names) for check in CHECKS)
BATCH = 1_000


@dataclass(frozen=True)
class Difference:
    what: str
    row: str
    stored: Decimal | datetime | None
    computed: Decimal | datetime | None

    def __str__(self) -> str:
        return f"{self.what}: {self.row}: stored {self.stored}, computed {self.computed}"


def run(checked: Callable[[int], object] = lambda checks: None) -> Iterator[Difference]:
    """Every difference of every check. All checks read one snapshot, so that tickets that change meanwhile
    cause no false difference. `checked` is told after each statement how many checks it was."""
    words = {"reserving": _texts(RESERVING), "ended": _texts(ENDED), "money": _texts(MONEY_TYPES)}
    words["whole"] = _texts(WITHOUT_MINOR_UNIT)
    # The level can be set only before the first statement. Inside the caller's transaction its snapshot counts.
    own_transaction = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if own_transaction:
            # READ ONLY, so that the audit cannot change what it checks.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for check in CHECKS:
            cursor.execute(check.sql, words)
            while rows := cursor.fetchmany(BATCH):
                yield from (Difference(*row) for row in rows)
            checked(len(check.names))


def _texts(words: frozenset[str]) -> list[str]:
    return sorted(str(word) for word in words)
