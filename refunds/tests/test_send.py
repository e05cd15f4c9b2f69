"""One refund to its end: what is asked, what is concluded, and that nothing is concluded from silence."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from kernel.actors import GATEWAY_KIND
from refunds import policy, services
from refunds.api.representation import refund_json
from refunds.gateways import GatewayError, Limits, Outcome, Receipt, RequestRefused
from refunds.machine import Status
from refunds.models import Refund
from refunds.services import Result
from refunds.signals import refund_failed, refund_settled
from tests.world import SECOND, World

from .helpers import BUSY, UNKNOWN_THERE, YES, Scripted, channel, later, paid, payment, reserve

TIMED_OUT = GatewayError("timed out", permanent=False)
REFUSED = RequestRefused("the account is closed", permanent=True)
ENDED = GatewayError("the channel has closed it", permanent=True)
SLOWER = RequestRefused("too many calls", permanent=False, retry_after=timedelta(minutes=1))
BUSY_THERE = GatewayError("the system is busy", permanent=False, retry_after=timedelta(minutes=1))


@pytest.fixture
def refund(world: World) -> Refund:
    return reserve(paid(world), "60.00", now=world.now)


def send(refund: Refund, world: World, *, after: int = 0) -> Refund:
    services.send(refund.pk, now=world.now, wall=later(after))
    return Refund.objects.get(pk=refund.pk)


def test_success_settles_once(refund: Refund, world: World) -> None:
    gateway = Scripted(YES)
    with channel(gateway):
        assert services.send(refund.pk, now=world.now) is True
        assert services.send(refund.pk, now=world.now) is False
    done = Refund.objects.get(pk=refund.pk)
    assert (done.status, done.settled_at, done.gateway_no) == (Status.SUCCEEDED, world.now, "G-1")
    assert (done.next_attempt_at, done.claimed_until, done.attempts) == (None, None, 1)
    assert gateway.calls == [("request", refund.refund_no)]
    assert [(h.action, h.source, h.target, h.actor_kind) for h in done.history()] == [
        ("create", "", "pending", "clock"),
        ("send", "pending", "processing", GATEWAY_KIND),
        ("settle", "processing", "succeeded", GATEWAY_KIND),
    ]


def test_definite_refusal_fails_and_releases_the_money(refund: Refund, world: World) -> None:
    with channel(Scripted(REFUSED)):
        failed = send(refund, world)
    assert (failed.status, failed.failure_reason) == (Status.FAILED, "the account is closed")
    assert payment(failed.payment.order).refunded == 0
    assert failed.next_attempt_at is None


@pytest.mark.parametrize(("off", "status"), [(-SECOND, "processing"), (0 * SECOND, "failed"), (SECOND, "failed")])
def test_a_no_is_believed_once_earlier_requests_must_have_arrived(
    refund: Refund, world: World, off: timedelta, status: str
) -> None:
    """F1: the answer to the first request was lost; what is on its way may still be carried out."""
    gateway, wall = Scripted(TIMED_OUT, UNKNOWN_THERE, REFUSED, UNKNOWN_THERE), timezone.now()
    with channel(gateway):
        services.send(refund.pk, now=world.now, wall=wall)
        services.send(refund.pk, now=world.now, wall=wall + SECOND)
        waiting = Refund.objects.get(pk=refund.pk)
        assert (waiting.status, waiting.last_error) == (Status.PROCESSING, "the account is closed")
        assert waiting.next_attempt_at == wall + policy.CALL_OFF_QUIET
        assert payment(waiting.payment.order).refunded == Decimal("60.00")
        assert waiting.sent_at is not None  # the repetition: a little after the attempt began
        assert waiting.sent_at >= wall + SECOND
        services.send(refund.pk, now=world.now, wall=waiting.sent_at + policy.CALL_OFF_QUIET + off)
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.failure_reason) == (status, "the account is closed" if status == "failed" else "")
    assert [call for call, _ in gateway.calls] == ["request", "query", "request", "query"]
    assert bool(ended.refusal) == (status == "processing")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        # Each request was answered, and moved nothing.
        ([SLOWER, UNKNOWN_THERE, REFUSED], "failed"),
        ([SLOWER, UNKNOWN_THERE, SLOWER, UNKNOWN_THERE, REFUSED], "failed"),
        # The answer to one of them was lost: before or after one that was refused.
        ([TIMED_OUT, UNKNOWN_THERE, SLOWER, UNKNOWN_THERE, REFUSED], "processing"),
        ([SLOWER, UNKNOWN_THERE, TIMED_OUT, UNKNOWN_THERE, REFUSED], "processing"),
        # Answered, but not with what became of the money.
        ([BUSY_THERE, UNKNOWN_THERE, REFUSED], "processing"),
    ],
)
def test_a_no_is_believed_at_once_where_no_answer_was_lost(
    refund: Refund, world: World, answers: list[Any], status: str
) -> None:
    gateway, wall = Scripted(*answers), timezone.now()
    with channel(gateway):
        for step in range(len([answer for answer in answers if answer != UNKNOWN_THERE])):
            services.send(refund.pk, now=world.now, wall=wall + step * 60 * SECOND)
    assert gateway.answers == []
    assert Refund.objects.get(pk=refund.pk).status == status


@pytest.mark.parametrize(("off", "status"), [(-1, "processing"), (0, "failed"), (1, "processing")])
def test_an_answer_is_that_to_the_request_that_was_sent_last(
    refund: Refund, world: World, off: int, status: str
) -> None:
    """The clock of the process that sent it may be behind that of the one whose request was answered."""
    with channel(Scripted(SLOWER, UNKNOWN_THERE, REFUSED)):
        sent = send(refund, world)
        assert sent.answered_at == sent.sent_at is not None
        Refund.objects.update(answered_at=sent.sent_at + timedelta(microseconds=off))
        assert send(refund, world, after=0).status == status


@pytest.mark.parametrize("limited", [True, False])
def test_no_answer_is_noted_for_a_request_that_has_just_left(refund: Refund, world: World, limited: bool) -> None:
    gateway = Scripted(SLOWER, UNKNOWN_THERE, TIMED_OUT)
    if limited:
        gateway.limits = Limits(SECOND)  # type: ignore[attr-defined]
    with channel(gateway):
        assert send(refund, world).answered_at is not None
        assert send(refund, world, after=1).answered_at is None


def test_a_no_that_comes_late_says_nothing_of_a_request_that_was_sent_since(refund: Refund, world: World) -> None:
    class Slow(Scripted):
        def request(self, **call: Any) -> Any:
            Refund.objects.filter(pk=refund.pk).update(attempts=2, sent_at=later(120))
            raise SLOWER

    with channel(Slow()):
        services.send(refund.pk, now=world.now)
    assert Refund.objects.get(pk=refund.pk).answered_at is None


def test_what_is_carried_out_after_the_no_is_settled(refund: Refund, world: World) -> None:
    with channel(Scripted(TIMED_OUT, UNKNOWN_THERE, REFUSED, YES)):
        for seconds in range(3):
            services.send(refund.pk, now=world.now, wall=timezone.now() + seconds * SECOND)
    done = Refund.objects.get(pk=refund.pk)
    assert (done.status, done.refusal) == (Status.SUCCEEDED, "")


@pytest.mark.parametrize("fault", [TIMED_OUT, ConnectionResetError(), ValueError("broken answer"), KeyError("x")])
def test_unknown_outcome_is_never_a_failure(refund: Refund, world: World, fault: Exception) -> None:
    gateway = Scripted(fault, UNKNOWN_THERE, YES)
    with channel(gateway):
        waiting = send(refund, world)
        assert (waiting.status, waiting.claimed_until) == (Status.PROCESSING, None)
        assert waiting.last_error
        assert payment(waiting.payment.order).refunded == Decimal("60.00")
        assert send(refund, world, after=1).status == Status.SUCCEEDED
    assert [call for call, _ in gateway.calls] == ["request", "query", "request"]
    assert {number for _, number in gateway.calls} == {refund.refund_no}


def test_a_no_that_may_be_wrong_counts_only_where_it_was_the_answer(refund: Refund, world: World) -> None:
    """WeChat Pay's 404 just after the payment, and four attempts that a dead line had used up before."""
    not_yet = GatewayError("no such order", permanent=False, permanent_after=4)
    answers: list[Any] = [TIMED_OUT]
    for _ in range(3):
        answers += [UNKNOWN_THERE, TIMED_OUT]
    for _ in range(3):
        answers += [UNKNOWN_THERE, not_yet]
    with channel(Scripted(*answers, UNKNOWN_THERE, TIMED_OUT, UNKNOWN_THERE, not_yet)):
        for step in range(8):
            waiting = send(refund, world, after=step)
        assert (waiting.status, waiting.attempts, waiting.refusals) == (Status.PROCESSING, 8, 3)
        failed = send(refund, world, after=8)
    assert (failed.status, failed.failure_reason) == (Status.FAILED, "no such order")


