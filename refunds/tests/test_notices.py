"""Notices of channels: believed by their signature alone, stored once, applied forward only (A23, A24, F4–F7)."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from orders import services as orders
from orders.models import Order
from refunds import gateways, services
from refunds.gateways import (
    ChargebackStatus,
    Deadline,
    GatewayError,
    Notice,
    NoticeAnswer,
    NoticeKind,
    NoticeRefused,
    Outcome,
    Receipt,
)
from refunds.machine import Status
from refunds.models import ChannelNotice, Chargeback, LedgerEntry, MerchantAccount, Refund
from refunds.notices import models
from refunds.notices.apply import apply as apply_one
from refunds.notices.jobs import apply_notices
from refunds.notices.models import Flag, State
from refunds.notices.receive import PARKED_FOR, receive
from tests.threads import dismissed, race  # noqa: F401
from tests.world import NOW, World

from .chargebacks.steps import report
from .helpers import BUSY, YES, Scripted, channel, paid, payment, reserve

pytestmark = pytest.mark.django_db
SECRET = b"a secret of the channel"
DAY = timedelta(days=1)


class Speaking(Scripted):
    """A channel whose notices are JSON with an HMAC over the bytes as they came."""

    accepted, refused = NoticeAnswer(200, "taken"), NoticeAnswer(400, "no")

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
        if not hmac.compare_digest(headers.get("x-signature", ""), signature(body)):
            raise NoticeRefused("signature")
        fields = json.loads(body)
        if fields.get("crash"):
            raise KeyError("a fault of the adapter")
        return self.notices.get(fields["id"], Notice(fields["id"], NoticeKind.OTHER))

    def __init__(self, *answers: Receipt | Exception) -> None:
        super().__init__(*answers)
        self.notices: dict[str, Notice] = {}


def signature(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


@pytest.fixture
def speaking() -> Iterator[Speaking]:
    gateway = Speaking()
    with channel(gateway, "speaking"):
        yield gateway


def call(body: bytes, sign: str | None = None, path: str = "/notify/speaking/") -> Any:
    headers = {"X-Signature": signature(body)} if sign is None else {"X-Signature": sign} if sign else {}
    return Client().post(path, body, content_type="application/json", headers=headers)


# --- the address ------------------------------------------------------------------------------------------


def test_a_genuine_one_is_answered_as_the_channel_wants(speaking: Speaking) -> None:
    body = b'{"id": "E-1"}'
    for _ in range(2):
        answer = call(body)
        assert (answer.status_code, answer.content) == (200, b"taken")
    row = ChannelNotice.objects.get()
    assert (row.channel, row.account, row.event_id, row.state) == ("speaking", "", "E-1", State.IGNORED)


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b'{"id": "E-1"}', ""),
        (b'{"id": "E-1"}', "0" * 64),
        (b'{"id":"E-1"}', signature(b'{"id": "E-1"}')),  # written again, and so other bytes
        (b'{"id": "E-2"}', signature(b'{"id": "E-1"}')),
    ],
)
def test_a_forged_one_changes_nothing(speaking: Speaking, body: bytes, sign: str) -> None:
    answer = call(body, sign)
    assert (answer.status_code, answer.content) == (400, b"no")
    assert not ChannelNotice.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b'{"id": "E", "crash": 1}', b"{" * 60_000])
def test_whatever_comes_is_no_fault_of_ours(speaking: Speaking, body: bytes) -> None:
    assert call(body).status_code == 400
    assert not ChannelNotice.objects.exists()


def test_a_body_has_a_bound(speaking: Speaking) -> None:
    fits = b'{"id": "E-1"}'.ljust(64 * 1024)
    assert call(fits).status_code == 200
    assert call(fits + b" ").status_code == 413


@pytest.mark.parametrize("path", ["/notify/nobody/", "/notify/sandbox/", "/notify/speaking/other/"])
def test_who_is_not_set_up_has_no_address(speaking: Speaking, path: str) -> None:
    answer = call(b'{"id": "E-1"}', path=path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_is_sent_and_not_fetched(speaking: Speaking) -> None:
    assert Client().get("/notify/speaking/").status_code == 405


def test_a_forged_one_is_refused_before_anything_is_read(speaking: Speaking, django_assert_num_queries: Any) -> None:
    """A24: a known and an unknown refund, a good beginning of a signature and a bad one, take the same way."""
    with django_assert_num_queries(0):
        call(b'{"id": "E-1"}', "0" * 64)


# --- refunds ----------------------------------------------------------------------------------------------


def sent(world: World, *answers: Receipt | Exception, name: str = "PAY-1") -> Refund:
    refund = reserve(paid(world, name), now=world.now)
    if answers:
        with channel(Scripted(*answers)):
            services.send(refund.pk, now=world.now)
    return fresh(refund)


def fresh(refund: Refund) -> Refund:
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def notice(refund: Refund, outcome: Outcome | None = Outcome.SUCCEEDED, **facts: Any) -> Notice:
    fitting = Notice(
        "E-1",
        NoticeKind.REFUND,
        at=timezone.now() + DAY,
        transaction_no=refund.payment.transaction_no,
        refund_no=refund.refund_no,
        amount=refund.amount,
        currency=refund.payment.order.currency,
        receipt=Receipt(outcome, "G-9", "T-9", "card 9") if outcome else None,
    )
    return replace(fitting, **facts)


def take(
    said: Notice, world: World, *, name: str = "sandbox", account: str = "", by: int = gateways.ENVIRONMENT
) -> ChannelNotice:
    receive(name, account, said, verified_by=[by], now=world.now)
    return ChannelNotice.objects.get(channel=name, account=account, event_id=said.event_id)


def test_a_success_settles_what_is_under_way(world: World) -> None:
    """F4: also while the answer to our request is on its way."""
    refund = sent(world, BUSY)
    row = take(notice(refund), world)
    assert (row.state, row.flag, row.refund, row.shop_id) == (State.APPLIED, "", refund, refund.shop_id)
    done = fresh(refund)
    assert (done.status, done.gateway_no, done.trace_no, done.received_account) == ("succeeded", "G-9", "T-9", "card 9")
    assert (done.next_attempt_at, done.claimed_until) == (None, None)
    # The answer to the request comes after it.
    late = services.Arrived(refund, YES)
    assert services.outcome.settle(late, now=world.now, wall=world.now) == services.Result.SKIPPED
    assert fresh(refund).gateway_no == "G-9"


def test_under_way_takes_back_the_no_to_a_repetition(world: World) -> None:
    """The channel has the number: it isn't called failed because a question does not see it."""
    refund = sent(world, BUSY)
    Refund.objects.update(refusal="no")
    assert take(notice(refund, Outcome.PROCESSING), world).state == State.IGNORED
    assert fresh(refund).refusal == ""


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_are_one(world: World, speaking: Speaking) -> None:
    """F5: all are answered with success, and the money moves once."""
    order = paid(world)
    order.payments.update(channel="speaking")
    refund = reserve(order, now=world.now)
    speaking.answers.append(BUSY)
    services.send(refund.pk, now=world.now)
    speaking.notices["E-1"] = notice(fresh(refund))

    def arrive() -> None:
        assert call(b'{"id": "E-1"}').status_code == 200

    for together in (40, 40, 20):
        assert race(*[arrive] * together) == ["ok"] * together
    assert (ChannelNotice.objects.get().state, fresh(refund).status) == (State.APPLIED, Status.SUCCEEDED)
    assert refund.history().filter(action="settle").count() == 1
    assert LedgerEntry.objects.filter(about="refund", number=refund.refund_no, kind="settled").count() == 1


