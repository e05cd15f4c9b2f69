"""What became impossible is let go of with a sentence, and what was wrong is said no longer than it is wrong."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from tests.browser import text
from tests.desk import Desk
from tests.world import World

from .filled import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "stock")]


def url(order: Order, more: str = "") -> str:
    return f"/orders/{order.order_no}/apply/{more}"


def told(page: str) -> set[str]:
    """The sections that a page or fragment complains of."""
    return set(re.findall(r'name="complained" value="(\w+)"', page))


def looked(client: Client, order: Order, page: str, **more: Any) -> str:
    """What the page fetches once something has changed on it."""
    return text(client.post(url(order, "quote/"), body(page) | {"complained": list(told(page))} | more))


class TestTheType:
    @pytest.fixture
    def mixed(self, world: World) -> Order:
        world.sku("CAP", exchange_excluded=True, on_hand=5)
        return world.delivered(lines=[("TEE", "99.00", 1), ("CAP", "20.00", 1)])

    def test_is_let_go_with_the_goods_that_allowed_it(self, world: World, alice: Client, mixed: Order) -> None:
        _tee, cap = world.lines(mixed)
        page = text(alice.get(url(mixed)))
        more = text(alice.post(url(mixed, "quote/"), body(page) | {"type": "exchange", "line": [str(cap.pk)]}))
        assert 'name="type" ' in more
        assert not re.search(r'name="type"[^>]* checked', more)
        assert more.count("“Exchange” is no longer available: These goods can't be exchanged.") == 2  # shown and said
        assert "Choose items and a service" in more

    def test_is_drawn_anew_though_the_page_has_seen_these_goods(self, alice: Client, mixed: Order) -> None:
        """The page that was posted says that it knows the goods: the type alone is out of date."""
        filled = body(text(alice.get(url(mixed))))
        assert 'id="dropped"' in text(alice.post(url(mixed, "quote/"), filled | {"type": "exchange"}))

    def test_of_the_address_too(self, world: World, alice: Client) -> None:
        page = text(alice.get(url(world.place_order(), "?type=exchange")))
        assert "“Exchange” is no longer available" in page
        assert not re.search(r'name="type"[^>]* checked', page)

    def test_the_only_one_left_is_not_taken_in_its_place(self, world: World, alice: Client) -> None:
        order = world.place_order()
        filled = body(text(alice.get(url(order))))
        assert filled["type"] == ["refund_only"]  # from the start there was no other
        more = text(alice.post(url(order, "quote/"), filled | {"type": "repair"}))
        assert not re.search(r'name="type"[^>]* checked', more)

    def test_nothing_is_said_where_it_stays(self, world: World, alice: Client, mixed: Order) -> None:
        tee, _cap = world.lines(mixed)
        filled = body(text(alice.get(url(mixed)))) | {"type": "exchange", "line": [str(tee.pk)]}
        more = text(alice.post(url(mixed, "quote/"), filled))
        assert re.search(r'value="exchange" checked', more)
        assert "no longer available" not in more


class TestErrors:
    def refused(self, client: Client, order: Order, **chosen: Any) -> str:
        page = text(client.post(url(order), body(text(client.get(url(order)))) | chosen))
        assert 'id="problems"' in page
        return page

    @pytest.mark.parametrize(
        ("chosen", "part", "cure"),
        [
            ({"type": "return_refund"}, "reason", {"reason_return_refund": "wrong_choice"}),
            ({}, "type", {"type": "return_refund", "reason_return_refund": "wrong_choice"}),
            (
                {"type": "refund_only", "reason_refund_only": "compensation", "how": "part", "claimed_amount": "x"},
                "part",
                {"claimed_amount": "10"},
            ),
            (
                {"type": "refund_only", "reason_refund_only": "compensation", "how": "part", "claimed_amount": "500"},
                "part",
                {"how": "whole"},
            ),
        ],
    )
    def test_go_when_they_are_cured(
        self, world: World, alice: Client, chosen: dict[str, Any], part: str, cure: dict[str, Any]
    ) -> None:
        order = world.delivered()
        page = self.refused(alice, order, **chosen)
        assert told(page) == {part}
        assert told(looked(alice, order, page)) == {part}  # nothing was done about it
        cured = looked(alice, order, page, **cure)
        assert told(cured) == set()
        assert 'id="problems"' not in cured
        assert re.search(r'<div id="problems-box" data-hx-swap-oob="innerHTML">\s*</div>', cured)
        assert "as-err" not in cured

    def test_of_a_photo_go_with_the_photo(self, world: World, desk: Desk, alice: Client) -> None:
        order = world.delivered()
        page = self.refused(alice, order, type="return_refund", reason_return_refund="quality")
        assert told(page) == {"photos"}
        assert told(looked(alice, order, page, evidence=[str(desk.photo())])) == set()

    def test_of_goods_go_with_the_goods(self, world: World, alice: Client) -> None:
        order = world.delivered()
        number = f"quantity_{order.lines.get().pk}"
        chosen = {"type": "return_refund", "reason_return_refund": "wrong_choice"}
        page = self.refused(alice, order, **chosen, **{number: "9"})
        assert told(page) == {"goods"}
        assert told(looked(alice, order, page, **chosen, **{number: "2"})) == set()

    def test_of_several_one_stays(self, world: World, alice: Client) -> None:
        order = world.delivered()
        page = self.refused(alice, order, type="return_refund", line=[])
        assert told(page) == {"goods"}
        page = self.refused(alice, order, type="", **{f"quantity_{order.lines.get().pk}": "x"})
        assert told(page) == {"goods", "type"}
        more = looked(alice, order, page, type="return_refund", **{f"quantity_{order.lines.get().pk}": "x"})
        assert told(more) == {"goods"}

    def test_what_was_not_complained_of_is_not_brought_up(self, world: World, alice: Client) -> None:
        """A type that is chosen anew has no reason yet: that is unfinished and not wrong."""
        order = world.delivered()
        page = self.refused(alice, order)
        assert told(page) == {"type"}
        assert told(looked(alice, order, page, type="repair")) == set()

    def test_without_a_refusal_nothing_is_complained_of(self, world: World, alice: Client) -> None:
        order = world.delivered()
        assert 'id="problems-box"' not in looked(alice, order, text(alice.get(url(order))))


class TestVirtualGoods:
    def test_are_only_refunded(self, world: World, alice: Client) -> None:
        world.sku("KEY", virtual=True, on_hand=9)
        page = text(alice.get(url(world.delivered(lines=[("KEY", "20.00", 1)]))))
        assert re.search(r'value="refund_only" checked', page)
        for type_ in ("return_refund", "exchange", "repair", "reissue"):
            assert re.search(rf'value="{type_}" disabled', page), type_
        assert page.count("Virtual goods aren't shipped, so you can only get a refund.") == 4

    @pytest.mark.parametrize(
        ("codes", "possible"), [("T", ["return_refund", "exchange", "repair"]), ("TK", ["return_refund"]), ("K", [])]
    )
    def test_beside_real_goods_are_refunded_along(
        self, world: World, alice: Client, codes: str, possible: list[str]
    ) -> None:
        world.sku("KEY", virtual=True, on_hand=9)
        order = world.delivered(lines=[("TEE", "99.00", 1), ("KEY", "20.00", 1)])
        lines = dict(zip("TK", world.lines(order), strict=True))
        filled = body(text(alice.get(url(order)))) | {"line": [str(lines[code].pk) for code in codes], "seen": ""}
        more = text(alice.post(url(order, "quote/"), filled))
        for type_ in ("return_refund", "exchange", "repair"):
            assert bool(re.search(rf'value="{type_}" disabled', more)) is (type_ not in possible), type_


class TestVariants:
    def cards(self, page: str) -> list[str]:
        return [
            " ".join(re.sub(r"<[^>]+>", " ", card).split())
            for card in re.findall(r'<label class="as-opt as-variant.*?</label>', page, re.DOTALL)
        ]

    def test_show_picture_price_and_stock(self, world: World, alice: Client) -> None:
        world.sku("TEE-L", title="Tee", spec="L", price="109.00", image_url="/static/demo/lamp.svg", on_hand=1)
        page = text(alice.get(url(world.delivered(lines=[("TEE", "99.00", 1)]))))
        same, large = self.cards(page)
        assert same.startswith("Same item again")
        assert same.endswith("9 in stock")
        assert large == "Tee · L ¥109.00 (+¥10.00) · 1 in stock"
        assert '<img class="as-line__img" src="/static/demo/lamp.svg"' in page

    @pytest.mark.parametrize(("units", "enough"), [("1", True), ("2", False)])
    def test_need_as_many_on_the_shelf_as_are_exchanged(
        self, world: World, alice: Client, units: str, enough: bool
    ) -> None:
        world.sku("TEE-L", title="Tee", spec="L", on_hand=1)
        order = world.delivered(lines=[("TEE", "99.00", 2)])
        pk = order.lines.get().pk
        chosen = {"type": "exchange", f"quantity_{pk}": units, f"exchange_sku_{pk}": "TEE-L", "seen": ""}
        page = text(alice.post(url(order, "quote/"), body(text(alice.get(url(order)))) | chosen))
        assert bool(re.search(r'value="TEE-L"\s*checked', page)) is enough
        assert bool(re.search(r'value="TEE-L"\s*disabled', page)) is not enough
        assert re.search(r'value="exchange" checked', page)

    def test_many_are_folded_away(self, world: World, alice: Client) -> None:
        for n in range(12):
            world.sku(f"TEE-{n:02}", title="Tee", spec=str(n), on_hand=1)
        page = text(alice.get(url(world.delivered())))
        assert len(self.cards(page)) == 13
        assert "5 more to choose from" in page
