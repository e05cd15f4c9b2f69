"""Examples that leave no trace: each in a savepoint of its own, so that a thousand of them cost one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


def savepoint() -> Any:
    """An atomic block that `durable=True` takes for the test's own, as it takes that of the `db` fixture."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    return block


@contextmanager
def undone() -> Iterator[None]:
    with savepoint():
        try:
            yield
        finally:
            transaction.set_rollback(True)
