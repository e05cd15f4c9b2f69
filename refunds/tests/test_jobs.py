"""The sweep: everything due by the real clock, whatever one row or one channel does."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from kernel.jobs import Outcome, job
from refunds import policy, tasks
from refunds.gateways import GatewayError, Receipt
from refunds.machine import Status
from refunds.models import Refund
from refunds.signals import refund_settled
from tests.world import DAY, World

from .helpers import UNKNOWN_THERE, YES, Scripted, carried_out, channel, paid, reserve


def sweep(world: World, *, dry_run: bool = False) -> Outcome:
    return job("send_refunds").run(world.now, dry_run)


def states() -> list[str]:
    return list(Refund.objects.order_by("id").values_list("status", flat=True))


def due_again() -> None:
    Refund.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())


def test_it_sends_what_is_due(world: World) -> None:
    for number in ("PAY-1", "FAIL-1", "LOST-1"):
        reserve(paid(world, number), now=world.now)
    assert sweep(world) == Outcome(done=2, failed=1)
    assert states() == ["succeeded", "failed", "processing"]
    assert sweep(world) == Outcome()
    due_again()
    assert sweep(world) == Outcome(done=1)
    assert states() == ["succeeded", "failed", "succeeded"]
    assert carried_out("LOST-1") == [Decimal("60.00")]


def test_a_dry_run_sends_nothing(world: World) -> None:
    reserve(paid(world), now=world.now)
    assert sweep(world, dry_run=True) == Outcome(done=1)
    assert states() == ["pending"]
    assert carried_out("PAY-1") == []


@pytest.mark.parametrize("days", [-3000, 0, 3000])
def test_the_shops_clock_does_not_hold_up_money(world: World, days: int) -> None:
    """A replay of old orders and `run_due --now` far ahead: due is what the real clock says (model Refund)."""
    now = world.now + days * DAY
    reserve(paid(world), now=now)
    assert job("send_refunds").run(now, False) == Outcome(done=1)
    assert Refund.objects.get().settled_at == now


def test_the_time_limit_ends_the_job_and_concludes_nothing(world: World) -> None:
    """Celery interrupts the gateway's call: whether the money left is not known, and the other refund is not begun."""
    for number in ("PAY-1", "PAY-2"):
        reserve(paid(world, number), now=world.now)
    gateway = Scripted(SoftTimeLimitExceeded(), UNKNOWN_THERE, YES, YES)
    with channel(gateway):
        with pytest.raises(SoftTimeLimitExceeded):
            sweep(world)
        assert len(gateway.calls) == 1
        assert states() == ["processing", "pending"]
        first = Refund.objects.earliest("id")
        assert (first.claimed_until, first.attempts) == (None, 1)  # free to be sent again, with the same number
        due_again()
        assert sweep(world) == Outcome(done=2)
    assert states() == ["succeeded", "succeeded"]
    assert [call for call, number in gateway.calls if number == first.refund_no] == ["request", "query", "request"]


def test_one_bad_row_stops_no_other(world: World) -> None:
    bad, _ = (reserve(paid(world, number), now=world.now) for number in ("PAY-1", "PAY-2"))

    def poison(refunds: list[Refund], **kwargs: Any) -> None:
        if bad in refunds:
            raise RuntimeError("poison")

    refund_settled.connect(poison)
    try:
        assert sweep(world) == Outcome(done=1, failed=1)
        assert sweep(world) == Outcome()  # pushed on, not retried hot
    finally:
        refund_settled.disconnect(poison)
    assert states() == ["processing", "succeeded"]
    assert "poison" in Refund.objects.get(pk=bad.pk).last_error


def test_a_dead_gateway_is_left_alone_for_a_while(world: World) -> None:
    for number in range(policy.BREAK_AFTER + 5):
        reserve(paid(world, f"PAY-{number}"), now=world.now)
    alive = paid(world, "PAY-ALIVE")
    alive.payments.update(channel="other")
    reserve(alive, now=world.now)
    dead = Scripted(*[GatewayError("503", permanent=False)] * 99)
    before = timezone.now()
    with channel(dead), channel(Scripted(YES), "other"):
        assert sweep(world) == Outcome(done=1, skipped=5, failed=policy.BREAK_AFTER)
    assert len(dead.calls) == policy.BREAK_AFTER
    assert Refund.objects.get(payment__channel="other").status == Status.SUCCEEDED
    waiting = Refund.objects.filter(status=Status.PENDING)
    assert waiting.count() == 5
    assert all(w.next_attempt_at and w.next_attempt_at > before + policy.BREAK - timedelta(seconds=1) for w in waiting)


def test_one_answer_closes_the_breaker(world: World) -> None:
    answers: list[Receipt | Exception] = [GatewayError("503", permanent=False)] * (policy.BREAK_AFTER - 1)
    answers = [*answers, YES, *answers]
    for number in range(len(answers)):
        reserve(paid(world, f"PAY-{number}"), now=world.now)
    gateway = Scripted(*answers)
    with channel(gateway):
        sweep(world)
    assert len(gateway.calls) == len(answers)


def test_a_message_told_twice_sends_once(world: World) -> None:
    refund = reserve(paid(world), now=world.now)
    assert [tasks.send(refund.pk), tasks.send(refund.pk), tasks.send(0)] == [True, False, False]
    assert carried_out("PAY-1") == [Decimal("60.00")]


def test_statements_of_a_sweep_with_nothing_to_do(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        sweep(world)