ORDERS = [
    # What is said, in this order, to a refund under way → its status, and what became of the last notice.
    ((Outcome.SUCCEEDED, Outcome.PROCESSING), "succeeded", State.IGNORED, ""),
    ((Outcome.SUCCEEDED, Outcome.SUCCEEDED), "succeeded", State.IGNORED, ""),
    ((Outcome.SUCCEEDED, "failed"), "succeeded", State.FLAGGED, Flag.AFTER_SUCCESS),
    (("failed", Outcome.SUCCEEDED), "failed", State.FLAGGED, Flag.AFTER_FAILURE),
    (("failed", Outcome.PROCESSING), "failed", State.IGNORED, ""),
    (("failed", Outcome.RETURNED), "failed", State.IGNORED, ""),
    ((Outcome.SUCCEEDED, Outcome.RETURNED), "returned", State.APPLIED, ""),
    ((Outcome.RETURNED, Outcome.RETURNED), "returned", State.IGNORED, ""),
    ((Outcome.RETURNED, Outcome.SUCCEEDED), "succeeded", State.APPLIED, ""),
    ((Outcome.RETURNED, "failed"), "returned", State.IGNORED, ""),
    ((Outcome.PROCESSING, Outcome.SUCCEEDED), "succeeded", State.APPLIED, ""),
]


