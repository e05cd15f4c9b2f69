"""The database of a replay."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command

from config.baseline.scratch import scratch_database


@contextmanager
def fresh_database(*, keep: bool) -> Iterator[str]:
    """The default connection points at a new, migrated database inside; dropped afterwards unless `keep`."""
    name = f"retail_replay_{os.getpid()}"
    with scratch_database(name, keep=keep):
        call_command("migrate", verbosity=0)
        yield name
