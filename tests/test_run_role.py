"""The role that the program runs as does its work and cannot change history (`manage.py grant_run_role`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.services import revise_contact
from kernel.jobs import jobs
from kernel.models import Change, History
from kernel.privacy.erasing import ERASED
from kernel.roles import append_only_tables
from tests.desk import Desk
from tests.world import NOW, World


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def role(world: World) -> str:
    """Roles are of the whole server: one name a database, and the rollback of the test takes it away again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            pytest.skip("this database user may make no roles")
    name = f"run_{connection.settings_dict['NAME']}"
    execute(f'CREATE ROLE "{name}" NOLOGIN')
    return name


@contextmanager
def running_as(role: str) -> Iterator[None]:
    execute(f'SET ROLE "{role}"')
    try:
        yield
    finally:
        execute("RESET ROLE")


@pytest.fixture
def granted(role: str) -> str:
    out = StringIO()
    call_command("grant_run_role", role, stdout=out)
    for table in append_only_tables():
        assert table in out.getvalue()
    return role


def test_every_history_is_append_only(world: World) -> None:
    assert {"kernel_history", "kernel_change", "aftersales_message", "refunds_ledgerentry"} <= set(append_only_tables())


def test_it_cannot_change_history(world: World, granted: str) -> None:
    world.place_order()
    revise_contact(world.lantern, hotline="400-1", actor=world.actor("mei"), now=NOW)
    for table in append_only_tables():
        statements = [f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
        statements += [f"DROP TABLE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL"]
        for sql in statements:
            refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
            with running_as(granted), refused, transaction.atomic():
                execute(sql)
    assert History.objects.exists()
    assert Change.objects.exists()


def test_it_does_all_the_work(world: World, granted: str) -> None:
    """From the order to the money back, the jobs and what a manager sets."""
    desk = Desk(world)
    with running_as(granted):
        ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered())))))
        revise_contact(world.lantern, hotline="400-2", actor=world.actor("mei"), now=NOW)
        for job in jobs():
            assert not job.run(NOW + timedelta(days=60), False).failed, job.name
        History.objects.filter(shop_id=world.lantern.pk).update(dispatched_at=NOW)
    assert ticket.status == "completed"


def test_it_erases_by_the_functions_alone(world: World, role: str) -> None:
    """Not before it was granted, and afterwards only what is older than three years (docs/privacy.md)."""
    world.now = NOW - timedelta(days=4 * 366)
    young, old = world.place_order(now=NOW), world.place_order()
    erase = "SELECT kernel_erase_texts({}, 'order', ARRAY[{}]::bigint[], {}, 'clock', 'clock', NULL)"
    statements = [erase.format(order.shop_id, order.pk, world.oms.pk) for order in (young, old)]
    call_command("grant_run_role", role, stdout=StringIO())
    execute(f'REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM "{role}"')
    with running_as(role), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(statements[1])
    call_command("grant_run_role", role, stdout=StringIO())
    with running_as(role):
        execute(statements[1])
        with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
            execute(statements[0])
    assert {line.actor_name for line in old.history()} == {ERASED}
    assert ERASED not in {line.actor_name for line in young.history()}


@pytest.mark.parametrize("might", ["SUPERUSER", "CREATEROLE"])
def test_a_mighty_role_is_refused(role: str, might: str) -> None:
    execute(f'ALTER ROLE "{role}" {might}')
    with pytest.raises(CommandError, match="could change history"):
        call_command("grant_run_role", role)


def test_an_owner_and_an_unknown_role_are_refused(role: str) -> None:
    execute(f'ALTER TABLE kernel_change OWNER TO "{role}"')
    with pytest.raises(CommandError, match="owns tables"):
        call_command("grant_run_role", role)
    with pytest.raises(CommandError, match="There is no role"):
        call_command("grant_run_role", "nobody_at_all")