def story(refund: Refund, words: tuple[str, ...]) -> list[Notice]:
    """A minute apart, as the channel says it."""
    said = []
    for number, word in enumerate(words):
        at = timezone.now() + number * timedelta(minutes=1)
        if word == "failed":
            said.append(notice(refund, None, event_id=f"E-{number}", at=at, failure="closed"))
        else:
            said.append(notice(refund, Outcome(word), event_id=f"E-{number}", at=at))
    return said


@pytest.mark.parametrize(("words", "status", "state", "flag"), ORDERS)
def test_every_order_of_two(world: World, words: tuple[str, ...], status: str, state: str, flag: str) -> None:
    """F6."""
    refund = sent(world, BUSY)
    row = [take(said, world) for said in story(refund, words)][-1]
    assert (fresh(refund).status, row.state, row.flag) == (status, state, flag)
    taken = refund.amount if status == "succeeded" else Decimal(0)
    assert payment(refund.payment.order).refunded == taken


@pytest.mark.parametrize(
    ("words", "status", "state"),
    [
        # Said in this order, and received the other way round.
        ((Outcome.RETURNED, Outcome.SUCCEEDED), "succeeded", State.IGNORED),
        ((Outcome.SUCCEEDED, Outcome.RETURNED), "returned", State.IGNORED),
        ((Outcome.PROCESSING, Outcome.SUCCEEDED), "succeeded", State.IGNORED),
    ],
)
def test_what_was_said_before_and_comes_later_changes_nothing(
    world: World, words: tuple[str, ...], status: str, state: str
) -> None:
    refund = sent(world, BUSY)
    row = [take(said, world) for said in reversed(story(refund, words))][-1]
    assert (fresh(refund).status, row.state) == (status, state)


def test_what_the_channel_answered_is_not_undone_by_an_older_word(world: World) -> None:
    refund = sent(world, YES)
    assert refund.settled_at is not None
    row = take(notice(refund, Outcome.RETURNED, at=refund.settled_at), world)
    assert (fresh(refund).status, row.flag) == (Status.SUCCEEDED, Flag.AFTER_SUCCESS)
    row = take(notice(refund, Outcome.RETURNED, event_id="E-2", at=refund.settled_at + timedelta(seconds=1)), world)
    assert (fresh(refund).status, row.state) == (Status.RETURNED, State.APPLIED)


def test_stripe_says_failed_where_the_bank_sent_it_back(world: World) -> None:
    order = paid(world)
    order.payments.update(channel="stripe")
    refund = reserve(order, now=world.now)
    with channel(Scripted(YES), "stripe"):
        services.send(refund.pk, now=world.now)
    refund = fresh(refund)
    take(notice(refund, None, failure="The card is lost."), world, name="stripe")
    row = fresh(refund)
    assert (row.status, row.failure_reason) == (Status.RETURNED, "The card is lost.")


def test_a_failure_frees_the_money(world: World) -> None:
    refund = sent(world, BUSY)
    take(notice(refund, None, failure="account closed"), world)
    row = fresh(refund)
    assert (row.status, row.failure_reason, payment(row.payment.order).refunded) == ("failed", "account closed", 0)


MISFITS = [
    ({"refund_no": ""}, Flag.UNKNOWN_REFUND),
    ({"transaction_no": "PAY-2"}, Flag.OTHER_PAYMENT),
    ({"transaction_no": ""}, Flag.OTHER_PAYMENT),
    ({"amount": Decimal("60.01")}, Flag.OTHER_AMOUNT),
    ({"amount": Decimal("0.60")}, Flag.OTHER_AMOUNT),
    ({"currency": "USD"}, Flag.OTHER_CURRENCY),
]


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.RETURNED])
@pytest.mark.parametrize(("facts", "flag"), MISFITS)
def test_what_does_not_fit_moves_nothing(world: World, outcome: Outcome, facts: dict[str, Any], flag: str) -> None:
    """F7."""
    refund = sent(world, BUSY)
    row = take(notice(refund, outcome, **facts), world)
    assert (row.state, row.flag, row.next_look_at) == (State.FLAGGED, flag, None)
    assert (fresh(refund).status, payment(refund.payment.order).refunded) == (Status.PROCESSING, refund.amount)


