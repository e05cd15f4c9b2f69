"""The account of a shop at a channel."""

import pytest
from django.db import IntegrityError, transaction

from refunds.models import MerchantAccount
from tests.world import World


def test_a_shop_has_one_account_a_channel(world: World) -> None:
    account = MerchantAccount.objects.create(shop=world.lantern, channel="alipay", account="2088")
    assert (str(account), account.active) == ("Alipay 2088", True)
    MerchantAccount.objects.create(shop=world.lantern, channel="stripe", account="acct_1")
    MerchantAccount.objects.create(shop=world.harbor, channel="alipay", account="2088")
    with pytest.raises(IntegrityError, match="merchant_account_once"), transaction.atomic():
        MerchantAccount.objects.create(shop=world.lantern, channel="alipay", account="2089")


@pytest.mark.parametrize("values", [{"channel": "", "account": "1"}, {"channel": "alipay", "account": ""}])
def test_it_names_channel_and_account(world: World, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="merchant_account_named"), transaction.atomic():
        MerchantAccount.objects.create(shop=world.lantern, **values)
