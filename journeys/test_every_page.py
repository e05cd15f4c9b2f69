"""Every page that a link leads to, at two widths, light and dark, in both languages: accessible (WCAG 2.2 AA and best
practice), well formed, never wider than the screen, in the language asked for, without a word from the console."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from .checks import faults_of, faults_of_words, rested
from .conftest import DESK, Open
from .crawl import crawl, kind
from .programs import Programs

ROOTS = {
    "": ("/login/", "/help/", "/offline/", "/nothing-here/"),
    "alice": ("/", "/orders/", "/tickets/", "/nothing-here/"),
    "dave": ("/orders/",),
    "mei": ("/admin/",),
    "sun": ("/admin/",),
    "root": ("/admin/",),
}
# What these see that those have not seen: the pages are the same.
AFTER = {"dave": "alice", "sun": "mei", "root": "mei"}
# In the demo alice has a few orders that make a story, and dave's exchanges are in every status but one.
BUYERS = ("alice", "dave")
# Kept for when there is no network: one page that speaks both languages.
BOTH = "/offline/"
# Each with what is judged in it. The checks of accessibility need a page without its Content-Security-Policy; in the
# other language it holds, and the console says nothing (`open_as` listens).
LANGUAGES = {"zh-CN": ("zh-hans", faults_of), "en": ("en", faults_of_words)}
names = pytest.mark.parametrize("name", ROOTS, ids=lambda name: name or "nobody")


@pytest.fixture(scope="session")
def known() -> dict[str, list[str]]:
    """The pages by whom they were found; the second language asks for the same."""
    return {}


@names
@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_page(open_as: Open, programs: Programs, known: dict[str, list[str]], name: str, locale: str) -> None:
    language, judge = LANGUAGES[locale]
    page = open_as(name, width=DESK, locale=locale, bypass_csp=judge is faults_of)
    faults: list[str] = []
    for url in pages_of(name, page, programs, known, open_as):
        page.goto(url)
        assert url == BOTH or page.get_attribute("html", "lang") == language, url
        faults += [f"{url} {fault}" for fault in judge(page)]
        rested(page)
    assert faults == []


def pages_of(name: str, page: Page, programs: Programs, known: dict[str, list[str]], open_as: Open) -> list[str]:
    if name not in known:
        before = AFTER.get(name, "")
        seen = pages_of(before, open_as(before, width=DESK), programs, known, open_as) if before else []
        roots = (*ROOTS[name], *one_of_each(name, page, programs))
        known[name] = crawl(page, *roots, skip={kind(url) for url in seen if url not in roots})
    return known[name]


def one_of_each(name: str, page: Page, programs: Programs) -> Iterable[str]:
    """Tickets and orders look different in each status: one of each that the demo has."""
    if name not in (*BUYERS, "mei"):
        return []
    buyers = (name,) if name in BUYERS else BUYERS
    tickets, orders = (
        {row["status"]: row for row in programs.every(f"{what}/?page_size=100") if _theirs(row, buyers)}
        for what in ("tickets", "orders")
    )
    if name in BUYERS:
        return [f"/tickets/{row['ticket_no']}/" for row in tickets.values()] + [
            f"/orders/{row['order_no']}/" for row in orders.values()
        ]
    numbers = [row["ticket_no"] for row in tickets.values()] + [row["order_no"] for row in orders.values()]
    return [found for number in numbers if re.search(r"/\d+/change/", found := _found(page, number))]


def _theirs(row: dict[str, object], buyers: tuple[str, ...]) -> bool:
    shop = row["shop"]
    return row["buyer"] in buyers and (shop["code"] if isinstance(shop, dict) else shop) == "lantern"


def _found(page: Page, number: str) -> str:
    """Where the desk's search leads to."""
    page.goto(f"/admin/find/?q={number}")
    return urlsplit(page.url).path
