"""Several refunds are claimed by one transaction, and each of them is still sent once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from kernel.jobs import Outcome, job
from refunds import services
from refunds.gateways import GatewayError, Limits
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import share
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .helpers import UNKNOWN_THERE, YES, Scripted, channel, later, paid, reserve

MINUTE, HALF = timedelta(seconds=60), timedelta(milliseconds=500)


def backlog(world: World, count: int, *, transaction_no: str = "") -> list[Refund]:
    orders = [paid(world, f"PAY-{number}") for number in range(count)]
    if transaction_no:
        for order in orders:
            order.payments.update(transaction_no=transaction_no, shared_total=100 * count)
    return [reserve(order, now=world.now) for order in orders]


class Spaced(Scripted):
    limits = Limits(MINUTE)


def claim(refunds: list[Refund], world: World, **options: Any) -> list[services.Claimed]:
    return services.claim([refund.pk for refund in refunds], now=world.now, **options)


def test_each_is_claimed_as_one_alone_is(world: World) -> None:
    """F1: processing, counted, leased and in the history before anything leaves."""
    refunds, wall = backlog(world, 3), timezone.now()
    with channel(Scripted()):
        claimed = claim(refunds, world, wall=wall)
    assert [(row.refund.pk, row.sent_before, row.full) for row in claimed] == [(r.pk, False, False) for r in refunds]
    for refund in Refund.objects.all():
        assert (refund.status, refund.attempts, refund.sent_at) == (Status.PROCESSING, 1, wall)
        assert refund.claimed_until == wall + timedelta(seconds=60)
        assert [line.action for line in refund.history()] == ["create", "send"]
    assert claim(refunds, world, wall=wall) == [], "they are somebody's"


def test_those_that_were_sent_before_are_counted_without_a_line_of_history(world: World) -> None:
    old, new = backlog(world, 2)
    with channel(Scripted(GatewayError("timed out", permanent=False))):
        services.attempt(old.pk, now=world.now)
    with channel(Scripted()):
        claimed = claim([old, new], world, wall=later())
    assert {(row.refund.pk, row.sent_before) for row in claimed} == {(old.pk, True), (new.pk, False)}
    rows = {row.pk: row for row in Refund.objects.all()}
    assert (rows[old.pk].attempts, rows[new.pk].attempts) == (2, 1)
    assert [line.action for line in rows[old.pk].history()] == ["create", "send"]


def test_of_one_transaction_only_one_is_claimed(world: World) -> None:
    """A request of several may leave half a second after the claim, so the distance is counted from then."""
    refunds, wall = backlog(world, 3, transaction_no="PAY-0"), timezone.now()
    with channel(Spaced()):
        claimed = claim(refunds, world, wall=wall, within=HALF)
    assert [row.refund.pk for row in claimed] == [refunds[0].pk]
    rows = [Refund.objects.get(pk=refund.pk) for refund in refunds]
    assert rows[0].sent_at == wall + HALF
    for row in rows[1:]:
        assert (row.status, row.attempts, row.claimed_until) == (Status.PENDING, 0, None)
        assert row.next_attempt_at == wall + HALF + MINUTE


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_the_same_transactions_do_not_wait_for_each_other(world: World) -> None:
    """In either order; of each transaction one refund is sent."""
    pairs = []
    for number in range(6):
        order = paid(world, f"PAY-{number}")
        pairs.append([reserve(order, "10.00", now=world.now) for _ in range(2)])
    wall = timezone.now()
    forward, backward = [first for first, _ in pairs], [second for _, second in reversed(pairs)]
    with channel(Spaced()):
        answers = race(*[partial(claim, several, world, wall=wall) for several in (forward, backward)])
    assert answers == ["ok"] * 2
    sent = [[Refund.objects.get(pk=row.pk).status for row in pair].count(Status.PROCESSING) for pair in pairs]
    assert sent == [1] * 6


def test_what_was_claimed_by_who_died_is_asked_about_and_sent_once(world: World) -> None:
    refunds = backlog(world, 3)
    with channel(Scripted()):
        claim(refunds, world, wall=timezone.now())
    gateway = Scripted(*[UNKNOWN_THERE, YES] * 3)
    with channel(gateway):
        for refund in refunds:
            assert services.attempt(refund.pk, now=world.now, wall=later()) == services.Result.SETTLED
    assert [call for call, _ in gateway.calls] == ["query", "request"] * 3


def test_one_that_cannot_be_claimed_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    refunds, whole = backlog(world, 4), services.share.claim  # type: ignore[attr-defined]

    def claim_but_one(ids: Any, **options: Any) -> Any:
        if refunds[2].pk in ids:
            raise RuntimeError("poison")
        return whole(ids, **options)

    monkeypatch.setattr(share, "claim", claim_but_one)
    with channel(Scripted(*[YES] * 3)):
        assert job("send_refunds").run(world.now, False) == Outcome(done=3, failed=1)
    assert [Refund.objects.get(pk=refund.pk).status for refund in refunds] == [
        Status.SUCCEEDED, Status.SUCCEEDED, Status.PENDING, Status.SUCCEEDED,
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_one_that_another_looked_at_in_that_moment_is_due_again_at_once(world: World) -> None:
    """Another sender's lease locks a row, finds that it is leased, and lets go of it when its transaction ends. Whoever
    claims in that moment skips the row, and nobody would have sent it for a minute."""
    first, second = backlog(world, 2)
    shares, held = services.lease(timezone.now(), 2), Event()

    def look() -> None:
        try:
            with transaction.atomic():
                Refund.locked(second.pk, shop_id=second.shop_id)
                held.set()
                time.sleep(0.5)
        finally:
            connection.close()

    sender = services.Sender(world.now, timezone.now())
    with channel(Scripted(YES)), ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        assert held.wait(10)
        sender.send(shares)
        looking.result(10)
    assert sender.outcome == Outcome(done=1, skipped=1)
    rows = [Refund.objects.get(pk=refund.pk) for refund in (first, second)]
    assert [(row.status, row.claimed_until) for row in rows] == [(Status.SUCCEEDED, None), (Status.PENDING, None)]
    assert [row.pk for row in services.due(timezone.now())] == [second.pk]


@pytest.mark.parametrize(
    ("seconds", "claims"),
    # The first alone; then as many as are answered in a quarter of a second.
    [([0.01] * 4, [1, 3]), ([0.2] * 4, [1, 1, 1, 1]), ([0.1] * 5, [1, 2, 2]), ([0.4, 0.01, 0.01, 0.01], [1, 1, 2])],
)
def test_no_more_are_claimed_than_the_channel_answers_soon(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: list[float], claims: list[int]
) -> None:
    backlog(world, len(seconds))
    clock, sizes, whole, left = [0.0], [], services.share.claim, list(seconds)  # type: ignore[attr-defined]

    class Slow(Scripted):
        def request(self, **call: Any) -> Any:
            clock[0] += left.pop(0)
            return super().request(**call)

    def counted(ids: Any, **options: Any) -> Any:
        sizes.append(len(ids))
        return whole(ids, **options)

    monkeypatch.setattr(share, "monotonic", lambda: clock[0])
    monkeypatch.setattr(share, "claim", counted)
    with channel(Slow(*[YES] * len(seconds))):
        assert job("send_refunds").run(world.now, False) == Outcome(done=len(seconds))
    assert sizes == claims


def test_what_comes_too_late_after_its_claim_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that was fast and is slow now: the rest would leave later than the claim has said."""
    refunds = backlog(world, 5)
    clock, seconds = [0.0], [0.01, 0.6, 0.01, 0.01, 0.01]

    class Slower(Scripted):
        def request(self, **call: Any) -> Any:
            clock[0] += seconds.pop(0)
            return super().request(**call)

    monkeypatch.setattr(share, "monotonic", lambda: clock[0])
    gateway = Slower(YES, YES, *[UNKNOWN_THERE, YES] * 3)
    with channel(gateway):
        assert job("send_refunds").run(world.now, False).done == 2
        assert services.due(timezone.now()).count() == 3
        assert job("send_refunds").run(world.now, False).done == 3
    assert [call for call, _ in gateway.calls] == ["request"] * 2 + ["query", "request"] * 3
    assert {Refund.objects.get(pk=refund.pk).status for refund in refunds} == {Status.SUCCEEDED}
