"""Through Alipay: whatever is lost on the way, the payer of the order is paid exactly once, by the fake's record."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from fakes.alipay.server import Fake
from orders.models import Payment
from refunds import policy
from refunds.gateways import Deadline, Payer
from refunds.gateways.alipay.adapter import Alipay
from refunds.models import LedgerEntry, Payable, Transfer
from refunds.payables import pay_out
from refunds.policy import Result
from refunds.tests.helpers import later
from refunds.transfers import jobs
from refunds.transfers.send import attempt
from refunds.transfers.wording import for_the_shop
from tests.threads import dismissed, race  # noqa: F401
from tests.world import World

from .helpers import AMOUNT, approved, chosen, fresh, run

pytestmark = pytest.mark.usefixtures("alipay")


def payer_of(alipay: Alipay, trade_no: str) -> Payer:
    return alipay.transfers.payer_of(transaction_no=trade_no, total=Decimal("100.00"), deadline=Deadline.after(5))


@pytest.mark.parametrize(
    ("trade_no", "attempts"),
    [
        ("PAY-1", 1),
        ("OPENID-1", 1),
        ("BUSY-1", 2),
        ("LOST-1", 2),
        ("CUT-1", 2),
        ("BROKEN-1", 2),
        ("HTML-1", 2),
        ("FORGED-1", 2),
        ("UNSIGNED-1", 2),
        ("FOREIGN-1", 2),
        ("SLOW-1", 3),
        ("DOWN-1", 3),
        ("HIDDEN-1", 2),
        ("REFUSES:40004:SYSTEM_ERROR:1", 3),
    ],
)
def test_paid_exactly_once(world: World, fake: Fake, trade_no: str, attempts: int) -> None:
    transfer = chosen(world, trade_no)
    results = run(transfer, world)
    assert (results[-1], len(results)) == (Result.SETTLED, attempts), results
    assert fake.transfers.arrived() == [(trade_no, AMOUNT)]
    (there,) = fake.transfers.rows.values()
    ended, payable = fresh(transfer), Payable.objects.get()
    assert (there.out_biz_no, ended.trace_no, ended.state) == (transfer.transfer_no, there.order_id, "succeeded")
    assert (payable.status, payable.proof, payable.paid_through) == ("paid", there.order_id, "alipay")
    assert (payable.paid_by, payable.paying_by) == (world.actor("song").user_id, None)
    assert [row.action for row in payable.history()] == ["create", "approve", "transfer", "transfer_arrived"]
    booked = LedgerEntry.objects.filter(about="payable").order_by("pk").values_list("kind", "debit", "credit")
    assert list(booked) == [("approved", "goodwill", "payables"), ("paid", "payables", "channel")]
    assert Payment.objects.get().refunded == 0


@pytest.mark.parametrize(("trade_no", "requests"), [("SILENT-1", 2), ("LATE-1", 1)])
def test_a_time_out_before_and_after_it_is_carried_out(
    world: World, fake: Fake, trade_no: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = chosen(world, trade_no)
    monkeypatch.setattr(policy, "ATTEMPT_SECONDS", 0.4)
    assert attempt(transfer.pk, now=world.now) == Result.UNREACHABLE
    monkeypatch.undo()
    assert Payable.objects.get().status == "paying"
    assert run(transfer, world) == [Result.SETTLED]
    assert fake.transfers.requests[transfer.transfer_no] == requests
    assert fake.transfers.arrived() == [(trade_no, AMOUNT)]


def test_a_definite_refusal_leaves_it_open_with_the_reason(world: World, fake: Fake) -> None:
    """At once: no request was sent before it. And a second one has a number of its own."""
    transfer = chosen(world, "FAIL-1")
    assert run(transfer, world) == [Result.FAILED]
    assert fake.transfers.requests[transfer.transfer_no] == 1
    payable = Payable.objects.get()
    assert (payable.status, payable.paying_by, payable.transfer_no) == ("approved", None, transfer.transfer_no)
    assert fresh(transfer).failure_reason == "收款账号不存在 (PAYEE_NOT_EXIST)"
    assert list(payable.history().values_list("note", flat=True))[-1] == "收款账号不存在 (PAYEE_NOT_EXIST)"
    again = pay_out.transfer(payable, actor=world.actor("song"), now=world.now)
    assert again.transfer_no != transfer.transfer_no
    assert fake.transfers.arrived() == []
    assert not LedgerEntry.objects.filter(about="payable", kind="paid").exists()


def test_an_app_that_left_certificate_mode_waits(world: World, fake: Fake) -> None:
    """Alipay says nothing about its transfers any more, and one whose answer was lost may have paid."""
    transfer = chosen(world, "LOST-1")
    certificates, fake.certificates = fake.certificates, None
    attempt(transfer.pk, now=world.now, wall=later())
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.WAITING
    assert "isv.missing-app-cert-sn" in fresh(transfer).last_error
    fake.certificates = certificates
    assert run(transfer, world)[-1] == Result.SETTLED
    assert fake.transfers.arrived() == [("LOST-1", AMOUNT)]


def test_one_that_failed_at_alipay_later(world: World, fake: Fake) -> None:
    transfer = chosen(world, "SLOW-FAIL-1")
    assert run(transfer, world) == [Result.WAITING, Result.WAITING, Result.FAILED]
    assert fresh(transfer).failure_reason == "收款方账户异常 (PAYEE_ACCOUNT_STATUS_ERROR)"


@pytest.mark.parametrize(
    ("trade_no", "minutes"),
    [("ERROR:40004:PAYER_BALANCE_NOT_ENOUGH:1", 15), ("ERROR:40004:PRODUCT_NOT_SIGN:1", 5),
     ("ERROR:40002:isv.invalid-signature:1", 5), ("ERROR:40004:NOBODY_KNOWS_THIS:1", 15),
     ("ERROR:40004:BIZ_UNIQUE_EXCEPTION:1", 15)],
)  # fmt: skip
def test_what_a_person_has_to_mend_waits_and_is_no_failure(world: World, trade_no: str, minutes: int) -> None:
    transfer, wall = chosen(world, trade_no), later()
    assert attempt(transfer.pk, now=world.now, wall=wall) == Result.WAITING
    waiting = fresh(transfer)
    assert (waiting.ended, waiting.next_attempt_at) == (False, wall + timedelta(minutes=minutes))
    assert trade_no.split(":")[2] in waiting.last_error
    assert Payable.objects.get().status == "paying"


@pytest.mark.parametrize("trade_no", ["NONE-1", "NAMELESS-1"])
def test_without_a_payer_nothing_is_sent(world: World, fake: Fake, trade_no: str) -> None:
    transfer = chosen(world, trade_no)
    assert run(transfer, world) == [Result.FAILED]
    assert (fresh(transfer).sent_at, fake.transfers.requests) == (None, {})


@pytest.mark.parametrize(
    ("trade", "is_payer"),
    [
        ({"trade_status": "TRADE_FINISHED"}, True),
        ({"trade_status": "TRADE_CLOSED"}, True),  # all of it was refunded
        ({"total_amount": "100.00"}, True),
        ({"trade_status": "TRADE_CLOSED", "send_pay_date": ""}, False),  # nobody paid it
        ({"trade_status": "WAIT_BUYER_PAY", "send_pay_date": ""}, False),
        ({"trade_status": ""}, False),
        ({"total_amount": "99.99"}, False),
        ({"total_amount": "NaN"}, False),
        ({"total_amount": ""}, False),
    ],
)
def test_only_who_has_paid_the_whole_trade_is_its_payer(
    world: World, fake: Fake, trade: dict[str, str], is_payer: bool
) -> None:
    """100.00 were captured: a trade that was not paid, or has paid less, is another one than that of the order."""
    fake.transfers.of_trades["PAY-1"] = trade
    transfer = chosen(world)
    assert run(transfer, world) == [Result.SETTLED if is_payer else Result.FAILED]
    assert len(fake.transfers.arrived()) == is_payer


@pytest.mark.parametrize(("paid", "result"), [("299.99", Result.FAILED), ("300.00", Result.SETTLED)])
def test_a_trade_of_several_orders_has_paid_all_of_them(world: World, fake: Fake, paid: str, result: str) -> None:
    transfer = chosen(world)
    Payment.objects.update(shared_total=Decimal("300.00"))
    fake.transfers.of_trades["PAY-1"] = {"total_amount": paid}
    assert run(transfer, world) == [result]


def test_a_number_is_used_for_one_amount(world: World, fake: Fake, alipay: Alipay) -> None:
    """A person has to look: what Alipay has under our number is another transfer."""
    transfer = chosen(world, "CUT-1")
    attempt(transfer.pk, now=world.now, wall=later())
    payer = payer_of(alipay, "CUT-1")
    fake.transfers.carry_out(transfer.transfer_no, payer.identity, Decimal("19.00"))
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.WAITING
    assert "19.00" in fresh(transfer).last_error
    receipt = alipay.transfers.transfer(
        transfer_no=transfer.transfer_no, payer=payer, amount=AMOUNT, about="PY1", deadline=Deadline.after(5)
    )
    # Alipay refuses the number, and asked for it names what it has there.
    assert receipt.amount == Decimal("19.00")
    assert fake.transfers.arrived() == [("CUT-1", Decimal("19.00"))]


@pytest.mark.parametrize(("seconds", "result"), [(-1, "waiting"), (0, "failed"), (1, "failed")])
def test_a_refusal_counts_five_minutes_after_the_last_request(
    world: World, fake: Fake, seconds: int, result: str
) -> None:
    """Not after the first: the second is what was refused. Nothing is sent in between."""
    transfer, second = chosen(world, "CUT-1"), later(2)
    attempt(transfer.pk, now=world.now, wall=later())
    Payment.objects.update(transaction_no="FAIL-1")
    assert attempt(transfer.pk, now=world.now, wall=second) == Result.WAITING
    refused = fresh(transfer)
    assert (refused.last_sent_at, refused.next_attempt_at) == (second, second + policy.CALL_OFF_QUIET)
    assert refused.refusal == "收款账号不存在 (PAYEE_NOT_EXIST)"
    assert "earlier request" in for_the_shop(refused)
    Transfer.objects.update(next_attempt_at=second)  # as if somebody had it asked about sooner
    at = second + timedelta(minutes=5, seconds=seconds)
    assert attempt(transfer.pk, now=world.now, wall=at) == result
    assert Payable.objects.get().status == ("paying" if result == "waiting" else "approved")
    assert fake.transfers.requests[transfer.transfer_no] == 2


def test_a_refusal_is_forgotten_once_the_channel_has_the_number(world: World, fake: Fake, alipay: Alipay) -> None:
    """Under way is what an earlier request began. Where Alipay does not show it once, nothing is called failed."""
    transfer = chosen(world, "CUT-1")
    attempt(transfer.pk, now=world.now, wall=later())
    payer = payer_of(alipay, "CUT-1")
    Payment.objects.update(transaction_no="FAIL-1")
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.WAITING
    there = fake.transfers.carry_out(transfer.transfer_no, payer.identity, AMOUNT, status="WAIT_PAY")
    assert attempt(transfer.pk, now=world.now, wall=later(3)) == Result.WAITING
    assert (fresh(transfer).refusal, for_the_shop(fresh(transfer)).count("Refused")) == ("", 0)
    del fake.transfers.rows[transfer.transfer_no]
    assert attempt(transfer.pk, now=world.now, wall=later(4)) == Result.WAITING
    fake.transfers.rows[transfer.transfer_no] = there
    there.status = "SUCCESS"
    assert attempt(transfer.pk, now=world.now, wall=later(5)) == Result.SETTLED


def test_an_earlier_request_that_is_carried_out_after_a_later_one_was_refused(
    world: World, fake: Fake, alipay: Alipay
) -> None:
    transfer = chosen(world, "CUT-1")
    attempt(transfer.pk, now=world.now, wall=later())
    payer = payer_of(alipay, "CUT-1")
    Payment.objects.update(transaction_no="FAIL-1")
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.WAITING
    fake.transfers.carry_out(transfer.transfer_no, payer.identity, AMOUNT)
    assert attempt(transfer.pk, now=world.now, wall=later(3)) == Result.SETTLED
    assert fake.transfers.arrived() == [("CUT-1", AMOUNT)]
    assert Payable.objects.get().status == "paid"


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_payment_whose_payer_is_not_named_any_more(
    world: World, fake: Fake, alipay: Alipay, carried_out: bool
) -> None:
    """A request has left by then: what the channel has under its number counts."""
    transfer = chosen(world, "CUT-1")
    attempt(transfer.pk, now=world.now, wall=later())
    payer = payer_of(alipay, "CUT-1")
    Payment.objects.update(transaction_no="NAMELESS-1")
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.WAITING
    assert "no payer" in fresh(transfer).refusal
    if carried_out:
        fake.transfers.carry_out(transfer.transfer_no, payer.identity, AMOUNT)
    expected = Result.SETTLED if carried_out else Result.FAILED
    assert attempt(transfer.pk, now=world.now, wall=later(3)) == expected
    assert fake.transfers.requests[transfer.transfer_no] == 1


def test_killed_between_the_commit_and_the_call(
    world: World, fake: Fake, alipay: Alipay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next process asks first, finds nothing, and sends under the same number."""
    transfer, wall = chosen(world), later()

    def dies(*args: object, **kwargs: object) -> None:
        raise SystemExit

    monkeypatch.setattr(type(alipay.transfers), "transfer", dies)
    with pytest.raises(SystemExit):
        attempt(transfer.pk, now=world.now, wall=wall)
    monkeypatch.undo()
    left = fresh(transfer)
    assert (left.sent_at, left.claimed_until) == (wall, wall + policy.LEASE)
    assert attempt(transfer.pk, now=world.now, wall=wall + timedelta(seconds=59)) == Result.SKIPPED
    assert attempt(transfer.pk, now=world.now, wall=wall + policy.LEASE) == Result.SETTLED
    assert fake.transfers.questions[transfer.transfer_no] == 1
    assert fake.transfers.arrived() == [("PAY-1", AMOUNT)]


