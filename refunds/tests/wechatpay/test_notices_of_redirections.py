"""What WeChat Pay says unasked of a refund that two people have sent on: only what it names counts, at whichever look.
What a notice leaves out is no word about where the money is; the channel is asked (F6, F7)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from fakes.wechatpay.server import Fake
from kernel.errors import IllegalTransition
from refunds import privacy, services
from refunds.gateways import ENVIRONMENT, Notice, NoticeKind, Outcome, Receipt
from refunds.machine import Status
from refunds.models import ChannelNotice, Redirection, Refund
from refunds.notices.jobs import apply_notices
from refunds.notices.models import State
from refunds.notices.receive import receive
from refunds.notices.review import review
from refunds.services import Result
from refunds.services.outcome import Arrived, settle
from refunds.tests.helpers import later, paid, payment, reserve
from refunds.tests.test_ledger import differences
from tests.fixtures import Login
from tests.world import NOW, SECOND, World

from .test_redirections import (
    CARD,
    attempt,
    by_two,
    connected,  # noqa: F401
    fresh,
    order_of,
    returned,
    sent_on_in_the_console,
)

OF_THE_BUYER = "招商银行0007"
DAY = timedelta(days=1)


def said(refund: Refund, outcome: Outcome = Outcome.SUCCEEDED, account: str = OF_THE_BUYER, **facts: Any) -> Notice:
    receipt = Receipt(outcome, "5030", "5030", account, refund.amount)
    values: dict[str, Any] = {"at": timezone.now() + DAY, "amount": refund.amount, "currency": "CNY"} | facts
    number = refund.payment.transaction_no
    return Notice(
        "E-1", NoticeKind.REFUND, transaction_no=number, refund_no=refund.refund_no, receipt=receipt, **values
    )


def take(notice: Notice) -> ChannelNotice:
    return receive("wechatpay", "", notice, verified_by=[ENVIRONMENT], now=NOW)


def take_with_a_fault(notice: Notice) -> None:
    """The first look fails; the notice is stored, and the job looks again."""

    def raises(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database is down")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("refunds.notices.apply.settle_open", raises)
        assert take(notice).state == State.PARKED
    ChannelNotice.objects.update(next_look_at=timezone.now() - SECOND)


def asked_for_nothing(world: World, fake: Fake, to: dict[str, Any]) -> Refund:
    """A request of ours left, and never arrived; then somebody sent the money to the buyer in the console."""
    refund = returned(world, fake, "ABNORMAL:CUT:1")
    by_two(refund, world, **to)
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    sent_on_in_the_console(refund, fake)
    return fresh(refund)


TO = pytest.mark.parametrize("to", [{"to": "merchant"}, CARD], ids=["merchant", "card"])


@TO
def test_at_a_later_look_it_still_names_the_account(world: World, fake: Fake, to: dict[str, Any]) -> None:
    """The buyer has the money: it is not called back with the shop, and nothing is paid instead of it."""
    refund = asked_for_nothing(world, fake, to)
    take_with_a_fault(said(refund))
    apply_notices(NOW, False)
    row = fresh(refund)
    assert (row.status, row.received_account) == (Status.SUCCEEDED, OF_THE_BUYER)
    assert payment(order_of(refund)).refunded == refund.amount
    with pytest.raises(IllegalTransition):
        services.retry(row, actor=world.actor("mei"), now=NOW)
    assert differences() == []


@TO
@pytest.mark.parametrize("later", [False, True], ids=["at once", "at a later look"])
def test_one_that_names_no_account_makes_us_ask(world: World, fake: Fake, to: dict[str, Any], later: bool) -> None:
    """Also what a process of an older version has stored, which kept no account."""
    refund = asked_for_nothing(world, fake, to)
    if later:
        Refund.objects.update(redirected_at=None)  # so that it is settled, which fails
        take_with_a_fault(said(refund))
        Refund.objects.update(redirected_at=refund.redirected_at)
        ChannelNotice.objects.update(received_account="")
        apply_notices(NOW, False)
    else:
        take(said(refund, account=""))
    row = fresh(refund)
    assert (row.status, ChannelNotice.objects.get().state) == (Status.PROCESSING, State.APPLIED)
    assert row.next_attempt_at is not None
    assert row.next_attempt_at <= timezone.now(), "the channel is asked now"
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 3) == Result.SETTLED
    assert fresh(refund).received_account == OF_THE_BUYER


def test_the_shop_has_it_by_the_answer_to_a_question(world: World, fake: Fake) -> None:
    """Our request was carried out, and its answer lost; the notice names no account."""
    refund = returned(world, fake, "ABNORMAL:LOST:1")
    by_two(refund, world, to="merchant")
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    take(said(refund, account=""))
    assert fresh(refund).status == Status.PROCESSING
    assert attempt(refund, world, 3) == Result.RETURNED
    assert (fresh(refund).may_arrive, Redirection.objects.get().state) == (False, "sent")


@pytest.mark.parametrize("ago", [SECOND, None], ids=["before", "no time"])
@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.RETURNED])
def test_what_was_said_before_it_was_sent_on_does_not_end_it(
    world: World, fake: Fake, outcome: Outcome, ago: timedelta | None
) -> None:
    """It came back since, and what two people decided is done. One without a time makes us ask."""
    refund = returned(world, fake)
    by_two(refund, world)
    at: datetime | None = fresh(refund).redirected_at
    assert at is not None
    Refund.objects.update(next_attempt_at=timezone.now() + DAY)
    take(said(refund, outcome, at=at - ago if ago else None))
    row = fresh(refund)
    assert (row.status, row.redirected_to) == (Status.PROCESSING, "ICBC_DEBIT 3445")
    assert row.next_attempt_at is not None
    asked = row.next_attempt_at <= timezone.now()
    assert asked == (outcome == Outcome.SUCCEEDED or ago is None)
    assert (attempt(refund, world, 2), Redirection.objects.get().state) == (Result.WAITING, "sent")


def test_an_answer_from_before_it_was_sent_on_does_not_end_it(world: World, fake: Fake) -> None:
    """Of an attempt that was held up for so long that the refund came back and was sent on meanwhile."""
    refund = returned(world, fake)
    before = fresh(refund)
    by_two(refund, world)
    answer = Arrived(before, Receipt(Outcome.SUCCEEDED, "5030", account="招商银行信用卡0403"))
    assert settle(answer, now=NOW, wall=timezone.now()) == Result.SKIPPED
    assert (fresh(refund).status, fresh(refund).redirected_to) == (Status.PROCESSING, "ICBC_DEBIT 3445")


def test_a_notice_without_a_number_keeps_the_one_that_is_known(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    by_two(refund, world)
    attempt(refund, world, 2)
    Refund.objects.update(gateway_no="5031")
    take(replace(said(refund), receipt=Receipt(Outcome.SUCCEEDED, account=OF_THE_BUYER)))
    assert (fresh(refund).status, fresh(refund).gateway_no) == (Status.SUCCEEDED, "5031")


def test_the_account_is_kept_only_while_the_notice_waits(world: World, fake: Fake) -> None:
    """Afterwards the refund has it; a repetition of the notice is the same one."""
    refund = asked_for_nothing(world, fake, CARD)
    take_with_a_fault(said(refund))
    assert ChannelNotice.objects.get().received_account == OF_THE_BUYER
    apply_notices(NOW, False)
    assert (ChannelNotice.objects.get().received_account, fresh(refund).received_account) == ("", OF_THE_BUYER)
    assert take(said(refund)).state == State.APPLIED
    assert ChannelNotice.objects.count() == 1


def test_a_person_who_has_looked_ends_it(world: World, fake: Fake) -> None:
    refund = asked_for_nothing(world, fake, CARD)
    row = take(said(refund, amount=refund.amount + 1))
    assert (row.state, ChannelNotice.objects.get().received_account) == (State.FLAGGED, OF_THE_BUYER)
    review(row, note="Compared", actor=world.actor("song"), now=NOW)
    assert ChannelNotice.objects.get().received_account == ""


def test_an_erased_buyers_account_is_not_in_a_notice(world: World, fake: Fake) -> None:
    refund = asked_for_nothing(world, fake, CARD)
    take(said(refund, amount=refund.amount + 1))
    privacy._erase(order_of(refund), User.objects.get(username="alice"), world.actor("song"))
    assert ChannelNotice.objects.get().received_account == ""


def came_back_by_a_notice(world: World, fake: Fake, number: str) -> Refund:
    """The channel told of it before it was asked, so that a notice is the last word with a time."""
    order = paid(world, number)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, "60.00", now=world.now)
    services.attempt(refund.pk, now=world.now, wall=later(0))
    fake.records.ahead += fake.records.settle_after
    take(replace(said(fresh(refund), Outcome.RETURNED, "", at=timezone.now() - DAY), event_id="E-0"))
    assert (fresh(refund).status, ChannelNotice.objects.get().state) == (Status.RETURNED, State.APPLIED)
    return fresh(refund)


@pytest.mark.parametrize("account", ["", OF_THE_BUYER])
def test_a_late_notice_after_the_shop_had_it(world: World, fake: Fake, account: str) -> None:
    """By the answer to a question the money is with the shop. That it was paid, without an account, is said of that."""
    refund = came_back_by_a_notice(world, fake, "ABNORMAL:LOST:1")
    by_two(refund, world, to="merchant")
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    assert attempt(refund, world, 3) == Result.RETURNED
    assert fresh(refund).may_arrive is False
    notice = take(said(refund, account=account))
    if account:  # the shop was asked for, and the buyer has it
        assert (fresh(refund).status, notice.state) == (Status.SUCCEEDED, State.APPLIED)
    else:
        flag = ChannelNotice.objects.get(pk=notice.pk).flag
        assert (fresh(refund).status, notice.state, flag) == (Status.RETURNED, State.FLAGGED, "paid_otherwise")
        assert payment(order_of(refund)).refunded == 0
    assert differences() == []


def test_a_notice_without_an_account_of_what_came_back_again_makes_us_ask(world: World, fake: Fake) -> None:
    """The card that two people chose took nothing either; somebody sends it to the shop in the console."""
    refund = came_back_by_a_notice(world, fake, "ABNORMAL:CUT:1")
    by_two(refund, world)
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    take(replace(said(refund, Outcome.RETURNED, "", at=timezone.now() + SECOND), event_id="E-2"))
    assert fresh(refund).status == Status.RETURNED
    fake.records.redirect(fake.records.refunds[refund.refund_no], "商户结算银行账户")
    fake.records.ahead += fake.records.settle_after
    Refund.objects.update(look_again_at=timezone.now() + DAY)
    take(said(refund, account=""))
    row = fresh(refund)
    assert (row.status, row.may_arrive) == (Status.RETURNED, True)
    assert row.look_again_at is not None
    assert row.look_again_at <= timezone.now(), "the channel is asked now"
    assert services.look_again(refund.pk, now=NOW, wall=later())
    assert (fresh(refund).status, fresh(refund).may_arrive) == (Status.RETURNED, False)


@pytest.mark.parametrize("asked", [True, False])
def test_closed_by_a_notice(world: World, fake: Fake, api: Login, asked: bool) -> None:
    """The channel has not sent it on and never will. Nothing says any more that it goes to that card, and a retry is a
    refund to the account of the payment."""
    refund = returned(world, fake, "ABNORMAL:LOST:1")
    by_two(refund, world)
    if asked:
        assert attempt(refund, world, 2) == Result.UNREACHABLE
    closed = replace(said(refund), receipt=None, failure="CLOSED")
    assert take(closed).state == State.APPLIED
    row, redirection = fresh(refund), Redirection.objects.get()
    assert (row.status, row.redirected_to, row.failure_reason) == (Status.FAILED, "", "CLOSED")
    assert (redirection.state, redirection.sealed) == ("refused" if asked else "withdrawn", "")
    assert redirection.error == "CLOSED"
    assert api("alice").get(f"/api/v1/refunds/{refund.refund_no}/").json()["redirected_to"] == ""
    new = services.retry(row, actor=world.actor("mei"), now=NOW)
    assert (new.redirected_to, new.redirected_at, new.refund_no != refund.refund_no) == ("", None, True)
    assert differences() == []


def test_closed_after_it_was_sent_on(world: World, fake: Fake) -> None:
    """By the answer to a question."""
    refund = returned(world, fake)
    by_two(refund, world)
    assert attempt(refund, world, 2) == Result.WAITING
    fake.records.refunds[refund.refund_no].status = "CLOSED"
    assert attempt(refund, world, 3) == Result.FAILED
    assert (fresh(refund).redirected_to, Redirection.objects.get().state) == ("", "refused")
