"""History is append only, by the database's word."""

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.actors import KINDS
from kernel.models import History
from tests.world import NOW


@pytest.fixture
def line(db):
    return History.objects.create(
        shop_id=1,
        machine="order",
        object_id=1,
        action="create",
        target="paid",
        actor_kind="clock",
        actor_name="clock",
        at=NOW,
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


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_actor_may_write(db, kind):
    History.objects.create(shop_id=1, machine="order", object_id=1, action="x", target="paid", actor_kind=kind, at=NOW)


def test_only_known_kinds_of_actor(db):
    with pytest.raises(IntegrityError, match="history_actor_kind"), transaction.atomic():
        History.objects.create(
            shop_id=1, machine="order", object_id=1, action="x", target="paid", actor_kind="ghost", at=NOW
        )


def test_no_line_without_its_shop(db):
    with pytest.raises(IntegrityError, match="shop_id"), transaction.atomic():
        write(shop_id=None)


def write(machine="order", object_id=1, **fields):
    facts = {"shop_id": 1, "action": "x", "target": "paid", "actor_kind": "clock", "at": NOW}
    return History.objects.create(machine=machine, object_id=object_id, **facts | fields)


def test_the_rows_of_one_row_are_numbered_without_gaps(line):
    assert [line.sequence, write().sequence, write(object_id=2).sequence, write("refund").sequence] == [1, 2, 1, 1]
    rows = History.objects.bulk_create(
        History(shop_id=1, machine="order", object_id=pk, action="x", target="paid", actor_kind="clock", at=NOW)
        for pk in (1, 2, 1)
    )
    assert [row.sequence for row in rows] == [3, 2, 4]


def test_one_statement_that_writes_many_rows_numbers_each(line):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_history (shop_id, machine, object_id, action, source, target, actor_kind, actor_name,"
            " note, data, at) SELECT 1, 'order', 1 + g % 2, 'x', '', 'paid', 'clock', '', '', '{}', now()"
            " FROM generate_series(1, 6) g"
        )
    rows = History.objects.order_by("object_id", "sequence").values_list("object_id", "sequence")
    assert list(rows) == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3)]


def test_a_session_that_skips_triggers_numbers_all_the_same(line):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        assert write().sequence == 2
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("sequence", [1, -1])
def test_a_number_is_taken_once_and_counts_from_one(line, sequence):
    with pytest.raises(IntegrityError), transaction.atomic():
        write(sequence=sequence)
