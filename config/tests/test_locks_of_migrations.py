"""A migration runs while the version before answers people: it locks no table for as long as the table is long."""

import re
from collections.abc import Iterator, Sequence

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations import AddConstraint, AddIndex, CreateModel, Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation

from kernel.upgrades import AddIndexBesideWriters, AddNotValid, FillInBatches

# By app, the last of those from before this was asked of each.
BEFORE = {"accounts": 28, "aftersales": 49, "desk": 1, "kernel": 15, "logistics": 9, "orders": 27, "refunds": 30}
# The shops' changes of accounts for what came back: some rows a shop.
SHORT = {("refunds", "0033_when_a_redirection_was_asked_for")}

FILLS = re.compile(r"\b(UPDATE\s+\w+\s+(AS\s+)?(\w+\s+)?SET|INSERT\s+INTO|DELETE\s+FROM)\b", re.IGNORECASE)
ALTERS = re.compile(r"\bALTER\s+TABLE\b", re.IGNORECASE)
ADDS = re.compile(r"\bADD\s+CONSTRAINT\b(?!.*\bNOT\s+VALID\b)(?!.*\bUSING\s+INDEX\b)", re.IGNORECASE | re.DOTALL)
FUNCTION = re.compile(r"(\$\w*\$).*?\1", re.DOTALL)


def long_locks(migration: Migration) -> Iterator[str]:
    """What of it holds a lock on a table from before while it reads or writes the rows there."""
    steps = list(_steps(migration.operations))
    new = {step.name_lower for step in steps if isinstance(step, CreateModel)}
    if migration.atomic and any(map(_fills, steps)) and any(_alters(step, new) for step in steps):
        yield "alters a table and fills rows in one transaction: fill in a later migration (FillInBatches)"
    for step in steps:
        if isinstance(step, AddConstraint | AddIndex) and step.model_name_lower not in new:
            if isinstance(step, AddConstraint) and not isinstance(step, AddNotValid):
                yield f"{step.constraint.name} reads every row: AddNotValid, ValidateConstraint in a later migration"
            if isinstance(step, AddIndex) and not isinstance(step, AddIndexConcurrently):
                yield f"{step.index.name} is built while nobody can write: AddIndexBesideWriters"
        if isinstance(step, RunSQL) and ADDS.search(_text(step)):
            yield "ADD CONSTRAINT reads every row: NOT VALID, and ValidateConstraint in a later migration"
    if any(isinstance(step, AddNotValid) for step in steps) and any(map(_validates, steps)):
        yield "validates under the lock with which it adds: ValidateConstraint in a later migration"


def _steps(operations: Sequence[Operation]) -> Iterator[Operation]:
    for step in operations:
        if isinstance(step, migrations.SeparateDatabaseAndState):
            yield from _steps(step.database_operations)
        else:
            yield step


def _fills(step: Operation) -> bool:
    return isinstance(step, RunPython) or (isinstance(step, RunSQL) and bool(FILLS.search(_text(step))))


def _alters(step: Operation, new: set[str]) -> bool:
    if isinstance(step, FieldOperation | IndexOperation):
        return step.model_name_lower not in new
    return (isinstance(step, RunSQL) and bool(ALTERS.search(_text(step)))) or (
        isinstance(step, ModelOperation) and not isinstance(step, CreateModel)
    )


def _validates(step: Operation) -> bool:
    return type(step).__name__ == "ValidateConstraint"


def _text(step: RunSQL) -> str:
    """Forwards, without the bodies of functions, which run later."""
    parts = [step.sql] if isinstance(step.sql, str) else step.sql
    return FUNCTION.sub("", " ".join(part if isinstance(part, str) else part[0] for part in parts))


def test_no_migration_holds_a_lock_for_as_long_as_a_table_is_long() -> None:
    found = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app in BEFORE and int(name[:4]) > BEFORE[app] and (app, name) not in SHORT:
            found += [f"{app}.{name}: {fault}" for fault in long_locks(migration)]
    assert found == []


COLUMN = migrations.AddField("ticket", "late", models.BooleanField(db_default=False))
CHECK = models.CheckConstraint(condition=models.Q(late=False), name="ticket_late")
INDEX = models.Index(fields=["late"], name="ticket_late_index")
FILL = RunSQL("UPDATE aftersales_ticket t SET late = true")
TABLE = CreateModel("Ticket", [("late", models.BooleanField())])
BODY = RunSQL("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN UPDATE x SET y = 1; END $$ LANGUAGE plpgsql")


@pytest.mark.parametrize(("operations", "fault"), [
    ([COLUMN, FILL], "in one transaction"),
    ([COLUMN, RunPython(RunPython.noop)], "in one transaction"),
    ([COLUMN, RunSQL(["INSERT INTO x VALUES (1)"])], "in one transaction"),
    ([COLUMN, RunSQL([("UPDATE x SET y = %s", [1])])], "in one transaction"),
    ([RunSQL("ALTER TABLE x ADD y int; UPDATE x SET y = 1")], "in one transaction"),
    ([migrations.SeparateDatabaseAndState([COLUMN, FILL])], "in one transaction"),
    ([AddConstraint("ticket", CHECK)], "AddNotValid"),
    ([RunSQL("ALTER TABLE x ADD CONSTRAINT y CHECK (z > 0)")], "NOT VALID"),
    ([AddIndex("ticket", INDEX)], "AddIndexBesideWriters"),
    ([TABLE, AddIndex("order", INDEX)], "AddIndexBesideWriters"),
])  # fmt: skip
def test_a_long_lock_is_refused(operations: list[Operation], fault: str) -> None:
    assert any(fault in found for found in long_locks(_migration(operations)))


@pytest.mark.parametrize("operations", [
    [COLUMN, AddNotValid("ticket", CHECK)],
    [FILL],
    [COLUMN, BODY],
    [TABLE, AddConstraint("ticket", CHECK), AddIndex("ticket", INDEX), FILL],
    [RunSQL("ALTER TABLE x ADD CONSTRAINT y CHECK (z > 0) NOT VALID")],
    [AddIndexBesideWriters("ticket", INDEX), FillInBatches("SELECT 1", "SELECT 1", ("SELECT 1",))],
])  # fmt: skip
def test_what_is_short_is_not(operations: list[Operation]) -> None:
    assert list(long_locks(_migration(operations))) == []


def _migration(operations: list[Operation]) -> Migration:
    return type("Next", (Migration,), {"operations": operations})("0099_next", "aftersales")
