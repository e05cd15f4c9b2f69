"""Emptying the database after a test with real transactions.

Django truncates every table: half a second of PostgreSQL, most of it for files of tables that are empty anyway. Here
the rows that are there are deleted, without triggers and foreign keys (in history nothing may be deleted).
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

# `migrate` filled these, and would again: their rows stand for models, not for what a test did.
KEPT = ("django_content_type", "auth_permission")
_truncated = DatabaseOperations.sql_flush


def sql_flush(
    self: DatabaseOperations, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **options: Any
) -> list[str]:
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if reset_sequences or not cursor.fetchone()[0]:
            return _truncated(self, style, tables, reset_sequences=reset_sequences, **options)
        names = [self.quote_name(table) for table in tables if table not in KEPT]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
        filled = [name for (name,) in cursor.fetchall()]
    return ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in filled)]
