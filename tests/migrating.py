"""A migration taken back and run again on the rows of a test, with those that build on it and no others."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.loader import MigrationLoader


@contextmanager
def before(app: str, name: str, *later: str) -> Iterator[None]:
    """The tables of this migration as they were before it; at the end of the block it runs. For tests with
    transaction=True. `later`: the migrations that build on it, oldest first."""
    loader = MigrationLoader(connection)
    steps = [
        (loader.get_migration(app, step), loader.project_state((app, step), at_end=False)) for step in (name, *later)
    ]
    undone = []
    try:
        for migration, state in reversed(steps):
            with connection.schema_editor() as editor:
                migration.unapply(state.clone(), editor)
            undone.append((migration, state))
        yield
    finally:
        # Also where one cannot be taken back: the next test has the tables as they were.
        for migration, state in reversed(undone):
            with connection.schema_editor() as editor:
                migration.apply(state, editor)
