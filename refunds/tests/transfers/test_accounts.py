"""Whether transfers may be paid out of a shop's own account is set with it, and read by its adapter."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction

from fakes.alipay.certificates import Certificates
from fakes.keys import Pair
from kernel.errors import Invalid
from kernel.models import Change
from refunds import gateways, services
from refunds.models import MerchantAccount
from tests.world import World

OWN, THEIRS = Pair.generate(), Pair.generate()
ISSUED = Certificates.issued(OWN, THEIRS)
SECRETS = {
    "alipay": {
        "ALIPAY_PRIVATE_KEY": OWN.private,
        "ALIPAY_PUBLIC_KEY": ISSUED.own,
        "ALIPAY_APP_CERT": ISSUED.app,
        "ALIPAY_ROOT_CERT": ISSUED.root,
    },
    "wechatpay": {
        "WECHATPAY_SERIAL_NO": "37",
        "WECHATPAY_PRIVATE_KEY": OWN.private,
        "WECHATPAY_APIV3_KEY": "0" * 32,
        "WECHATPAY_PUBLIC_KEY_ID": "PUB_KEY_ID_1",
        "WECHATPAY_PUBLIC_KEY": THEIRS.public,
    },
    "stripe": {"STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
}


@pytest.fixture(autouse=True)
def keys_of_secrets(settings: Any) -> None:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()


def add(world: World, channel: str, **more: Any) -> MerchantAccount:
    actor: dict[str, Any] = {"actor": world.actor("mei"), "now": world.now}
    return services.add_account(
        world.lantern, channel=channel, account="2088", secrets=SECRETS[channel], **more, **actor
    )


def is_on(row: MerchantAccount) -> bool:
    fresh = MerchantAccount.objects.get(pk=row.pk)
    channel = gateways.transferring(gateways.build_account(fresh))
    return channel is not None and channel.on


@pytest.mark.parametrize(("channel", "scene"), [("alipay", ""), ("wechatpay", "1011")])
def test_switched_on_and_off(world: World, channel: str, scene: str) -> None:
    row = add(world, channel)
    assert not is_on(row)
    change: dict[str, Any] = {"secrets": {}, "actor": world.actor("mei"), "now": world.now}
    row = services.revise_account(row, transfers=True, transfer_scene_id=scene, **change)
    assert is_on(row)
    assert Change.objects.latest("pk").fields["transfers"] == [False, True]
    row = services.revise_account(row, **change)
    assert (row.transfers, row.transfer_scene_id) == (True, scene)
    assert not is_on(services.revise_account(row, transfers=False, **change))


@pytest.mark.parametrize(
    ("channel", "more", "field"),
    [
        ("stripe", {"transfers": True}, "transfers"),
        ("wechatpay", {"transfers": True}, "transfer_scene_id"),
        ("wechatpay", {"transfers": True, "transfer_scene_id": "1011/../x"}, "transfer_scene_id"),
    ],
)
def test_what_is_refused(world: World, channel: str, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(world, channel, **more)
    assert list(refused.value.errors or {}) == [field]


def test_an_app_that_signs_by_its_key_alone_has_no_transfers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alipay takes them in certificate mode only."""
    by_key = {"ALIPAY_PRIVATE_KEY": OWN.private, "ALIPAY_PUBLIC_KEY": THEIRS.public}
    monkeypatch.setitem(SECRETS, "alipay", by_key)
    with pytest.raises(Invalid) as refused:
        add(world, "alipay", transfers=True)
    assert "Certificate of your app, Alipay's root certificates" in str((refused.value.errors or {})["transfers"])
    row = add(world, "alipay")
    change: dict[str, Any] = {"actor": world.actor("mei"), "now": world.now, "transfers": True}
    with pytest.raises(Invalid):
        services.revise_account(row, secrets={"ALIPAY_APP_CERT": ISSUED.app}, **change)
    certificates = {"ALIPAY_APP_CERT": ISSUED.app, "ALIPAY_ROOT_CERT": ISSUED.root}
    assert is_on(services.revise_account(row, secrets=certificates, **change))


def test_the_database_wants_the_scene(world: World) -> None:
    row = add(world, "wechatpay", transfers=True, transfer_scene_id="1011")
    with pytest.raises(IntegrityError, match="merchant_account_transfer_scene"), transaction.atomic():
        MerchantAccount.objects.filter(pk=row.pk).update(transfer_scene_id="")
