"""Steps of migrations that hold no lock for as long as a table is long, because the version before goes on working.

A column is added with a default of the database, which rewrites nothing. It is filled by another migration, with
`atomic = False`, in batches. Checks and foreign keys are added without looking at the rows, and validated by a later
migration; an index is built beside the writers. Each of these steps may be run again, wherever it was interrupted.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, NotInTransactionMixin
from django.db import transaction
from django.db.migrations import AddConstraint
from django.db.migrations.operations.base import Operation, OperationCategory

BATCH = 500


class AddNotValid(AddConstraint):
    """A CHECK or a foreign key that holds for what is written from now on. `ValidateConstraint` in a later migration
    looks at the rows that are there: in the same one, the lock of this would be held meanwhile."""

    category = OperationCategory.ADDITION

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            statement = self.constraint.create_sql(model, schema_editor)
            schema_editor.execute(f"{statement} NOT VALID", params=None)


class AddIndexBesideWriters(AddIndexConcurrently):
    """An index that may be there already, or half built by a run that was interrupted."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if drop_unfinished(schema_editor, self.index.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class FillInBatches(NotInTransactionMixin, Operation):
    """`statements` for the rows whose ids `rows` answers, `BATCH` ids at a time, each batch in a transaction of its
    own. `lock` comes first in each, and locks what services lock before they write the same columns; what follows
    reads what they have committed. All but `rows` take %(ids)s. A row that is right stays untouched, so that a second
    run changes nothing."""

    atomic = False
    reversible = True
    reduces_to_sql = False
    category = OperationCategory.SQL

    def __init__(self, rows: str, lock: str, statements: tuple[str, ...]) -> None:
        self.rows, self.lock, self.statements = rows, lock, statements

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The columns are there."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._ensure_not_in_transaction(schema_editor)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(self.rows)
            ids = [pk for (pk,) in cursor.fetchall()]
        for start in range(0, len(ids), BATCH):
            self._fill(schema_editor.connection, ids[start : start + BATCH])

    def _fill(self, connection: Any, ids: list[int]) -> None:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in (self.lock, *self.statements):
                cursor.execute(statement, {"ids": ids})

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """What was filled goes with its column."""

    def describe(self) -> str:
        return "Fill columns in batches"


def drop_unfinished(schema_editor: Any, index: str) -> bool:
    """Whether the index is still to be built. What an interrupted CREATE INDEX CONCURRENTLY has left is dropped."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [f'"{index}"'])
        row = cursor.fetchone()
    if row == (False,):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(index)}")
    return row != (True,)
