"""A refund whose outcome stays unknown: two people call it off, and the channel has the last word."""

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from kernel.actors import GATEWAY
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from refunds import services
from refunds.gateways import Deadline, GatewayError, Outcome, Receipt
from refunds.labels import CALLED_OFF
from refunds.machine import Status
from refunds.models import Refund
from refunds.policy import CALL_OFF_AFTER, CALL_OFF_QUIET, LEASE
from refunds.services import Result
from refunds.signals import refund_failed
from tests.browser import Sit, listing
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.world import NOW, SECOND, World

from .helpers import BUSY, UNKNOWN_THERE, YES, Scripted, channel, paid, payment, reserve
from .test_ledger import differences
from .test_retry import failed

BLOCKED = GatewayError("REQUEST_BLOCKED", permanent=False, retry_after=timedelta(minutes=15))
OLD = NOW + CALL_OFF_AFTER


def stuck(world: World, number: str = "PAY-1") -> Refund:
    """Sent at NOW; the channel leaves its outcome to a person."""
    refund = reserve(paid(world, number), now=NOW)
    with channel(Scripted(BLOCKED)):
        assert services.attempt(refund.pk, now=NOW) == Result.WAITING
    return fresh(refund)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def call_off(refund: Refund, world: World, name: str, note: str = "not in the console", now: datetime = OLD) -> Refund:
    return services.call_off(refund, note=note, actor=world.actor(name, world.lantern), now=now)


def called_off(world: World, number: str = "PAY-1") -> Refund:
    refund = stuck(world, number)
    call_off(refund, world, "mei")
    return call_off(refund, world, "song", note="")


def asked(refund: Refund, *answers: Receipt | Exception, wall: datetime | None = None) -> tuple[Result, list[str]]:
    """What an attempt comes to at `wall`, the earliest moment at which the channel's word counts, and what it asked."""
    at = wall or fresh(refund).called_off_at
    assert at is not None
    gateway = Scripted(*answers)
    with channel(gateway):
        result = services.attempt(refund.pk, now=OLD, wall=wall or at + CALL_OFF_QUIET)
    return result, [call for call, _number in gateway.calls]


def test_two_people_and_the_channel_end_it(world: World) -> None:
    refund = stuck(world)
    first = call_off(refund, world, "mei")
    assert (first.status, first.call_off_note, first.called_off_at) == ("processing", "not in the console", None)
    before = timezone.now()
    second = call_off(refund, world, "song", note="")
    assert second.called_off_at is not None
    assert before <= second.called_off_at <= timezone.now()
    assert second.next_attempt_at == second.called_off_at + CALL_OFF_QUIET
    assert payment(refund.payment.order).refunded == refund.amount, "it may still arrive"
    assert asked(refund, UNKNOWN_THERE) == (Result.FAILED, ["query"])
    ended = fresh(refund)
    assert (ended.status, ended.failure_reason, ended.next_attempt_at) == (Status.FAILED, CALLED_OFF, None)
    assert "called off" in ended.why_failed
    assert payment(refund.payment.order).refunded == 0
    steps = [(step.action, step.actor_name) for step in ended.history()]
    assert steps[2:4] == [("propose_call_off", "mei"), ("call_off", "song")]
    assert [action for action, _name in steps] == ["create", "send", "propose_call_off", "call_off", "fail"]


def test_the_buyer_is_then_paid_by_a_new_number(world: World) -> None:
    refund = called_off(world)
    asked(refund, UNKNOWN_THERE)
    new = services.retry(refund, actor=world.actor("mei"), now=OLD)
    assert new.refund_no != refund.refund_no
    with channel(Scripted(YES)):
        assert services.send(new.pk, now=OLD)
    assert payment(refund.payment.order).refunded == refund.amount
    assert differences() == []


def test_or_by_hand(world: World) -> None:
    refund = called_off(world)
    asked(refund, UNKNOWN_THERE)
    for name in ("mei", "song"):
        services.settle_by_hand(refund, proof="slip 7", actor=world.actor(name, world.lantern), now=OLD)
    assert fresh(refund).status == Status.SUCCEEDED
    assert differences() == []


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_an_hour_after_it_was_sent(world: World, seconds: int) -> None:
    refund, at = stuck(world), OLD + seconds * SECOND
    assert ("call-off" in services.allowed_actions(refund, world.actor("mei"), now=at)) is (seconds >= 0)
    if seconds < 0:
        with pytest.raises(Conflict, match="less than an hour"):
            call_off(refund, world, "mei", now=at)
        return
    assert call_off(refund, world, "mei", now=at).call_off_proposed_by == world.mei.pk


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_what_was_on_its_way_has_arrived_before_the_channel_is_believed(world: World, seconds: int) -> None:
    """Somebody tried again in between: asked, never sent, and a no that comes too early is no outcome."""
    refund = called_off(world)
    assert refund.called_off_at is not None
    services.retry(refund, actor=world.actor("mei"), now=OLD)
    wall = refund.called_off_at + CALL_OFF_QUIET + seconds * SECOND
    result, calls = asked(refund, UNKNOWN_THERE, wall=wall)
    assert (result, calls) == (Result.WAITING if seconds < 0 else Result.FAILED, ["query"])
    if seconds < 0:
        due = fresh(refund).next_attempt_at
        assert due is not None
        assert due >= refund.called_off_at + CALL_OFF_QUIET


