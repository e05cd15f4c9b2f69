"""The queue in a browser: filters that are on are taken off, and a waiting exchange is not given up by hand."""

import re

from playwright.sync_api import expect

from .checks import everywhere, sideways
from .conftest import Open

QUEUE = "/admin/aftersales/ticket/"


@everywhere
def test_a_filter_is_seen_and_taken_off(open_as: Open, width: int, locale: str) -> None:
    page = open_as("mei", width=width, locale=locale)
    page.goto(f"{QUEUE}?todo=review&type__exact=exchange")
    chips = page.locator(".shown-only li a")
    expect(chips).to_have_count(3)  # two filters and the way to everything
    chips.first.click()
    expect(chips).to_have_count(1)
    expect(page).to_have_url(re.compile("todo=review$|type__exact=exchange$"))
    assert not sideways(page)


@everywhere
def test_a_tile_says_how_many_rows_it_leads_to(open_as: Open, width: int, locale: str) -> None:
    page = open_as("mei", width=width, locale=locale)
    page.goto(QUEUE)
    tile = page.locator(".counters a[href*='todo=today']")
    number = int(tile.locator("b").inner_text())
    tile.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(number)
    expect(page.locator(".counters a[aria-current]")).to_have_count(1)


@everywhere
def test_a_waiting_exchange_proposes_nothing_but_to_wait(open_as: Open, width: int, locale: str) -> None:
    page = open_as("mei", width=width, locale=locale)
    page.goto(f"{QUEUE}?type__exact=exchange&status__exact=pending_return")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url(re.compile(r"/\d+/change/"))
    expect(page.locator("#do-convert")).to_have_count(0)
    expect(page.locator("a[href*='/convert/']").first).to_be_attached()
    assert not sideways(page)
