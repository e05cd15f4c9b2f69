"""The shell of the desk: the menu and its counts, and what every page of it must be."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from aftersales.models import CannedResponse, Ticket
from desk.pages import PAGES
from orders.models import Order
from tests.browser import listing, page, text
from tests.desk import Desk


@pytest.fixture
def desk(world):
    world.sku(on_hand=20)
    return Desk(world)


def entries(html):
    """The rail: label → (count, chosen)."""
    rail = html[html.index('<nav aria-label="Desk">') : html.index('class="rail-foot"')]
    found = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?>(.*?)</a>', rail)
    return {
        re.sub(r"<b.*|<[^>]+>", "", words).strip(): (int((re.findall(r">(\d+)</b>", words) or [0])[0]), bool(chosen))
        for _, chosen, words in found
    }


def test_the_rail_counts_what_is_to_do_in_ones_own_shops(desk, world, sit):
    for _ in range(2):
        desk.apply(world.delivered())
    desk.ship_back(desk.approve(desk.apply(world.delivered())))
    rail = entries(text(sit("mei").get(reverse("admin:index"))))
    assert (rail["To review"], rail["Goods to receive"], rail["Overdue"]) == ((2, False), (1, False), (0, False))
    assert entries(text(sit("rui").get(reverse("admin:index"))))["To review"] == (0, False)
    assert entries(text(sit("sun").get(reverse("admin:index"))))["To review"] == (2, False)


def test_a_count_leads_to_as_many_rows(desk, world, sit):
    mei = sit("mei")
    desk.apply(world.delivered())
    desk.ship_back(desk.approve(desk.apply(world.delivered())))
    for todo, label in (("review", "To review"), ("receive", "Goods to receive"), ("reship", "Replacements")):
        response = mei.get(listing(Ticket, f"?todo={todo}"))
        rail = entries(text(response))
        assert rail[label] == (response.context["cl"].result_count, True), todo
        assert sum(chosen for _, chosen in rail.values()) == 1
    assert mei.get(listing(Ticket, "?todo=nonsense")).status_code == 200


def test_the_rail_says_where_one_is(desk, world, sit):
    mei, ticket = sit("mei"), desk.apply(world.delivered())
    assert entries(text(mei.get(page(ticket))))["To review"] == (1, True)
    assert entries(text(mei.get(listing(Ticket))))["All tickets"] == (0, True)
    assert entries(text(mei.get(listing(Order))))["Orders"] == (0, True)


def test_own_pages_with_a_label_stand_in_the_menu(sit, world):
    html = text(sit("mei").get(reverse("admin:index")))
    for own in PAGES:
        if "<" in own.route:  # of one row: no menu can lead there
            assert not own.label
            continue
        linked = f'<li><a href="{reverse(f"admin:{own.name}")}"' in html
        assert linked is bool(own.label), own.name


def test_the_frame_costs_two_queries_besides_session_user_and_shops(sit, world, django_assert_num_queries):
    mei, address = sit("mei"), reverse("admin:password_change")
    mei.get(address)
    with django_assert_num_queries(5):
        mei.get(address)


def test_one_can_jump_to_the_search_and_read_the_keys(sit, world):
    html = text(sit("mei").get(reverse("admin:index")))
    assert f'action="{reverse("admin:desk_find")}"' in html
    assert 'id="keys"' in html
    assert html.count('data-key="/"') == 1


def test_light_and_dark_are_printed_by_the_server(sit, world):
    mei, address = sit("mei"), reverse("admin:index")
    assert "data-theme" not in text(mei.get(address)).split("<head>")[0]
    mei.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in text(mei.get(address))


@pytest.fixture
def every_page(desk, world, sit):
    """One of each kind of stock page, as HTML."""
    CannedResponse.objects.create(shop=world.lantern, text="No photo.")
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    addresses = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["accounts"]),
        reverse("admin:password_change"),
        reverse("admin:accounts_faq_add"),
        listing(Ticket),
        listing(CannedResponse),
        page(CannedResponse.objects.get()),
        page(CannedResponse.objects.get(), "delete"),
        page(ticket),
        page(ticket, "approve"),
        page(ticket.order),
    ]
    pages = {address: mei.get(address) for address in addresses}
    assert {response.status_code for response in pages.values()} == {200}
    return {address: text(response) for address, response in pages.items()}


def test_nothing_is_written_inline_and_nothing_of_the_stock_admin_is_loaded(every_page):
    for address, html in every_page.items():
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=|javascript:", html), address
        assert "/static/admin/" not in html, address


def test_every_file_and_symbol_of_a_page_is_there(every_page):
    sprite = Path(str(finders.find("icons.svg"))).read_text(encoding="utf-8")
    for address, html in every_page.items():
        for name in set(re.findall(r"icons\.svg#([\w-]+)", html)):
            assert f'id="{name}"' in sprite, (address, name)
        for file in set(re.findall(r'"/static/([\w/.-]+\.(?:js|css))"', html)):
            assert finders.find(file), (address, file)


def test_one_heading_no_id_twice_and_a_name_for_every_field(every_page):
    for address, html in every_page.items():
        assert html.count("<h1") == 1, address
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), (address, {name for name in ids if ids.count(name) > 1})
        for field in re.findall(
            r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|submit)")[^>]*\sid="([^"]+)"', html
        ):
            assert (
                f'for="{field}"' in html
                or f'<label><input type="checkbox" id="{field}"' in html
                or (f'id="{field}" aria-label' in html)
            ), (address, field)


def test_the_decision_stands_open_and_ready_texts_are_offered(desk, world, sit):
    CannedResponse.objects.create(shop=world.lantern, text="No photo of the damage.")
    ticket = desk.apply(world.delivered())
    response = sit("mei").get(page(ticket))
    assert [button.verb.name for button in response.context["forms"]] == ["approve", "reject", "offer"]
    html = text(response)
    assert f'action="{page(ticket, "approve")}"' in html
    assert f'action="{page(ticket, "reject")}"' in html
    assert '<option value="No photo of the damage.">' in html
    assert 'value="198.00"' in html
    assert "Up to ¥198.00. The buyer has to agree to less." in html


def test_who_may_not_decide_sees_no_form(desk, world, sit):
    ticket = desk.apply(world.delivered())
    desk.approve(ticket)
    response = sit("mei").get(page(ticket))
    assert "approve" not in [button.verb.name for button in response.context["forms"]]


def test_the_administrators_page_of_a_user_is_in_the_same_frame(desk, world, sit):
    for address in (page(world.alice), reverse("admin:auth_user_password_change", args=[world.alice.pk])):
        response = sit("root").get(address)
        assert response.status_code == 200
        assert not re.search(r"<div[^>]* disabled", text(response))
        assert "/static/admin/" not in text(response), address
