"""Where a shop's buyers pay: who sets it, which addresses it takes, and the key."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kernel.errors import Forbidden, Invalid
from kernel.models import Change
from tests.browser import Sit, page, text
from tests.world import NOW, World

from ..models import Shop
from ..shop_settings.payment_page import SANDBOX, address_of, set_payment_page

pytestmark = pytest.mark.django_db
PAGE = "https://pay.lantern.example/due?from=aftersales"


def put(world: World, who: str = "mei", url: str = PAGE, **more: Any) -> Shop:
    set_payment_page(Shop.objects.get(code="lantern"), url=url, actor=world.actor(who), now=NOW, **more)
    return Shop.objects.get(code="lantern")


@pytest.mark.parametrize("who", ["alice", "wen", "oms", "sun", "song"])
def test_only_the_shops_manager_sets_it(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        put(world, who)


def test_the_key_comes_with_the_first_address_and_stays(world: World) -> None:
    key = put(world).payment_page_key
    assert len(key) >= 40
    assert put(world, url="https://pay.example/").payment_page_key == key
    assert put(world, url="").payment_page_key == key
    assert put(world, renew_key=True).payment_page_key not in ("", key)


def test_without_an_address_there_is_no_key(world: World) -> None:
    assert put(world, url="", renew_key=True).payment_page_key == ""


def test_the_history_of_settings_keeps_only_the_end_of_the_key(world: World) -> None:
    key = put(world).payment_page_key
    row = Change.objects.get(subject="payment_page")
    assert row.fields["payment_page_url"] == ["", PAGE]
    assert row.fields["payment_page_key"] == ["", key[-4:]]
    assert key not in str(row.fields)


BAD = [
    "http://pay.example/", "//pay.example/", "javascript:alert(1)", "https://", "https:///x",
    "https://a:b@pay.example/",
    "https://pay.example/#x", "https://pay.example/ x", "/sandbox/pay/", "/login/", "https://[",
    "https://x/" + "y" * 400,
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_other_addresses_are_refused(world: World, url: str) -> None:
    with pytest.raises(Invalid):
        put(world, url=url)
    assert Shop.objects.get(code="lantern").payment_page_url == ""


def test_the_sandbox_is_one_only_where_the_demo_runs(world: World, settings: Settings) -> None:
    settings.DEBUG = True
    shop = put(world, url=SANDBOX)
    assert address_of(shop) == SANDBOX
    settings.DEBUG = False
    assert address_of(shop) == ""


def test_it_is_set_at_the_desk_and_only_a_manager_reads_the_key(world: World, sit: Sit) -> None:
    url = page(world.lantern, "payment_page")
    sit("mei").post(url, {"url": PAGE})
    shop = Shop.objects.get(code="lantern")
    assert shop.payment_page_url == PAGE
    assert shop.payment_page_key in text(sit("mei").get(url))
    for name in ("wen", "sun", "rui"):
        for address in (url, f"/admin/accounts/shop/{shop.pk}/change/", "/admin/settings/"):
            assert shop.payment_page_key not in sit(name).get(address, follow=True).content.decode()
    assert "pay.lantern.example" in text(sit("mei").get("/admin/settings/"))
