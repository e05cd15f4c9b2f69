"""A row a process, written every few seconds while it takes messages (worker) or sends them (beat)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from ..models import Heartbeat

WORKER, BEAT = Heartbeat.Kind.WORKER, Heartbeat.Kind.BEAT
EVERY = 5.0  # seconds
SILENT_AFTER = 30.0  # seconds; six heartbeats lost: a busy machine misses one or two
FORGOTTEN = "1 day"  # a process that ended is listed that long, and then no more

# The database's clock on both sides: those of two machines differ.
_RECORD = """
WITH gone AS (DELETE FROM kernel_heartbeat WHERE at < clock_timestamp() - %s::interval AND name <> %s)
INSERT INTO kernel_heartbeat (name, kind, queues, at) VALUES (%s, %s, %s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, queues = excluded.queues, at = excluded.at
"""
_READ = (
    "SELECT name, kind, queues, extract(epoch FROM clock_timestamp() - at)::float FROM kernel_heartbeat ORDER BY name"
)


@dataclass(frozen=True)
class Pulse:
    """`name`: kind, node and process id. `age`: seconds since its last heartbeat."""

    name: str
    kind: str
    queues: tuple[str, ...]
    age: float

    @property
    def alive(self) -> bool:
        return self.age < SILENT_AFTER


def record(kind: str, name: str, queues: Iterable[str] = ()) -> None:
    """One statement. `name` must differ between two processes that run at the same time."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [FORGOTTEN, name, name, kind, sorted(queues)])


def pulses() -> list[Pulse]:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return [Pulse(name, kind, tuple(queues), max(age, 0.0)) for name, kind, queues, age in cursor.fetchall()]
