"""The commands of docs/operations.md as they stand: what they wait for, and no longer than that."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connection, transaction

from devserver.ports import free_port
from kernel import watch
from orders import services as orders
from orders.models import Order
from refunds.models import Refund
from refunds.tests.helpers import paid, reserve
from tests.checkout import Checkout, eventually
from tests.fixtures import authorization
from tests.production import Production, documented
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LIMITS = """
import sys
from celery import signals
from config.celery import app
app.conf.timezone  # settings are read long before the command is
import django; django.setup()
from django.conf import settings
from django.db import connection
signal = getattr(signals, sys.argv[1])
signal.send(sender=None, instance=None, conf=app.conf, options={})
with connection.cursor() as cursor:
    for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
print(settings.ROLE, app.conf.broker_transport_options["socket_timeout"])
"""


@pytest.fixture
def production(checkout: Checkout) -> Production:
    return Production(checkout, f"filesystem://{checkout.var / 'broker'}")


@pytest.fixture
def held(world: World) -> Iterator[Refund]:
    """A refund that is due, while another connection holds its order, as a hung program would."""
    refund = reserve(paid(world), now=world.now)
    taken, free = threading.Event(), threading.Event()

    def hold(order: Order) -> None:
        with transaction.atomic():
            orders.lock(order.pk, shop_id=order.shop_id)
            taken.set()
            free.wait(60)
        connection.close()

    holder = threading.Thread(target=hold, args=(refund.payment.order,))
    holder.start()
    assert taken.wait(10)
    yield refund
    free.set()
    holder.join(10)


def test_a_sender_does_not_wait_for_a_row_that_is_held(production: Production, held: Refund) -> None:
    production.start("money", "--concurrency=1")
    production.start("beat")

    def row() -> Refund:
        return Refund.objects.get(pk=held.pk)

    assert eventually(lambda: row().attempts, 60), production.said("money") + production.said("beat")
    assert eventually(lambda: {pulse.kind for pulse in watch.pulses()} == {"worker", "beat"}, 30)
    assert {queue for pulse in watch.pulses() for queue in pulse.queues} == {"money"}
    began = time.monotonic()
    # It gave up, wrote why, and let go of the refund: the next attempt is due, and another sender may make it.
    assert eventually(lambda: "lock timeout" in row().last_error, 45)
    assert time.monotonic() - began < 30
    assert row().next_attempt_at
    assert row().status == "processing"


def request(port: int, path: str, **headers: str) -> urllib.request.Request:
    return urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "localhost", **headers})


def test_the_second_comer_to_a_row_gets_409(production: Production, held: Refund, world: World) -> None:
    port = free_port()
    production.start("web", PORT=str(port))

    def serves() -> bool:
        with suppress(OSError), urllib.request.urlopen(request(port, "/healthz"), timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    assert eventually(serves, 60), production.said("web")
    order_no = held.payment.order.order_no
    pack = request(port, f"/api/v1/orders/{order_no}/pack/", Authorization=authorization(world.oms))
    began = time.monotonic()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(pack, data=b"", timeout=30)
    # The row is still held for as long as the test lasts: it is the web's lock_timeout of 2 s that has ended the wait,
    # and no statement_timeout of 15 s. The rest is for a busy machine.
    assert time.monotonic() - began < 10
    assert refused.value.code == 409
    assert refused.value.headers["Retry-After"] == "1"
    assert json.load(refused.value)["code"] == "conflict"


@pytest.mark.parametrize("signal", ["celeryd_init", "beat_init"])
def test_the_limits_come_with_the_process(production: Production, signal: str) -> None:
    environ = production.environ() | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    done = production.checkout.run("-c", LIMITS, signal, **environ)
    assert done.stdout.split() == ["5s", "5min", "worker", "30.0"], done.stdout


def test_what_is_documented_is_what_is_tested() -> None:
    assert list(documented()) == ["web", "money", "sweeps", "beat"]
