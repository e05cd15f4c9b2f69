"""A real worker and a real beat in processes of their own, on files and on Redis: what is due happens, and kill -9 in
the middle of a job loses nothing and repeats nothing (F1, F17, F21)."""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.tests import books
from kernel.models import History
from orders.models import Order
from refunds.models import Refund, SandboxRefund
from tests.checkout import Checkout, eventually, own_checkout
from tests.desk import Desk
from tests.processes import database_url
from tests.world import NOW, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
DUE, MORE = 30, 5

# Beat as `celery beat` starts it, but everything every three seconds: no test waits a minute. Every second is too often
# for a busy machine: messages came in as fast as the worker dropped expired ones, and no fresh one was ever reached.
BEAT = """
import django; django.setup()
from config.celery import app
app.finalize()
app.conf.beat_schedule = {name: {**entry, "schedule": 3.0} for name, entry in app.conf.beat_schedule.items()}
app.Beat(loglevel="WARNING", pidfile="", quiet=True).run()
"""
WORKER = (
    "-m celery -q -A config.celery worker --pool=prefork --concurrency=1 --loglevel=WARNING"
    " --without-gossip --without-mingle --without-heartbeat"
)


@dataclass
class System:
    checkout: Checkout
    broker: str

    def environ(self) -> dict[str, str]:
        return {
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": self.broker,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "AFTERSALES_RUN": "1",
        }

    def worker(self) -> "subprocess.Popen[str]":
        return self.checkout.start(*WORKER.split(), **self.environ())

    def beat(self) -> "subprocess.Popen[str]":
        return self.checkout.start("-c", BEAT, **self.environ())


@pytest.fixture(params=["files", "redis"])
def system(request: pytest.FixtureRequest, world: World) -> Iterator[System]:
    with own_checkout() as checkout:
        broker = f"filesystem://{checkout.var / 'broker'}"
        if request.param == "redis":
            broker = REDIS
            try:
                # With what a worker of an earlier run was killed over: Redis hands that out again.
                left = (*settings.QUEUES, "unacked", "unacked_index")
                redis.Redis.from_url(REDIS, socket_connect_timeout=1).delete(*left)
            except redis.RedisError as error:
                pytest.skip(f"no Redis answers at {REDIS}: {error}")
        yield System(checkout, broker)


def due_refund(desk: Desk, number: int) -> Ticket:
    """On its way to the buyer since long ago, never answered: the clock approves it and the money goes back."""
    order = desk.world.place_order(lines=[("TEE", "10.00", 1)], payments=[(f"OWN-{number}", "10.00")])
    order = desk.world.ship(order)
    application = Application("refund_only", "not_received", (LineRequest(order.lines.get().pk, 1),))
    return services.apply(order, application, actor=desk.buyer, now=NOW)


def completed() -> int:
    return Ticket.objects.filter(status="completed").count()


def test_what_is_due_happens_and_survives_kill_9(system: System, world: World) -> None:
    desk = Desk(world)
    to_confirm, to_close = world.shipped(), world.completed()
    tickets = [due_refund(desk, number) for number in range(DUE)]
    beat, worker = system.beat(), system.worker()

    def approved() -> int:
        return History.objects.filter(machine="ticket", action="approve").count()

    assert eventually(lambda: approved() >= 3, 120), said(system, worker, beat)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(60)
    # Killed in the middle of its work, unless it was too quick: there is more to do either way.
    tickets += [due_refund(desk, number) for number in range(DUE, DUE + MORE)]
    # A refund whose sender died is asked for again a minute later; the test does not wait that minute.
    Refund.objects.filter(claimed_until__isnull=False).update(
        claimed_until=timezone.now(), next_attempt_at=timezone.now()
    )

    worker = system.worker()
    assert eventually(lambda: completed() == DUE + MORE, 180), said(system, worker, beat)
    assert eventually(lambda: Order.objects.get(pk=to_confirm.pk).status == "completed")
    assert eventually(lambda: Order.objects.get(pk=to_close.pk).window_closed_at)

    for number, ticket in enumerate(tickets):
        carried_out = SandboxRefund.objects.filter(transaction_no=f"OWN-{number}", carried_out_at__isnull=False)
        assert [row.amount for row in carried_out] == [Decimal("10.00")]
        verbs = [row.action for row in ticket.history() if row.action != "overdue"]
        assert verbs == ["apply", "approve", "settle"]
        books.check(ticket.order)
    assert Refund.objects.count() == DUE + MORE


def said(system: System, *processes: "subprocess.Popen[str]") -> str:
    """What the processes printed, for whoever reads the failure."""
    texts = []
    for process in processes:
        process.kill()
        texts.append(process.communicate(timeout=60)[0][-2000:])
    return f"{system.broker}\n" + "\n---\n".join(texts)
