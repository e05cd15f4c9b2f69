"""Who chooses a transfer and when, what calls it off, and what the database refuses."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Membership, Role
from fakes.alipay.server import Fake
from kernel.actors import RULE
from kernel.errors import Conflict, Forbidden, IllegalTransition
from refunds import policy
from refunds.gateways.alipay.adapter import Alipay
from refunds.models import MerchantAccount, Payable, Transfer
from refunds.payables import pay_out
from refunds.payables import services as payables
from refunds.policy import Result
from refunds.tests.helpers import channel, later, paid
from refunds.transfers.routes import payouts
from refunds.transfers.send import attempt
from refunds.transfers.wording import reason_text
from tests.world import DAY, NOW, SECOND, World

from .helpers import approved, chosen, fresh, run


def allowed(world: World, payable: Payable, name: str) -> list[str]:
    actor = world.actor(name, world.lantern)
    payer = payable.pk in payables.payable_by(actor.user_id, [payable], now=world.now)
    return payables.allowed_actions(payable, actor, payer=payer, transferable=True)


@pytest.mark.parametrize(
    ("since", "possible"),
    [(NOW - 30 * DAY + SECOND, False), (NOW - 30 * DAY, True), (NOW - 30 * DAY - SECOND, True)],
)
def test_nobody_is_appointed_to_send_it(world: World, alipay: Alipay, since: datetime, possible: bool) -> None:
    payable = approved(world)
    Membership.objects.create(
        shop=world.lantern, user=world.eve, role=Role.MANAGER, accepted_at=NOW - 400 * DAY, role_since=since
    )
    eve = world.actor("eve", world.lantern)
    assert ("transfer" in allowed(world, payable, "eve")) is possible
    if possible:
        assert pay_out.transfer(payable, actor=eve, now=NOW).paying_by == eve.user_id
        return
    with pytest.raises(Forbidden, match="supervisor of platform support"):
        pay_out.transfer(payable, actor=eve, now=NOW)
    assert not Transfer.objects.exists()


def test_another_one_than_who_approved_it(world: World, alipay: Alipay) -> None:
    payable = approved(world)
    with pytest.raises(Forbidden, match="someone else"):
        pay_out.transfer(payable, actor=world.actor("mei"), now=world.now)
    payout = payouts([payable])[payable.pk]
    assert payout.channel == "alipay"
    may = {name: allowed(world, payable, name) for name in ("mei", "sun", "song")}
    assert may == {"mei": ["cancel"], "sun": ["cancel"], "song": ["pay", "transfer", "cancel"]}
    moved = pay_out.transfer(payable, actor=world.actor("song"), now=world.now)
    assert (moved.status, moved.paying_by) == ("paying", world.actor("song").user_id)
    assert payables.allowed_actions(moved, world.actor("mei"), payer=False, stoppable=True) == ["call-off-transfer"]


@pytest.mark.parametrize("name", ["alice", "wen", "oms"])
def test_who_may_not(world: World, alipay: Alipay, name: str) -> None:
    payable = approved(world)
    with pytest.raises(Forbidden):
        pay_out.transfer(payable, actor=world.actor(name, world.lantern), now=world.now)
    with pytest.raises(Forbidden):
        pay_out.call_off_transfer(payable, actor=world.actor(name, world.lantern), now=world.now)


def test_while_it_is_being_paid_nobody_pays_or_cancels_it(world: World, alipay: Alipay) -> None:
    payable = chosen(world).payable
    for refused in (
        lambda: payables.pay(payable, proof="slip", actor=world.actor("song"), now=world.now),
        lambda: payables.cancel(payable, note="No", actor=world.actor("song"), now=world.now),
        lambda: pay_out.transfer(payable, actor=world.actor("song"), now=world.now),
    ):
        with pytest.raises(IllegalTransition):
            refused()
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(("number", "amount"), [("PAY-1", "0.09"), ("SANDBOX", "20.00")])
def test_what_the_channel_cannot_pay_is_refused(world: World, alipay: Alipay, number: str, amount: str) -> None:
    payable = approved(world, "PAY-1", "sandbox" if number == "SANDBOX" else "alipay", amount)
    with pytest.raises(Conflict, match="another way"):
        pay_out.transfer(payable, actor=world.actor("song"), now=world.now)
    assert (payouts([payable])[payable.pk].channel, Payable.objects.get().status) == ("", "approved")


def test_the_largest_payment_that_can_be_paid_this_way(world: World, alipay: Alipay) -> None:
    """A larger one of a channel without transfers, or for a price difference, does not count."""
    order = world.place_order(lines=[("TEE", "460.00", 1)], payments=[
        ("PAY-1", "50.00"), ("PAY-2", "100.00"), ("CARD-1", "200.00"), ("PAY-3", "110.00")])  # fmt: skip
    order.payments.exclude(transaction_no="CARD-1").update(channel="alipay")
    order.payments.filter(transaction_no="PAY-3").update(purpose="difference")
    row, _ = payables.owe(order, kind="goodwill", amount=Decimal(9), key="k", actor=RULE, now=world.now)
    row = payables.approve(row, actor=world.actor("mei"), now=world.now)
    pay_out.transfer(row, actor=world.actor("song"), now=world.now)
    assert Transfer.objects.get().payment.transaction_no == "PAY-2"


def test_off_until_it_is_set(world: World, alipay: Alipay) -> None:
    payable = approved(world)
    off = type(alipay)(alipay.account, type(alipay.transfers)(alipay.account))
    for gateway in (off, None):
        with channel(gateway, "alipay"), pytest.raises(Conflict):
            pay_out.transfer(payable, actor=world.actor("song"), now=world.now)


def test_the_account_of_the_shop_decides_for_its_orders(world: World, alipay: Alipay) -> None:
    """An account of the shop's own, of which only the number is known, leaves the installation's in use; one with
    secrets that cannot be read has no transfers, and no other pays in its place."""
    payable = approved(world)
    account = MerchantAccount.objects.create(
        shop=world.lantern,
        channel="alipay",
        account="2088",
        transfers=True,
        periods=[DateTimeTZRange(world.now - timedelta(days=365), None)],
    )
    assert payouts([payable])[payable.pk].channel == "alipay"
    MerchantAccount.objects.filter(pk=account.pk).update(secrets="sealed")
    assert payouts([payable])[payable.pk].channel == ""


def test_what_a_courier_owes_is_not_transferred(world: World, alipay: Alipay) -> None:
    order = paid(world)
    order.payments.update(channel="alipay")
    row, _ = payables.owe(order, kind="courier_claim", amount=Decimal(9), key="k", actor=RULE, now=world.now)
    row = payables.approve(row, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict, match="isn't owed to the buyer"):
        pay_out.transfer(row, actor=world.actor("song"), now=world.now)


def test_called_off_before_it_was_sent(world: World, alipay: Alipay, fake: Fake) -> None:
    transfer = chosen(world)
    pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict, match="already"):
        pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
    assert run(transfer, world) == [Result.FAILED]
    assert (Payable.objects.get().status, fake.transfers.requests) == ("approved", {})
    with pytest.raises(IllegalTransition):
        pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)


@pytest.mark.parametrize(("seconds", "result"), [(-1, "waiting"), (0, "failed"), (1, "failed")])
def test_called_off_and_unknown_there(world: World, alipay: Alipay, fake: Fake, seconds: int, result: str) -> None:
    """Five minutes after the last request, and not sooner: it may have been on its way."""
    transfer, wall = chosen(world, "CUT-1"), later()
    attempt(transfer.pk, now=world.now, wall=wall)
    pay_out.call_off_transfer(transfer.payable, actor=world.actor("song"), now=world.now)
    at = wall + timedelta(minutes=5, seconds=seconds)
    assert attempt(transfer.pk, now=world.now, wall=at) == result
    assert fake.transfers.requests[transfer.transfer_no] == 1


def test_called_off_too_late(world: World, alipay: Alipay, fake: Fake) -> None:
    transfer = chosen(world, "LOST-1")
    attempt(transfer.pk, now=world.now, wall=later())
    pay_out.call_off_transfer(transfer.payable, actor=world.actor("song"), now=world.now)
    assert attempt(transfer.pk, now=world.now, wall=later(2)) == Result.SETTLED
    assert Payable.objects.get().status == "paid"


def test_called_off_while_the_channel_is_asked(
    world: World, alipay: Alipay, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked about at once and not after the usual wait, which is up to a quarter of an hour."""
    transfer, asked = chosen(world, "ERROR:40004:PAYER_BALANCE_NOT_ENOUGH:1"), type(alipay.transfers).transfer

    def called_off_meanwhile(self: Any, **call: Any) -> Any:
        pay_out.call_off_transfer(transfer.payable, actor=world.actor("mei"), now=world.now)
        return asked(self, **call)

    monkeypatch.setattr(type(alipay.transfers), "transfer", called_off_meanwhile)
    assert attempt(transfer.pk, now=world.now) == Result.WAITING
    row = fresh(transfer)
    assert row.called_off_at is not None
    assert row.next_attempt_at == row.called_off_at
    assert attempt(transfer.pk, now=world.now) == Result.WAITING
    assert fresh(transfer).next_attempt_at == row.last_sent_at + policy.CALL_OFF_QUIET  # type: ignore[operator]
    assert fake.transfers.requests[transfer.transfer_no] == 1


