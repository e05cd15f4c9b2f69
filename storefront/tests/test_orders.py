"""My orders: one's own only, tabs, search, pages, what the cards say and offer."""

import re
from datetime import timedelta

import pytest

from tests.browser import text

pytestmark = pytest.mark.usefixtures("now")


def numbers(page):
    return re.findall(r'id="o-([^"]+)"', text(page))


def test_one_sees_ones_own_even_who_works_for_the_shop(world, now, sit):
    world.place_order(order_no="E-ALICE")
    world.place_order(order_no="E-MEI", buyer="mei")
    assert numbers(sit("alice").get("/orders/")) == ["E-ALICE"]
    assert numbers(sit("mei").get("/orders/")) == ["E-MEI"]
    assert numbers(sit("sun").get("/orders/")) == []


def test_anonymous_is_sent_to_the_login(world, sit):
    assert sit("").get("/orders/?status=paid").url == "/login/?next=/orders/%3Fstatus%3Dpaid"


def test_tabs_by_state(world, now, sit):
    world.place_order(order_no="E-UNPAID", paid=False)
    world.place_order(order_no="E-PAID")
    world.shipped(order_no="E-SENT")
    world.completed(order_no="E-DONE")
    client = sit("alice")
    assert len(numbers(client.get("/orders/"))) == 4
    for status, number in (("pending_payment", "UNPAID"), ("paid", "PAID"), ("shipped", "SENT"), ("completed", "DONE")):
        page = client.get(f"/orders/?status={status}")
        assert numbers(page) == [f"E-{number}"]
        assert f'<a href="?status={status}" aria-current="page">' in text(page)
    assert "No closed orders." in text(client.get("/orders/?status=closed"))


def test_search_finds_numbers_and_titles_and_keeps_the_tab(world, now, sit):
    world.place_order(order_no="E-1", lines=[("TEE", "99.00", 1)])
    world.place_order(order_no="E-2", lines=[("LAMP", "50.00", 1), ("MUG", "5.00", 1)])
    world.shipped(order_no="E-3", lines=[("LAMP", "50.00", 1)])
    client = sit("alice")
    assert numbers(client.get("/orders/?search=e-1")) == ["E-1"]
    assert set(numbers(client.get("/orders/?search=lamp"))) == {"E-2", "E-3"}
    page = client.get("/orders/?search=+Lamp+&status=paid")
    assert numbers(page) == ["E-2"]
    assert '<input type="hidden" name="status" value="paid">' in text(page)
    assert "?status=shipped&amp;search=Lamp" in text(page).replace("+", "")
    nothing = text(client.get("/orders/?search=zebra&status=paid"))
    assert "No order number or product contains “zebra”" in nothing
    assert 'href="/orders/?status=paid">Clear the search' in nothing


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=lost", "That group of orders doesn't exist"),
        ("search=%00", "Search for up to 64"),
        ("search=" + "x" * 65, "Search for up to 64"),
        ("cursor=nonsense", "doesn't exist"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_list_is_shown(world, now, sit, query, sentence):
    world.place_order(order_no="E-1")
    page = sit("alice").get(f"/orders/?{query}")
    assert (page.status_code, numbers(page)) == (200, ["E-1"])
    assert sentence in text(page)


def test_pages_of_ten(world, now, sit):
    for n in range(12):
        world.place_order(order_no=f"E-{n:02}", placed_at=now - timedelta(days=n))
    client = sit("alice")
    first = client.get("/orders/?status=paid")
    assert numbers(first) == [f"E-{n:02}" for n in range(10)]
    onward = re.findall(r'rel="next" href="([^"]+)"', text(first))[0].replace("&amp;", "&")
    second = client.get(f"/orders/{onward}")
    assert numbers(second) == ["E-10", "E-11"]
    back = re.findall(r'rel="prev" href="([^"]+)"', text(second))[0].replace("&amp;", "&")
    assert numbers(client.get(f"/orders/{back}")) == numbers(first)


def test_a_buyer_without_orders_sees_a_sentence(world, sit):
    assert "No orders yet" in text(sit("eve").get("/orders/"))


class TestCards:
    def card(self, client):
        return re.findall(r"<article.*?</article>", text(client.get("/orders/")), re.DOTALL)[0]

    def test_three_lines_and_the_rest_as_a_number(self, world, now, sit):
        goods = [(f"SKU{n}", "1.00", 1) for n in range(5)]
        world.place_order(lines=goods)
        card = self.card(sit("alice"))
        assert card.count("as-line__t") == 3
        assert "and 2 more" in card
        assert "5 units, total" in card
        assert "¥5.00" in card

    def test_unshipped_offers_the_refund(self, world, now, sit):
        order = world.place_order()
        card = self.card(sit("alice"))
        assert re.search(rf'href="/orders/{order.order_no}/apply/">Refund<', card)
        assert "Confirm receipt" not in card
        assert f"/orders/{order.order_no}/?open=remark" in card

    def test_on_its_way_offers_receipt_and_after_sales(self, world, now, sit):
        order = world.shipped()
        card = self.card(sit("alice"))
        assert f'href="/orders/{order.order_no}/?open=receipt">Confirm receipt<' in card
        assert "Request after-sales service" in card

    def test_an_open_ticket_shows_and_closes_both(self, world, desk, sit):
        order = world.delivered()
        desk.apply(order)
        card = self.card(sit("alice"))
        assert "In after-sales" in card
        assert "Confirm receipt" not in card
        assert "/apply/" not in card

    def test_a_refunded_order_says_so(self, world, desk, sit):
        desk.pay_out(desk.apply(world.place_order(), "refund_only", "dont_want"))
        card = self.card(sit("alice"))
        assert "After-sales succeeded" in card
        assert "Order closed" in card


def test_twelve_statements_do(world, desk, sit, django_assert_max_num_queries):
    for n in range(4):
        world.place_order(lines=[(f"SKU{i}", "1.00", 1) for i in range(n + 1)])
        world.delivered()
        world.revise_policy(window_days=15 + n)
    desk.apply(world.delivered())
    client = sit("alice")
    with django_assert_max_num_queries(8):
        client.get("/orders/?status=shipped&search=t")
    with django_assert_max_num_queries(8):
        assert len(numbers(client.get("/orders/"))) == 9
