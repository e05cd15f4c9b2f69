"""`make run`: everything up, everything found by the commands beside it, everything down again."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from devserver.ports import free_port
from tests.checkout import Checkout, eventually, own_checkout

from .running import FAKES, Caller, Running, carried_out

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left running"),
]


@pytest.fixture(scope="module")
def var() -> Iterator[Checkout]:
    with own_checkout() as own:
        yield own


def test_the_whole_system(var: Checkout) -> None:
    """One start, looked at from all sides: a start costs seconds."""
    with Running(var) as running:
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
    with Running(var) as running:
        assert running.seconds < 40, f"{running.seconds:.1f} s"  # three on a machine that does nothing else

        os.kill(running.pid_of("gunicorn"), signal.SIGKILL)

        assert eventually(lambda: running.answers("/healthz"), 60), "web was not started again"
        running.stop()
        assert eventually(lambda: not var.processes()), var.processes()


def test_kill_9_of_the_supervisor_leaves_nothing(var: Checkout) -> None:
    with Running(var) as running:
        running.process.kill()
        running.process.wait()

        assert eventually(lambda: not var.processes(), 60), var.processes()


# One database for all of them: making one takes longer than what is looked at.
def test_with_fake_channels_a_whole_refund_without_an_account(var: Checkout) -> None:
    with Running(var, **FAKES) as running:
        assert running.process.stdout is not None
        running.lines += [running.process.stdout.readline() for _ in range(4)]
        for channel in ("alipay", "wechatpay", "stripe"):
            unset = var.run("manage.py", "check_channel", channel, LANGUAGE_CODE="en")
            assert (unset.returncode, "isn't set up" in unset.stdout) == (1, True), unset.stdout
            proved = var.run("manage.py", "check_channel", channel, **FAKES)
            assert (proved.returncode, "No money was moved" in proved.stdout) == (0, True), proved.stdout
        proved = var.run("manage.py", "check_channel", "kuaidi100", **FAKES)
        assert (proved.returncode, "knows the customer" in proved.stdout) == (0, True), proved.stdout
        # A parcel that reports itself; it travels while the refunds below are paid.
        oms, waybill = Caller(running, "oms"), {"courier": "yto", "tracking_no": "YT1234567890123"}
        oms.call("orders/DEMO-9004/ship/", waybill)
        alice = Caller(running, "alice")
        # 9002 is accepted at first, and paid some seconds later.
        tickets = {
            channel: alice.claim(f"DEMO-{number}") for number, channel in [(9001, "alipay"), (9002, "wechatpay")]
        }
        for channel, ticket_no in tickets.items():
            assert eventually(lambda number=ticket_no: alice.refund(number)["status"] == "succeeded", 90), channel  # type: ignore[misc]
            refund = alice.refund(ticket_no)
            assert refund["channel"] == channel
            (row,) = carried_out(running, channel)
            assert refund["refund_no"] in row.values()
        assert eventually(lambda: carried_out(running, "wechatpay", "notices"), 30)
        (notice,) = carried_out(running, "wechatpay", "notices")
        assert (notice["refund_status"], notice["answer"]) == ("SUCCESS", 200), notice

        assert eventually(lambda: oms.call("orders/DEMO-9004/")["fulfilment"] == "delivered", 90)
        (parcel,) = oms.call("orders/DEMO-9004/")["parcels"]
        assert [event["status"] for event in parcel["events"]] == ["picked_up", "in_transit", "delivering", "delivered"]

        os.kill(running.pid_of("-m fakes"), signal.SIGKILL)
        assert eventually(lambda: var.run("manage.py", "check_channel", "wechatpay", **FAKES).returncode == 0, 30)
        output = running.stop(signal.SIGINT)
        assert (running.process.returncode, "Traceback" in output) == (0, False), output
        assert eventually(lambda: not var.processes()), var.processes()


def test_without_fake_channels_nothing_of_them_is_left(var: Checkout) -> None:
    with Running(var) as running:
        off = var.run("manage.py", "check_channel", "wechatpay", LANGUAGE_CODE="en")
        assert (off.returncode, "isn't set up" in off.stdout) == (1, True), off.stdout
        assert not (var.var / "fakes" / "settings.json").exists()
        assert not any("-m fakes" in command for command in var.processes().values())
        running.stop()
        assert eventually(lambda: not var.processes()), var.processes()


def test_the_broker_of_the_environment(checkout: Checkout) -> None:
    """The second pass of CI: Redis, and the database of the machine where there is one."""
    broker = os.environ.get("CELERY_BROKER_URL", "")
    if not broker.startswith("redis://"):
        pytest.skip("CELERY_BROKER_URL names no Redis")
    # A database of its own: the tests beside this one send their messages to the other.
    environ = {"CELERY_BROKER_URL": f"{broker.rpartition('/')[0]}/14"}

    with Running(checkout, **environ) as running:
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
