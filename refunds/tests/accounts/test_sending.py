"""Through which account a refund is sent and asked for."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Shop
from fakes.stripe.server import Fake
from kernel.calls import clock
from kernel.jobs import Outcome
from orders.models import Order
from refunds import gateways, policy, services
from refunds.gateways.stripe.adapter import Stripe
from refunds.machine import Status
from refunds.models import MerchantAccount, Refund
from refunds.services import Result
from refunds.tests.helpers import YES, Scripted, channel, later, paid, reserve
from tests.world import World

from .conftest import ADD, KEY, SECRET, account_at_stripe


@pytest.fixture(autouse=True)
def environment() -> Iterator[Scripted]:
    """The account of the installation, which a shop's own comes before."""
    scripted = Scripted(*[YES] * 20)
    with channel(scripted, "stripe"):
        yield scripted


def paid_by_card(world: World, number: str = "pi_1", **data: Any) -> Order:
    order = paid(world, number, **data)
    order.payments.update(channel="stripe", paid_at=world.now)
    return order


def stripe_of(world: World, shop: Shop) -> gateways.Gateway | None:
    """Through which a payment of now goes back."""
    return gateways.Accounts.of_shops([shop.pk]).connection("stripe", shop.pk, world.now).gateway


def attempt(refund: Refund, world: World, step: int = 0) -> Result:
    return services.attempt(refund.pk, now=world.now, wall=later(step))


def account_of(refund: Refund) -> int | None:
    return Refund.objects.get(pk=refund.pk).merchant_account_id


def test_the_accounts_of_two_shops_are_two(add: ADD, world: World, fake: Fake, environment: Scripted) -> None:
    """Lantern has its own, Harbor has that of the installation."""
    row = add()
    own, other = (
        reserve(paid_by_card(world), now=world.now),
        reserve(paid_by_card(world, "pi_2", shop=world.harbor), now=world.now),
    )
    assert attempt(own, world) == attempt(other, world) == Result.SETTLED
    assert [refund.charge for refund in fake.records.refunds] == ["ch_1"]
    assert environment.calls == [("request", other.refund_no)]
    assert (account_of(own), account_of(other)) == (row.pk, None)
    assert isinstance(stripe_of(world, world.lantern), Stripe)
    assert stripe_of(world, world.harbor) is environment


def test_it_is_asked_for_where_it_was_sent(
    add: ADD, world: World, fake: Fake, environment: Scripted, settings: Any
) -> None:
    first = add()
    refund = reserve(paid_by_card(world, "pi_LOST_1"), now=world.now)
    assert attempt(refund, world) == Result.UNREACHABLE
    assert fake.records.amounts("pi_LOST_1") == [6000]
    with account_at_stripe() as another:
        settings.STRIPE_API_BASE = another.url
        second = add("acct_2", url=another.url)
        settings.STRIPE_API_BASE = fake.url
        assert attempt(refund, world, 1) == Result.SETTLED
        # The next one goes through the account of today.
        following = reserve(paid_by_card(world, "pi_2"), now=world.now)
        assert attempt(following, world) == Result.SETTLED
        assert (len(fake.records.refunds), another.records.amounts("pi_2")) == (1, [6000])
    assert (account_of(refund), account_of(following)) == (first.pk, second.pk)
    assert environment.calls == []


def test_what_was_sent_through_the_installation_is_asked_for_there(
    add: ADD, world: World, fake: Fake, environment: Scripted
) -> None:
    environment.answers[0] = TimeoutError()
    refund = reserve(paid_by_card(world), now=world.now)
    assert attempt(refund, world) == Result.UNREACHABLE
    add()
    assert attempt(refund, world, 1) == Result.SETTLED
    assert environment.calls == [("request", refund.refund_no), ("query", refund.refund_no)]
    assert fake.records.refunds == []


def test_an_account_out_of_use_is_still_asked(add: ADD, world: World, fake: Fake, environment: Scripted) -> None:
    row = add()
    refund = reserve(paid_by_card(world, "pi_LOST_1"), now=world.now)
    attempt(refund, world)
    services.retire_account(row, actor=world.actor("mei"), now=world.now)
    assert attempt(refund, world, 1) == Result.SETTLED
    assert environment.calls == []


