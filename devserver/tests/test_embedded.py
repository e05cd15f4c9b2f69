"""The embedded PostgreSQL: one server for all who use it, gone when nobody does, however they ended."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devserver import embedded, local
from tests.checkout import Checkout, eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left running"),
]

# Attaches, asks the server who it is, and waits for its input to end where told to.
USE = """
import os, sys, time
from devserver import embedded, local
embedded.attach_or_exit()
import psycopg2
link = psycopg2.connect(embedded.url())
cursor = link.cursor()
cursor.execute("SELECT pg_postmaster_start_time()::text, current_setting('server_version_num')::int / 10000")
print(*cursor.fetchone(), flush=True)
time.sleep(float(sys.argv[1]))
while sys.argv[2:] and not os.path.exists(sys.argv[2]):
    time.sleep(0.05)
"""


def servers(checkout: Checkout) -> list[int]:
    return [pid for pid, command in checkout.processes().items() if "/bin/postgres -D" in command]


def keepers(checkout: Checkout) -> list[int]:
    return [pid for pid, command in checkout.processes().items() if "devserver.keeper" in command]


def test_first_use_makes_the_cluster_and_the_end_of_use_stops_the_server(checkout: Checkout) -> None:
    done = checkout.run("-c", USE, "0")

    assert done.returncode == 0, done.stdout
    assert done.stdout.split()[-1] == "18"
    assert (checkout.var / "pg" / "data" / "PG_VERSION").exists()
    assert eventually(lambda: not checkout.processes())


def test_commands_at_the_same_time_share_one_server(checkout: Checkout) -> None:
    all_there = checkout.var / "all-there"
    users = [checkout.start("-c", USE, "0", str(all_there)) for _ in range(4)]
    told = [user.stdout.readline() for user in users if user.stdout is not None]
    all_there.touch()
    told = [line + user.communicate(timeout=60)[0] for line, user in zip(told, users, strict=True)]

    assert [user.returncode for user in users] == [0, 0, 0, 0], told
    assert len(set(told)) == 1, "four servers instead of one"


def test_a_second_command_after_the_first_finds_the_data(checkout: Checkout) -> None:
    write = USE.replace("print(", "cursor.execute('CREATE TABLE kept AS SELECT 1 AS one'); link.commit(); print(")
    read = USE.replace("print(", "cursor.execute('SELECT one FROM kept'); print(")
    assert checkout.run("-c", write.replace("*cursor.fetchone()", "1"), "0").returncode == 0
    assert eventually(lambda: not checkout.processes())

    again = checkout.run("-c", read, "0")

    assert again.returncode == 0, again.stdout
    assert again.stdout.split() == ["1"]


def test_the_tests_of_somebody_else_use_the_server_of_make_run(checkout: Checkout) -> None:
    """A black-box suite runs under pytest, perhaps in tests of ours, and starts commands as a user does."""
    shell = "from django.db import connection; connection.ensure_connection(); print(connection.settings_dict['HOST'])"
    foreign = {"PYTEST_VERSION": "9.0.0", "PYTEST_CURRENT_TEST": "x.py::y (call)", local.UNDER_TEST: "/elsewhere/var"}

    asked = [checkout.run("manage.py", "shell", "-v", "0", "-c", shell, **more) for more in ({}, foreign)]

    assert [(done.returncode, done.stdout.strip()) for done in asked] == [(0, str(checkout.var / "pg" / "socket"))] * 2
    assert not (checkout.var / "pg-test").exists()


def test_our_own_tests_and_what_they_start_use_the_server_of_tests(checkout: Checkout) -> None:
    ask = (
        "from config import celery_settings; from devserver import embedded;"
        " print(embedded.home(), celery_settings.broker_url(''))"
    )

    told = checkout.run("-c", ask, **{local.UNDER_TEST: str(checkout.var)}).stdout.split()

    assert told == [str(checkout.var / "pg-test"), "memory://"]
    assert local.under_test()


def test_the_server_stops_when_its_only_user_is_killed(checkout: Checkout) -> None:
    user = checkout.start("-c", USE, "600")
    assert user.stdout is not None
    user.stdout.readline()

    user.kill()
    user.wait()

    assert eventually(lambda: not checkout.processes())


def test_a_killed_keeper_takes_the_server_with_it_and_the_next_command_starts_both(checkout: Checkout) -> None:
    user = checkout.start("-c", USE, "600")
    assert user.stdout is not None
    user.stdout.readline()

    for pid in keepers(checkout):
        os.kill(pid, signal.SIGKILL)

    assert eventually(lambda: not servers(checkout)), "PostgreSQL outlived its keeper"
    assert checkout.run("-c", USE, "0").returncode == 0
    user.kill()
    user.wait()


def test_a_number_left_behind_that_belongs_to_somebody_else_is_no_obstacle(checkout: Checkout) -> None:
    assert checkout.run("-c", USE, "0").returncode == 0
    assert eventually(lambda: not checkout.processes())
    data = checkout.var / "pg" / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n\n\n")

    again = checkout.run("-c", USE, "0")

    assert again.returncode == 0, again.stdout


def test_data_of_another_version_is_a_sentence(checkout: Checkout) -> None:
    data = checkout.var / "pg" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")

    refused = checkout.run("-c", USE, "0")

    assert refused.returncode == 1
    assert "was made by PostgreSQL 12" in refused.stdout
    assert "Traceback" not in refused.stdout


@pytest.fixture
def closed_checkout() -> Iterator[Checkout]:
    """Below a folder that only root may enter, as a clone in /root is."""
    outer = Path(tempfile.mkdtemp(prefix="aftersales-closed-"))
    own = Checkout(outer / "var")
    yield own
    eventually(lambda: not own.processes(), 10)
    for left in [outer, *(path.parent for path in Path("/var/lib").glob("aftersales-*/closed-test"))]:
        shutil.rmtree(left, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_root_needs_no_permission_changed_where_the_server_may_not_come_in(closed_checkout: Checkout) -> None:
    outer = closed_checkout.var.parent
    before = outer.stat().st_mode
    known = set(Path("/var/lib").glob("aftersales-*"))

    done = closed_checkout.run("-c", USE, "0")
    for made in set(Path("/var/lib").glob("aftersales-*")) - known:
        (made / "closed-test").touch()

    assert done.returncode == 0, done.stdout
    assert outer.stat().st_mode == before
    assert (closed_checkout.var / "pg" / "data").resolve().parent.parent == Path("/var/lib")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_data_that_another_user_made_is_never_passed_over(closed_checkout: Checkout) -> None:
    data = closed_checkout.var / "pg" / "data"
    data.mkdir(parents=True)

    refused = closed_checkout.run("-c", USE, "0")

    assert refused.returncode == 1
    assert "belongs to another user" in refused.stdout


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 80) / "pg"
    assert len(str(embedded.socket_dir(deep))) <= embedded.MAX_SOCKET_PATH
    assert embedded.socket_dir(deep) != embedded.socket_dir(tmp_path / ("y" * 80) / "pg")