def test_another_channel_has_no_say(world: World) -> None:
    refund = sent(world, BUSY)
    assert take(notice(refund), world, name="wechatpay").flag == Flag.OTHER_ACCOUNT


def test_who_has_the_secret_of_one_shop_has_no_say_about_another(world: World) -> None:
    refund = sent(world, BUSY)
    other = MerchantAccount.objects.create(shop=world.harbor, channel="sandbox", account="M-2")
    assert take(notice(refund), world, account="M-2", by=other.pk).flag == Flag.OTHER_ACCOUNT
    own = MerchantAccount.objects.create(shop=world.lantern, channel="sandbox", account="M-1")
    # Its own shop's, but it was sent through the account of the installation.
    assert take(notice(refund), world, account="M-1", by=own.pk).flag == Flag.OTHER_ACCOUNT
    Refund.objects.filter(pk=refund.pk).update(merchant_account_id=own.pk)
    assert take(notice(refund, event_id="E-2"), world, account="M-1", by=own.pk).state == State.APPLIED


class Signing(Speaking):
    """An account whose notices are signed with a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        self.secret = secret

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
        self.deadlines.append(deadline)
        if not hmac.compare_digest(headers["x-signature"], hmac.new(self.secret, body, hashlib.sha256).hexdigest()):
            raise NoticeRefused("signature")
        return self.notices[json.loads(body)["id"]]


def test_a_shop_that_types_the_number_of_another_can_neither_speak_for_it_nor_silence_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-23, F7: the number of an account is no secret. Each of two accounts with one number has its own secrets."""
    order = paid(world)
    refund = reserve(order, now=world.now)
    rows = [
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed")
        for shop in (world.harbor, world.lantern)  # whoever typed it first
    ]
    adapters = {row.pk: Signing(str(row.shop_id).encode()) for row in rows}
    stranger, owner = adapters.values()
    monkeypatch.setattr("refunds.gateways.accounts._gateway", lambda row: adapters[row.pk])
    with channel(Scripted(BUSY)):
        services.send(refund.pk, now=world.now)
    Refund.objects.filter(pk=refund.pk).update(merchant_account_id=rows[1].pk)
    owner.notices["E-1"] = stranger.notices["E-1"] = notice(fresh(refund))
    stranger.notices["E-2"] = owner.notices["E-2"] = dispute(event_id="E-2")

    def post(number: str, secret: bytes) -> int:
        body = json.dumps({"id": number}).encode()
        sign = hmac.new(secret, body, hashlib.sha256).hexdigest()
        return call(body, sign, "/notify/sandbox/M-1/").status_code

    assert post("E-1", b"nobody's") == 400
    # One that has to fetch a key leaves the others the rest of the time for which the channel waits.
    assert stranger.deadlines == owner.deadlines
    assert 0 < owner.deadlines[0].left() <= 3
    assert (post("E-1", stranger.secret), post("E-2", stranger.secret)) == (200, 200)
    assert (fresh(refund).status, Chargeback.objects.count()) == (Status.PROCESSING, 0)
    assert list(ChannelNotice.objects.order_by("pk").values_list("state", "flag", "verified_by")) == [
        ("flagged", Flag.OTHER_ACCOUNT, [rows[0].pk]),
        ("parked", "", [rows[0].pk]),
    ]
    # The owner's, with the same event numbers.
    assert (post("E-1", owner.secret), post("E-2", owner.secret)) == (200, 200)
    assert (fresh(refund).status, Chargeback.objects.get().payment) == (Status.SUCCEEDED, payment(order))
    assert post("E-1", owner.secret) == 200
    assert ChannelNotice.objects.count() == 4
    # Two shops of one merchant: both know the secret, and either's refund may be meant.
    stranger.secret = owner.secret
    assert post("E-1", owner.secret) == 200
    stored = ChannelNotice.objects.filter(event_id="E-1").order_by("pk").values_list("state", "verified_by")
    assert list(stored) == [("ignored", sorted(adapters)), ("applied", [rows[1].pk])]


@pytest.mark.parametrize("first_by", [1, 2])
def test_a_repetition_is_the_same_notice_when_other_accounts_have_the_number(world: World, first_by: int) -> None:
    """F5: not a second one for people to look at, whether an account was added since or has gone."""
    rows = [
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed").pk
        for shop in (world.lantern, world.harbor)
    ]
    refund = sent(world, GatewayError("no", permanent=True))
    Refund.objects.update(merchant_account_id=rows[0])
    said = notice(refund)
    for several in (rows[:first_by], rows[: 3 - first_by]):
        receive("sandbox", "M-1", said, verified_by=several, now=world.now)
    stored = ChannelNotice.objects.get()
    assert (stored.flag, stored.verified_by) == (Flag.AFTER_FAILURE, rows)


