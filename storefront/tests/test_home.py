"""The first page: what waits, the last orders, the way to the desk."""

import re

import pytest

from tests.browser import text

pytestmark = pytest.mark.usefixtures("now")


def test_a_new_buyer_reads_what_comes_here(world, sit):
    page = text(sit("eve").get("/"))
    assert "Nothing here yet" in page
    assert "Waiting for you" not in page
    assert "Go to the desk" not in page


@pytest.mark.parametrize("name", ["mei", "wen", "sun"])
def test_who_works_at_the_desk_finds_the_way(world, sit, name):
    page = text(sit(name).get("/"))
    assert 'href="/admin/">Go to the desk' in page


def test_what_waits_has_one_button_to_act(world, desk, sit):
    desk.approve(desk.apply(world.delivered()))
    page = text(sit("alice").get("/"))
    card = re.findall(r'<article class="as-card as-ticket.*?</article>', page, re.DOTALL)[0]
    assert re.findall(r'class="as-btn[^>]*>([^<]+)<', card) == ["Enter the tracking number"]
    assert "Send the goods and enter the tracking number within" in card


def test_a_difference_to_pay_leads_to_the_ticket(world, desk, sit):
    world.sku("TEE", on_hand=5)
    world.sku("GOLD", price="199.00", on_hand=5)
    order = world.delivered(lines=[("TEE", "99.00", 1)])
    desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="GOLD"))
    page = text(sit("alice").get("/"))
    card = re.findall(r'<article class="as-card as-ticket.*?</article>', page, re.DOTALL)[0]
    assert re.findall(r'class="as-btn[^>]*>([^<]+)<', card) == ["Details"]


def test_what_waits_for_the_shop_does_not_wait_for_the_buyer(world, desk, sit):
    desk.apply(world.delivered())
    page = text(sit("alice").get("/"))
    assert "You're all caught up." in page
    assert "as-ticket--c" not in page


def test_five_wait_at_most_and_three_orders_are_shown(world, desk, sit, django_assert_max_num_queries):
    for _ in range(6):
        desk.approve(desk.apply(world.delivered()))
        world.revise_policy(window_days=20)
    world.place_order()
    client = sit("alice")
    with django_assert_max_num_queries(12):
        page = text(client.get("/"))
    assert page.count("as-ticket--c") == 5
    assert 'href="/tickets/?stage=waiting"' in page
    assert page.count('as-oc"') == 3
    assert ">Refund<" in page


def test_others_tickets_wait_for_others(world, desk, sit):
    desk.approve(desk.apply(world.delivered()))
    assert "as-ticket--c" not in text(sit("mei").get("/"))
    assert "as-ticket--c" not in text(sit("bob").get("/"))
