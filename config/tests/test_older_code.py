"""Migrations run while processes of the version before still write: what they do not know must have a default."""

from collections.abc import Iterator

from django.db.migrations import AddField, AlterField, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field

# By app, the last of those from before this was asked of each.
BEFORE = {"accounts": 28, "aftersales": 49, "kernel": 15, "logistics": 9, "orders": 28, "refunds": 30}


def test_what_older_code_does_not_write_has_a_default_of_the_database() -> None:
    loader = MigrationLoader(None)
    missing = []
    for (app, name), migration in loader.disk_migrations.items():
        if app in BEFORE and int(name[:4]) > BEFORE[app]:
            missing += [f"{app}.{name}: {column}" for column in _asked_for(loader, migration)]
    assert missing == [], "give it a db_default: an INSERT of the version before does not name it"


def _asked_for(loader: MigrationLoader, migration: Migration) -> Iterator[str]:
    """Columns of tables from before that a row may not be without, from here on."""
    before = loader.project_state((migration.app_label, migration.name), at_end=False)
    new = {step.name_lower for step in migration.operations if isinstance(step, CreateModel)}
    for step in migration.operations:
        if not isinstance(step, AddField | AlterField) or step.model_name_lower in new:
            continue
        known = before.models[migration.app_label, step.model_name_lower].fields
        was = known.get(step.name) if isinstance(step, AlterField) else None
        if _is_required(step.field) and not (was and _is_required(was)):
            yield f"{step.model_name}.{step.name}"


def _is_required(field: Field) -> bool:
    return bool(not field.many_to_many and not field.null and not field.has_db_default())