def test_one_that_an_account_verifies_later_is_looked_at_again(world: World) -> None:
    """Its number was entered after the first notice: that was for a person, and counts now."""
    refund = sent(world, BUSY)
    first, second = (
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed").pk
        for shop in (world.harbor, world.lantern)
    )
    Refund.objects.update(merchant_account_id=second)
    said = notice(refund)
    receive("sandbox", "M-1", said, verified_by=[first], now=world.now)
    assert ChannelNotice.objects.get().flag == Flag.OTHER_ACCOUNT
    # Other words under the same event number are another notice, and no account speaks for those of another.
    other = replace(said, receipt=Receipt(Outcome.SUCCEEDED, "G-8"))
    receive("sandbox", "M-1", other, verified_by=[first, second], now=world.now)
    assert (ChannelNotice.objects.count(), fresh(refund).gateway_no) == (2, "G-8")


def test_a_repetition_is_the_notice_that_just_these_accounts_verified(world: World) -> None:
    """F5: not the one of another account with the number, which the owner has verified too."""
    refund = sent(world, BUSY)
    first, second = (
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed").pk
        for shop in (world.harbor, world.lantern)
    )
    said, other = notice(refund, refund_no="RF-1"), notice(refund, refund_no="RF-2")
    of_both = receive("sandbox", "M-1", said, verified_by=[first], now=world.now)
    own = receive("sandbox", "M-1", other, verified_by=[second], now=world.now)
    assert receive("sandbox", "M-1", said, verified_by=[first, second], now=world.now) == of_both
    assert receive("sandbox", "M-1", other, verified_by=[second], now=world.now) == own
    stored = ChannelNotice.objects.order_by("pk").values_list("verified_by", "looks")
    assert list(stored) == [([first, second], 2), ([second], 2)]


def test_a_repetition_of_what_older_code_stored_beside_it(world: World) -> None:
    """It names no account: the first in use with the number, which may be another one by now than when it came."""
    refund = sent(world, BUSY)
    first, second = (
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed")
        for shop in (world.harbor, world.lantern)
    )
    said = notice(refund, refund_no="RF-1")
    old = receive("sandbox", "M-1", said, verified_by=[first.pk], now=world.now)
    ChannelNotice.objects.update(verified_by=[])
    new = receive("sandbox", "M-1", notice(refund, refund_no="RF-2"), verified_by=[second.pk], now=world.now)
    MerchantAccount.objects.filter(pk=first.pk).update(active=False)
    assert receive("sandbox", "M-1", said, verified_by=[second.pk], now=world.now) == new != old


@pytest.mark.parametrize("number", ["", "M-1"])
def test_what_older_code_stores_counts_for_the_account_that_it_asked(world: World, number: str) -> None:
    """It runs while the tables are changed, and names no account. The first in use with the number, as it asked."""
    refund, other = sent(world, BUSY), sent(world, BUSY, name="PAY-2")
    rows = [
        MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed", active=active).pk
        for shop, active in ((world.harbor, False), (world.lantern, True))
    ]
    Refund.objects.filter(pk=other.pk).update(merchant_account_id=rows[1])
    for place, of in enumerate((refund, other)):
        ChannelNotice.objects.create(
            channel="sandbox", account=number, event_id=f"E-{place}", kind="refund", outcome="succeeded",
            transaction_no=of.payment.transaction_no, refund_no=of.refund_no, amount=of.amount, received_at=NOW,
            next_look_at=NOW,
        )  # fmt: skip
    apply_notices(world.now, False)
    expected = [State.FLAGGED, State.APPLIED] if number else [State.APPLIED, State.FLAGGED]
    assert list(ChannelNotice.objects.order_by("pk").values_list("state", flat=True)) == expected


def test_a_second_number_of_the_payment_fits(world: World) -> None:
    refund = sent(world, BUSY)
    assert take(notice(refund, transaction_no="pi_1", charge_no="PAY-1"), world).state == State.APPLIED


