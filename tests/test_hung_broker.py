"""A Redis that hangs (stopped, not dead) costs a request one attempt, whatever it sends and however often."""

import signal
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis.connection
from celery import Celery
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import transaction

from config.celery_settings import transport_options
from kernel import jobs
from kernel.actors import CLOCK
from orders import services as orders
from refunds import services as refunds
from refunds.tests.helpers import paid
from tests.checkout import Checkout
from tests.production import OwnRedis, own_redis
from tests.world import World
from web.api import throttles

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hung(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnRedis]:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery would take it instead of the address it is given
    with own_redis(checkout.var) as server:
        server.signal(signal.SIGSTOP)
        yield server
        server.signal(signal.SIGCONT)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each connection to a Redis that was tried: a hung one takes it, and answers nothing."""
    tried: list[str] = []
    connect = redis.connection.Connection._connect

    def counted(self: Any) -> Any:
        tried.append(self.host)
        return connect(self)

    monkeypatch.setattr(redis.connection.Connection, "_connect", counted)
    return tried


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The breakers' clock: it stands still until a test moves it."""
    at = [1000.0]
    for breaker in (jobs.BROKER, throttles.COUNTERS):
        monkeypatch.setattr(breaker, "clock", lambda: at[0])
    return at


def test_three_tenders_are_one_attempt(
    hung: OwnRedis, attempts: list[str], clock: list[float], world: World, settings: Any, monkeypatch: Any
) -> None:
    publisher = Celery("publisher", broker=hung.url, set_as_current=False)
    publisher.conf.task_default_queue = "money"
    publisher.conf.broker_transport_options = transport_options(hung.url, role="web")
    monkeypatch.setattr(jobs, "current_app", publisher)
    settings.ENQUEUE_JOBS = True
    order = paid(world, "A-1", "A-2", "A-3")

    def reserve_all() -> None:
        with transaction.atomic():
            orders.lock(order.pk, shop_id=order.shop_id)
            for payment in order.payments.all():
                refunds.reserve(payment, Decimal("1.00"), actor=CLOCK, now=world.now)

    reserve_all()
    assert len(attempts) == 1
    clock[0] += 9.9
    reserve_all()
    assert len(attempts) == 1, "it is left alone for ten seconds"
    clock[0] += 0.1
    reserve_all()
    assert len(attempts) == 2, "then one of them tries again"

    hung.signal(signal.SIGCONT)
    clock[0] += 10
    reserve_all()
    with hung.link() as link:
        assert link.llen("money") >= 3, "and once it answers, all are sent"


def test_a_hung_cache_is_one_attempt(
    hung: OwnRedis, attempts: list[str], clock: list[float], settings: Any, monkeypatch: Any
) -> None:
    options = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    monkeypatch.setattr(throttles, "cache", RedisCache(hung.url, {"OPTIONS": options}))
    assert throttles.cache is not cache
    assert [throttles.Throttle.count("k", 60) for _ in range(3)] == [0, 0, 0]
    assert len(attempts) == 1

    hung.signal(signal.SIGCONT)
    clock[0] += 10
    # What was sent to the hung one may have been counted when it woke up.
    first = throttles.Throttle.count("k", 60)
    assert throttles.Throttle.count("k", 60) == first + 1 > 1
