"""A sender leases a share of what is due: nobody else has it, and what it does not send it gives back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from kernel.jobs import Outcome, job
from refunds import jobs, policy, services, tasks
from refunds.models import Refund
from refunds.services import share
from refunds.services.claim import Claimed
from tests.world import World

from .helpers import SECOND, YES, Scripted, carried_out, channel, paid, reserve


def backlog(world: World, count: int) -> list[Refund]:
    return [reserve(paid(world, f"PAY-{number}"), now=world.now) for number in range(count)]


def test_the_longest_waiting_first_and_no_more_than_asked(world: World) -> None:
    first, second, third = backlog(world, 3)
    Refund.objects.filter(pk=third.pk).update(next_attempt_at=timezone.now() - timedelta(hours=1))
    wall = timezone.now()
    assert [leased.refund_id for leased in services.lease(wall, 2)] == [third.pk, first.pk]
    assert [leased.refund_id for leased in services.lease(wall, 2)] == [second.pk]
    assert services.lease(wall, 2) == []


def test_a_lease_ends_after_a_minute(world: World) -> None:
    backlog(world, 1)
    (leased,) = services.lease(timezone.now(), 1)
    assert services.lease(leased.until - SECOND, 1) == []
    assert len(services.lease(leased.until, 1)) == 1


def test_whose_lease_ran_out_does_not_send_what_another_has(world: World) -> None:
    refund = backlog(world, 1)[0]
    (old,) = services.lease(timezone.now(), 1)
    (new,) = services.lease(old.until, 1)
    assert new.until > old.until
    gateway = Scripted(YES)
    with channel(gateway):
        assert services.attempt(refund.pk, now=world.now, leased=old.until) == services.Result.SKIPPED
        services.put_back(old)
        assert Refund.objects.get().claimed_until == new.until
        assert services.attempt(refund.pk, now=world.now) == services.Result.SKIPPED
        assert services.attempt(refund.pk, now=world.now, leased=new.until) == services.Result.SETTLED
    assert len(gateway.calls) == 1


def test_the_time_limit_gives_back_what_was_not_begun(world: World) -> None:
    refunds = backlog(world, 4)
    with channel(Scripted(YES, SoftTimeLimitExceeded())), pytest.raises(SoftTimeLimitExceeded):
        job("send_refunds").run(world.now, False)
    rows = {row.pk: row for row in Refund.objects.all()}
    # The last two were claimed with the second: nobody knows any more that they have not left, so they are asked about.
    assert [rows[refund.pk].status for refund in refunds] == ["succeeded", "processing", "processing", "processing"]
    assert {row.claimed_until for row in rows.values()} == {None}
    assert services.due(timezone.now()).count() == 2


def test_a_message_takes_others_along(world: World) -> None:
    """A thousand messages in the queue are a thousand times Celery's own work, and the sweep's expires behind them."""
    refunds = backlog(world, tasks.ALONG + 3)
    assert tasks.send(refunds[0].pk) is True
    assert Refund.objects.filter(status="succeeded").count() == 1 + tasks.ALONG
    assert tasks.send(refunds[1].pk) is False, "it has gone already"
    assert Refund.objects.filter(status="succeeded").count() == len(refunds)


@pytest.mark.django_db(transaction=True)
def test_who_only_looks_at_a_leased_one_does_not_keep_it_from_being_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender whose statement began before the lease locks the row for a moment, and finds that it is leased."""
    refunds, at_the_claim = backlog(world, 3), share.claim
    looked: list[Refund] = []

    def claimed_while_looked_at(ids: list[int], **how: Any) -> list[Claimed]:
        if looked:
            return at_the_claim(ids, **how)
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            looked.append(Refund.locked(refunds[0].pk, shop_id=refunds[0].shop_id))
            return pool.submit(in_thread, lambda: at_the_claim(ids, **how)).result(10)

    monkeypatch.setattr(share, "claim", claimed_while_looked_at)
    assert jobs.send_refunds(world.now, False) == Outcome(done=3)
    assert looked
    assert not Refund.objects.exclude(status="succeeded", attempts=1).exists()


def in_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_senders_send_each_refund_once(world: World) -> None:
    refunds = backlog(world, 60)

    def sender(number: int) -> Outcome:
        try:
            return jobs.send_refunds(world.now, False)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(sender, range(4)))

    assert sum(outcome.done for outcome in outcomes) == len(refunds)
    assert sum(outcome.skipped + outcome.failed for outcome in outcomes) == 0, "nobody walked into another's share"
    assert [carried_out(f"PAY-{number}") for number in range(60)] == [[refund.amount] for refund in refunds]
    assert not Refund.objects.exclude(attempts=1).exists()


@pytest.mark.django_db(transaction=True)
def test_what_somebody_claims_right_now_is_left_to_them(world: World) -> None:
    first, second = backlog(world, 2)

    def other() -> list[Any]:
        try:
            return [leased.refund_id for leased in services.lease(timezone.now(), 5)]
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Refund.locked(first.pk, shop_id=first.shop_id)
        assert pool.submit(other).result(10) == [second.pk]
    assert timedelta(seconds=policy.ATTEMPT_SECONDS) < policy.LEASE
