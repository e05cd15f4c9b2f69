"""Every page that a link leads to, at two widths, light and dark, in both languages: accessible (WCAG 2.2 AA and best
practice), never wider than the screen, in the language that was asked for, without a word from the console."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import DESK, PHONE, Open
from .crawl import crawl

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ROOTS = {
    "": ("/login/", "/help/", "/offline/", "/nothing-here/"),
    "alice": ("/", "/orders/", "/tickets/", "/nothing-here/"),
    "mei": ("/admin/", "/admin/aftersales/ticket/", "/admin/orders/order/"),
    "sun": ("/admin/", "/admin/aftersales/ticket/"),
}
LANGUAGES = {"zh-CN": "zh-hans", "en": "en"}
axe = Axe()


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", ROOTS, ids=lambda name: name or "nobody")
def test_every_page(open_as: Open, name: str, locale: str) -> None:
    page = open_as(name, width=DESK, locale=locale, bypass_csp=True)
    faults: list[str] = []
    for url in crawl(page, *ROOTS[name]):
        page.goto(url)
        assert page.get_attribute("html", "lang") == LANGUAGES[locale], url
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (DESK, PHONE):
                page.set_viewport_size({"width": width, "height": 844})
                faults += [f"{url} {scheme} {width}: {fault}" for fault in faults_of(page)]
        page.set_viewport_size({"width": DESK, "height": 800})
    assert faults == []


def faults_of(page: Page) -> list[str]:
    answer = axe.run(page, options={"runOnly": RULES}).response
    found = [f"{fault['id']} {fault['nodes'][0]['target']}" for fault in answer["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        found.append("scrolls sideways")
    return found


@pytest.mark.parametrize("name", ROOTS, ids=lambda name: name or "nobody")
def test_the_policy_holds(open_as: Open, name: str) -> None:
    """Without bypassing the policy: the console says nothing on any page (`open_as` listens)."""
    crawl(open_as(name, width=PHONE), *ROOTS[name])