def test_a_query_that_finds_it_is_enough(refund: Refund, world: World) -> None:
    gateway = Scripted(TIMED_OUT, YES)
    with channel(gateway):
        send(refund, world)
        assert send(refund, world, after=1).status == Status.SUCCEEDED
    assert [call for call, _ in gateway.calls] == ["request", "query"]


def test_a_refusal_seen_by_the_query_fails(refund: Refund, world: World) -> None:
    with channel(Scripted(BUSY, ENDED)):
        assert send(refund, world).status == Status.PROCESSING
        assert send(refund, world, after=1).status == Status.FAILED


@pytest.mark.parametrize("off", [-SECOND, 0 * SECOND, SECOND])
@pytest.mark.parametrize("answers", [[ENDED], [UNKNOWN_THERE, ENDED]])
def test_the_last_word_about_a_number_is_believed_at_once(
    refund: Refund, world: World, answers: list[Any], off: timedelta
) -> None:
    """Closed there, nothing arrives under it, whatever was on its way: asked for, or as the answer to a repetition."""
    gateway, wall = Scripted(TIMED_OUT, *answers), timezone.now()
    with channel(gateway):
        services.send(refund.pk, now=world.now, wall=wall)
        sent_at = Refund.objects.get(pk=refund.pk).sent_at
        assert sent_at is not None
        services.send(refund.pk, now=world.now, wall=sent_at + policy.CALL_OFF_QUIET + off)
    ended = Refund.objects.get(pk=refund.pk)
    assert (ended.status, ended.failure_reason) == (Status.FAILED, "the channel has closed it")