@pytest.mark.parametrize(
    ("answer", "result", "status"),
    [
        (YES, Result.SETTLED, "succeeded"),
        (BUSY, Result.WAITING, "processing"),
        (Receipt(Outcome.RETURNED), Result.RETURNED, "returned"),
        (GatewayError("closed", permanent=True), Result.FAILED, "failed"),
        (GatewayError("this number was used for 5", permanent=False), Result.UNREACHABLE, "processing"),
        (TimeoutError(), Result.UNREACHABLE, "processing"),
    ],
)
def test_what_the_channel_has_counts(world: World, answer: Any, result: Result, status: str) -> None:
    refund = called_off(world)
    assert asked(refund, answer) == (result, ["query"])
    assert fresh(refund).status == status
    assert differences() == []


def test_a_yes_that_comes_by_itself_counts_until_then(world: World) -> None:
    refund = stuck(world)
    call_off(refund, world, "mei")
    assert asked(refund, YES, wall=timezone.now() + timedelta(hours=1)) == (Result.SETTLED, ["query"])
    with pytest.raises(IllegalTransition):
        call_off(refund, world, "song")


def test_one_proposal_stops_nothing(world: World) -> None:
    refund = stuck(world)
    call_off(refund, world, "mei")
    later = timezone.now() + timedelta(hours=1)
    assert asked(refund, UNKNOWN_THERE, YES, wall=later) == (Result.SETTLED, ["query", "request"])


class CallsOff(Scripted):
    """The second person confirms while the channel is being asked."""

    def __init__(self, refund: Refund, world: World) -> None:
        super().__init__(UNKNOWN_THERE)
        self.refund, self.world = refund, world

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        call_off(self.refund, self.world, "song")
        return super().query(refund_no=refund_no, transaction_no=transaction_no, deadline=deadline)


@pytest.mark.django_db(transaction=True)
def test_confirmed_while_the_sender_asks_it_is_not_sent(world: World) -> None:
    refund = stuck(world)
    call_off(refund, world, "mei")
    gateway = CallsOff(refund, world)
    with channel(gateway):
        wall = timezone.now() + timedelta(minutes=1)
        assert services.attempt(refund.pk, now=OLD, wall=wall) == Result.WAITING
    assert [call for call, _number in gateway.calls] == ["query"]
    assert fresh(refund).status == Status.PROCESSING
    assert asked(refund, UNKNOWN_THERE) == (Result.FAILED, ["query"])


class Overtaken(Scripted):
    """Our lease runs out while the channel thinks, and another attempt begins."""

    def __init__(self, refund: Refund) -> None:
        super().__init__(UNKNOWN_THERE)
        self.refund = refund

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        row = fresh(self.refund)
        Refund.objects.filter(pk=row.pk).update(attempts=row.attempts + 1, claimed_until=timezone.now() + LEASE)
        return super().query(refund_no=refund_no, transaction_no=transaction_no, deadline=deadline)


def test_another_attempt_that_has_begun_has_the_last_word(world: World) -> None:
    refund = called_off(world)
    assert refund.called_off_at is not None
    with channel(Overtaken(refund)):
        wall = refund.called_off_at + CALL_OFF_QUIET
        assert services.attempt(refund.pk, now=OLD, wall=wall) == Result.SKIPPED
    assert fresh(refund).status == Status.PROCESSING


@pytest.mark.django_db(transaction=True)
def test_of_many_who_confirm_one_does_and_of_many_senders_one_ends_it(world: World) -> None:
    refund = stuck(world)
    call_off(refund, world, "mei")
    results = race(*[lambda: call_off(refund, world, "song") for _ in range(4)])
    assert sorted(results) == ["conflict"] * 3 + ["ok"]
    ended: list[int] = []

    def hear(refund: Refund, **kwargs: Any) -> None:
        ended.append(refund.pk)

    at = fresh(refund).called_off_at
    assert at is not None
    refund_failed.connect(hear)
    try:
        with channel(Scripted(*[UNKNOWN_THERE] * 4)):
            wall = at + CALL_OFF_QUIET
            assert race(*[lambda: services.attempt(refund.pk, now=OLD, wall=wall) for _ in range(4)]) == ["ok"] * 4
    finally:
        refund_failed.disconnect(hear)
    assert ended == [refund.pk]
    assert differences() == []


# --- who, and when not -------------------------------------------------------------------------------------------


def test_the_same_person_twice_is_refused(world: World) -> None:
    refund = stuck(world)
    call_off(refund, world, "mei")
    with pytest.raises(Forbidden, match=r"omeone else.*supervisor of platform support"):
        call_off(refund, world, "mei")
    with pytest.raises(Forbidden, match="supervisor of platform support"):
        call_off(refund, world, "sun")
    assert fresh(refund).called_off_at is None


