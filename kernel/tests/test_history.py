"""History is append only, by the database's word."""

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.models import History
from tests.world import NOW


@pytest.fixture
def line(db):
    return History.objects.create(
        machine="order", object_id=1, action="create", target="paid", actor_kind="clock", actor_name="clock", at=NOW
    )


@pytest.mark.parametrize(
    "field", [field.column for field in History._meta.fields if field.name not in ("id", "dispatched_at")]
)
def test_no_field_is_rewritten(line, field):
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE kernel_history SET {field} = {field} WHERE id = %s", [line.pk])


def test_not_by_saving(line):
    line.note = "other"
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
        line.save()


def test_no_line_is_deleted(line):
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
        History.objects.all().delete()


def test_the_mark_of_the_outbox_may_be_set(line):
    assert History.objects.filter(dispatched_at=None).update(dispatched_at=NOW) == 1


def test_only_known_kinds_of_actor(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        History.objects.create(machine="order", object_id=1, action="x", target="paid", actor_kind="ghost", at=NOW)