@pytest.mark.parametrize("known", [BUSY, Receipt(Outcome.PROCESSING, amount=Decimal("59.00"))])
def test_a_no_is_forgotten_once_the_channel_knows_the_number(refund: Refund, world: World, known: Receipt) -> None:
    """Refused was a repetition. What the channel has then, and does not show once, is sent again and never called
    failed."""
    gateway = Scripted(TIMED_OUT, UNKNOWN_THERE, REFUSED, known, UNKNOWN_THERE, YES)
    with channel(gateway):
        for step in range(2):
            services.send(refund.pk, now=world.now, wall=timezone.now() + step * SECOND)
        assert Refund.objects.get(pk=refund.pk).refusal == "the account is closed"
        waiting = send(refund, world, after=1)
        assert (waiting.status, waiting.refusal) == (Status.PROCESSING, "")
        assert send(refund, world, after=2).status == Status.SUCCEEDED
    assert [call for call, _ in gateway.calls] == ["request", "query", "request", "query", "query", "request"]


def test_a_query_that_times_out_concludes_nothing(refund: Refund, world: World) -> None:
    gateway = Scripted(TIMED_OUT, TIMED_OUT, BUSY, YES)
    with channel(gateway):
        for step in range(3):
            assert send(refund, world, after=step).status == Status.PROCESSING
        assert send(refund, world, after=3).status == Status.SUCCEEDED
    assert [call for call, _ in gateway.calls] == ["request", "query", "query", "query"]


def test_backoff_doubles_up_to_a_quarter_of_an_hour(world: World) -> None:
    middle = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    for attempts, seconds in enumerate(middle, start=1):
        for _ in range(20):
            wait = policy.delay(attempts).total_seconds()
            assert seconds * 0.8 <= wait <= seconds * 1.2
    assert policy.delay(32_767).total_seconds() <= 1080