@pytest.mark.parametrize("name", ["alice", "wen", "oms"])
def test_neither_buyer_nor_agent_nor_program(world: World, name: str) -> None:
    refund = stuck(world)
    for _ in range(2):
        with pytest.raises(Forbidden):
            call_off(refund, world, name)
        assert "call-off" not in services.allowed_actions(fresh(refund), world.actor(name, world.lantern), now=OLD)
        if fresh(refund).call_off_proposed_by is None:
            call_off(refund, world, "mei")


def test_the_first_person_says_what_the_console_shows(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        call_off(stuck(world), world, "mei", note="  ")
    assert refused.value.errors is not None
    assert list(refused.value.errors) == ["note"]


def test_never_what_has_an_outcome_or_has_not_left(world: World) -> None:
    waiting = reserve(paid(world, "PAY-9"), now=NOW)
    for refund in (failed(world), waiting):
        with pytest.raises(IllegalTransition):
            call_off(refund, world, "mei")
        assert "call-off" not in services.allowed_actions(refund, world.actor("mei"), now=OLD)


def test_never_while_a_bank_decides(world: World) -> None:
    refund = stuck(world)
    Refund.objects.filter(pk=refund.pk).update(on_hold=True)
    with pytest.raises(Conflict, match="chargeback"):
        call_off(refund, world, "mei")
    assert "call-off" not in services.allowed_actions(fresh(refund), world.actor("mei"), now=OLD)


def test_a_bank_that_begins_to_decide_comes_first(world: World) -> None:
    refund = called_off(world)
    services.record_chargeback(
        refund.payment.order,
        transaction_no="PAY-1",
        chargeback_no="CB-1",
        amount=refund.payment.captured,
        status="open",
        reason="",
        channel="sandbox",
        actor=GATEWAY,
        now=OLD,
    )
    assert fresh(refund).on_hold
    assert asked(refund, UNKNOWN_THERE) == (Result.WAITING, ["query"])
    assert fresh(refund).status == Status.PROCESSING


@pytest.mark.parametrize(("first", "second"), [(None, 1), (1, 1)])
def test_the_database_asks_for_two_people(world: World, first: int | None, second: int) -> None:
    refund = stuck(world)
    with pytest.raises(IntegrityError, match="refund_called_off_by_two"):
        Refund.objects.filter(pk=refund.pk).update(
            call_off_proposed_by=first, call_off_confirmed_by=second, called_off_at=NOW
        )


# --- the doors ---------------------------------------------------------------------------------------------------


def test_over_the_api(world: World, api: Login) -> None:
    refund = stuck(world)
    Refund.objects.filter(pk=refund.pk).update(moved_at=timezone.now() - CALL_OFF_AFTER)
    address = f"/api/v1/refunds/{refund.refund_no}/call-off/"
    assert api("alice").post(address, {"note": "x"}).status_code == 403
    missing = api("mei").post(address, {})
    assert (missing.status_code, list(missing.json()["errors"])) == (400, ["note"])
    first = api("mei").post(address, {"note": "nothing there"})
    assert (first.status_code, first.json()["call_off_proposed"], first.json()["called_off_at"]) == (200, True, None)
    assert api("mei").post(address, {}).status_code == 403
    second = api("song").post(address, {})
    assert second.status_code == 200
    assert second.json()["called_off_at"] is not None
    assert api("song").post(address, {}).status_code == 409
    to_buyer = api("alice").get(f"/api/v1/refunds/{refund.refund_no}/").json()
    assert (to_buyer["call_off_proposed"], to_buyer["called_off_at"], to_buyer["status"]) == (False, None, "processing")


def test_at_the_desk(world: World, sit: Sit) -> None:
    refund = stuck(world)
    Refund.objects.filter(pk=refund.pk).update(moved_at=timezone.now())
    page = reverse("admin:refunds_refund_change", args=[refund.pk])
    assert "call the refund off" not in unescape(sit("mei").get(page).content.decode())
    Refund.objects.filter(pk=refund.pk).update(moved_at=timezone.now() - CALL_OFF_AFTER)
    assert "call the refund off" in unescape(sit("mei").get(page).content.decode())
    form = reverse("admin:refunds_refund_call_off", args=[refund.pk])
    sit("mei").post(form, {"note": "nothing there"})
    assert fresh(refund).call_off_proposed_by == world.mei.pk
    body = unescape(sit("mei").get(page).content.decode())
    assert "nothing there" in body
    assert "Ask a supervisor of platform support" in body
    confirm = unescape(sit("song").get(form).content.decode())
    assert "nothing there" in confirm
    assert world.actor("mei").name in confirm
    waits = listing(Refund, "?open=second")
    assert [row.pk for row in sit("song").get(waits).context["cl"].result_list] == [refund.pk]
    sit("song").post(form, {"note": ""})
    assert fresh(refund).called_off_at is not None
    assert sit("song").get(waits).context["cl"].result_count == 0
    assert "isn't sent any more" in unescape(sit("mei").get(page).content.decode())
