"""Redis killed under load, again and again: every worker goes on, whatever it had in hand."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Connection, Exchange, Producer, Queue
from redis import RedisError

from config.processes import broker_lost
from kernel import watch
from orders.models import Order
from refunds.models import Refund
from refunds.tests.helpers import paid, reserve
from tests.checkout import Checkout, eventually
from tests.production import OwnRedis, Production, own_redis
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KILLS = 20


@pytest.fixture
def redis(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnRedis]:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery would take it instead of the address it is given
    with own_redis(checkout.var) as server:
        yield server


class Client(Celery):
    """Sends what gets through, as beat does."""

    def __init__(self, broker: str) -> None:
        super().__init__("client", broker=broker, set_as_current=False)
        self.conf.update(broker_transport_options={"socket_timeout": 0.5, "max_retries": 0}, task_ignore_result=True)

    def send(self, task: str, *args: int, queue: str) -> None:
        with suppress(Exception):  # the broker is away half of the time
            self.send_task(task, args=args, queue=queue, retry=False)


@contextmanager
def load(client: Client) -> Iterator[None]:
    over = threading.Event()

    def publish() -> None:
        while not over.wait(0.02):
            client.send("refunds.send", 0, queue="money")
            client.send("aftersales.release_reservations", queue="sweeps")

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def test_workers_outlive_twenty_kills_of_redis(checkout: Checkout, redis: OwnRedis, world: World) -> None:
    production, client = Production(checkout, redis.url), Client(redis.url)
    workers = {name: production.start(name, "--concurrency=1") for name in ("money", "sweeps")}
    with load(client):
        for number in range(KILLS):
            assert eventually(lambda: waiting(redis) == len(workers), 60), lost(production, workers, number)
            with stopped(workers):
                # They take what is sent, and cannot finish it: messages in hand.
                assert eventually(lambda: in_hand(redis) >= len(workers), 30), lost(production, workers, number)
                redis.kill()
            redis.start()
    refund, order = reserve(paid(world), now=world.now), world.shipped()
    client.send("refunds.send_refunds", queue="money")
    client.send("orders.confirm_receipt", queue="sweeps")

    assert eventually(lambda: Refund.objects.get(pk=refund.pk).status == "succeeded", 60), lost(production, workers, 20)
    assert eventually(lambda: Order.objects.get(pk=order.pk).status == "completed", 60), lost(production, workers, 20)
    assert [process.poll() for process in workers.values()] == [None, None]
    alive = {int(pulse.name.split()[-1]) for pulse in watch.pulses() if pulse.alive}
    assert alive == {process.pid for process in workers.values()}


def test_a_channel_with_messages_in_hand_closes_without_its_redis(redis: OwnRedis) -> None:
    """What ended workers: the connection is gone, and the channel still wants to put its messages back."""
    broker_lost.guard()
    link = Connection(redis.url)
    channel: Any = link.channel()
    Producer(channel, exchange=Exchange(""), routing_key="money").publish({"n": 1}, declare=[Queue("money")])
    message = Queue("money", channel=channel).get()
    assert message is not None
    assert in_hand(redis) == 1
    redis.kill()
    channel._disconnect_pools()
    link.transport.client = None

    message.ack()
    channel.close()


@contextmanager
def stopped(workers: "dict[str, subprocess.Popen[bytes]]") -> Iterator[None]:
    """The processes that run tasks stand still; those that talk to Redis go on."""
    pids = [pid for process in workers.values() for pid in children(process.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def in_hand(redis: OwnRedis) -> int:
    with suppress(RedisError), redis.link() as link:
        return int(link.hlen("unacked"))
    return 0


def waiting(redis: OwnRedis) -> int:
    """Workers that wait for messages, as Redis sees them."""
    with suppress(RedisError), redis.link() as link:
        return sum(client["cmd"] == "brpop" for client in link.client_list())
    return 0


def lost(production: Production, workers: "dict[str, subprocess.Popen[bytes]]", number: int) -> str:
    ends = {name: process.poll() for name, process in workers.items()}
    return f"after {number} kills: {ends}\n" + "\n---\n".join(production.said(name)[-1500:] for name in workers)