@pytest.mark.parametrize("facts", [{"amount": None}, {"receipt": None}])
def test_what_says_too_little_makes_us_ask(world: World, facts: dict[str, Any]) -> None:
    refund = sent(world, BUSY)
    assert refund.next_attempt_at is not None
    assert take(notice(refund, **facts), world).state == State.APPLIED
    row = fresh(refund)
    assert row.status == Status.PROCESSING
    assert row.next_attempt_at is not None
    assert row.next_attempt_at < refund.next_attempt_at


def test_one_settled_by_hand_is_for_a_person(world: World) -> None:
    refund = sent(world, GatewayError("no", permanent=True))
    services.settle_by_hand(refund, proof="T-1", actor=world.actor("mei"), now=world.now)
    services.settle_by_hand(refund, proof="", actor=world.actor("song"), now=world.now)
    assert take(notice(refund), world).flag == Flag.BY_HAND
    assert take(notice(refund, Outcome.RETURNED, event_id="E-2"), world).flag == Flag.BY_HAND
    assert fresh(refund).status == Status.SUCCEEDED


def test_one_that_arrives_after_another_was_sent_is_for_a_person(world: World) -> None:
    refund = sent(world, Receipt(Outcome.RETURNED))
    services.retry(refund, actor=world.actor("mei"), now=world.now)
    row = take(notice(refund), world)
    assert (row.flag, fresh(refund).status) == (Flag.PAID_OTHERWISE, Status.RETURNED)
    assert payment(refund.payment.order).refunded == refund.amount  # of the other one


# --- early ------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock of the notices; the test moves it."""
    hands = [timezone.now()]
    for module in ("receive", "jobs"):
        monkeypatch.setattr(f"refunds.notices.{module}.clock.wall", lambda: hands[0])
    return hands


def test_one_that_comes_before_the_claim_waits(world: World, clock: list[datetime]) -> None:
    """F4: by number the refund is known, but nothing that is committed says that it was sent."""
    refund = sent(world)
    row = take(notice(refund), world)
    assert (row.state, fresh(refund).status) == (State.PARKED, Status.PENDING)
    assert apply_notices(world.now, False).done == 0  # not yet due
    with channel(Scripted(BUSY)):
        services.send(refund.pk, now=world.now)
    clock[0] += timedelta(minutes=2)
    assert apply_notices(world.now, True).done == 1
    assert apply_notices(world.now, False).done == 1
    row.refresh_from_db()
    assert (row.state, fresh(refund).status) == (State.APPLIED, Status.SUCCEEDED)


def test_one_of_a_refund_that_nobody_knows_waits_and_is_then_flagged(world: World, clock: list[datetime]) -> None:
    refund = sent(world, BUSY)
    said = notice(refund, refund_no="RF-UNKNOWN")
    row = take(said, world)
    begin = clock[0]
    looks = 0
    while row.state == State.PARKED:
        assert row.next_look_at is not None
        assert row.next_look_at > clock[0]
        clock[0], looks = row.next_look_at, looks + 1
        apply_notices(world.now, False)
        row.refresh_from_db()
    assert (row.state, row.flag, row.refund_id, row.shop_id) == (State.FLAGGED, Flag.UNKNOWN_REFUND, None, None)
    assert PARKED_FOR <= clock[0] - begin < PARKED_FOR + timedelta(hours=6)
    assert looks < 30
    take(said, world)  # its repetition changes nothing any more
    row.refresh_from_db()
    assert row.state == State.FLAGGED


def test_a_repetition_is_a_second_look(world: World) -> None:
    refund = sent(world)
    said = notice(refund)
    assert take(said, world).state == State.PARKED
    with channel(Scripted(BUSY)):
        services.send(refund.pk, now=world.now)
    assert take(said, world).state == State.APPLIED


def test_a_fault_of_ours_is_no_answer_to_the_channel(
    world: World, monkeypatch: pytest.MonkeyPatch, clock: list[datetime]
) -> None:
    refund = sent(world, BUSY)
    with monkeypatch.context() as broken:

        def raises(*_: object, **__: object) -> None:
            raise RuntimeError("a receiver is broken")

        broken.setattr("refunds.notices.apply.settle_open", raises)
        assert take(notice(refund), world).state == State.PARKED
    clock[0] += timedelta(minutes=2)
    apply_notices(world.now, False)
    assert fresh(refund).status == Status.SUCCEEDED


# --- chargebacks ------------------------------------------------------------------------------------------


def dispute(**facts: Any) -> Notice:
    said = Notice(
        "E-1",
        NoticeKind.CHARGEBACK,
        transaction_no="PAY-1",
        amount=Decimal("100.00"),
        currency="CNY",
        chargeback_no="CB-1",
        chargeback=ChargebackStatus.OPEN,
    )
    return replace(said, **facts)