def test_the_next_attempt_waits_by_the_real_clock(refund: Refund, world: World) -> None:
    wall = timezone.now()
    with channel(Scripted(TIMED_OUT)):
        services.send(refund.pk, now=world.now, wall=wall)
    waiting = Refund.objects.get(pk=refund.pk)
    assert waiting.next_attempt_at is not None
    assert timedelta(seconds=0.8) <= waiting.next_attempt_at - wall <= timedelta(seconds=1.2)
    assert refund not in services.due(waiting.next_attempt_at - timedelta(milliseconds=1))
    assert refund in services.due(waiting.next_attempt_at)


@pytest.mark.parametrize(("asked", "waited"), [(timedelta(minutes=5), 300), (timedelta(milliseconds=1), 1)])
def test_a_channel_may_ask_for_a_longer_wait_and_was_reached(
    refund: Refund, world: World, asked: timedelta, waited: float
) -> None:
    wall = timezone.now()
    with channel(Scripted(GatewayError("slower", permanent=False, retry_after=asked))):
        # Not UNREACHABLE, after some of which a sender leaves the whole channel alone.
        assert services.attempt(refund.pk, now=world.now, wall=wall) == Result.WAITING
    waiting = Refund.objects.get(pk=refund.pk)
    assert (waiting.status, waiting.last_error) == (Status.PROCESSING, "slower")
    assert waiting.next_attempt_at is not None
    assert waited * 0.8 <= (waiting.next_attempt_at - wall).total_seconds() <= waited * 1.2


@pytest.mark.parametrize(("offset", "free"), [(-1, False), (0, True), (1, True)])
def test_a_lease_holds_a_minute(refund: Refund, world: World, offset: int, free: bool) -> None:
    """A process that died in the middle of the call is followed after its lease."""
    wall = timezone.now()
    Refund.objects.filter(pk=refund.pk).update(claimed_until=wall)
    gateway = Scripted(YES)
    with channel(gateway):
        ended = services.send(refund.pk, now=world.now, wall=wall + timedelta(seconds=offset))
    assert ended is free
    assert bool(gateway.calls) is free


def test_an_unknown_channel_is_seen_and_not_lost(world: World) -> None:
    order = paid(world)
    order.payments.update(channel="nobody")
    refund = reserve(order, now=world.now)
    assert services.attempt(refund.pk, now=world.now) == Result.UNREACHABLE
    waiting = Refund.objects.get(pk=refund.pk)
    assert waiting.status == Status.PENDING
    assert waiting.last_error == "no_gateway"  # a code: who reads it has another language
    with translation.override("zh-hans"):
        chinese = refund_json(waiting, actor=world.actor("mei"))["last_error"]
    assert refund_json(waiting, actor=world.actor("mei"))["last_error"] == "This payment channel isn't connected."
    assert chinese != "This payment channel isn't connected."
    assert waiting.next_attempt_at is not None
    assert waiting.claimed_until is None
    with channel(Scripted(YES), "nobody"):
        assert services.send(refund.pk, now=world.now, wall=later()) is True


def test_a_receiver_that_raises_undoes_the_fact_and_it_is_told_again(refund: Refund, world: World) -> None:
    def refuse(**kwargs: Any) -> None:
        raise RuntimeError("the layer above is not ready")

    gateway = Scripted(YES, YES)
    with channel(gateway):
        refund_settled.connect(refuse)
        try:
            with pytest.raises(RuntimeError):
                services.send(refund.pk, now=world.now)
        finally:
            refund_settled.disconnect(refuse)
        waiting = Refund.objects.get(pk=refund.pk)
        assert (waiting.status, waiting.settled_at) == (Status.PROCESSING, None)
        assert "not ready" in waiting.last_error
        assert send(refund, world, after=1).status == Status.SUCCEEDED
    assert [call for call, _ in gateway.calls] == ["request", "query"]


