"""The three fakes call back over real sockets, and this program believes what they signed."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client

from fakes.alipay import notices as of_alipay
from fakes.alipay.server import Fake as FakeAlipay
from fakes.keys import Pair
from fakes.stripe.server import Fake as FakeStripe
from fakes.wechatpay.server import Fake as FakeWechatPay
from refunds import gateways, services
from refunds.gateways.alipay.configuration import build as build_alipay
from refunds.gateways.stripe.configuration import build as build_stripe
from refunds.gateways.wechatpay.configuration import build as build_wechatpay
from refunds.models import ChannelNotice, Refund
from tests.serving import serving
from tests.world import World

from .alipay.conftest import APP_ID
from .helpers import channel, later, paid, reserve
from .stripe.conftest import KEY
from .stripe.conftest import SECRET as OF_STRIPE
from .wechatpay.conftest import MCHID, PUBLIC_KEY_ID, SECRET, SERIAL_NO

PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def keys() -> tuple[Pair, Pair]:
    """The merchant's and the channel's."""
    return Pair.generate(), Pair.generate()


@pytest.fixture
def alipay(keys: tuple[Pair, Pair], settings: Any) -> Iterator[FakeAlipay]:
    fake = FakeAlipay(app_id=APP_ID, app=keys[0], own=keys[1])
    settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL = APP_ID, fake.url
    settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = keys[0].private, keys[1].public
    settings.ALIPAY_PRIVATE_KEY_FILE = settings.ALIPAY_PUBLIC_KEY_FILE = ""
    with channel(build_alipay(settings), "alipay"), serving(fake):
        yield fake


@pytest.fixture
def wechatpay(keys: tuple[Pair, Pair], settings: Any) -> Iterator[FakeWechatPay]:
    fake = FakeWechatPay(
        mchid=MCHID, serial_no=SERIAL_NO, secret=SECRET, merchant=keys[0], own=keys[1], serial=PUBLIC_KEY_ID
    )
    settings.WECHATPAY_MCHID, settings.WECHATPAY_SERIAL_NO = MCHID, SERIAL_NO
    settings.WECHATPAY_PRIVATE_KEY, settings.WECHATPAY_PRIVATE_KEY_FILE = keys[0].private, ""
    settings.WECHATPAY_APIV3_KEY, settings.WECHATPAY_BASE_URL = SECRET, fake.url
    settings.WECHATPAY_PUBLIC_KEY_ID, settings.WECHATPAY_PUBLIC_KEY = PUBLIC_KEY_ID, keys[1].public
    settings.WECHATPAY_PUBLIC_KEY_FILE = settings.WECHATPAY_NOTIFY_URL = ""
    settings.WECHATPAY_NEXT_PUBLIC_KEY_ID = settings.WECHATPAY_NEXT_PUBLIC_KEY = ""
    settings.WECHATPAY_NEXT_PUBLIC_KEY_FILE = ""
    with channel(build_wechatpay(settings), "wechatpay"), serving(fake):
        yield fake


@pytest.fixture
def stripe(settings: Any) -> Iterator[FakeStripe]:
    fake = FakeStripe(api_key=KEY, webhook_secret=OF_STRIPE)
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE = KEY, OF_STRIPE, fake.url
    with channel(build_stripe(settings), "stripe"), serving(fake):
        yield fake


def under_way(world: World, name: str, number: str) -> Refund:
    order = paid(world, number)
    order.payments.update(channel=name)
    return reserve(order, now=world.now)


def until(reached: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def status(refund: Refund) -> str:
    return str(Refund.objects.get(pk=refund.pk).status)


@pytest.mark.django_db(transaction=True)
def test_wechat_pay_says_that_it_is_paid(world: World, wechatpay: FakeWechatPay, live_server: Any) -> None:
    """Nothing here asks a second time."""
    wechatpay.notify_url = f"{live_server.url}/notify/wechatpay/"
    wechatpay.records.settle_after = 0.2
    refund = under_way(world, "wechatpay", "SLOW-1")
    assert not services.send(refund.pk, now=world.now)
    until(lambda: status(refund) == "succeeded")
    row = ChannelNotice.objects.get()
    assert (row.state, row.outcome, row.amount) == ("applied", "succeeded", Decimal("60.00"))


@pytest.mark.django_db(transaction=True)
def test_wechat_pay_says_that_the_card_takes_nothing(world: World, wechatpay: FakeWechatPay, live_server: Any) -> None:
    wechatpay.notify_url = f"{live_server.url}/notify/wechatpay/"
    wechatpay.records.settle_after = 0.2
    refund = under_way(world, "wechatpay", "ABNORMAL-1")
    assert not services.send(refund.pk, now=world.now)
    until(lambda: status(refund) == "returned")


@pytest.mark.django_db(transaction=True)
def test_stripe_says_that_the_bank_sent_it_back(world: World, stripe: FakeStripe, live_server: Any) -> None:
    stripe.events.url = f"{live_server.url}/notify/stripe/"
    refund = under_way(world, "stripe", "pi_PAY1")
    assert services.send(refund.pk, now=world.now)
    assert status(refund) == "succeeded"
    # Stripe's clock has whole seconds, and what is not later than the success is for a person.
    time.sleep(1.1)
    stripe.events.return_all("pi_PAY1")
    until(lambda: status(refund) == "returned")


@pytest.mark.django_db(transaction=True)
def test_stripe_says_by_which_number_the_bank_knows_it(world: World, stripe: FakeStripe, live_server: Any) -> None:
    """Days after it was paid, and once: what came first stays."""
    stripe.events.url = f"{live_server.url}/notify/stripe/"
    refund = under_way(world, "stripe", "pi_PAY1")
    assert services.send(refund.pk, now=world.now)
    assert (status(refund), Refund.objects.get(pk=refund.pk).trace_no) == ("succeeded", "")
    stripe.events.refer("pi_PAY1")
    until(lambda: Refund.objects.get(pk=refund.pk).trace_no.startswith("7459"))
    first = Refund.objects.get(pk=refund.pk).trace_no
    stripe.records.refunds[0].created += 1
    stripe.events.refer("pi_PAY1")
    until(lambda: ChannelNotice.objects.filter(refund=refund, state="ignored").exists())
    assert (status(refund), Refund.objects.get(pk=refund.pk).trace_no) == ("succeeded", first)


@pytest.mark.django_db(transaction=True)
def test_alipay_says_that_something_arrived_and_is_asked(world: World, alipay: FakeAlipay, live_server: Any) -> None:
    """Its notice has no amount of this refund."""
    alipay.notify_url = f"{live_server.url}/notify/alipay/"
    refund = under_way(world, "alipay", "LOST-1")
    assert not services.send(refund.pk, now=world.now)  # carried out, the answer lost
    until(lambda: ChannelNotice.objects.filter(state="applied", refund=refund).exists())
    assert services.send(refund.pk, now=world.now, wall=later())
    assert (status(refund), alipay.records.amounts("LOST-1")) == ("succeeded", [Decimal("60.00")])


def form(keys: tuple[Pair, Pair], **changes: str) -> bytes:
    body = of_alipay.form(
        app_id=APP_ID, trade_no="PAY-1", number="RF1", refunded=Decimal("60.00"), key=keys[1].key, notify_id="N-1"
    )
    fields = {name: values[0] for name, values in parse_qs(body.decode()).items()} | changes
    return urlencode({name: value for name, value in fields.items() if value}).encode()


def call(body: bytes) -> Any:
    return Client().post("/notify/alipay/", body, content_type="application/x-www-form-urlencoded; charset=utf-8")


@pytest.mark.django_db
def test_alipay_reads_success(keys: tuple[Pair, Pair], alipay: FakeAlipay) -> None:
    answer = call(form(keys))
    assert (answer.status_code, answer.content) == (200, b"success")
    row = ChannelNotice.objects.get()
    assert (row.event_id, row.refund_no, row.transaction_no, row.amount, row.state) == (
        "N-1", "RF1", "PAY-1", None, "parked",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"sign": ""},
        {"sign": "AAAA"},
        {"refund_fee": "61.00"},
        {"out_biz_no": ""},
        {"app_id": "2021000000000002"},
        {"more": "1"},
    ],
)
def test_alipay_forged(keys: tuple[Pair, Pair], alipay: FakeAlipay, changes: dict[str, str]) -> None:
    answer = call(form(keys, **changes))
    assert (answer.status_code, answer.content) == (400, b"fail")
    assert not ChannelNotice.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"a", b"a=1&a=2", b"\xff=1", b"&".join([b"a=1"] * 200)])
def test_alipay_unreadable(alipay: FakeAlipay, body: bytes) -> None:
    assert call(body).status_code == 400


@pytest.mark.django_db
def test_every_real_channel_has_an_address(alipay: FakeAlipay, wechatpay: FakeWechatPay, stripe: FakeStripe) -> None:
    for name in ("alipay", "wechatpay", "stripe"):
        assert gateways.notifying(name) is not None
        assert Client().post(f"/notify/{name}/", b"{}", content_type="application/json").status_code == 400


@pytest.mark.django_db
def test_the_sandbox_sends_back_by_hand(world: World, settings: Any) -> None:
    refund = reserve(paid(world), now=world.now)
    services.send(refund.pk, now=world.now)
    address = f"/sandbox/refunds/{refund.refund_no}/return/"
    settings.DEBUG = False
    assert Client().post(address).status_code == 404
    settings.DEBUG = True
    assert Client().post("/sandbox/refunds/RF-NONE/return/").status_code == 404
    for _ in range(2):
        assert Client().post(address).json() == {"notice": "applied"}
    assert status(refund) == "returned"
