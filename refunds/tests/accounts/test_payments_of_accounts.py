"""A payment goes back through the account that took it: also after the shop has had a first account of its own, or
another one, and also where it was not known here by which it was taken."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.alipay.server import Fake
from fakes.keys import Pair
from fakes.wechatpay.server import Fake as FakeWechatPay
from kernel.errors import Invalid
from orders.models import Order
from refunds import gateways, services
from refunds.gateways import Notice, NoticeKind, Outcome, Receipt
from refunds.gateways.alipay.configuration import build
from refunds.gateways.wechatpay.configuration import build as build_wechatpay
from refunds.machine import Status
from refunds.models import MerchantAccount, Refund
from refunds.notices.models import ChannelNotice, Flag, State
from refunds.notices.receive import receive
from refunds.reconciliation import asking
from refunds.services import Result
from refunds.tests.helpers import channel, later, paid, reserve
from tests.serving import serving
from tests.world import DAY, World

APP, OWN = Pair.generate(), Pair.generate()
SECRETS = {"ALIPAY_PRIVATE_KEY": APP.private, "ALIPAY_PUBLIC_KEY": OWN.public}
OF_INSTALLATION, FIRST, SECOND = "2021000000000001", "2021000000000002", "2021000000000003"


@dataclass
class Shop:
    """Lantern at Alipay, where each of three accounts knows only the trades that it took."""

    world: World
    settings: Any
    fakes: dict[str, Fake]

    def add(self, number: str, now: datetime, **values: Any) -> MerchantAccount:
        url = self.fakes[number].url
        self.settings.ALIPAY_GATEWAY_URL = url  # the address is chosen among the channel's and that of the environment
        row = services.add_account(
            self.world.lantern,
            channel="alipay",
            account=number,
            secrets=SECRETS,
            url=url,
            actor=self.world.actor("mei"),
            now=now,
            **values,
        )
        self.settings.ALIPAY_GATEWAY_URL = self.fakes[OF_INSTALLATION].url
        return row

    def order(self, trade: str, taken_by: str, paid_at: datetime) -> Order:
        order = paid(self.world, trade)
        order.payments.update(channel="alipay", paid_at=paid_at)
        for number, fake in self.fakes.items():
            if number != taken_by:
                fake.elsewhere.add(trade)
        return order

    def refund(self, order: Order, amount: str = "60.00") -> Refund:
        return reserve(order, amount, now=self.world.now)

    def results(self, refund: Refund, most: int = 6) -> list[Result]:
        results: list[Result] = []
        while len(results) < most and (not results or results[-1] not in (Result.SETTLED, Result.FAILED)):
            results.append(services.attempt(refund.pk, now=self.world.now, wall=later(len(results))))
        return results

    def asked(self, trade: str) -> list[str]:
        """The accounts that were asked to refund it."""
        return [number for number, fake in self.fakes.items() if fake.records.requests[trade]]


@pytest.fixture
def shop(world: World, settings: Any, keys: str) -> Iterator[Shop]:
    with ExitStack() as stack:
        fakes = {
            number: stack.enter_context(serving(Fake(app_id=number, app=APP, own=OWN)))
            for number in (OF_INSTALLATION, FIRST, SECOND)
        }
        settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL = OF_INSTALLATION, fakes[OF_INSTALLATION].url
        settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = APP.private, OWN.public
        settings.ALIPAY_PRIVATE_KEY_FILE = settings.ALIPAY_PUBLIC_KEY_FILE = ""
        stack.enter_context(channel(build(settings), "alipay"))
        yield Shop(world, settings, fakes)


def account_of(refund: Refund) -> str:
    row = Refund.objects.select_related("merchant_account").get(pk=refund.pk)
    return row.merchant_account.account if row.merchant_account else OF_INSTALLATION


def test_what_the_installation_took_goes_back_through_it(shop: Shop, world: World) -> None:
    earlier = shop.order("T-1", OF_INSTALLATION, world.now - DAY)
    shop.add(FIRST, world.now)
    later_one = shop.order("T-2", FIRST, world.now)
    for order, number in ((earlier, OF_INSTALLATION), (later_one, FIRST)):
        refund = shop.refund(order)
        assert shop.results(refund) == [Result.SETTLED]
        assert account_of(refund) == number
    assert (shop.asked("T-1"), shop.asked("T-2")) == ([OF_INSTALLATION], [FIRST])


def test_after_a_rotation_the_old_account_still_refunds_what_it_took(shop: Shop, world: World) -> None:
    first = shop.add(FIRST, world.now - 4 * DAY)
    shop.add(SECOND, world.now - 2 * DAY)
    actor: dict[str, Any] = {"actor": world.actor("mei")}
    services.use_account(first, now=world.now - DAY, **actor)
    services.retire_account(first, now=world.now, **actor)
    days = {"T-1": (OF_INSTALLATION, 5), "T-2": (FIRST, 3), "T-3": (SECOND, 2), "T-4": (FIRST, 1)}
    days["T-5"] = OF_INSTALLATION, 0
    for trade, (number, ago) in days.items():
        refund = shop.refund(shop.order(trade, number, world.now - ago * DAY))
        assert (shop.results(refund), account_of(refund)) == ([Result.SETTLED], number)
        assert shop.asked(trade) == [number]


@pytest.mark.parametrize("taken_by", [FIRST, SECOND])
def test_an_account_that_does_not_have_the_trade_has_not_the_last_word(shop: Shop, world: World, taken_by: str) -> None:
    """The shop's system had changed its account earlier than it was entered here."""
    shop.add(FIRST, world.now - DAY)
    shop.add(SECOND, world.now)
    order = shop.order("T-1", taken_by, world.now - 2 * DAY)
    refund = shop.refund(order)
    results = shop.results(refund)
    assert results == [Result.WAITING] * (1 if taken_by == FIRST else 2) + [Result.SETTLED]
    done = Refund.objects.get(pk=refund.pk)
    assert (done.status, account_of(done), done.last_error) == (
        Status.SUCCEEDED,
        taken_by,
        "交易不存在 (ACQ.TRADE_NOT_EXIST)",
    )
    assert [fake.records.amounts("T-1") for fake in shop.fakes.values() if fake.records.refunds] == [[Decimal("60.00")]]


