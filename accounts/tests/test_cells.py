"""Ids that are unique across databases: each counts in a range of its own."""

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Shop, User
from accounts.services import open_shop
from kernel.models import History
from kernel.shops.cells import MAX_CELL, id_range, set_id_ranges
from tests.world import NOW


def test_ranges_touch_and_end_below_what_javascript_holds():
    assert id_range(0)[0] == 1
    assert [id_range(cell + 1)[0] - id_range(cell)[1] for cell in (0, 1, MAX_CELL - 1)] == [1, 1, 1]
    assert id_range(MAX_CELL)[1] == 2**53 - 1
    for cell in (-1, MAX_CELL + 1):
        with pytest.raises(ValueError, match="CELL"):
            id_range(cell)


def bounds(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        sql = "SELECT seqmin, seqmax FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence(%s, 'id')::regclass"
        cursor.execute(sql, [table])
        low, high = cursor.fetchone()
        return low, high


def test_migrate_sets_the_range_of_every_table(db):
    for model in (User, Shop, History):
        assert bounds(model._meta.db_table) == id_range(0)


def test_another_cell_counts_elsewhere(db, settings):
    before = open_shop(Shop(code="before", name="Before"))
    settings.CELL = 3
    set_id_ranges()
    first, last = id_range(3)
    after = [open_shop(Shop(code=f"after-{n}", name="After")) for n in (0, 1)]
    assert [shop.pk for shop in after] == [first, first + 1]
    assert after[0].policy_id == first
    assert before.pk <= id_range(0)[1] < first < last
    set_id_ranges()
    assert open_shop(Shop(code="again", name="Again")).pk == first + 2, "a second migrate goes on where it was"


def test_history_too(db, settings):
    settings.CELL = 1
    set_id_ranges()
    line = History.objects.create(
        shop_id=1, machine="order", object_id=1, action="x", target="paid", actor_kind="clock", at=NOW
    )
    assert line.pk == id_range(1)[0]


def test_a_cell_that_does_not_exist_is_named_at_the_start(settings):
    settings.CELL = MAX_CELL + 1
    with pytest.raises(Exception, match="CELL"):
        call_command("check")
