"""A refund that the buyer's card did not take is sent on by two people, over the fake's socket: the same number, once,
and nothing of the card is kept."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction
from django.utils import timezone

from fakes.wechatpay.server import Fake
from kernel.actors import CLOCK, Actor
from kernel.crypto.encryption import NoKeys
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid, OverRefund
from kernel.jobs import Outcome as Done
from kernel.jobs import job
from kernel.models import History
from orders import services as orders
from orders.models import Order
from refunds import services
from refunds.chargebacks.record import record_chargeback
from refunds.gateways import Outcome, Receipt
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.labels import AT_MERCHANT, NOT_TAKEN
from refunds.machine import Status
from refunds.models import Redirection, Refund
from refunds.redirections.services import CONFIRM_WITHIN
from refunds.services import Result
from refunds.services.outcome import Arrived, settle, settle_together
from refunds.services.returned import settle_late
from refunds.tests.helpers import channel, later, paid, payment, reserve
from refunds.tests.test_ledger import balances, differences
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.world import NOW, SECOND, World

NUMBER, HOLDER = "6222020200112233445", "张三"
CARD: dict[str, Any] = {"to": "card", "bank_type": "ICBC_DEBIT", "bank_account": NUMBER, "real_name": HOLDER}
NOTE = "Wrote it on the ticket"
FIRST = "招商银行信用卡0403"  # what the payer has paid with


@pytest.fixture(autouse=True)
def connected(wechatpay: WechatPay, settings: Any) -> Iterator[None]:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    with channel(wechatpay, "wechatpay"):
        yield


def returned(world: World, fake: Fake, number: str = "ABNORMAL-1") -> Refund:
    order = paid(world, number)
    order.payments.update(channel="wechatpay")
    refund = reserve(order, "60.00", now=world.now)
    services.attempt(refund.pk, now=world.now, wall=later(0))
    fake.records.ahead += fake.records.settle_after
    assert services.attempt(refund.pk, now=world.now, wall=later(1)) == Result.RETURNED
    return fresh(refund)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def propose(refund: Refund, by: Actor, now: Any = NOW, **more: Any) -> Refund:
    return services.propose_redirection(fresh(refund), actor=by, now=now, **({"note": NOTE} | (more or CARD)))


def confirm(refund: Refund, by: Actor, now: Any = NOW, row: int | None = None) -> Refund:
    row = row or Redirection.objects.filter(refund=refund).latest("pk").pk
    return services.confirm_redirection(fresh(refund), redirection=row, actor=by, now=now)


def by_two(refund: Refund, world: World, **more: Any) -> None:
    propose(refund, world.actor("mei"), **more)
    confirm(refund, world.actor("song"))


def attempt(refund: Refund, world: World, step: int) -> Result:
    return services.attempt(refund.pk, now=world.now, wall=later(step))


def stored() -> str:
    """Everything that is written down anywhere."""
    rows = [Refund, Redirection, History]
    return "\n".join(str(row) for model in rows for row in model._base_manager.values())  # type: ignore[attr-defined]


def order_of(refund: Refund) -> Order:
    return refund.payment.order


def test_to_a_card_of_the_buyer_under_the_same_number(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    assert services.allowed_actions(refund, world.actor("mei"), now=NOW) == ["retry", "redirect"]
    first = propose(refund, world.actor("mei"))
    assert (first.status, fresh(refund).may_arrive) == (Status.RETURNED, True)
    assert payment(order_of(refund)).refunded == 0
    assert services.allowed_actions(fresh(refund), world.actor("song"), now=NOW)[-1] == "confirm-redirection"
    assert "confirm-redirection" not in services.allowed_actions(fresh(refund), world.actor("mei"), now=NOW)
    second = confirm(refund, world.actor("song"))
    assert (second.status, second.redirected_to, second.may_arrive) == (Status.PROCESSING, "ICBC_DEBIT 3445", False)
    assert payment(order_of(refund)).refunded == refund.amount, "reserved again"
    assert attempt(refund, world, 2) == Result.WAITING
    assert (Redirection.objects.get().state, fake.records.redirections[refund.refund_no]) == ("sent", 1)
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 3) == Result.SETTLED
    row = fresh(refund)
    assert (row.status, row.received_account, row.returned_at) == (Status.SUCCEEDED, "ICBC_DEBIT 3445", None)
    assert fake.records.amounts("ABNORMAL-1") == [6000]
    assert (Refund.objects.count(), payment(order_of(refund)).refunded) == (1, refund.amount)
    steps = [(line.action, line.actor_name) for line in row.history()]
    assert steps[-3:] == [("propose_redirection", "mei"), ("redirect", "song"), ("settle", "gateway")]
    assert differences() == []


def test_nothing_of_the_card_is_kept_or_said(world: World, fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    refund = returned(world, fake)
    with caplog.at_level("DEBUG"):
        propose(refund, world.actor("mei"))
        assert Redirection.objects.get().sealed, "encrypted, until the channel has it"
        confirm(refund, world.actor("song"))
        assert NUMBER not in stored() + caplog.text
        attempt(refund, world, 2)
    assert Redirection.objects.get().sealed == ""
    assert NUMBER not in stored() + caplog.text
    assert HOLDER not in stored() + caplog.text
    assert "ICBC_DEBIT 3445" in stored()


def test_to_the_shops_own_account_and_then_another_way(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    by_two(refund, world, to="merchant")
    assert attempt(refund, world, 2) == Result.RETURNED
    row = fresh(refund)
    assert (row.status, row.may_arrive, row.failure_reason) == (Status.RETURNED, False, AT_MERCHANT)
    assert payment(order_of(refund)).refunded == 0
    assert "settle" in services.allowed_actions(row, world.actor("mei"), now=NOW)
    assert "redirect" not in services.allowed_actions(row, world.actor("mei"), now=NOW)
    assert differences() == []


@pytest.mark.parametrize(("mishap", "applications"), [("LOST", 1), ("CUT", 2)])
def test_after_a_lost_answer_it_is_not_sent_twice(world: World, fake: Fake, mishap: str, applications: int) -> None:
    """LOST: a time-out after the channel has carried it out."""
    payment_no = f"ABNORMAL:{mishap}:1"
    refund = returned(world, fake, payment_no)
    by_two(refund, world)
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    assert (fresh(refund).status, Redirection.objects.get().state) == (Status.PROCESSING, "confirmed")
    assert attempt(refund, world, 3) == Result.WAITING
    assert fake.records.redirections[refund.refund_no] == applications
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 4) == Result.SETTLED
    assert fake.records.amounts(payment_no) == [6000]
    assert Redirection.objects.get().sealed == ""


@pytest.mark.parametrize("confirmed", [True, False])
def test_called_off_before_it_came_back(world: World, fake: Fake, confirmed: bool) -> None:
    """What was said of the first request does not stop the second, and is no half of a yes for it."""
    order = paid(world, "ABNORMAL-1")
    order.payments.update(channel="wechatpay")
    refund = reserve(order, "60.00", now=world.now)
    services.attempt(refund.pk, now=world.now, wall=later(0))
    for name in ("mei", "song") if confirmed else ("mei",):
        services.call_off(
            fresh(refund), note="It isn't there", actor=world.actor(name), now=world.now + timedelta(hours=2)
        )
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 1) == Result.RETURNED
    assert (fresh(refund).called_off_at is not None) == confirmed
    by_two(refund, world)
    row = fresh(refund)
    assert (row.call_off_note, row.call_off_proposed_by, row.call_off_confirmed_by, row.called_off_at) == (
        "", None, None, None,
    )  # fmt: skip
    assert attempt(refund, world, 2) == Result.WAITING
    assert (fake.records.redirections[refund.refund_no], Redirection.objects.get().state) == (1, "sent")


def sent_on_in_the_console(refund: Refund, fake: Fake) -> None:
    fake.records.redirect(fake.records.refunds[refund.refund_no], "招商银行0007")


def test_somebody_has_sent_it_on_in_the_console(world: World, fake: Fake) -> None:
    """Nothing of ours was sent, and the buyer does not read the account that two people chose here."""
    refund = returned(world, fake)
    by_two(refund, world)
    sent_on_in_the_console(refund, fake)
    assert attempt(refund, world, 2) == Result.WAITING
    row, redirection = fresh(refund), Redirection.objects.get()
    assert (row.status, row.redirected_to, fake.records.redirections) == (Status.PROCESSING, "", {})
    assert (redirection.state, redirection.sealed, redirection.asked_at) == ("withdrawn", "", None)
    assert "channel's console" in redirection.error_text
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 3) == Result.SETTLED
    assert (fresh(refund).received_account, fake.records.amounts("ABNORMAL-1")) == ("招商银行0007", [6000])


@pytest.mark.parametrize("asked_before", [True, False])
def test_somebody_sends_it_on_just_before_our_request(
    world: World, fake: Fake, wechatpay: WechatPay, asked_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused then. Where an earlier request of ours was not answered, that may be the one that was carried
    out."""
    payment_no = "ABNORMAL:CUT:1" if asked_before else "ABNORMAL-1"
    refund = returned(world, fake, payment_no)
    by_two(refund, world)
    if asked_before:
        assert attempt(refund, world, 2) == Result.UNREACHABLE
    apply = type(wechatpay).apply_abnormal_refund

    def too_late(self: WechatPay, **call: Any) -> Any:
        sent_on_in_the_console(refund, fake)
        return apply(self, **call)

    monkeypatch.setattr(type(wechatpay), "apply_abnormal_refund", too_late)
    assert attempt(refund, world, 3) == Result.WAITING
    assert Redirection.objects.get().state == ("sent" if asked_before else "withdrawn")
    assert fresh(refund).redirected_to == ("ICBC_DEBIT 3445" if asked_before else "")