def test_switched_off_meanwhile(world: World, alipay: Alipay, fake: Fake) -> None:
    """What was not sent is open again; what may have left is asked for all the same."""
    unsent, sent = chosen(world, "PAY-1"), chosen(world, "LOST-1")
    attempt(sent.pk, now=world.now, wall=later())
    off = type(alipay)(alipay.account, type(alipay.transfers)(alipay.account))
    with channel(off, "alipay"):
        assert attempt(unsent.pk, now=world.now, wall=later()) == Result.FAILED
        assert attempt(sent.pk, now=world.now, wall=later(2)) == Result.SETTLED
    assert "switched off" in reason_text(fresh(unsent))


def test_an_account_that_is_gone_waits(world: World, alipay: Alipay) -> None:
    transfer = chosen(world)
    with channel(None, "alipay"):
        assert attempt(transfer.pk, now=world.now) == Result.UNREACHABLE
    assert fresh(transfer).sent_at is None
    assert run(transfer, world) == [Result.SETTLED]


@pytest.mark.parametrize(
    "change",
    [
        {"paying_by": None},
        {"approved_by": None, "approved_at": None},
        {"transfer_no": ""},
        {"paid_through": "alipay"},
    ],
)
def test_the_database_has_the_last_word(world: World, alipay: Alipay, change: dict[str, Any]) -> None:
    payable = chosen(world).payable
    with pytest.raises(IntegrityError, match="payable_"), transaction.atomic():
        Payable.objects.filter(pk=payable.pk).update(**change)