def test_it_fails_once_every_account_has_said_no(shop: Shop, world: World) -> None:
    shop.add(FIRST, world.now - DAY)
    shop.add(SECOND, world.now)
    order = shop.order("T-1", "", world.now)
    refund = shop.refund(order)
    assert shop.results(refund) == [Result.WAITING, Result.WAITING, Result.FAILED]
    assert Refund.objects.get(pk=refund.pk).failure_reason == "交易不存在 (ACQ.TRADE_NOT_EXIST)"
    assert order.payments.get().refunded == 0


def test_what_one_account_refused_is_not_held_against_the_next(shop: Shop, world: World) -> None:
    """Nor is what was sent to it: an account that does not have the payment carries nothing out later."""
    shop.add(FIRST, world.now)
    refund = shop.refund(shop.order("T-1", "", world.now))
    wall = later()
    Refund.objects.update(refusal="no", answered_at=wall, polls=3)
    assert services.attempt(refund.pk, now=world.now, wall=wall) == Result.WAITING
    elsewhere = Refund.objects.get(pk=refund.pk)
    assert (elsewhere.refusal, elsewhere.sent_at, elsewhere.answered_at) == ("", None, None)
    assert (elsewhere.polls, account_of(elsewhere)) == (0, OF_INSTALLATION)
    assert services.attempt(refund.pk, now=world.now, wall=wall + timedelta(seconds=10)) == Result.FAILED


def test_an_account_that_cannot_be_used_is_waited_for(shop: Shop, world: World, keys: str) -> None:
    """Nothing is concluded while one that may have taken it was never asked."""
    shop.add(FIRST, world.now)
    order = shop.order("T-1", FIRST, world.now - DAY)
    refund = shop.refund(order)
    shop.settings.SECRETS_KEYS = ""
    assert shop.results(refund, most=3) == [Result.WAITING, Result.UNREACHABLE, Result.UNREACHABLE]
    shop.settings.SECRETS_KEYS = keys
    assert services.attempt(refund.pk, now=world.now, wall=later(9)) == Result.SETTLED


def test_the_first_account_takes_what_nobody_else_could_have_taken(shop: Shop, world: World) -> None:
    """The installation has no account at this channel."""
    order = shop.order("T-1", FIRST, world.now - 30 * DAY)
    refund = shop.refund(order)
    with channel(None, "alipay"):
        assert shop.results(refund, most=1) == [Result.UNREACHABLE]
        shop.add(FIRST, world.now)
        assert services.attempt(refund.pk, now=world.now, wall=later(2)) == Result.SETTLED
    assert account_of(refund) == FIRST


def test_a_wrong_number_is_put_right_for_the_days_that_it_was_in_use(shop: Shop, world: World) -> None:
    """`since`: the account that is added now took the payments since a day that has passed."""
    wrong = shop.add(FIRST, world.now - 2 * DAY)
    right = shop.add(SECOND, world.now, since=world.now - 2 * DAY)
    refund = shop.refund(shop.order("T-1", SECOND, world.now - DAY))
    assert (shop.results(refund), account_of(refund)) == ([Result.SETTLED], SECOND)
    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.periods, wrong.active) == ([], False)
    assert [(each.lower, each.upper) for each in right.periods] == [(world.now - 2 * DAY, None)]
    with pytest.raises(Invalid) as refused:
        shop.add(OF_INSTALLATION, world.now, since=world.now + DAY)
    assert list(refused.value.errors or {}) == ["since"]