def test_killed_after_the_call(world: World, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    transfer, wall = chosen(world), later()

    def dies(*args: object, **kwargs: object) -> None:
        raise SystemExit

    monkeypatch.setattr("refunds.transfers.send.arrive", dies)
    with pytest.raises(SystemExit):
        attempt(transfer.pk, now=world.now, wall=wall)
    monkeypatch.undo()
    assert attempt(transfer.pk, now=world.now, wall=wall + policy.LEASE) == Result.SETTLED
    assert fake.transfers.requests[transfer.transfer_no] == 1
    assert fake.transfers.arrived() == [("PAY-1", AMOUNT)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trade_no", ["PAY-1", "LOST-1"])
def test_many_workers_at_once(world: World, fake: Fake, trade_no: str) -> None:
    transfer, wall = chosen(world, trade_no), later()
    race(*[partial(attempt, transfer.pk, now=world.now, wall=wall) for _ in range(6)])
    race(*[partial(attempt, transfer.pk, now=world.now, wall=later(2)) for _ in range(6)])
    assert fake.transfers.arrived() == [(trade_no, AMOUNT)]
    assert fake.transfers.requests[transfer.transfer_no] == 1
    assert Payable.objects.get().status == "paid"
    assert LedgerEntry.objects.filter(about="payable", kind="paid").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_chosen_by_many_at_once(world: World) -> None:
    payable = approved(world)
    song = world.actor("song")
    outcomes = race(*[partial(pay_out.transfer, payable, actor=song, now=world.now) for _ in range(6)])
    assert outcomes.count("ok") == 1
    assert payable.transfers.count() == 1


def test_the_job_goes_on_after_one_that_breaks(
    world: World, fake: Fake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = chosen(world, "PAY-1"), chosen(world, "PAY-2")
    real = jobs.attempt

    def broken(transfer_id: int, **clocks: object) -> Result:
        if transfer_id == first.pk:
            raise RuntimeError
        return real(transfer_id, **clocks)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "attempt", broken)
    assert jobs.send_transfers(world.now, True).done == 2
    outcome = jobs.send_transfers(world.now, False)
    assert (outcome.done, outcome.failed) == (1, 1)
    assert fresh(second).state == "succeeded"


@pytest.mark.parametrize(("seconds", "sent"), [(-1, False), (0, True), (1, True)])
def test_the_job_sends_what_is_due(world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, sent: bool) -> None:
    transfer = chosen(world)
    at = fresh(transfer).next_attempt_at
    assert at is not None
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: at + timedelta(seconds=seconds))
    assert jobs.send_transfers(world.now, False).done == sent
    assert (fresh(transfer).state == "succeeded") == sent


@pytest.mark.parametrize("then", ["sent again", "called off", "switched off"])
def test_what_a_restored_backup_calls_unsent_is_asked_about_first(
    world: World, fake: Fake, alipay: Alipay, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sent after the backup (F30): whatever is decided since, it is paid, and not owed again."""
    transfer = chosen(world)
    alipay.transfers.transfer(
        transfer_no=transfer.transfer_no,
        payer=payer_of(alipay, "PAY-1"),
        amount=AMOUNT,
        about="PY",
        deadline=Deadline.after(5),
    )
    if then == "called off":
        pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    if then == "switched off":
        monkeypatch.setattr(type(alipay.transfers), "on", False)
    world.now += policy.ASK_BEFORE_SENDING
    requests = fake.transfers.requests.total()
    assert attempt(transfer.pk, now=world.now, wall=later()) == Result.SETTLED
    assert (fake.transfers.requests.total(), fake.transfers.arrived()) == (requests, [("PAY-1", AMOUNT)])
    assert Payable.objects.get().status == "paid"


@pytest.mark.parametrize(("seconds", "asked"), [(-1, 0), (0, 1), (1, 1)])
def test_what_waited_and_never_left(world: World, fake: Fake, seconds: int, asked: int) -> None:
    """Sent once; called off it is open again."""
    sent, called_off = chosen(world), chosen(world, "PAY-2")
    pay_out.call_off_transfer(called_off.payable, actor=world.actor("mei"), now=world.now)
    world.now += policy.ASK_BEFORE_SENDING + timedelta(seconds=seconds)
    assert attempt(called_off.pk, now=world.now, wall=later()) == Result.FAILED
    assert attempt(sent.pk, now=world.now, wall=later()) == Result.SETTLED
    assert (fake.transfers.arrived(), fake.transfers.questions.total()) == ([("PAY-1", AMOUNT)], 2 * asked)
