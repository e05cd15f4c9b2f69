"""Several managers at once: one account a channel is in use at most, and a number is there once."""

from functools import partial

import pytest

from refunds import services
from refunds.models import MerchantAccount
from tests.threads import dismissed, race
from tests.world import World

from .conftest import ADD

__all__ = ["dismissed"]
pytestmark = pytest.mark.django_db(transaction=True)


def in_use() -> list[str]:
    return list(MerchantAccount.objects.filter(active=True).values_list("account", flat=True))


def test_accounts_that_are_added_at_once(add: ADD) -> None:
    assert race(*(partial(add, f"acct_{number}") for number in range(6))) == ["ok"] * 6
    assert MerchantAccount.objects.count() == 6
    assert len(in_use()) == 1


def test_one_number_that_is_added_twice_at_once(add: ADD) -> None:
    assert sorted(race(*[add] * 4)) == ["invalid", "invalid", "invalid", "ok"]
    assert in_use() == ["acct_lantern"]


def test_each_is_put_in_use_while_another_is(add: ADD, world: World) -> None:
    rows = [add(f"acct_{number}") for number in range(3)]
    actor = world.actor("mei")
    deeds = [partial(services.use_account, row, actor=actor, now=world.now) for row in rows * 2]
    assert race(*deeds) == ["ok"] * 6
    assert len(in_use()) == 1


def test_a_secret_that_two_change_at_once_is_that_of_one_of_them(add: ADD, world: World) -> None:
    from .test_services import opened

    row, actor = add(), world.actor("mei")
    values = [f"sk_test_{number}" for number in range(4)]
    deeds = [
        partial(services.revise_account, row, secrets={"STRIPE_API_KEY": value}, actor=actor, now=world.now)
        for value in values
    ]
    assert race(*deeds) == ["ok"] * 4
    assert opened(row)["STRIPE_API_KEY"] in values
    row.refresh_from_db()
    assert row.version == 5
