"""The shop's currency is what everything is in that names none; an SKU has one of its own."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.services import revise_policy, set_member
from kernel.errors import Invalid
from orders.importing import Target
from orders.models import Sku
from orders.services import skus
from tests.browser import Sit, text
from tests.fixtures import Login
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
SKU = "/api/v1/skus/TEE/?shop=lantern"
YEN = "JPY has no decimals. Remove the point and what follows it."


@pytest.fixture
def yen(world: World) -> World:
    """`lantern` trades in yen."""
    world.lantern.currency = "JPY"
    world.lantern.save()
    return world


def order_body(**more: Any) -> dict[str, Any]:
    line = {"sku": "TEE", "title": "Tee", "unit_price": "100", "quantity": 3}
    return {"order_no": "C-1", "shop": "lantern", "buyer": "alice", "lines": [line], **more}


def test_an_order_that_names_no_currency_is_in_the_shops(yen: World, api: Login) -> None:
    made = api("oms").post("/api/v1/orders/", order_body(discount="1"))
    assert (made.status_code, made.json()["currency"], made.json()["amount"]) == (201, "JPY", "299")
    refused = api("oms").post("/api/v1/orders/", order_body(order_no="C-2", discount="1.00"))
    assert (refused.status_code, refused.json()["errors"]) == (400, {"discount": [YEN]})
    named = api("oms").post("/api/v1/orders/", order_body(order_no="C-3", currency="USD", discount="1.00"))
    assert (named.status_code, named.json()["amount"]) == (201, "299.00")


def test_a_new_sku_has_the_currency_of_the_order_that_brought_its_price(world: World, api: Login) -> None:
    assert api("oms").post("/api/v1/orders/", order_body(currency="JPY")).status_code == 201
    sku = Sku.objects.get()
    assert (sku.price, sku.currency) == (Decimal(100), "JPY")


class TestSku:
    def test_the_shops_by_default(self, yen: World, api: Login) -> None:
        made = api("mei").put(SKU, {"title": "Tee", "price": "990"})
        assert made.status_code == 201
        assert (made.json()["price"], made.json()["currency"]) == ("990", "JPY")
        assert api("mei").get(SKU).json() == made.json()

    def test_its_own(self, world: World, api: Login) -> None:
        made = api("oms").put(SKU, {"price": "10.50", "currency": "USD"})
        assert (made.json()["price"], made.json()["currency"]) == ("10.50", "USD")
        changed = api("oms").put(SKU, {"price": "9.50"})
        assert (changed.json()["price"], changed.json()["currency"]) == ("9.50", "USD")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"price": "10.00", "currency": "JPY"}, "price"),
            ({"price": "10.55", "currency": "JPY"}, "price"),
            ({"currency": "JPY"}, "price"),  # it costs 99.50
            ({"currency": "KWD"}, "currency"),
            ({"currency": "yen"}, "currency"),
            ({"currency": ""}, "currency"),
            ({"currency": "JPY\n"}, "currency"),
            ({"currency": 1}, "currency"),
        ],
    )
    def test_what_is_refused(self, world: World, api: Login, body: dict[str, Any], field: str) -> None:
        world.sku(price="99.50")
        refused = api("mei").put(SKU, body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
        assert (Sku.objects.get().price, Sku.objects.get().currency) == (Decimal("99.50"), "CNY")

    def test_the_service_refuses_too(self, yen: World) -> None:
        with pytest.raises(Invalid):
            skus.put_sku(yen.lantern, "TEE", {"price": Decimal("10.55")}, actor=yen.actor("mei"))


def test_the_shop_says_its_currency(yen: World, api: Login) -> None:
    assert api("alice").get("/api/v1/shops/lantern/").json()["currency"] == "JPY"


def test_an_import_is_in_the_currency_of_the_shop(yen: World) -> None:
    assert Target(yen.lantern, NOW).currency == "JPY"
    assert Target(yen.harbor, NOW).currency == "CNY"


def test_the_numbers_of_a_shop_have_its_decimals(yen: World) -> None:
    with pytest.raises(Invalid) as refused:
        revise_policy(yen.lantern, {"return_freight_standard": Decimal("8.50")}, actor=yen.actor("mei"), now=NOW)
    assert refused.value.errors == {"return_freight_standard": [YEN]}
    by: dict[str, Any] = {"actor": yen.actor("mei"), "now": NOW}
    with pytest.raises(Invalid) as refused:
        set_member(yen.lantern, yen.eve, role="agent", review_limit=Decimal("8.50"), **by)
    assert refused.value.errors == {"review_limit": [YEN]}


def test_the_desk_shows_prices_and_limits_in_the_currency(yen: World, sit: Sit) -> None:
    yen.sku(price="990", currency="JPY")
    assert "JP¥990" in text(sit("mei").get("/admin/orders/sku/"))
    assert "up to JP¥200 per order" in text(sit("mei").get("/admin/settings/"))
