"""For tests with threads: real ones, which begin at the same moment, each with a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kernel.errors import DomainError

Deed = Callable[[], Any]
# Several processes of the suite race at once, and a PostgreSQL takes a hundred connections as it comes.
THREADS = 20
SECONDS = 120  # then those who have come stop waiting for one who has not, and say so
_pools: list[ThreadPoolExecutor] = []  # one at most: its threads keep their connections from round to round


def patient() -> None:
    """This thread's connection waits for a lock as long as it takes: on a busy machine those that come last wait longer
    than a request may. Who comes too late is told so by other tests."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '120s'; SET statement_timeout = '120s'")


def race(*deeds: Deed) -> list[str]:
    """The first twenty start at the same moment, the others as soon as one of them has ended. "ok", or the code of the
    refusal; anything else is a bug. A module that uses it has the fixture `dismissed`."""
    start = Barrier(min(len(deeds), THREADS))

    def run(place: int, deed: Deed) -> str:
        try:
            patient()
            if place < THREADS:
                start.wait(SECONDS)
            deed()
        except DomainError as refusal:
            return ",".join(getattr(refusal, "reasons", [])) or refusal.code
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "ok"

    if not _pools:
        _pools.append(ThreadPoolExecutor(THREADS))
    return list(_pools[0].map(run, range(len(deeds)), deeds))


@pytest.fixture(autouse=True, scope="module")
def dismissed() -> Iterator[None]:
    """After the module its threads end, and their connections with them; the next module gets new ones."""
    yield
    while _pools:
        pool = _pools.pop()
        everybody = Barrier(len(pool._threads))

        def leave(_: int, everybody: Barrier = everybody) -> None:
            everybody.wait(SECONDS)
            connection.close()

        list(pool.map(leave, range(everybody.parties)))
        pool.shutdown()
