"""A backlog of approved refunds and an instant channel: a worker with two processes, as production starts it, and
beside it the statements of the same work by pgbench."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from celery import current_app
from django.utils import timezone

from aftersales.models import Ticket, TicketLine, TicketRefund
from demo import people
from demo.goods import stock_shelves
from demo.scenes import BACK, Scene
from demo.story import Story, order_no
from devserver import local
from devserver.processes import die_with_parent
from kernel import watch
from orders.models import Order, OrderLine, Payment
from refunds import gateways, services
from refunds.gateways import Outcome, Receipt
from refunds.models import Refund

from . import plain
from .copies import WIDTH, Case, finish, new_id

if TYPE_CHECKING:
    from django.db.models import QuerySet

NUMBER, FIRST = 98, 3_000_000
BACKLOG = 1_000
BAR = 150.0  # refunds a second, on two cores
PROCESSES = 2
PERIOD = 2.0  # as refunds/jobs.py asks for
GIVE_UP = 180.0
JOB, CHANNEL, NAME = "refunds", "instant", "bench-money"


@dataclass(frozen=True)
class Sent:
    """Refunds a second: by the workers, and by the statements of one refund after the other, sent by pgbench."""

    workers: float
    sql: float
    statements: int


def measure(url: str, count: int = BACKLOG) -> Sent:
    gateways.register(CHANNEL, Instant())
    case = _case()
    case.copy(FIRST, FIRST + 2 * count)
    finish()
    script = plain.capture(lambda: services.send(new_id(Refund, FIRST), now=timezone.now()), _rows())
    each = count // plain.CONNECTIONS
    by_sql = plain.replay(script, url, 0, FIRST + 1, transactions=each)
    left = FIRST + 1 + each * plain.CONNECTIONS
    Refund.objects.filter(pk__gte=new_id(Refund, left)).update(next_attempt_at=timezone.now())
    backlog = waiting().count()
    with _worker():
        began = time.perf_counter()
        while waiting().exists():
            if time.perf_counter() - began > GIVE_UP:
                raise SystemExit("The workers did not send the backlog; their lines stand above.")
            # As beat does.
            current_app.send_task("refunds.send_refunds", expires=PERIOD)
            _sleep_until_empty(PERIOD)
        seconds = time.perf_counter() - began
    return Sent(backlog / seconds, by_sql.rate, script.statements)


class Instant:
    """A channel that says yes at once."""

    def request(self, *, refund_no: str, **call: object) -> Receipt:
        return Receipt(Outcome.SUCCEEDED, f"G-{refund_no}")

    query = request


def worker() -> None:
    """The money queue's worker of docs/operations.md, whose channel is instant."""
    gateways.register(CHANNEL, Instant())
    from config.celery import app

    app.worker_main(["worker", "-Q", "money", f"--concurrency={PROCESSES}", "--loglevel=ERROR", "-n", NAME])


def waiting() -> "QuerySet[Refund]":
    return Refund.objects.filter(payment__channel=CHANNEL, next_attempt_at__isnull=False)


def _case() -> Case:
    """A return that was received: the refund of its ticket is owed."""
    now = timezone.now()
    cast = people.gather(now)
    items = (("LAMP-S", 2), ("BLANKET-GREY", 1))
    scene = Scene(f"{BACK} receive", items=items, type="return_refund", reason="quality", text="裂了。", rest=5)
    Story(scene, NUMBER, cast, stock_shelves(cast.shops), now).play()
    order = Order.objects.get(order_no=order_no(NUMBER))
    order.payments.update(channel=CHANNEL)
    return Case(order.pk)


def _rows() -> dict[int | str, str]:
    return {
        new_id(model, FIRST, slot): f"{new_id(model, 0, slot)} + {WIDTH} * :g"
        for model in (Order, OrderLine, Payment, Ticket, TicketLine, Refund, TicketRefund)
        for slot in range(2)
    }


@contextmanager
def _worker() -> Iterator[None]:
    command = [sys.executable, "-c", "import django; django.setup(); from bench.sender import worker; worker()"]
    process = subprocess.Popen(
        command, cwd=local.BASE_DIR, env=os.environ | {"AFTERSALES_RUN": "1"}, stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),
    )  # fmt: skip
    try:
        give_up = time.monotonic() + GIVE_UP
        while not any(pulse.alive and NAME in pulse.name for pulse in watch.pulses()):
            if process.poll() is not None or time.monotonic() > give_up:
                raise SystemExit("The worker did not start; its lines stand above.")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _sleep_until_empty(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and waiting().exists():
        time.sleep(0.05)
