"""Through WeChat Pay: the payee accepts it in WeChat, once, or nothing is paid."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Membership, Role
from fakes.wechatpay.server import Fake
from kernel.errors import Conflict, Forbidden, Invalid
from refunds import policy
from refunds.gateways.wechatpay import transfers
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.codes import FACTS, Meaning
from refunds.gateways.wechatpay.configuration import build
from refunds.gateways.wechatpay.messages import Reply
from refunds.gateways.wechatpay.verification import Signature
from refunds.models import LedgerEntry, Payable, Transfer
from refunds.payables import pay_out
from refunds.payables import services as payables
from refunds.policy import Result
from refunds.tests.helpers import channel, later
from refunds.tests.wechatpay.conftest import configured, fake, keys  # noqa: F401
from refunds.transfers.routes import payouts
from refunds.transfers.send import attempt
from refunds.transfers.wording import reason_text
from tests.threads import dismissed, race  # noqa: F401
from tests.world import DAY, NOW, World

from .helpers import approved, chosen, fresh

FEN = 2000


@pytest.fixture(autouse=True)
def wechatpay(configured: Any) -> Iterator[WechatPay]:  # noqa: F811
    configured.WECHATPAY_TRANSFER_SCENE_ID = "1011"
    adapter = build(configured)
    with channel(adapter, "wechatpay"):
        yield adapter
    adapter.account.merchant.http.close()


def by_wechatpay(world: World, number: str = "PAY-1") -> Transfer:
    return chosen(world, number, "wechatpay")


def run(transfer: Transfer, world: World, fake: Fake, steps: int = 6) -> list[Result]:  # noqa: F811
    """The payee accepts it between two attempts; all of it within the day that they have."""
    results = []
    for step in range(steps):
        results.append(attempt(transfer.pk, now=world.now, wall=later(step + 1)))
        if results[-1] in (Result.SETTLED, Result.FAILED):
            return results
        fake.transfers.ahead += 3.0
    raise AssertionError(f"never ended: {results}")


@pytest.mark.parametrize(
    "number",
    ["PAY-1", "SLOW-1", "BUSY-1", "LOST-1", "CUT-1", "BROKEN-1", "HTML-1", "FORGED-1", "UNSIGNED-1", "OLD-1",
     "STRANGE-1", "FOREIGN-1", "DOWN-1", "HIDDEN-1", "REFUSES:500:SYSTEM_ERROR:1"],
)  # fmt: skip
def test_paid_exactly_once(world: World, fake: Fake, number: str) -> None:  # noqa: F811
    transfer = by_wechatpay(world, number)
    assert run(transfer, world, fake)[-1] == Result.SETTLED
    assert fake.transfers.arrived() == [(number, FEN)]
    (there,) = fake.transfers.rows.values()
    ended, payable = fresh(transfer), Payable.objects.get()
    assert (there.out_bill_no, ended.trace_no) == (transfer.transfer_no, there.transfer_bill_no)
    assert (ended.confirm_by, ended.confirmation) == (None, "")
    assert (payable.status, payable.proof, payable.paid_through) == ("paid", there.transfer_bill_no, "wechatpay")
    entry = LedgerEntry.objects.get(about="payable", kind="paid")
    assert (entry.debit, entry.credit) == ("payables", "channel")


@pytest.mark.parametrize("number", ["PAY-1", "LOST-1"])
def test_it_waits_for_the_buyer(world: World, fake: Fake, number: str) -> None:  # noqa: F811
    """Nothing is paid before they accept it. Where the answer to the request was lost, the same number is asked for
    once more what opens WeChat's page, and moves nothing twice."""
    transfer = by_wechatpay(world, number)
    for step in range(1, 3):
        attempt(transfer.pk, now=world.now, wall=later(step))
    waiting = fresh(transfer)
    assert (waiting.state, Payable.objects.get().status) == ("confirming", "paying")
    assert waiting.confirm_by is not None
    page = json.loads(waiting.confirmation)
    assert (page["mchId"], page["appId"]) == (fake.mchid, "wxd678efh567hg6787")
    assert page["package"].endswith(transfer.transfer_no)
    assert fake.transfers.requests[transfer.transfer_no] == (2 if number == "LOST-1" else 1)
    assert fake.transfers.arrived() == []


