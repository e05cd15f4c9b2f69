"""Who may set an account, what is refused, and what is written down of it."""

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet

from accounts.access import ADMINISTRATOR
from kernel.actors import SUPPORT, Actor
from kernel.crypto import encryption
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.models import Change
from refunds import services
from refunds.models import MerchantAccount
from tests.world import DAY, World

from .conftest import ADD, KEY, SECRET


def opened(row: MerchantAccount) -> dict[str, str]:
    return dict(json.loads(encryption.decrypt(MerchantAccount.objects.get(pk=row.pk).secrets)))


def test_it_is_stored_encrypted(add: ADD, world: World) -> None:
    row = add(" acct_lantern ")
    assert (row.account, row.active, row.version, row.url) == ("acct_lantern", True, 1, "")
    assert opened(row) == {"STRIPE_API_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}
    assert row.secrets_set == dict.fromkeys(("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"), world.now.isoformat())


def test_an_empty_secret_stays_as_it_was(add: ADD, world: World) -> None:
    row = add()
    later = world.now + DAY
    secrets = {"STRIPE_API_KEY": "  sk_test_Second\n", "STRIPE_WEBHOOK_SECRET": " "}
    row = services.revise_account(row, secrets=secrets, actor=world.actor("mei"), now=later)
    assert opened(row) == {"STRIPE_API_KEY": "sk_test_Second", "STRIPE_WEBHOOK_SECRET": SECRET}
    assert row.version == 2
    assert row.secrets_set == {
        "STRIPE_API_KEY": later.isoformat(),
        "STRIPE_WEBHOOK_SECRET": world.now.isoformat(),
    }


def test_the_next_account_takes_the_place_of_the_first(add: ADD, world: World) -> None:
    first = add()
    second = add("acct_2")
    first.refresh_from_db()
    assert (first.active, first.version, second.active) == (False, 2, True)
    actor: dict[str, Any] = {"actor": world.actor("mei"), "now": world.now}
    assert services.use_account(first, **actor).active is True
    second.refresh_from_db()
    assert second.active is False
    assert services.retire_account(first, **actor).active is False
    assert not MerchantAccount.objects.filter(active=True).exists()


@pytest.mark.parametrize(
    ("name", "allowed"), [("mei", True), ("wen", False), ("oms", False), ("sun", False), ("song", False)]
)
def test_only_a_manager_sets_an_account(add: ADD, world: World, name: str, allowed: bool) -> None:
    row, actor = add(), world.actor(name, world.lantern)
    calls: list[Any] = [
        lambda: add("acct_2", actor=actor),
        lambda: services.revise_account(row, secrets={}, actor=actor, now=world.now),
        lambda: services.use_account(row, actor=actor, now=world.now),
        lambda: services.retire_account(row, actor=actor, now=world.now),
    ]
    for call in calls:
        if allowed:
            call()
        else:
            with pytest.raises(Forbidden):
                call()


def test_the_administrator_may(add: ADD) -> None:
    assert add(actor=Actor(SUPPORT, "root", 1, ADMINISTRATOR)).pk


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"channel": "balance"}, "channel"),
        ({"account": ""}, "account"),
        ({"account": "a/b"}, "account"),
        ({"account": "a\n"}, ""),  # the blank around it is taken off
        ({"account": "a\x00b"}, "account"),
        ({"account": "x" * 129}, "account"),
        ({"url": "https://internal.example"}, "url"),
        ({"url": "http://169.254.169.254/"}, "url"),
        ({"secrets": {"STRIPE_API_KEY": ""}}, "stripe_api_key"),
        ({"secrets": {"STRIPE_API_KEY": "pk_live_1"}}, "stripe_api_key"),
        ({"secrets": {"STRIPE_WEBHOOK_SECRET": "x" * 10_001}}, "stripe_webhook_secret"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(add: ADD, values: dict[str, Any], field: str) -> None:
    if not field:
        assert add(**values).account == "a"
        return
    with pytest.raises(Invalid) as refused:
        add(**values)
    assert list(refused.value.errors or {}) == [field]
    assert not MerchantAccount.objects.exists()


def test_a_file_of_the_server_is_never_read(add: ADD) -> None:
    """`NAME_FILE` names a file in the environment; a manager of a shop names none."""
    secrets = {"ALIPAY_PRIVATE_KEY": "", "ALIPAY_PRIVATE_KEY_FILE": "/etc/passwd", "ALIPAY_PUBLIC_KEY": "x"}
    with pytest.raises(Invalid) as refused:
        add(channel="alipay", secrets=secrets)
    assert "Private key of your app" in str(refused.value.errors)
    assert "passwd" not in str(refused.value.errors)


def test_the_same_number_twice_is_refused(add: ADD) -> None:
    add()
    with pytest.raises(Invalid) as refused:
        add()
    assert list(refused.value.errors or {}) == ["account"]


def test_without_a_key_of_the_server_nothing_is_saved(add: ADD, world: World, settings: Any) -> None:
    row = add()
    for text in ("", "no key"):
        settings.SECRETS_KEYS = text
        with pytest.raises(Conflict, match="SECRETS_KEYS"):
            add("acct_2")
        with pytest.raises(Conflict, match="SECRETS_KEYS"):
            services.revise_account(row, secrets={}, actor=world.actor("mei"), now=world.now)
    assert MerchantAccount.objects.count() == 1
    # The rest works.
    assert services.retire_account(row, actor=world.actor("mei"), now=world.now).active is False


def test_the_history_of_settings_has_when_and_not_what(add: ADD, world: World) -> None:
    row = add()
    later = world.now + DAY
    secrets = {"STRIPE_API_KEY": "sk_test_Second"}
    services.revise_account(row, secrets=secrets, actor=world.actor("mei"), now=later)
    services.retire_account(row, actor=world.actor("mei"), now=later)
    first, second, third = Change.objects.filter(subject="merchant_account").order_by("pk")
    assert (first.action, first.label, first.actor_name) == ("add", "stripe acct_lantern", "mei")
    assert first.fields["account"] == [None, "acct_lantern"]
    assert second.fields == {"STRIPE_API_KEY": [world.now.isoformat(), later.isoformat()]}
    assert third.fields == {"active": [True, False]}
    written = json.dumps([first.fields, second.fields, third.fields])
    assert not [secret for secret in (KEY, SECRET, "sk_test_Second") if secret in written]


def test_keys_in_front_encrypt_and_all_decrypt(settings: Any, keys: str) -> None:
    token = encryption.encrypt("text")
    new = Fernet.generate_key().decode()
    settings.SECRETS_KEYS = f"{new}, {keys}"
    assert encryption.decrypt(token) == "text"
    again = encryption.encrypt_again(token)
    settings.SECRETS_KEYS = new
    assert encryption.decrypt(again) == "text"
    with pytest.raises(encryption.Undecryptable, match="encrypted by no key of SECRETS_KEYS"):
        encryption.decrypt(token)
    settings.SECRETS_KEYS = ""
    with pytest.raises(encryption.Undecryptable, match="SECRETS_KEYS is not set"):
        encryption.decrypt(again)


@pytest.mark.parametrize(("text", "fine"), [("", True), ("abc", False), ("ä", False), (",", True)])
def test_a_list_that_is_none_is_a_sentence(settings: Any, text: str, fine: bool) -> None:
    settings.SECRETS_KEYS = text
    problems = encryption.problems(settings)
    assert [problem.split(" is ")[0] for problem in problems] == ([] if fine else ["SECRETS_KEYS"])
    assert fine or text not in problems[0].split(" ")