def test_never_two_accounts_at_a_time(shop: Shop, world: World) -> None:
    actor: dict[str, Any] = {"actor": world.actor("mei")}
    first, second = shop.add(FIRST, world.now), shop.add(SECOND, world.now + DAY)
    services.use_account(first, now=world.now + 2 * DAY, **actor)
    services.use_account(first, now=world.now + 3 * DAY, **actor)  # twice changes nothing
    services.use_account(second, now=world.now + 4 * DAY, **actor)
    rows = list(MerchantAccount.objects.all())
    for hours in range(-1, 24 * 6):
        at = world.now + timedelta(hours=hours)
        assert sum(row.was_used_at(at) for row in rows) == (hours >= 0)


def test_notices_follow_the_account(shop: Shop, world: World) -> None:
    """Who has the secret of one account of the shop cannot speak of what went through another."""
    shop.add(FIRST, world.now)
    refunds = {
        number: shop.refund(shop.order(f"SLOW-{number}", number, at))
        for number, at in ((OF_INSTALLATION, world.now - DAY), (FIRST, world.now))
    }
    for number, refund in refunds.items():
        assert shop.results(refund, most=1) == [Result.WAITING]
        assert account_of(refund) == number
    shop.add(SECOND, world.now)
    for place, (address, number, state, flag) in enumerate(
        [
            (FIRST, OF_INSTALLATION, State.FLAGGED, Flag.OTHER_ACCOUNT),
            ("", FIRST, State.FLAGGED, Flag.OTHER_ACCOUNT),
            (SECOND, FIRST, State.FLAGGED, Flag.OTHER_ACCOUNT),
            (OF_INSTALLATION, FIRST, State.FLAGGED, Flag.OTHER_ACCOUNT),
            (OF_INSTALLATION, OF_INSTALLATION, State.APPLIED, ""),
            (FIRST, FIRST, State.APPLIED, ""),
        ]
    ):
        notice = Notice(
            f"E-{place}",
            NoticeKind.REFUND,
            transaction_no=f"SLOW-{number}",
            refund_no=refunds[number].refund_no,
            amount=Decimal("60.00"),
            receipt=Receipt(Outcome.SUCCEEDED, "G-1"),
        )
        receive("alipay", address, notice, verified_by=gateways.notifying("alipay", address), now=world.now)
        row = ChannelNotice.objects.get(event_id=f"E-{place}")
        assert (row.state, row.flag) == (state, flag), (address, number)


def test_reconciliation_asks_the_account_that_it_was_sent_through(shop: Shop, world: World) -> None:
    shop.add(FIRST, world.now)
    shop.add(SECOND, world.now + timedelta(seconds=1))
    refund = shop.refund(shop.order("T-1", FIRST, world.now))
    shop.results(refund)
    row = Refund.objects.get(pk=refund.pk)
    number = asking.Number(row.refund_no, "T-1", row.shop_id, row.merchant_account_id, row.status)
    answers = list(asking.ask("alipay", [number], until=None, asked=lambda count: None))
    assert answers == [asking.Answer(refund.refund_no, Outcome.SUCCEEDED, refund.amount)]


def test_wechat_pay_believes_it_only_after_some_attempts(world: World, settings: Any, keys: str) -> None:
    """Just after it was paid, WeChat Pay may not know a payment of its own."""

    def fake(mchid: str) -> FakeWechatPay:
        return FakeWechatPay(mchid=mchid, serial_no="37", secret="0" * 32, merchant=APP, own=OWN, serial="PUB_KEY_ID_1")

    with serving(fake("1900000001")) as installation, serving(fake("1900000002")) as own:
        settings.WECHATPAY_MCHID, settings.WECHATPAY_SERIAL_NO = "1900000001", "37"
        settings.WECHATPAY_PRIVATE_KEY, settings.WECHATPAY_APIV3_KEY = APP.private, "0" * 32
        settings.WECHATPAY_PUBLIC_KEY_ID, settings.WECHATPAY_PUBLIC_KEY = "PUB_KEY_ID_1", OWN.public
        settings.WECHATPAY_BASE_URL = own.url
        names = "SERIAL_NO", "PRIVATE_KEY", "APIV3_KEY", "PUBLIC_KEY_ID", "PUBLIC_KEY"
        services.add_account(
            world.lantern,
            channel="wechatpay",
            account="1900000002",
            secrets={f"WECHATPAY_{name}": getattr(settings, f"WECHATPAY_{name}") for name in names},
            url=own.url,
            actor=world.actor("mei"),
            now=world.now,
        )
        settings.WECHATPAY_BASE_URL = installation.url
        order = paid(world, "T-1")
        order.payments.update(channel="wechatpay", paid_at=world.now)
        own.elsewhere.add("T-1")
        refund = reserve(order, now=world.now)
        with channel(build_wechatpay(settings), "wechatpay"):
            results = [services.attempt(refund.pk, now=world.now, wall=later(step)) for step in range(5)]
    assert results == [Result.WAITING] * 4 + [Result.SETTLED]
    assert (installation.records.requests["T-1"], own.records.requests["T-1"]) == (1, 4)
    assert Refund.objects.get(pk=refund.pk).refusals == 0, "the next account has its own"
