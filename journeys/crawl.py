"""Every kind of page that somebody can reach by links: a few examples each."""

import re
from collections import defaultdict
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

EXAMPLES = 2
# Files, other people's pages, and what one leaves by.
NOT_PAGES = re.compile(r"/static/|/api/|/logout/|/i18n/|\.csv|export|/jsi18n/|/sw\.js")
# In an address these differ between two pages of the same kind.
VARIES = re.compile(r"\d{2,}|\b\d+\b|(?<=/)(AS|RF|DEMO|D|L|H|E|J)[-\w]*\d[-\w]*")


def kind(url: str) -> str:
    """The address without its numbers, and of the query only the names."""
    parts = urlsplit(url)
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair})
    return f"{VARIES.sub('#', parts.path)}?{'&'.join(names)}"


def crawl(page: Page, *roots: str, most: int = 400) -> list[str]:
    """The addresses (path and query) of up to EXAMPLES pages of each kind, in the order they were found."""
    seen: set[str] = set()
    kinds: dict[str, int] = defaultdict(int)
    waiting, pages = list(roots), list[str]()
    while waiting and len(pages) < most:
        url = waiting.pop(0)
        if url in seen or kinds[kind(url)] >= EXAMPLES:
            continue
        seen.add(url)
        kinds[kind(url)] += 1
        answer = page.goto(url)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        pages.append(url)
        waiting += [link for link in links(page) if link not in seen]
    return pages


def links(page: Page) -> list[str]:
    base = urlsplit(page.url)
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    whole = [urlsplit(urljoin(page.url, href)) for href in found]
    ours = [url for url in whole if url.netloc == base.netloc and url.scheme == base.scheme]
    paths = [f"{url.path}?{url.query}" if url.query else url.path for url in ours]
    return [path for path in dict.fromkeys(paths) if not NOT_PAGES.search(path)]