def test_the_layer_above_hears_of_both_ends(world: World) -> None:
    heard: list[tuple[str, str]] = []

    def settled(refunds: list[Refund], **kwargs: Any) -> None:
        heard.extend(("settled", refund.status) for refund in refunds)

    def failed(refund: Refund, **kwargs: Any) -> None:
        heard.append(("failed", refund.status))

    refund_settled.connect(settled)
    refund_failed.connect(failed)
    try:
        with channel(Scripted(YES, REFUSED)):
            for number in ("PAY-A", "PAY-B"):
                services.send(reserve(paid(world, number), now=world.now).pk, now=world.now)
    finally:
        refund_settled.disconnect(settled)
        refund_failed.disconnect(failed)
    assert heard == [("settled", "succeeded"), ("failed", "failed")]


def test_a_late_word_changes_nothing(refund: Refund, world: World) -> None:
    """Two senders, the first of which lost its lease: the first end stands (F6)."""

    class Slow(Scripted):
        def request(self, **call: Any) -> Any:
            with channel(Scripted(YES)):
                services.send(refund.pk, now=world.now, wall=later())
            raise REFUSED

    with channel(Slow()):
        assert services.attempt(refund.pk, now=world.now) == Result.SKIPPED
    done = Refund.objects.get(pk=refund.pk)
    assert done.status == Status.SUCCEEDED
    assert payment(done.payment.order).refunded == Decimal("60.00")


def test_a_late_no_does_not_free_money_that_another_attempt_is_sending(refund: Refund, world: World) -> None:
    """The first sender lost its lease, and the request of the second is under way: stored as failed, it would be tried
    again under a new number beside the one that may still be carried out."""

    until = later(120)

    class Slow(Scripted):
        def request(self, **call: Any) -> Any:
            Refund.objects.filter(pk=refund.pk).update(attempts=2, claimed_until=until)
            raise REFUSED

    with channel(Slow()):
        assert services.attempt(refund.pk, now=world.now) == Result.SKIPPED
    under_way = Refund.objects.get(pk=refund.pk)
    assert (under_way.status, under_way.claimed_until) == (Status.PROCESSING, until)
    assert payment(under_way.payment.order).refunded == Decimal("60.00")
    with channel(Scripted(UNKNOWN_THERE, YES)):
        assert send(refund, world, after=600).status == Status.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_never_inside_a_transaction(world: World) -> None:
    from django.db import transaction

    refund = reserve(paid(world), now=world.now)
    gateway = Scripted(YES)
    with channel(gateway), transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        services.send(refund.pk, now=world.now)
    assert gateway.calls == []


def test_statements_of_one_refund(refund: Refund, world: World, django_assert_max_num_queries: Any) -> None:
    with channel(Scripted(YES)), django_assert_max_num_queries(18):
        assert services.send(refund.pk, now=world.now)


def test_one_deadline_covers_both_calls_of_an_attempt(refund: Refund, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 5.0)
    gateway = Scripted(TIMED_OUT, UNKNOWN_THERE, YES)
    with channel(gateway):
        send(refund, world)
        began = time.monotonic()
        assert send(refund, world, after=1).status == Status.SUCCEEDED
        ended = time.monotonic()
    assert [call for call, _ in gateway.calls] == ["request", "query", "request"]
    first, *attempt = gateway.deadlines
    assert attempt[0] == attempt[1] != first
    assert began + 5 <= attempt[0].at <= ended + 5


def test_a_query_that_uses_up_the_time_leaves_the_request_to_the_next_attempt(
    refund: Refund, world: World, monkeypatch: Any
) -> None:
    gateway = Scripted(TIMED_OUT, UNKNOWN_THERE)
    with channel(gateway):
        send(refund, world)
        monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.05)
        gateway.seconds_per_call = 0.06
        waiting = send(refund, world, after=1)
    assert [call for call, _ in gateway.calls] == ["request", "query"]
    assert (waiting.status, waiting.last_error) == (Status.PROCESSING, "no time is left for this attempt")
    assert waiting.next_attempt_at is not None


def test_the_lease_outlives_the_attempt() -> None:
    assert timedelta(seconds=2 * policy.ATTEMPT_SECONDS) < policy.LEASE