def test_a_chargeback_is_recorded_and_ended(world: World) -> None:
    order = paid(world)
    row = take(dispute(), world)
    assert (row.state, row.chargeback_no, row.chargeback_status) == (State.APPLIED, "CB-1", "open")
    stored = Chargeback.objects.get()
    assert (stored.payment, stored.amount, stored.status) == (payment(order), Decimal("100.00"), "open")
    take(dispute(event_id="E-2", chargeback=ChargebackStatus.WON), world)
    assert Chargeback.objects.get().status == "won"
    # An older word that comes late changes nothing.
    take(dispute(event_id="E-3"), world)
    assert Chargeback.objects.get().status == "won"


@pytest.mark.parametrize(
    ("facts", "state", "flag"),
    [
        ({"amount": None}, State.FLAGGED, Flag.CHARGEBACK),
        ({"chargeback_no": ""}, State.FLAGGED, Flag.CHARGEBACK),
        ({"transaction_no": "PAY-9"}, State.PARKED, ""),
        ({"currency": "USD", "amount": Decimal("15.00")}, State.FLAGGED, Flag.OTHER_CURRENCY),
    ],
)
def test_a_chargeback_that_cannot_be_recorded(world: World, facts: dict[str, Any], state: str, flag: str) -> None:
    paid(world)
    row = take(dispute(**facts), world)
    assert (row.state, row.flag) == (state, flag)
    assert not Chargeback.objects.exists()


def test_the_time_of_the_event_decides(world: World) -> None:
    order, now = paid(world), timezone.now()
    for place, (status, minutes) in enumerate(
        [(ChargebackStatus.WON, 2), (ChargebackStatus.LOST, 1), (ChargebackStatus.OPEN, 3)]
    ):
        moment = now + timedelta(minutes=minutes - 10)
        said = dispute(event_id=f"E-{place}", chargeback=status, at=moment)
        receive("sandbox", "", said, verified_by=[gateways.ENVIRONMENT], now=now)
    stored = Chargeback.objects.get()
    assert (stored.status, stored.reported_at, payment(order).charged_back) == ("open", moment, Decimal("100.00"))


def shared(world: World, amount: str, total: str = "150.00") -> Order:
    """An order of `amount` that a transaction of `total` paid together with others."""
    data = world.order_data(lines=[("TEE", amount, 1)], payments=[("PAY-1", amount)])
    data["payments"][0]["shared_total"] = Decimal(total)
    order, _new = orders.create(world.lantern, data, actor=world.actor("oms"), now=world.now)
    return order


@pytest.mark.parametrize(("taken", "parts"), [("150.00", ["100.00", "50.00"]), ("165.00", ["110.00", "55.00"])])
def test_a_transaction_of_several_orders_is_recorded_with_each_by_its_part(
    world: World, taken: str, parts: list[str]
) -> None:
    first, second = shared(world, "100.00"), shared(world, "50.00")
    assert take(dispute(amount=Decimal(taken)), world).state == State.APPLIED
    rows = Chargeback.objects.order_by("payment__order_id")
    assert [str(row.amount) for row in rows] == parts
    assert [payment(order).charged_back for order in (first, second)] == [100, 50]
    take(dispute(event_id="E-2", amount=Decimal(taken), chargeback=ChargebackStatus.WON), world)
    assert [row.status for row in rows.all()] == ["won", "won"]
    assert [payment(order).left for order in (first, second)] == [100, 50]


@pytest.mark.parametrize(
    ("taken", "parts"), [("150.00", ["100.00", "30.00", "20.00"]), ("150.02", ["100.01", "30.01", "20.00"])]
)
def test_what_is_here_of_a_transaction_is_held_at_once_and_its_other_orders_when_they_come(
    world: World, clock: list[datetime], taken: str, parts: list[str]
) -> None:
    first = shared(world, "100.00")
    refund = reserve(first, amount="60.00", now=world.now)
    row = take(dispute(amount=Decimal(taken)), world)
    assert (row.state, payment(first).disputed) == (State.PARKED, 100)
    assert fresh(refund).on_hold
    won = take(dispute(event_id="E-2", amount=Decimal(taken), chargeback=ChargebackStatus.WON), world)
    assert (won.state, payment(first).disputed) == (State.PARKED, 0)
    for amount, states in (("30.00", {State.PARKED}), ("20.00", {State.APPLIED})):
        shared(world, amount)
        apply_notices(world.now, False)  # they are due at once
        assert set(ChannelNotice.objects.values_list("state", flat=True)) == states
    rows = Chargeback.objects.order_by("payment__order_id")
    assert [(str(row.amount), row.status) for row in rows] == [(part, "won") for part in parts]