def test_an_account_that_cannot_be_read_waits_and_no_other_pays(
    add: ADD,
    world: World,
    fake: Fake,
    environment: Scripted,
    settings: Any,
    keys: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = add()
    refund = reserve(paid_by_card(world), now=world.now)
    settings.SECRETS_KEYS = ""
    assert attempt(refund, world) == Result.UNREACHABLE
    waiting = Refund.objects.get(pk=refund.pk)
    assert (waiting.status, waiting.last_error, environment.calls) == (Status.PENDING, "no_gateway", [])
    assert f"merchant account {row} stays off" in caplog.text
    settings.SECRETS_KEYS = keys
    assert attempt(refund, world, 1) == Result.SETTLED


def test_a_fake_is_no_account_in_production(add: ADD, world: World, fake: Fake, settings: Any) -> None:
    """A database that was tried out with the fakes: their addresses are stored with its accounts."""
    row = add(url=fake.url)
    settings.FAKES_ALLOWED, settings.STRIPE_API_BASE = False, "https://api.stripe.com"
    refund = reserve(paid_by_card(world), now=world.now)
    assert attempt(refund, world) == Result.UNREACHABLE
    assert fake.records.refunds == []
    with pytest.raises(gateways.Misconfigured, match="url: STRIPE_API_BASE"):
        gateways.build_account(row)


def test_only_a_number_is_no_account_to_send_through(world: World, environment: Scripted) -> None:
    MerchantAccount.objects.create(shop=world.lantern, channel="stripe", account="acct_named")
    refund = reserve(paid_by_card(world), now=world.now)
    assert attempt(refund, world) == Result.SETTLED
    assert environment.calls == [("request", refund.refund_no)]


def test_a_changed_key_is_noticed_at_once(add: ADD, world: World, fake: Fake) -> None:
    row = add(secrets={"STRIPE_API_KEY": "sk_test_wrong"})
    refund = reserve(paid_by_card(world), now=world.now)
    assert attempt(refund, world) == Result.WAITING
    before = stripe_of(world, world.lantern)
    assert stripe_of(world, world.lantern) is before  # built once
    services.revise_account(row, secrets={"STRIPE_API_KEY": KEY}, actor=world.actor("mei"), now=world.now)
    assert stripe_of(world, world.lantern) is not before
    assert attempt(refund, world, 1) == Result.SETTLED


def test_an_account_is_known_by_its_number(add: ADD, world: World, environment: Scripted, settings: Any) -> None:
    add()
    (gateway,) = gateways.named("stripe", "acct_lantern").values()
    assert isinstance(gateway, Stripe)
    assert gateway.account.webhook_secret == SECRET
    for nobody in (("stripe", "acct_other"), ("alipay", "acct_lantern"), ("nothing", "")):
        assert gateways.named(*nobody) == {}
    settings.ALIPAY_APP_ID = "2021"
    with channel(environment, "alipay"):
        assert gateways.named("alipay", "2021") == {gateways.ENVIRONMENT: environment}
        assert gateways.named("alipay", "2022") == {}


def test_accounts_are_read_once_a_share(add: ADD, world: World, fake: Fake) -> None:
    add()
    for number in range(5):
        reserve(paid_by_card(world, f"pi_{number}"), now=world.now)
    stripe_of(world, world.lantern)
    wall = clock.wall()
    with CaptureQueriesContext(connection) as captured:
        sender = services.Sender(world.now, wall)
        sender.send(services.lease(wall, 10))
    assert sender.outcome == Outcome(done=5)
    reads = [query["sql"] for query in captured if 'FROM "refunds_merchantaccount"' in query["sql"]]
    assert len(reads) == 1
    assert '"secrets" =' not in reads[0].split("WHERE")[0]
    assert '"refunds_merchantaccount"."secrets",' not in reads[0]


def test_the_breaker_counts_by_account(add: ADD, world: World, environment: Scripted, settings: Any) -> None:
    """One shop's account is down; the refunds of other shops go on through theirs."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    add()
    for number in range(policy.BREAK_AFTER + 2):
        reserve(paid_by_card(world, f"pi_{number}"), now=world.now)
    others = [reserve(paid_by_card(world, f"pi_h{n}", shop=world.harbor), now=world.now) for n in range(3)]
    wall = clock.wall()
    sender = services.Sender(world.now, wall)
    sender.send(services.lease(wall, 50))
    assert sender.outcome == Outcome(done=3, skipped=2, failed=policy.BREAK_AFTER)
    assert [number for _call, number in environment.calls] == [refund.refund_no for refund in others]


def checked(*args: str) -> str:
    out = io.StringIO()
    try:
        call_command("check_channel", *args, stdout=out)
    except CommandError as error:
        return f"wrong: {error}"
    return out.getvalue().strip()


def test_check_channel_of_a_shop(add: ADD, world: World, fake: Fake) -> None:
    named = "wrong: Lantern has no account of its own at this channel."
    assert checked("stripe", "--shop", "lantern").startswith(named)
    row = add()
    assert checked("stripe", "--shop", "lantern").startswith("Stripe knows the account and our key")
    fake.api_key = "sk_test_changed_there"
    assert checked("stripe", "--shop", "lantern").startswith("wrong: Stripe refused the key")
    services.retire_account(row, actor=world.actor("mei"), now=world.now)
    assert checked("stripe", "--shop", "lantern").startswith(named)
    assert checked("stripe", "--shop", "nowhere") == "wrong: There is no shop “nowhere”."
    assert fake.records.refunds == []