def test_killed_between_the_commit_and_the_request(
    world: World, fake: Fake, wechatpay: WechatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt asks first, and sends what did not leave."""
    refund, apply = returned(world, fake), type(wechatpay).apply_abnormal_refund
    by_two(refund, world)

    def dies(*args: object, **kwargs: object) -> None:
        raise SystemExit

    monkeypatch.setattr(type(wechatpay), "apply_abnormal_refund", dies)
    with pytest.raises(SystemExit):
        attempt(refund, world, 2)
    asked = Redirection.objects.get()
    assert (asked.state, asked.asked_at is not None, fake.records.redirections) == ("confirmed", True, {})
    monkeypatch.setattr(type(wechatpay), "apply_abnormal_refund", apply)
    assert attempt(refund, world, 3) == Result.WAITING
    sent = Redirection.objects.get()
    assert (sent.state, sent.asked_at, fake.records.redirections[refund.refund_no]) == ("sent", asked.asked_at, 1)


def test_a_refund_that_the_channel_does_not_know_any_more_waits_for_a_person(world: World, fake: Fake) -> None:
    """A request under its number would pay the first account again."""
    refund = returned(world, fake)
    by_two(refund, world)
    forgotten = fake.records.refunds.pop(refund.refund_no)
    assert attempt(refund, world, 2) == Result.WAITING
    assert (fresh(refund).status, Redirection.objects.get().asked_at) == (Status.PROCESSING, None)
    assert (fake.records.refunds, fake.records.redirections) == ({}, {})
    fake.records.refunds[refund.refund_no] = forgotten
    assert attempt(refund, world, 3) == Result.WAITING
    assert Redirection.objects.get().state == "sent"


@pytest.mark.parametrize("asked", [True, False])
def test_one_that_the_channel_has_closed(world: World, fake: Fake, asked: bool) -> None:
    """“Not sent on” is only said where no request of ours had left."""
    refund = returned(world, fake, "ABNORMAL:CUT:1" if asked else "ABNORMAL-1")
    by_two(refund, world)
    if asked:
        assert attempt(refund, world, 2) == Result.UNREACHABLE
    fake.records.refunds[refund.refund_no].status = "CLOSED"
    assert attempt(refund, world, 3) == Result.FAILED
    assert (fresh(refund).redirected_to, Redirection.objects.get().state) == ("", "refused" if asked else "withdrawn")


@pytest.mark.parametrize("asked", [True, False])
def test_arrived_by_a_notice_while_it_was_to_be_sent_on(world: World, fake: Fake, asked: bool) -> None:
    refund = returned(world, fake, "ABNORMAL:LOST:1")
    by_two(refund, world)
    if asked:
        attempt(refund, world, 2)
    else:
        sent_on_in_the_console(refund, fake)
    fake.records.ahead += fake.records.settle_after
    answer = Arrived(fresh(refund), Receipt(Outcome.SUCCEEDED, "5030", account="招商银行0007"))
    assert settle(answer, now=world.now, wall=later(3)) == Result.SETTLED
    assert job("forget_cards").run(NOW, False) == Done(done=1)
    assert Redirection.objects.get().state == ("sent" if asked else "withdrawn")
    assert fresh(refund).redirected_to == ("ICBC_DEBIT 3445" if asked else "")


@pytest.mark.parametrize(
    ("to", "asked", "account", "status", "received", "shown"),
    [
        # Our request had left, and no other account is named: the shop has it.
        ("merchant", True, "", Status.RETURNED, FIRST, ""),
        # Somebody sent it to the buyer in the console.
        ("merchant", True, "招商银行0007", Status.SUCCEEDED, "招商银行0007", ""),
        ("merchant", False, "招商银行0007", Status.SUCCEEDED, "招商银行0007", ""),
        ("merchant", False, "", Status.SUCCEEDED, FIRST, ""),
        ("card", False, "", Status.SUCCEEDED, FIRST, ""),
        ("card", True, "", Status.SUCCEEDED, "ICBC_DEBIT 3445", "ICBC_DEBIT 3445"),
    ],
)
def test_who_has_the_money_that_was_sent_on(
    world: World, fake: Fake, to: str, asked: bool, account: str, status: str, received: str, shown: str
) -> None:
    """The channel calls it paid, and names no account or another one. What it was never asked for it has not done."""
    refund = returned(world, fake, "ABNORMAL:CUT:1")
    by_two(refund, world, **(CARD if to == "card" else {"to": to}))
    if asked:
        assert attempt(refund, world, 2) == Result.UNREACHABLE
    answer = Arrived(fresh(refund), Receipt(Outcome.SUCCEEDED, "5030", account=account))
    assert settle_together([answer, answer], now=world.now) == set(), "each for itself"
    settle(answer, now=world.now, wall=later(3))
    row = fresh(refund)
    assert (row.status, row.received_account, row.redirected_to) == (status, received, shown)
    assert payment(order_of(refund)).refunded == (0 if status == Status.RETURNED else refund.amount)
    if status == Status.RETURNED:
        assert (row.may_arrive, row.failure_reason) == (False, AT_MERCHANT)
        assert "settle" in services.allowed_actions(row, world.actor("mei"), now=NOW)
        assert (Redirection.objects.get().state, job("forget_cards").run(NOW, False)) == ("sent", Done())
    assert differences() == []


def test_what_the_channel_refuses_can_be_entered_again(world: World, fake: Fake) -> None:
    refund = returned(world, fake, "ABNORMAL:FAIL:1")
    by_two(refund, world)
    assert attempt(refund, world, 2) == Result.RETURNED
    row, redirection = fresh(refund), Redirection.objects.get()
    assert (row.status, row.may_arrive, row.failure_reason) == (Status.RETURNED, True, NOT_TAKEN)
    assert row.redirected_to == "", "what arrives now has gone to the first account"
    assert (redirection.state, redirection.sealed) == ("refused", "")
    assert "INVALID_REQUEST" in redirection.error
    assert payment(order_of(refund)).refunded == 0
    by_two(refund, world)
    assert attempt(refund, world, 3) == Result.WAITING
    fake.records.ahead += fake.records.settle_after
    assert attempt(refund, world, 4) == Result.SETTLED


def test_a_key_that_is_gone_is_said(world: World, fake: Fake, settings: Any) -> None:
    refund = returned(world, fake)
    by_two(refund, world)
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    assert attempt(refund, world, 2) == Result.RETURNED
    assert "decrypted" in Redirection.objects.get().error_text
    assert fake.records.redirections == {}


def test_without_keys_no_card_is_taken(world: World, fake: Fake, settings: Any) -> None:
    refund = returned(world, fake)
    settings.SECRETS_KEYS = ""
    with pytest.raises(NoKeys), transaction.atomic():
        propose(refund, world.actor("mei"))
    propose(refund, world.actor("mei"), to="merchant")


def test_who_may(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    for name in ("wen", "alice", "oms"):
        with pytest.raises(Forbidden):
            propose(refund, world.actor(name))
    propose(refund, world.actor("mei"))
    for name in ("mei", "sun", "wen", "alice"):  # the same, and support that is no supervisor
        with pytest.raises(Forbidden), transaction.atomic():
            confirm(refund, world.actor(name))
    confirm(refund, world.actor("song"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bank_type": "icbc"}, "bank_type"), ({"bank_type": ""}, "bank_type"),
        ({"bank_account": "123"}, "bank_account"),
        ({"bank_account": "6222x20200112233445"}, "bank_account"), ({"real_name": "  "}, "real_name"),
        ({"note": " "}, "note"), ({"to": "merchant"}, "to"),
    ],
)  # fmt: skip
def test_what_is_typed(world: World, fake: Fake, change: dict[str, str], field: str) -> None:
    refund = returned(world, fake)
    with pytest.raises(Invalid) as refusal:
        propose(refund, world.actor("mei"), **(CARD | change))
    assert refusal.value.errors is not None
    assert refusal.value.errors.keys() == {field}
    assert NUMBER not in str(refusal.value.errors)


def test_a_newer_proposal_takes_the_place_of_the_first(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    first = Redirection.objects.get().pk
    propose(refund, world.actor("song"), **(CARD | {"bank_account": "6222 0202 0011 2299 999"}))
    with pytest.raises(Conflict), transaction.atomic():
        confirm(refund, world.actor("song"), row=first)
    old, new = Redirection.objects.order_by("pk")
    assert (old.state, old.sealed, new.destination) == ("withdrawn", "", "ICBC_DEBIT 9999")
    confirm(refund, world.actor("mei"))


def test_a_proposal_ends_and_its_card_is_forgotten(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    assert job("forget_cards").run(NOW + CONFIRM_WITHIN, False) == Done()
    with pytest.raises(Conflict), transaction.atomic():
        confirm(refund, world.actor("song"), NOW + CONFIRM_WITHIN + SECOND)
    assert job("forget_cards").run(NOW + CONFIRM_WITHIN + SECOND, True) == Done(done=1)
    assert job("forget_cards").run(NOW + CONFIRM_WITHIN + SECOND, False) == Done(done=1)
    assert (Redirection.objects.get().state, Redirection.objects.get().sealed) == ("withdrawn", "")


def test_only_while_the_channel_has_it(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    Refund.objects.filter(pk=refund.pk).update(look_again_at=None)
    for act in (partial(propose, refund, world.actor("mei")), partial(confirm, refund, world.actor("song"))):
        with pytest.raises(Conflict, match="finished"), transaction.atomic():
            act()
    other = reserve(paid(world, "PAY-9"), now=NOW)
    with pytest.raises(IllegalTransition):
        propose(other, world.actor("mei"))


def test_a_proposal_is_no_hindrance_once_the_channel_is_finished(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    Refund.objects.filter(pk=refund.pk).update(look_again_at=None)
    for name in ("mei", "song"):
        services.settle_by_hand(fresh(refund), proof="slip 1", actor=world.actor(name), now=NOW)
    assert fresh(refund).status == Status.SUCCEEDED
    assert job("forget_cards").run(NOW, False) == Done(done=1)


def test_money_that_went_another_way_is_not_sent(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    with transaction.atomic():
        order = orders.lock(order_of(refund).pk, shop_id=refund.shop_id)
        services.reserve(payment(order), Decimal("50.00"), actor=CLOCK, now=NOW)
    with pytest.raises(OverRefund), transaction.atomic():
        confirm(refund, world.actor("song"))
    assert (fresh(refund).status, Redirection.objects.get().state) == (Status.RETURNED, "proposed")


def test_not_while_a_bank_decides(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    record_chargeback(
        order_of(refund), transaction_no="ABNORMAL-1", chargeback_no="CB", amount=Decimal(60), status="open",
        actor=world.actor("oms"), now=NOW,
    )  # fmt: skip
    with pytest.raises(Conflict, match="chargeback"), transaction.atomic():
        confirm(refund, world.actor("song"))


def test_over_http_and_what_the_buyer_reads(world: World, fake: Fake, api: Login) -> None:
    refund = returned(world, fake)
    url = f"/api/v1/refunds/{refund.refund_no}/"
    body = CARD | {"note": NOTE}
    assert api("wen").post(f"{url}redirect/", body).status_code == 403
    assert api("mei").post(f"{url}redirect/", body | {"to": "elsewhere"}).status_code == 400
    answer = api("mei").post(f"{url}redirect/", body)
    assert answer.status_code == 200
    assert NUMBER not in answer.content.decode()
    row = answer.json()["redirection"]
    assert (row["account"], row["to"]) == ("ICBC_DEBIT 3445", "card")
    assert api("alice").get(url).json()["redirection"] is None
    assert api("mei").post(f"{url}confirm-redirection/", {"redirection": row["id"]}).status_code == 403
    done = api("song").post(f"{url}confirm-redirection/", {"redirection": row["id"]})
    assert (done.status_code, done.json()["status"], done.json()["redirection"]) == (200, "processing", None)
    assert api("alice").get(url).json()["redirected_to"] == "ICBC_DEBIT 3445"
    assert api("song").post(f"{url}confirm-redirection/", {"redirection": row["id"]}).status_code == 409


@pytest.mark.parametrize("bad", [
    {"confirmed_by": 1, "confirmed_at": NOW, "state": "confirmed", "proposed_by": 1}, {"state": "confirmed"},
    {"account": ""}, {"note": ""}, {"target": "merchant"}, {"state": "withdrawn"}, {"state": "sent", "sealed": ""},
    {"asked_at": NOW},
])  # fmt: skip
def test_the_database_refuses_what_no_service_does(world: World, fake: Fake, bad: dict[str, Any]) -> None:
    propose(returned(world, fake), world.actor("mei"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Redirection.objects.update(**bad)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_are_one(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    propose(refund, world.actor("mei"))
    answers = race(*[partial(confirm, refund, world.actor("song"))] * 3)
    assert answers.count("ok") == 1
    assert payment(order_of(refund)).refunded == refund.amount


def test_an_old_word_of_the_channel_does_not_bring_it_back(world: World, fake: Fake) -> None:
    from refunds.gateways import ENVIRONMENT, Notice, NoticeKind
    from refunds.notices.receive import receive

    refund = returned(world, fake)
    by_two(refund, world)
    old = fresh(refund).redirected_at
    assert old is not None
    back = Receipt(Outcome.RETURNED, may_arrive=True)
    facts: dict[str, Any] = {"transaction_no": "ABNORMAL-1", "refund_no": refund.refund_no}
    facts |= {"amount": refund.amount, "receipt": back}
    said = Notice("E-1", NoticeKind.REFUND, at=old - SECOND, **facts)
    receive("wechatpay", "", said, verified_by=[ENVIRONMENT], now=NOW)
    assert fresh(refund).status == Status.PROCESSING
    said = Notice("E-2", NoticeKind.REFUND, at=old + timedelta(minutes=1), **facts)
    receive("wechatpay", "", said, verified_by=[ENVIRONMENT], now=NOW)
    assert fresh(refund).status == Status.RETURNED
    propose(refund, world.actor("mei"))  # what was confirmed, and never sent, is given up
    assert list(Redirection.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "proposed"]


def test_money_that_went_to_the_shops_bank_account_is_booked_there(world: World, fake: Fake) -> None:
    """It has left the channel. What the shop pays the buyer from there is the refund, out of the channel in the end."""
    refund = returned(world, fake)
    assert balances() == {}
    by_two(refund, world, to="merchant")
    assert attempt(refund, world, 2) == Result.RETURNED
    assert (balances(), fresh(refund).paid_to_shop) == ({"channel": -refund.amount, "cash": refund.amount}, True)
    for name in ("mei", "song"):
        services.settle_by_hand(fresh(refund), proof="slip 1", actor=world.actor(name), now=NOW)
    assert balances() == {"channel": -refund.amount, "refunds": refund.amount}
    assert differences() == []
    with transaction.atomic():
        orders.lock(order_of(refund).pk, shop_id=refund.shop_id)
        services.void_settlement(refund, note="Nothing came", actor=world.actor("song"), now=NOW)
    assert balances() == {"channel": -refund.amount, "cash": refund.amount}
    assert differences() == []


@pytest.mark.parametrize(
    ("account", "there"), [("商户结算银行账户", True), ("商户基本账户", False)], ids=["bank", "balance"]
)
@pytest.mark.parametrize("looked", [True, False])
def test_by_the_account_that_the_channel_names(
    world: World, fake: Fake, account: str, there: bool, looked: bool
) -> None:
    """Somebody sent it to the shop in the console. Its balance is still with the channel."""
    refund = returned(world, fake)
    if looked:
        Refund.objects.update(look_again_at=timezone.now() - SECOND)
    else:
        by_two(refund, world)
    fake.records.redirect(fake.records.refunds[refund.refund_no], account)
    fake.records.ahead += fake.records.settle_after
    if looked:
        assert services.look_again(refund.pk, now=world.now, wall=later())
    else:
        assert attempt(refund, world, 2) == Result.RETURNED
    assert fresh(refund).paid_to_shop is there
    assert balances() == ({"channel": -refund.amount, "cash": refund.amount} if there else {})
    assert differences() == []


def test_it_went_to_the_buyer_after_all(world: World, fake: Fake) -> None:
    """A later word of the channel, which counts while nothing was paid instead."""
    refund = returned(world, fake, "ABNORMAL:LOST:1")
    by_two(refund, world, to="merchant")
    assert attempt(refund, world, 2) == Result.UNREACHABLE
    assert attempt(refund, world, 3) == Result.RETURNED
    with transaction.atomic():
        orders.lock(order_of(refund).pk, shop_id=refund.shop_id)
        settle_late(Refund.locked(refund.pk, shop_id=refund.shop_id), {"gateway_no": "5030"}, now=NOW)
    assert (fresh(refund).paid_to_shop, balances()) == (False, {"channel": -refund.amount, "refunds": refund.amount})
    assert differences() == []


def test_what_is_under_way_again_is_with_the_channel(world: World, fake: Fake) -> None:
    refund = returned(world, fake)
    by_two(refund, world)
    with pytest.raises(IntegrityError, match="refund_paid_to_shop"), transaction.atomic():
        Refund.objects.update(paid_to_shop=True)