def test_orders_of_a_transaction_that_never_come_are_for_a_person(world: World, clock: list[datetime]) -> None:
    first = shared(world, "100.00")
    row = take(dispute(amount=Decimal("150.00")), world)
    clock[0] += PARKED_FOR
    apply_notices(world.now, False)
    row.refresh_from_db()
    assert (row.state, row.flag, payment(first).disputed) == (State.FLAGGED, Flag.UNKNOWN_PAYMENT, 100)


def test_a_part_of_a_transaction_waits_for_its_orders_before_a_person_looks(
    world: World, clock: list[datetime]
) -> None:
    first = shared(world, "100.00")
    row = take(dispute(amount=Decimal("50.00")), world)
    assert (row.state, Chargeback.objects.count()) == (State.PARKED, 0)
    report(world, first, "50.00", number="CB-1")  # by the shop's system, which knows whose it is
    clock[0] += timedelta(minutes=2)
    apply_notices(world.now, False)
    row.refresh_from_db()
    assert (row.state, payment(first).disputed) == (State.APPLIED, 50)


def test_a_chargeback_that_came_before_its_order_is_looked_at_with_it(world: World, clock: list[datetime]) -> None:
    row = take(dispute(), world)
    assert row.state == State.PARKED
    order = paid(world)
    apply_notices(world.now, False)
    row.refresh_from_db()
    assert (row.state, payment(order).disputed) == (State.APPLIED, 100)


def test_an_order_that_comes_while_its_chargeback_is_looked_at_is_not_slept_through(
    world: World, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = apply_one

    def comes_then(*args: Any, **facts: Any) -> State:
        state = real(*args, **facts)
        paid(world)
        return state

    with monkeypatch.context() as slow:
        slow.setattr("refunds.notices.receive.apply", comes_then)
        row = take(dispute(), world)
    assert (row.state, row.next_look_at) == (State.PARKED, clock[0])
    apply_notices(world.now, False)
    assert Chargeback.objects.get().status == "open"


def test_a_part_of_a_transaction_is_for_a_person_who_finds_out_whose_it_is(world: World) -> None:
    shared(world, "100.00")
    second = shared(world, "50.00")
    assert take(dispute(amount=Decimal("50.00")), world).flag == Flag.CHARGEBACK
    assert not Chargeback.objects.exists()
    report(world, second, "50.00", number="cb 1")
    lost = dispute(event_id="E-2", amount=Decimal("50.00"), chargeback=ChargebackStatus.LOST)
    assert take(lost, world).state == State.APPLIED
    assert (Chargeback.objects.get().status, Chargeback.objects.get().payment) == ("lost", payment(second))


def test_another_currency_is_for_a_person_with_each_order_of_a_transaction(world: World) -> None:
    first, second = shared(world, "100.00"), shared(world, "50.00")
    held = take(dispute(amount=Decimal("150.00")), world)
    lost = dispute(event_id="E-2", amount=Decimal("150.00"), currency="USD", chargeback=ChargebackStatus.LOST)
    ended = take(lost, world)
    assert (held.state, ended.flag) == (State.APPLIED, Flag.OTHER_CURRENCY)
    assert [(payment(order).disputed, payment(order).lost) for order in (first, second)] == [(100, 0), (50, 0)]


def test_either_every_order_or_none(world: World) -> None:
    """The first order's chargeback is known with another amount."""
    first = shared(world, "100.00")
    shared(world, "50.00")
    report(world, first, "90.00")
    assert take(dispute(amount=Decimal("150.00")), world).flag == Flag.CHARGEBACK
    assert [row.amount for row in Chargeback.objects.all()] == [90]


def test_the_words_are_those_of_the_port() -> None:
    assert tuple(kind.value for kind in NoticeKind) == models.KINDS
    assert models.FAILED not in set(Outcome)


def test_the_lock_of_the_order_comes_first(world: World) -> None:
    """Nothing below the order is locked before it."""
    refund = sent(world, BUSY)
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        assert take(notice(refund), world).state == State.APPLIED
    assert gateways.notifying("sandbox") == {}
