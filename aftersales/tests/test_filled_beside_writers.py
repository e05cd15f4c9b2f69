"""Columns that the version before does not know are filled while it goes on writing (migrations 0054 and 0055)."""

from collections.abc import Iterator
from importlib import import_module
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from aftersales import audit
from aftersales.models import Ticket, TicketRefund
from kernel import upgrades
from kernel.actors import Actor
from orders.models import Order
from tests.desk import Desk
from tests.world import World

from .test_break_glass import break_glass, review
from .test_chargebacks import charge_back, owed_and_held
from .test_limits import claim
from .test_returned_supplements import end, paid
from .test_second_person import anna, bought, two_above

__all__ = ["anna"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)
FILL, ADD = "0054_filled_beside_writers", "0055_validated_beside_writers"


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("NEW", price="129.00", on_hand=5)
    return Desk(world)


def run(name: str) -> None:
    """Every step of the migration, as `migrate` runs one that is not atomic."""
    state = MigrationLoader(connection).project_state(("aftersales", name), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        for step in import_module(f"aftersales.migrations.{name}").Migration.operations:
            before = state.clone()
            step.state_forwards("aftersales", state)
            step.database_forwards("aftersales", editor, before, state)


def rows() -> list[tuple[Any, ...]]:
    """The versions of the rows that are filled: each UPDATE makes another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text, id FROM aftersales_ticket UNION ALL SELECT ctid::text, id FROM aftersales_ticketrefund"
            " UNION ALL SELECT ctid::text, id FROM orders_order"
        )
        return sorted(cursor.fetchall())


def as_older_code_leaves_them(desk: Desk, anna: Actor) -> tuple[Ticket, Ticket, Ticket]:
    """A difference paid back, a refund that a bank holds, and a decision alone that was reviewed."""
    difference = paid(desk)
    end(desk, difference, "close")
    held = owed_and_held(desk, "failed")
    two_above(desk, "200.00")
    alone = claim(desk, bought(desk), "250.00")
    break_glass(alone, desk.merchant)
    review(alone, anna, accept=True, note="Seen")
    Ticket.objects.update(refund_held=False)
    Ticket.objects.filter(pk=difference.pk).update(refund_held=True)
    Ticket.objects.filter(pk=alone.pk).update(override="")
    TicketRefund.objects.update(is_supplement=False)
    Order.objects.filter(pk=difference.order_id).update(refund_owed=30)
    return difference, held, alone


def differences() -> list[str]:
    return [str(one) for one in audit.run()]


def test_what_older_code_has_written_is_mended_and_a_second_run_changes_nothing(
    desk: Desk, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    difference, held, alone = as_older_code_leaves_them(desk, anna)
    assert len(differences()) >= 3
    monkeypatch.setattr(upgrades, "BATCH", 1)
    run(FILL)
    assert differences() == []
    assert Ticket.objects.get(pk=held.pk).refund_held
    assert not Ticket.objects.get(pk=difference.pk).refund_held
    assert Ticket.objects.get(pk=alone.pk).override == "accepted"
    after = rows()
    run(FILL)
    assert rows() == after


def test_one_that_was_interrupted_goes_on(desk: Desk, anna: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    as_older_code_leaves_them(desk, anna)
    monkeypatch.setattr(upgrades, "BATCH", 1)
    fill, batches = upgrades.FillInBatches._fill, iter(range(9))

    def breaks(self: Operation, *args: Any) -> None:
        if next(batches) == 1:
            raise KeyboardInterrupt
        fill(self, *args)  # type: ignore[arg-type]

    before = len(differences())
    with monkeypatch.context() as patched:
        patched.setattr(upgrades.FillInBatches, "_fill", breaks)
        with pytest.raises(KeyboardInterrupt):
            run(FILL)
    assert 0 < len(differences()) < before
    run(FILL)
    assert differences() == []


def test_it_waits_for_who_has_the_order_and_reads_what_that_has_stored(desk: Desk) -> None:
    held = owed_and_held(desk, "failed")
    Ticket.objects.update(refund_held=False)
    filled = Event()

    def fill() -> None:
        run(FILL)
        connections.close_all()
        filled.set()

    thread = Thread(target=fill)
    with transaction.atomic():
        charge_back(desk, held.order, status="won")
        thread.start()
        assert not filled.wait(0.5)
    thread.join(10)
    assert filled.is_set()
    assert not Ticket.objects.get(pk=held.pk).refund_held
    assert differences() == []


# --- checks and indexes ------------------------------------------------------------------------------------------


@pytest.fixture
def index() -> Iterator[str]:
    yield "ticket_pickup_open"
    run(ADD)


def is_valid(index: str) -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index])
        found = cursor.fetchone()
    return found and bool(found[0])


@pytest.mark.parametrize("change", [
    "SELECT",
    "DROP INDEX ticket_pickup_open",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ticket_pickup_open'::regclass",
])  # fmt: skip
def test_the_index_is_built_once_and_what_was_left_half_built_again(index: str, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)
    run(ADD)
    assert is_valid(index)


def test_a_check_holds_for_new_rows_before_the_old_ones_are_looked_at(desk: Desk) -> None:
    state = MigrationLoader(connection).project_state(("aftersales", ADD), at_end=True)
    check = models.CheckConstraint(condition=models.Q(version__lt=0), name="ticket_for_a_test")
    paid(desk)
    step = upgrades.AddNotValid("ticket", check)
    with connection.schema_editor() as editor:
        after = state.clone()
        step.state_forwards("aftersales", after)
        step.database_forwards("aftersales", editor, state, after)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'ticket_for_a_test'")
            assert cursor.fetchone() == (False,)
    finally:
        with connection.schema_editor() as editor:
            step.database_backwards("aftersales", editor, after, state)
