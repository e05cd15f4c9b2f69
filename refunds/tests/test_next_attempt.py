"""When a refund or a transfer is asked about next: by how often the channel has said that it works on it, and never
over what somebody has written meanwhile. The same for both."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from refunds import policy, services
from refunds.gateways import Deadline, Limits, NoticeKind, Outcome, Payer, Receipt, TransferReceipt
from refunds.models import ChannelNotice, Refund, Transfer
from refunds.notices.receive import receive
from refunds.policy import Result
from refunds.services.claim import claim, unclaim
from refunds.transfers.send import attempt as attempt_transfer
from tests.world import NOW, SECOND, World

from .helpers import BUSY, UNKNOWN_THERE, YES, Scripted, channel, later, paid, reserve
from .test_notices import notice
from .test_send import TIMED_OUT
from .transfers.helpers import chosen

MINUTE = timedelta(minutes=1)


class Both(Scripted):
    """A channel that refunds and transfers, by one list of answers."""

    on, currency, least, most = True, "CNY", 1, 1000
    limits: ClassVar[Limits] = Limits(timedelta(0))

    @property
    def transfers(self) -> "Both":
        return self

    def payer_of(self, **call: Any) -> Payer:
        return Payer("2088")

    def transfer(self, *, transfer_no: str, deadline: Deadline, **call: Any) -> Receipt:
        return self._answer("request", transfer_no, deadline)

    def query(self, *, deadline: Deadline, transfer_no: str = "", refund_no: str = "", **call: Any) -> Receipt:
        return self._answer("query", transfer_no or refund_no, deadline)

    def _answer(self, call: str, number: str, deadline: Deadline) -> Receipt:
        receipt = super()._answer(call, number, deadline)
        return TransferReceipt(**{name: getattr(receipt, name) for name in Receipt.__slots__})


@pytest.fixture
def gateway() -> Iterator[Both]:
    both = Both()
    with channel(both, "wechatpay"):
        yield both


@pytest.fixture(params=["refund", "transfer"])
def row(request: pytest.FixtureRequest, world: World, gateway: Both) -> Refund | Transfer:
    if request.param == "transfer":
        return chosen(world, channel="wechatpay")
    order = paid(world)
    order.payments.update(channel="wechatpay")
    return reserve(order, now=world.now)


def attempt(row: Refund | Transfer, wall: datetime) -> Result:
    act = services.attempt if isinstance(row, Refund) else attempt_transfer
    return act(row.pk, now=NOW, wall=wall)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def waits(row: Refund | Transfer, gateway: Both, *answers: Any, hours: int = 1) -> list[timedelta]:
    """After each attempt that the channel has answered by “under way”."""
    gateway.answers, found = list(answers), []
    while gateway.answers:
        wall = later(hours)
        attempt(row, wall)
        hours += 1
        if not fresh(row).last_error:
            found.append(fresh(row).next_attempt_at - wall)
    return found


def test_counted_from_the_first_time_that_the_channel_has_it(row: Refund | Transfer, gateway: Both) -> None:
    """What was sent several times before is not asked about late."""
    times = [minutes * MINUTE for minutes in (1, 5, 10, 20, 30, 30)]
    lost = [TIMED_OUT, UNKNOWN_THERE, TIMED_OUT, UNKNOWN_THERE]
    assert waits(row, gateway, *lost, *[BUSY] * 6) == times
    # A question without an answer is none of them.
    assert waits(row, gateway, TIMED_OUT, BUSY, hours=20) == [30 * MINUTE]


def test_after_a_long_time_without_an_answer(row: Refund | Transfer, gateway: Both) -> None:
    """The usual wait would be a quarter of an hour by then."""
    type(row).objects.update(attempts=20)
    assert waits(row, gateway, BUSY, BUSY) == [MINUTE, 5 * MINUTE]


def test_as_often_as_can_be_counted(row: Refund | Transfer, gateway: Both) -> None:
    type(row).objects.update(polls=policy.MAX_ATTEMPTS_COUNTED)
    assert waits(row, gateway, BUSY) == [30 * MINUTE]


@pytest.mark.parametrize(("polls", "minutes"), [(0, 1), (1, 1), (2, 5), (4, 20), (5, 30), (6, 30)])
def test_as_the_channel_advises(polls: int, minutes: int) -> None:
    assert policy.poll_after("wechatpay", polls) == minutes * MINUTE


@pytest.mark.parametrize(("polls", "seconds"), [(1, 1), (3, 4), (20, 900)])
def test_a_channel_without_advice_is_asked_after_the_usual_wait(polls: int, seconds: int) -> None:
    assert policy.poll_after("alipay", polls).total_seconds() == pytest.approx(seconds, rel=policy.JITTER)


@contextmanager
def meanwhile(gateway: Both, act: Callable[[], object]) -> Iterator[None]:
    """While the channel is asked."""
    answer = gateway._answer

    def answer_after(*call: Any) -> Receipt:
        act()
        return answer(*call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "_answer", answer_after)
        yield


@pytest.mark.parametrize("answer", [BUSY, TIMED_OUT])
def test_what_somebody_wrote_meanwhile_stays(row: Refund | Transfer, gateway: Both, answer: Any) -> None:
    """The answer may be from before what they know."""
    moved = timezone.now() + 7 * SECOND
    gateway.answers = [answer]
    with meanwhile(gateway, lambda: type(row).objects.update(next_attempt_at=moved)):
        attempt(row, later())
    assert (fresh(row).next_attempt_at, fresh(row).claimed_until) == (moved, None)


@pytest.mark.parametrize("answer", [BUSY, TIMED_OUT])
def test_what_another_attempt_has_begun_is_its_own(row: Refund | Transfer, gateway: Both, answer: Any) -> None:
    """Whose lease ran out does not give back that of the next."""
    gateway.answers, until = [answer], later(9)
    with meanwhile(gateway, lambda: type(row).objects.update(claimed_until=until)):
        attempt(row, later())
    assert fresh(row).claimed_until == until
    assert fresh(row).polls == 0


def refund_under_way(world: World, gateway: Both) -> Refund:
    order = paid(world)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, now=world.now)
    gateway.answers = [BUSY]
    attempt(refund, timezone.now())
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def says_too_little(refund: Refund) -> None:
    said = replace(notice(refund, None), kind=NoticeKind.REFUND)
    receive("wechatpay", "", said, verified_by=[0], now=NOW)


def asks(refund: Refund, world: World) -> None:
    services.retry(refund, actor=world.actor("mei"), now=NOW)


@pytest.mark.parametrize("by", ["notice", "person"])
def test_a_refund_is_asked_about_once_more_where_somebody_wanted_it_while_it_was_asked(
    world: World, gateway: Both, by: str
) -> None:
    refund = refund_under_way(world, gateway)
    wake = partial(says_too_little, refund) if by == "notice" else partial(asks, refund, world)
    gateway.answers = [BUSY]
    Refund.objects.update(next_attempt_at=timezone.now() - SECOND)  # it is due
    with meanwhile(gateway, wake):
        attempt(refund, timezone.now())
    assert fresh(refund).next_attempt_at <= timezone.now()


def test_a_notice_does_not_move_what_is_due_already(world: World, gateway: Both) -> None:
    """It keeps its turn among those that wait."""
    refund, since = refund_under_way(world, gateway), timezone.now() - MINUTE
    Refund.objects.update(next_attempt_at=since)
    says_too_little(refund)
    assert (fresh(refund).next_attempt_at, ChannelNotice.objects.get().state) == (since, "applied")


def test_given_back_unasked_it_stays_due_when_somebody_wants_it(world: World, gateway: Both) -> None:
    """The channel is left alone for a while: by a lease, and by a claim."""
    refund, wall = refund_under_way(world, gateway), timezone.now()
    for give_back in (_put_back, _unclaim):
        Refund.objects.update(next_attempt_at=wall - SECOND, claimed_until=None)
        give_back(refund, wall, None)
        assert fresh(refund).next_attempt_at == wall + policy.BREAK
        Refund.objects.update(next_attempt_at=wall - SECOND, claimed_until=None)
        give_back(refund, wall, wall)
        assert (fresh(refund).next_attempt_at, fresh(refund).claimed_until) == (wall, None)


def _put_back(refund: Refund, wall: datetime, moved: datetime | None) -> None:
    (leased,) = services.lease(wall, 1)
    if moved:
        Refund.objects.update(next_attempt_at=moved)
    services.put_back(leased, next_attempt_at=wall + policy.BREAK)


def _unclaim(refund: Refund, wall: datetime, moved: datetime | None) -> None:
    claimed = claim([refund.pk], now=NOW, wall=wall)
    if moved:
        Refund.objects.update(next_attempt_at=moved)
    unclaim(claimed, next_attempt_at=wall + policy.BREAK)


def test_one_that_was_sent_on_is_asked_about_from_the_beginning(world: World, gateway: Both) -> None:
    refund = refund_under_way(world, gateway)
    assert refund.polls == 1
    gateway.answers = [Receipt(Outcome.RETURNED, may_arrive=True)]
    attempt(refund, later())
    for act, name in ((services.propose_redirection, "mei"), (services.confirm_redirection, "song")):
        row = Refund.objects.select_related("payment__order").get(pk=refund.pk)
        more: dict[str, Any] = {"to": "merchant", "note": "Wrote it"}
        if name == "song":
            more = {"redirection": row.redirections.get(shop_id=row.shop_id).pk}
        act(row, actor=world.actor(name), now=NOW, **more)
    assert fresh(refund).polls == 0


def test_a_yes_ends_it(row: Refund | Transfer, gateway: Both) -> None:
    gateway.answers = [BUSY, replace(YES, trace_no="T-1")]
    assert [attempt(row, later(step)) for step in (1, 2)] == [Result.WAITING, Result.SETTLED]
