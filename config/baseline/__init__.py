"""The tables of an empty database at once, instead of by two hundred migrations one after the other.

`baseline.sql` is what those migrations make, written by `python -m config.baseline`, with the list of them as rows of
`django_migrations`. Newer migrations run on top of it as ever, so it may be older than they are. A database that has
tables already is brought up to date by its migrations alone.
"""

import re
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

FILE = Path(__file__).with_name("baseline.sql")
_APPLIED = re.compile(
    r"^INSERT INTO django_migrations \(id, app, name, applied\) VALUES \(\d+, '(\w+)', '(\w+)', ", re.MULTILINE
)


def migrations_in(sql: str) -> set[tuple[str, str]]:
    """(app, name) of each migration that the statements stand for."""
    return set(_APPLIED.findall(sql))


def load(connection: BaseDatabaseWrapper) -> bool:
    """Whether the tables were made: not in a database with tables, nor where the installed apps lack one of the
    migrations (another version of a library may make other tables)."""
    if connection.introspection.table_names():
        return False
    sql = FILE.read_text(encoding="utf-8")
    if not migrations_in(sql) <= set(MigrationLoader(None).disk_migrations):
        return False
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(sql)
    return True


def run_each(connection: BaseDatabaseWrapper) -> None:
    """Every migration in an empty database, without the baseline and without what `migrate` does afterwards."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
