"""`make run`: everything up, everything found by the commands beside it, everything down again."""

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from devserver.ports import free_port
from tests.checkout import Checkout, eventually, own_checkout

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left running"),
]


class Running:
    def __init__(self, checkout: Checkout, **environ: str) -> None:
        self.checkout, self.port = checkout, free_port()
        began = time.monotonic()
        self.process = checkout.start("-m", "devserver.run", PORT=str(self.port), **environ)
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Password of all" in line:
                break
        assert self.process.poll() is None, "".join(self.lines)
        self.seconds = time.monotonic() - began

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def pid_of(self, text: str) -> int:
        return min(pid for pid, command in self.checkout.processes().items() if text in command)

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(sig)
        return self.process.communicate(timeout=90)[0]


@pytest.fixture(scope="module")
def var() -> Iterator[Checkout]:
    with own_checkout() as own:
        yield own


def test_the_whole_system(var: Checkout) -> None:
    """One start, looked at from all sides: a start costs seconds."""
    running = Running(var)

    status, body = running.get("/readyz")
    assert (status, json.loads(body)["checks"]["migrations"]) == (200, "ok")
    assert eventually(lambda: json.loads(running.get("/readyz")[1])["status"] == "ok", 60), running.get("/readyz")
    assert running.get("/readyz/jobs")[0] == 200
    assert "aftersales_workers" in running.get("/metrics")[1], "this machine may read them while DEBUG is on"
    assert f"http://127.0.0.1:{running.port}/" in "".join(running.lines)
    assert running.get("/api/v1/docs/")[0] == 200
    assert running.get("/admin/login/")[0] == 200
    assert var.run("manage.py", "migrate", "--check").returncode == 0, "commands find the same database"
    second = var.run("-m", "devserver.run", PORT=str(free_port()))
    assert second.returncode == 1
    assert "is running in this folder already" in second.stdout
    assert "Traceback" not in second.stdout

    said = running.stop(signal.SIGINT)

    assert running.process.returncode == 0, said
    assert "Traceback" not in said
    assert eventually(lambda: not var.processes()), var.processes()


def test_the_second_start_takes_seconds_and_a_dead_child_is_started_again(var: Checkout) -> None:
    running = Running(var)
    assert running.seconds < 40, f"{running.seconds:.1f} s"  # three on a machine that does nothing else

    os.kill(running.pid_of("gunicorn"), signal.SIGKILL)

    assert eventually(lambda: _quietly(running.get, "/healthz"), 60), "web was not started again"
    running.stop()
    assert eventually(lambda: not var.processes()), var.processes()


def test_kill_9_of_the_supervisor_leaves_nothing(var: Checkout) -> None:
    running = Running(var)

    running.process.kill()
    running.process.wait()

    assert eventually(lambda: not var.processes(), 60), var.processes()


def test_the_broker_of_the_environment(checkout: Checkout) -> None:
    """The second pass of CI: Redis, and the database of the machine where there is one."""
    broker = os.environ.get("CELERY_BROKER_URL", "")
    if not broker.startswith("redis://"):
        pytest.skip("CELERY_BROKER_URL names no Redis")
    # A database of its own: the tests beside this one send their messages to the other.
    environ = {"CELERY_BROKER_URL": f"{broker.rpartition('/')[0]}/14"}

    running = Running(checkout, **environ)

    assert running.get("/readyz")[0] == 200
    assert json.loads((checkout.var / "run.json").read_text())["CELERY_BROKER_URL"] == environ["CELERY_BROKER_URL"]
    running.stop()
    assert eventually(lambda: not checkout.processes()), checkout.processes()


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PORT": "http"}, "PORT is 'http'"),
        ({"PORT": "70000"}, "PORT is '70000'"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "does not answer"),
        ({"DATABASE_URL": "postgresql://u:hidden-word@127.0.0.1:1/none"}, "does not answer"),
        ({"DATABASE_URL": "sqlite:///db.sqlite3"}, "PostgreSQL is the only engine"),
        ({"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}, "broker of CELERY_BROKER_URL does not answer"),
    ],
)
def test_what_cannot_work_is_one_sentence(checkout: Checkout, environ: dict[str, str], sentence: str) -> None:
    refused = checkout.run("-m", "devserver.run", **({"PORT": str(free_port())} | environ))

    assert refused.returncode == 1
    assert sentence in refused.stdout
    assert len(refused.stdout.strip().splitlines()) == 1, refused.stdout
    assert "hidden-word" not in refused.stdout
    assert not checkout.processes()


def test_a_busy_port_is_one_sentence(checkout: Checkout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        refused = checkout.run("-m", "devserver.run", PORT=str(port))

    assert refused.returncode == 1
    assert refused.stdout.strip() == f"Port {port} is in use. Stop what uses it, or take another: make run PORT=8001"
    assert not checkout.processes()


def _quietly(call: Any, *arguments: Any) -> bool:
    try:
        return bool(call(*arguments)[0] == 200)
    except OSError:
        return False