@pytest.mark.parametrize(("seconds", "result"), [(-1, "waiting"), (0, "failed"), (1, "failed")])
def test_nobody_accepts_it(world: World, fake: Fake, seconds: int, result: str) -> None:  # noqa: F811
    """When the time is over it is taken back, and what is owed is open again."""
    transfer = by_wechatpay(world, "IDLE-1")
    attempt(transfer.pk, now=world.now, wall=later())
    until = fresh(transfer).confirm_by
    assert until is not None
    assert attempt(transfer.pk, now=world.now, wall=until + timedelta(seconds=seconds)) == result
    assert Payable.objects.get().status == ("paying" if result == "waiting" else "approved")
    there = fake.transfers.rows[transfer.transfer_no]
    assert there.state == ("WAIT_USER_CONFIRM" if result == "waiting" else "CANCELLED")


def test_asked_again_when_its_time_is_over(world: World) -> None:
    transfer = by_wechatpay(world, "IDLE-1")
    attempt(transfer.pk, now=world.now, wall=later())
    until = fresh(transfer).confirm_by
    assert until is not None
    attempt(transfer.pk, now=world.now, wall=until - timedelta(seconds=20))
    at = fresh(transfer).next_attempt_at
    assert at is not None
    assert until - timedelta(seconds=20) < at <= until


def test_one_that_wechat_ends(world: World, fake: Fake) -> None:  # noqa: F811
    assert run(by_wechatpay(world, "ABNORMAL-1"), world, fake)[-1] == Result.FAILED
    assert Payable.objects.get().status == "approved"
    assert Transfer.objects.get().failure_reason == "REALNAME_CHECK_FAIL (FAIL)"


def test_called_off_while_it_waits(world: World, fake: Fake) -> None:  # noqa: F811
    transfer = by_wechatpay(world)
    attempt(transfer.pk, now=world.now, wall=later())
    pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.FAILED
    assert (Payable.objects.get().status, fake.transfers.arrived()) == ("approved", [])


def test_called_off_after_the_buyer_accepted(world: World, fake: Fake) -> None:  # noqa: F811
    transfer = by_wechatpay(world)
    attempt(transfer.pk, now=world.now, wall=later())
    pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    fake.transfers.ahead += 10.0
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.SETTLED


