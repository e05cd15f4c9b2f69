"""Real threads, a real process that dies: the money leaves once (F1, F3, F10, F19)."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from refunds import services
from refunds.machine import Status
from refunds.models import Refund, SandboxRefund
from tests.processes import database_url
from tests.threads import patient
from tests.world import World

from .helpers import carried_out, later, paid, payment, reserve

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LEASE_OVER = 2


def test_a_hundred_senders_of_one_refund(world: World) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)

    def send(_: int) -> bool:
        patient()
        try:
            return services.send(refund.pk, now=world.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(send, range(100))) == [False] * 99 + [True]
    assert SandboxRefund.objects.get().requests == 1
    assert carried_out("PAY-1") == [Decimal("60.00")]
    assert [h.action for h in refund.history()] == ["create", "send", "settle"]
    assert payment(order).refunded == Decimal("60.00")


def test_retry_in_many_windows_is_one_new_number(world: World) -> None:
    refund = reserve(paid(world, "FAIL-1"), now=world.now)
    services.send(refund.pk, now=world.now)
    mei = world.actor("mei")

    def retry(_: int) -> bool:
        patient()
        try:
            services.retry(refund, actor=mei, now=world.now)
            return True
        except Exception:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(retry, range(20))) == [False] * 19 + [True]
    assert Refund.objects.count() == 2
    assert payment(refund.payment.order).refunded == Decimal("60.00")


def _dies_in(moment: str, refund: Refund, tmp_path: Path) -> None:
    """Runs a sender in a process of its own and kills it with -9 at `moment`."""
    mark = tmp_path / "reached"
    environment = os.environ | {"DATABASE_URL": database_url(), "ENQUEUE_JOBS": "false"}
    child = subprocess.Popen(
        [sys.executable, "-m", "refunds.tests.dying_sender", moment, str(refund.pk), str(mark)],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    give_up = time.monotonic() + 60
    while not mark.exists():
        assert child.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()


@pytest.mark.parametrize(("moment", "paid_there"), [("before", 0), ("after", 1)])
def test_kill_9_around_the_gateways_yes(world: World, tmp_path: Path, moment: str, paid_there: int) -> None:
    order = paid(world)
    refund = reserve(order, now=world.now)
    _dies_in(moment, refund, tmp_path)
    half = Refund.objects.get(pk=refund.pk)
    assert (half.status, half.settled_at, len(carried_out("PAY-1"))) == (Status.PROCESSING, None, paid_there)
    assert services.send(refund.pk, now=world.now) is False  # the lease of the dead one still holds
    assert services.send(refund.pk, now=world.now, wall=later(LEASE_OVER)) is True
    assert carried_out("PAY-1") == [Decimal("60.00")]
    assert SandboxRefund.objects.get().refund_no == refund.refund_no
    assert payment(order).refunded == Decimal("60.00")
    assert [h.action for h in refund.history()] == ["create", "send", "settle"]


def test_the_sweep_finds_it_after_the_lease(world: World, tmp_path: Path) -> None:
    refund = reserve(paid(world), now=world.now)
    _dies_in("after", refund, tmp_path)
    assert not services.due(timezone.now()).exists()
    assert services.due(later(LEASE_OVER)).get() == refund