def test_the_database_wants_two_people(world: World, alipay: Alipay) -> None:
    payable = chosen(world).payable
    with pytest.raises(IntegrityError, match="payable_transferred_by_another"), transaction.atomic():
        Payable.objects.filter(pk=payable.pk).update(paying_by=payable.approved_by)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"next_attempt_at": None}, "transfer_ends_once"),
        ({"failed_at": "2026-01-01T00:00Z"}, "transfer_ends_once"),
        ({"succeeded_at": "2026-01-01T00:00Z", "next_attempt_at": None}, "transfer_proven"),
        ({"sent_at": "2026-01-01T00:00Z"}, "transfer_sent"),
        ({"refusal": "no"}, "transfer_refused"),
    ],
)
def test_the_database_about_a_transfer(world: World, alipay: Alipay, change: dict[str, Any], name: str) -> None:
    transfer = chosen(world)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(**change)


def test_one_that_may_still_arrive_has_no_second_beside_it(world: World, alipay: Alipay) -> None:
    first = chosen(world)
    same = {name: getattr(first, name) for name in ("payable", "payment", "shop_id", "created_at", "next_attempt_at")}
    with pytest.raises(IntegrityError, match="transfer_once"), transaction.atomic():
        Transfer.objects.create(transfer_no="TF-2", **same)


def test_what_is_being_paid_counts_against_the_ceiling_of_the_order(world: World, alipay: Alipay) -> None:
    """100 were paid, 20 are on their way."""
    order = chosen(world).payable.order
    row, _ = payables.owe(
        order, kind="compensation", amount=Decimal("80.01"), key="k", actor=world.actor("mei"), now=world.now
    )
    with pytest.raises(Forbidden, match="more than they paid"):
        payables.approve(row, actor=world.actor("mei"), now=world.now)


@pytest.mark.parametrize(("status", "count"), [("pending", 0), ("approved", 2), ("paying", 1), ("paid", 1)])
def test_the_number_of_statements(
    world: World, alipay: Alipay, fake: Fake, status: str, count: int, django_assert_num_queries: Any
) -> None:
    rows = []
    for number in range(3):
        payable = approved(world, f"PAY-{number}")
        if status in ("paying", "paid"):
            payable = pay_out.transfer(payable, actor=world.actor("song"), now=world.now)
        if status == "paid":
            run(payable.transfers.get(), world)
        rows.append(payable.pk)
    payables_ = list(Payable.objects.filter(pk__in=rows).select_related("order"))
    if status == "pending":
        payables_ = [row for row in payables_ if row.status == "pending"]
    with django_assert_num_queries(count):
        payouts(payables_)
