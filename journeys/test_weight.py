"""What travels when a page of the storefront is seen for the first time, and what it waits for, as Chromium counts it.

Photos of goods and of evidence do not count: they come when they are scrolled to.
"""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from .conftest import PHONE, Open
from .crawl import crawl

MAX_KIB = 60
PHOTOS = ("/static/demo/", "/evidence/", "/thumbnail/")
BLOCKING = """performance.getEntriesByType("resource")
    .filter(entry => entry.renderBlockingStatus === "blocking").map(entry => new URL(entry.name).pathname)"""


class Network:
    """What the page fetched, by address: bytes on the wire, headers among them. Nothing comes from a cache."""

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, float] = {}
        cdp = page.context.new_cdp_session(page)
        cdp.on(
            "Network.requestWillBeSent", lambda event: self.urls.update({event["requestId"]: event["request"]["url"]})
        )
        cdp.on("Network.loadingFinished", self._finished)
        cdp.send("Network.enable")
        cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _finished(self, event: dict[str, Any]) -> None:
        path = urlsplit(self.urls.get(event["requestId"], "")).path
        if path and not any(part in path for part in PHOTOS):
            self.bytes[path] = self.bytes.get(path, 0) + event["encodedDataLength"]

    def of(self, page: Page, url: str) -> dict[str, float]:
        self.bytes.clear()
        page.goto(url, wait_until="networkidle")
        return dict(self.bytes)


@pytest.mark.parametrize("name", ["alice", ""], ids=lambda name: name or "nobody")
def test_a_first_view_is_light_and_waits_for_the_style_sheet_alone(open_as: Open, name: str) -> None:
    roots = ("/", "/orders/", "/tickets/", "/help/") if name else ("/login/", "/help/")
    urls = crawl(open_as(name), *roots)
    page = open_as(name, width=PHONE, service_workers="block")
    network, heavy, waiting = Network(page), list[str](), list[str]()
    for url in urls:
        parts = network.of(page, url)
        weight = sum(parts.values()) / 1024
        print(f"{weight:6.1f} KiB {len(parts):3} requests  {url}")
        if weight > MAX_KIB:
            heavy.append(f"{url}: {weight:.1f} KiB, {parts}")
        waiting += [f"{url}: {path}" for path in page.evaluate(BLOCKING) if not path.endswith(".css")]
        assert len(page.evaluate(BLOCKING)) == 1, url
    assert heavy == waiting == []
    assert urls


def test_the_style_sheet_asks_for_nothing_more(open_as: Open) -> None:
    """One round: what blocks stands in the page itself."""
    page = open_as("alice")
    page.goto("/")
    for href in page.eval_on_selector_all("link[rel=stylesheet]", "all => all.map(one => one.href)"):
        style = page.request.get(href)
        assert "@import" not in style.text()
        assert style.headers["content-encoding"] in ("gzip", "br")