@pytest.mark.parametrize(("seconds", "requests"), [(-1, 2), (0, 1), (1, 1)])
def test_not_known_after_25_days_is_not_sent_again(world: World, fake: Fake, seconds: int, requests: int) -> None:  # noqa: F811
    """WeChat Pay has forgotten what it has carried out by then."""
    transfer, first = by_wechatpay(world, "LOST-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    fake.transfers.rows.clear()
    at = first + timedelta(days=25, seconds=seconds)
    assert attempt(transfer.pk, now=world.now, wall=at) == Result.WAITING
    assert fake.transfers.requests[transfer.transfer_no] == requests
    row = fresh(transfer)
    assert ("Look the number up" in reason_text(row)) == (requests == 1)
    if requests == 1:
        assert row.next_attempt_at == at + policy.LOOK


@pytest.mark.parametrize("called_off", [True, False])
@pytest.mark.parametrize(("seconds", "result"), [(-1, "failed"), (0, "waiting"), (1, "waiting")])
def test_not_known_after_25_days_is_no_failure(
    world: World,
    fake: Fake,  # noqa: F811
    seconds: int,
    result: str,
    called_off: bool,
) -> None:
    """Called off or refused before: until somebody has looked in the console, nobody knows."""
    transfer, first = by_wechatpay(world, "CUT-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    if called_off:
        pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    else:
        Transfer.objects.update(refusal="no")
    at = first + timedelta(days=25, seconds=seconds)
    assert attempt(transfer.pk, now=world.now, wall=at) == result
    assert Payable.objects.get().status == ("paying" if result == "waiting" else "approved")


def too_old(world: World, monkeypatch: pytest.MonkeyPatch, at: timedelta = timedelta(0)) -> Transfer:
    """Sent 25 days ago, and `at` later; WeChat Pay has forgotten what it has carried out by then."""
    transfer, first = by_wechatpay(world, "CUT-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: first + timedelta(days=25) + at)
    return transfer


def call_off(world: World, name: str, note: str = "") -> Payable:
    row = Payable.objects.select_related("order").get()
    return pay_out.call_off_transfer(row, note=note, actor=world.actor(name, world.lantern), now=world.now)


@pytest.mark.parametrize("before", [True, False])
def test_two_people_who_have_looked_call_off_what_is_too_old(
    world: World,
    fake: Fake,  # noqa: F811
    before: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it was called off before that, by one."""
    transfer, first = by_wechatpay(world, "CUT-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    if before:
        call_off(world, "mei")
    stopped = first + timedelta(days=25)
    attempt(transfer.pk, now=world.now, wall=stopped)
    payable = Payable.objects.select_related("order").get()
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: stopped - timedelta(seconds=1))
    assert payouts([payable])[payable.pk].stoppable is not before
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: stopped)
    assert payouts([payable])[payable.pk].stoppable
    with pytest.raises(Invalid):
        call_off(world, "mei", " ")
    proposed = call_off(world, "mei", "Not in 商家转账")
    assert (proposed.status, proposed.call_off_proposed_by) == ("paying", world.mei.pk)
    assert fresh(transfer).checked_at is None
    assert attempt(transfer.pk, now=world.now, wall=fresh(transfer).next_attempt_at) == Result.WAITING
    with pytest.raises(Forbidden, match="someone else"):
        call_off(world, "mei", "Not in 商家转账")
    confirmed = call_off(world, "song")
    assert [move.action for move in confirmed.history()][-2:] == ["propose_call_off", "call_off_transfer"]
    assert not payouts([payable])[payable.pk].stoppable
    with pytest.raises(Conflict, match="already"):
        call_off(world, "song")
    assert attempt(transfer.pk, now=world.now) == Result.FAILED
    assert Payable.objects.get().call_off_proposed_by is None
    assert "console" in reason_text(fresh(transfer))
    by_hand = payables.pay(Payable.objects.get(), proof="1330000071", actor=world.actor("song"), now=world.now)
    assert by_hand.status == "paid"


@pytest.mark.parametrize(("seconds", "status"), [(-1, "approved"), (0, "paying"), (1, "paying")])
def test_one_person_calls_off_what_the_channel_answers_for(
    world: World,
    fake: Fake,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    status: str,
) -> None:
    """To the second: before the 25 days are over its word counts, and nobody has to say what the console shows."""
    transfer = too_old(world, monkeypatch, timedelta(seconds=seconds))
    moved = call_off(world, "mei", "Not there")
    assert (moved.call_off_proposed_by is not None) is (status == "paying")
    attempt(transfer.pk, now=world.now)
    assert Payable.objects.get().status == status


@pytest.mark.parametrize("name", ["alice", "wen", "oms", "sun", "mei", "eve"])
def test_who_may_not_be_the_second_to_call_off(
    world: World,
    fake: Fake,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """An agent of support, who proposed it, and who has just been made a manager (contract §5)."""
    too_old(world, monkeypatch)
    call_off(world, "mei", "Not there")
    member = {"shop": world.lantern, "user": world.eve, "role": Role.MANAGER, "accepted_at": NOW - 400 * DAY}
    Membership.objects.create(**member, role_since=NOW - 30 * DAY + timedelta(seconds=1))
    with pytest.raises(Forbidden):
        call_off(world, name)
    row = Payable.objects.select_related("order").get()
    actor = world.actor(name, world.lantern)
    payer = row.pk in payables.payable_by(actor.user_id, [row], now=world.now)
    stoppable = payouts([row])[row.pk].stoppable
    assert payables.allowed_actions(row, actor, payer=payer, stoppable=stoppable) == []
    Membership.objects.filter(user=world.eve).update(role_since=NOW - 30 * DAY)
    assert call_off(world, "eve").call_off_proposed_by == world.mei.pk


def test_what_arrives_after_all_is_paid(world: World, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """The channel has the last word, also after one or two people have looked."""
    transfer, first = by_wechatpay(world, "LOST-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: first + timedelta(days=25))
    call_off(world, "mei", "Not there")
    call_off(world, "song")
    fake.transfers.ahead += 10.0  # the buyer accepts it
    assert attempt(transfer.pk, now=world.now) == Result.SETTLED
    assert (Payable.objects.get().status, Payable.objects.get().call_off_proposed_by) == ("paid", None)


def test_where_the_account_is_gone_two_people_end_it(
    world: World,
    fake: Fake,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody can ask about what may have left."""
    transfer, first = by_wechatpay(world, "CUT-1"), later()
    attempt(transfer.pk, now=world.now, wall=first)
    monkeypatch.setattr("refunds.transfers.routes.transferring", lambda gateway: None)
    monkeypatch.setattr("refunds.transfers.send.transferring", lambda gateway: None)
    assert call_off(world, "mei", "Not there").call_off_proposed_by == world.mei.pk
    assert attempt(transfer.pk, now=world.now, wall=first + timedelta(days=1)) == Result.UNREACHABLE
    call_off(world, "song")
    assert attempt(transfer.pk, now=world.now, wall=first + timedelta(days=1)) == Result.FAILED
    assert Payable.objects.get().status == "approved"


def test_the_database_knows_a_proposal_only_while_it_is_paid(world: World, fake: Fake) -> None:  # noqa: F811
    approved(world)
    with pytest.raises(IntegrityError, match="payable_call_off"):
        Payable.objects.update(call_off_proposed_by=world.mei.pk)


def test_refused_for_good(world: World, fake: Fake) -> None:  # noqa: F811
    """No request was sent before it."""
    transfer = by_wechatpay(world, "FAIL-1")
    assert run(transfer, world, fake) == [Result.FAILED]
    assert fake.transfers.requests[transfer.transfer_no] == 1
    assert fresh(transfer).failure_reason == "该用户收款受限 (INVALID_REQUEST)"


@pytest.mark.parametrize("number", ["NONE-1", "NAMELESS-1"])
def test_without_a_payer_nothing_is_sent(world: World, fake: Fake, number: str) -> None:  # noqa: F811
    transfer = by_wechatpay(world, number)
    assert run(transfer, world, fake) == [Result.FAILED]
    assert (fresh(transfer).sent_at, fake.transfers.requests) == (None, {})


@pytest.mark.parametrize(
    ("payment", "is_payer"),
    [
        ({"trade_state": "REFUND"}, True),
        ({"amount": {"total": 10000}}, True),
        ({"trade_state": "NOTPAY"}, False),
        ({"trade_state": "CLOSED"}, False),
        ({"trade_state": "REVOKED"}, False),
        ({"amount": {"total": 9999}}, False),
        ({"amount": {"total": True}}, False),
        ({"amount": {}}, False),
        ({"amount": None}, False),
    ],
)
def test_only_who_has_paid_the_whole_payment_is_its_payer(
    world: World,
    fake: Fake,  # noqa: F811
    payment: dict[str, object],
    is_payer: bool,
) -> None:
    """100.00 were captured."""
    fake.transfers.of_payments["PAY-1"] = payment
    assert run(by_wechatpay(world), world, fake)[-1] == (Result.SETTLED if is_payer else Result.FAILED)
    assert len(fake.transfers.arrived()) == is_payer


@pytest.mark.parametrize(
    ("number", "minutes"),
    [("ERROR:403:NOT_ENOUGH:1", 15), ("ERROR:403:NO_AUTH:1", 5), ("ERROR:429:FREQUENCY_LIMITED:1", 1),
     ("ERROR:400:NEVER_READ:1", 15), ("ERROR:404:NOT_FOUND:1", 15)],
)  # fmt: skip
def test_what_a_person_has_to_mend_waits_and_is_no_failure(world: World, number: str, minutes: int) -> None:
    transfer, wall = by_wechatpay(world, number), later()
    assert attempt(transfer.pk, now=world.now, wall=wall) == Result.WAITING
    assert fresh(transfer).next_attempt_at == wall + timedelta(minutes=minutes)
    assert number.split(":")[2] in fresh(transfer).last_error


@pytest.mark.parametrize(("number", "requests"), [("SILENT-1", 2), ("LATE-1", 2)])
def test_a_time_out_before_and_after_it_is_carried_out(
    world: World,
    fake: Fake,  # noqa: F811
    number: str,
    requests: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second request of LATE-1 only asks for what opens WeChat's page."""
    transfer = by_wechatpay(world, number)
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.4)
    assert attempt(transfer.pk, now=world.now) == Result.UNREACHABLE
    monkeypatch.undo()
    assert run(transfer, world, fake)[-1] == Result.SETTLED
    assert fake.transfers.requests[transfer.transfer_no] == requests
    assert fake.transfers.arrived() == [(number, FEN)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once(world: World, fake: Fake) -> None:  # noqa: F811
    transfer, wall = by_wechatpay(world), later()
    race(*[partial(attempt, transfer.pk, now=world.now, wall=wall) for _ in range(6)])
    fake.transfers.ahead += 10.0
    race(*[partial(attempt, transfer.pk, now=world.now, wall=later(2)) for _ in range(6)])
    assert fake.transfers.requests[transfer.transfer_no] == 1
    assert fake.transfers.arrived() == [("PAY-1", FEN)]
    assert Payable.objects.get().status == "paid"


@pytest.mark.parametrize("code", sorted(transfers.MEANINGS))
def test_two_facts_a_code(code: str) -> None:
    facts = transfers._facts(Reply(400, {"code": code}, Signature.GOOD))
    assert facts == FACTS[transfers.MEANINGS[code]]
    assert facts.permanent == (transfers.MEANINGS[code] in (Meaning.FAULT, Meaning.BUYER))
