"""The sandbox channel (contract §7): every script pays exactly once or not at all, under one number."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from refunds import gateways, services
from refunds.gateways import Deadline, GatewayError, Outcome
from refunds.machine import Status
from refunds.models import Refund, SandboxRefund
from tests.world import World

from .helpers import carried_out, later, paid, payment, reserve


def soon() -> Deadline:
    return Deadline.after(20)


def run_to_the_end(refund: Refund, world: World, steps: int = 8) -> tuple[Refund, int]:
    """Sends until the refund has ended; how many sendings that took."""
    for step in range(1, steps + 1):
        if services.send(refund.pk, now=world.now, wall=later(step)):
            return Refund.objects.get(pk=refund.pk), step
    raise AssertionError("never ended")


@pytest.mark.parametrize(
    ("number", "sendings", "times_paid", "status"),
    [
        ("PAY-1", 1, 1, Status.SUCCEEDED),
        ("SLOW-1", 3, 1, Status.SUCCEEDED),
        ("LOST-1", 2, 1, Status.SUCCEEDED),
        ("DOWN-1", 3, 1, Status.SUCCEEDED),
        ("FAIL-1", 1, 0, Status.FAILED),
    ],
)
def test_each_script_pays_once_or_never(world: World, number: str, sendings: int, times_paid: int, status: str) -> None:
    order = paid(world, number)
    ended, steps = run_to_the_end(reserve(order, "60.00", now=world.now), world)
    assert (ended.status, steps) == (status, sendings)
    assert carried_out(number) == [Decimal("60.00")] * times_paid
    assert payment(order).refunded == Decimal("60.00") * times_paid
    assert SandboxRefund.objects.filter(transaction_no=number).count() <= 1


@pytest.mark.parametrize("number", ["PAY-1", "SLOW-1", "LOST-1", "DOWN-1"])
def test_asked_again_it_pays_no_second_time(db: None, number: str) -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None
    call = {"refund_no": "RF1", "transaction_no": number}
    for _ in range(5):
        with suppress(GatewayError):
            gateway.request(**call, amount=Decimal(5), total=Decimal(9), currency="CNY", deadline=soon())
        gateway.query(**call, deadline=soon())
    assert gateway.query(**call, deadline=soon()).outcome == Outcome.SUCCEEDED
    assert carried_out(number) == [Decimal(5)]


def test_a_number_that_was_never_sent_is_not_found(db: None) -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None
    assert gateway.query(refund_no="RF1", transaction_no="PAY-1", deadline=soon()).outcome == Outcome.NOT_FOUND


def test_one_number_for_two_refunds_is_never_carried_out(db: None) -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None
    call: dict[str, Any] = {"refund_no": "RF1", "transaction_no": "PAY-1", "total": Decimal(9), "currency": "CNY"}
    gateway.request(**call, amount=Decimal(5), deadline=soon())
    with pytest.raises(GatewayError) as refused:
        gateway.request(**call, amount=Decimal(6), deadline=soon())
    assert refused.value.permanent is False
    assert carried_out("PAY-1") == [Decimal(5)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", ["PAY-1", "LOST-1"])
def test_two_calls_at_once_with_one_number(number: str) -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None

    def call(_: int) -> str:
        try:
            return gateway.request(
                refund_no="RF1",
                transaction_no=number,
                amount=Decimal(5),
                total=Decimal(9),
                currency="CNY",
                deadline=soon(),
            ).outcome
        except GatewayError:
            return "timed out"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(call, range(40)))
    assert answers.count("timed out") == (1 if number == "LOST-1" else 0)
    assert carried_out(number) == [Decimal(5)]


def test_the_record_is_open_while_debugging(world: World, client: Client, settings: Any) -> None:
    settings.DEBUG = True
    refund = reserve(paid(world, "PAY-1"), "60.00", now=world.now)
    services.send(refund.pk, now=world.now)
    services.send(reserve(paid(world, "PAY-2"), "1.00", now=world.now).pk, now=world.now)
    rows = client.get("/sandbox/refunds/", {"transaction_no": "PAY-1"}).json()
    assert [(r["refund_no"], r["transaction_no"], r["amount"]) for r in rows] == [(refund.refund_no, "PAY-1", "60.00")]
    assert set(rows[0]) == {"refund_no", "transaction_no", "amount", "at"}


def test_the_record_tells_only_what_was_carried_out(world: World, client: Client, settings: Any) -> None:
    settings.DEBUG = True
    refund = reserve(paid(world, "SLOW-1"), now=world.now)
    services.send(refund.pk, now=world.now)
    assert client.get("/sandbox/refunds/?transaction_no=SLOW-1").json() == []
    assert client.get("/sandbox/refunds/?transaction_no=%00").json() == []
    assert client.get("/sandbox/refunds/").json() == []
    assert client.post("/sandbox/refunds/").status_code == 405


def test_the_record_is_not_there_in_production(db: None, client: Client) -> None:
    answer = client.get("/sandbox/refunds/?transaction_no=PAY-1")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_without_time_left_nothing_is_carried_out(db: None) -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None
    call: dict[str, Any] = {"refund_no": "RF1", "transaction_no": "PAY-1", "deadline": Deadline.after(0)}
    for ask in (lambda: gateway.query(**call), lambda: gateway.request(**call, amount=Decimal(5), **WHOLE)):
        with pytest.raises(GatewayError, match="no time is left") as late:
            ask()
        assert late.value.permanent is False
    assert carried_out("PAY-1") == []


WHOLE: dict[str, Any] = {"total": Decimal(9), "currency": "CNY"}


@pytest.mark.django_db(transaction=True)
def test_a_call_that_waits_for_another_ends_at_its_deadline() -> None:
    gateway = gateways.get("sandbox")
    assert gateway is not None
    call: dict[str, Any] = {"refund_no": "RF1", "transaction_no": "SLOW-1"}
    gateway.request(**call, amount=Decimal(5), **WHOLE, deadline=soon())

    def ask(_: int) -> float:
        began = time.monotonic()
        try:
            with pytest.raises(GatewayError, match="in time"):
                gateway.query(**call, deadline=Deadline.after(0.3))
            return time.monotonic() - began
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        SandboxRefund.objects.select_for_update().get()
        assert 0.25 < pool.submit(ask, 0).result() < 10
