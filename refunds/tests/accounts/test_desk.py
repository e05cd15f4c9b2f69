"""The page of the shop's settings: its accounts, their forms, and the button that checks one."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fakes.keys import Pair
from fakes.stripe.server import Fake
from refunds import channel_settings
from refunds.models import MerchantAccount
from tests.browser import Sit, page, text
from tests.world import World

from .conftest import ADD, KEY, SECRET
from .test_services import opened

URL = "/admin/settings/?shop=lantern"


@pytest.fixture(autouse=True)
def unchecked() -> None:
    cache.clear()


def test_a_manager_adds_an_account(world: World, sit: Sit, keys: str) -> None:
    client = sit("mei")
    settings_page = text(client.get(URL))
    assert "Merchant accounts" in settings_page
    add = f"{page(world.lantern, 'add_stripe')}?next=%2Fadmin%2Fsettings%2F%3Fshop%3Dlantern"
    assert f'href="{add}"' in settings_page
    assert "Signing secret of the webhook" in text(client.get(add))
    sent = {"account": "acct_1", "stripe_api_key": KEY, "stripe_webhook_secret": SECRET, "url": ""}
    answer: Any = client.post(add, sent)
    assert answer.url == URL
    row = MerchantAccount.objects.get()
    assert opened(row) == {"STRIPE_API_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}
    after = text(client.get(URL))
    assert "Stripe acct_1" in after
    assert "Secret key 20" in after
    assert KEY not in after


def test_an_alipay_account_has_the_words_of_alipay(world: World, sit: Sit, keys: str) -> None:
    client, app, other = sit("mei"), Pair.generate(), Pair.generate()
    add = page(world.lantern, "add_alipay")
    assert "Private key of your app" in text(client.get(add))
    # Browsers send line breaks as CR LF.
    sent = {"account": "2021", "alipay_private_key": app.private.replace("\n", "\r\n"), "alipay_public_key": app.public}
    refused = client.post(add, sent)
    assert refused.status_code == 400
    shown = text(refused)
    assert "Alipay's public key is the public half of your own key." in shown
    assert 'value="2021"' in shown
    assert app.private.splitlines()[1] not in shown
    assert client.post(add, sent | {"alipay_public_key": other.public}).status_code == 302
    assert MerchantAccount.objects.get().account == "2021"


def test_every_channel_has_a_form_in_words(world: World, sit: Sit, keys: str) -> None:
    """What a channel can do without is no duty; each variable has a label, and no file of the server can be named."""
    client = sit("mei")
    for channel in channel_settings.REQUIRED:
        form = client.get(page(world.lantern, f"add_{channel}")).context["form"]
        duties = {name for name, field in form.fields.items() if field.required}
        required = {names[0].lower() for names in channel_settings.REQUIRED[channel]}
        number = channel_settings.NUMBERS.get(channel, "").lower()
        assert duties == (required - {number}) | {"account"}
        assert not [field.label for field in form.fields.values() if str(field.label).isupper()]
        assert not [name for name in form.fields if name.endswith("_file")]


def test_what_is_stored_never_comes_back(add: ADD, world: World, sit: Sit) -> None:
    row, client = add(), sit("mei")
    revise = page(row, "revise")
    shown = text(client.get(revise))
    assert "Set on " in shown
    assert "Leave it empty to keep it." in shown
    wrong = client.post(revise, {"stripe_api_key": "pk_live_Typed1", "stripe_webhook_secret": "", "url": ""})
    assert wrong.status_code == 400
    assert "pk_live_Typed1" not in text(wrong)
    assert client.post(revise, {"stripe_api_key": "sk_test_New5", "url": ""}).status_code == 302
    assert opened(row) == {"STRIPE_API_KEY": "sk_test_New5", "STRIPE_WEBHOOK_SECRET": SECRET}
    pages = [client.get(address) for address in (URL, page(row), revise, "/admin/changes/")]
    pages.append(client.get("/admin/refunds/merchantaccount/"))
    assert not [one for one in pages for secret in (KEY, SECRET, "sk_test_New5") if secret in text(one)]
    assert re.search("Secret key.{1,80}20", text(pages[3]))


def test_without_a_key_of_the_server_the_form_says_so(world: World, sit: Sit, settings: Any) -> None:
    settings.SECRETS_KEYS = ""
    sent = {"account": "acct_1", "stripe_api_key": KEY, "stripe_webhook_secret": SECRET}
    answer = sit("mei").post(page(world.lantern, "add_stripe"), sent)
    assert answer.status_code == 409
    assert "SECRETS_KEYS isn't set on the server" in text(answer)


def test_the_check_says_in_words_what_it_came_to(add: ADD, world: World, sit: Sit, fake: Fake) -> None:
    row, client = add(), sit("mei")
    check = f"{page(row, 'check')}?next=%2Fadmin%2Fsettings%2F%3Fshop%3Dlantern"
    assert f'action="{check}"' in text(client.get(URL))

    def pressed() -> str:
        answer: Any = client.post(check)
        assert answer.url == URL
        return text(client.get(answer.url))

    assert "Stripe knows the account and our key, and its answer is genuine. No money was moved." in pressed()
    assert "This account was checked just now. Wait 10 seconds." in pressed()
    cache.clear()
    fake.api_key = "sk_test_changed_there"
    assert "Stripe refused the key: Invalid API Key provided" in pressed()
    assert (fake.records.refunds, fake.records.requests) == ([], {})


def test_no_transaction_is_open_while_the_channel_is_asked(
    add: ADD, sit: Sit, monkeypatch: pytest.MonkeyPatch, fake: Fake
) -> None:
    row, depths = add(), []
    from refunds.gateways.stripe.adapter import Stripe

    plain = Stripe.check

    def check(self: Stripe, **call: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        assert call["deadline"].left() <= 10
        return plain(self, **call)

    monkeypatch.setattr(Stripe, "check", check)
    sit("mei").post(page(row, "check"))
    assert depths == [0]  # only the test's own


@pytest.mark.parametrize("verb", ["revise", "check", "retire", "use", "change"])
@pytest.mark.parametrize("name", ["wen", "rui", "sun", "song", "alice", "eve", ""])
def test_only_managers_of_the_shop_reach_an_account(add: ADD, world: World, sit: Sit, verb: str, name: str) -> None:
    row, client = add(), sit(name)
    for answer in (client.get(page(row, verb)), client.post(page(row, verb), {"stripe_api_key": "sk_x"})):
        # Who is not logged in is sent to the login; everybody else learns nothing of the row.
        assert answer.status_code in ((404, 405) if name else (302,))
    row.refresh_from_db()
    assert (row.version, row.active) == (1, True)


@pytest.mark.parametrize("name", ["wen", "sun", "song"])
def test_others_at_the_desk_see_no_accounts(add: ADD, world: World, sit: Sit, name: str) -> None:
    add()
    client = sit(name)
    assert "acct_lantern" not in text(client.get(URL))
    assert "acct_lantern" not in text(client.get("/admin/refunds/merchantaccount/"))
    sent = {"account": "acct_2", "stripe_api_key": KEY, "stripe_webhook_secret": SECRET}
    assert client.post(page(world.lantern, "add_stripe"), sent).status_code == 403
    assert MerchantAccount.objects.count() == 1


def test_taken_out_of_use_and_used_again(add: ADD, sit: Sit) -> None:
    row, client = add(), sit("mei")
    assert client.post(page(row, "retire")).status_code == 302
    row.refresh_from_db()
    assert row.active is False
    assert client.post(page(row, "use")).status_code == 302
    row.refresh_from_db()
    assert row.active is True


def test_statements_of_the_card(add: ADD, world: World, sit: Sit) -> None:
    """One for all accounts, however many."""
    client = sit("mei")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    add()
    one = statements()
    for number in range(3):
        add(f"acct_{number}")
    assert statements() == one
