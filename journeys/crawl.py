"""Every kind of page that somebody can reach by links, one of each."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from playwright.sync_api import Page

# Files, and what one leaves by.
NOT_PAGES = re.compile(r"/static/|/api/|/logout/|/i18n/|\.csv|export|/jsi18n/|/sw\.js|/evidence/")
# In an address these differ between two pages of the same kind.
VARIES = re.compile(r"\d{2,}|\b\d+\b|(?<=/)(AS|RF|DEMO|D|L|H|E|J)[-\w]*\d[-\w]*")
# Parts of a query that change the order of the rows or the way back, not the page.
SAME = {"next", "o", "all", "_changelist_filters"}


def kind(url: str) -> str:
    """The address without its numbers, and of the query only the names."""
    parts = urlsplit(url)
    names = sorted({name for name, _value in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{VARIES.sub('#', parts.path)}?{'&'.join(names)}"


def crawl(page: Page, *roots: str, skip: Iterable[str] = (), most: int = 300) -> list[str]:
    """The addresses (path and query) of one page of each kind, in the order they were found; the roots all of them,
    each followed or not like any other. `skip`: kinds that need not be found again."""
    seen: set[str] = {*skip}
    waiting, pages = list(roots), list[str]()
    while waiting and len(pages) < most:
        url = waiting.pop(0)
        if url in pages or (url not in roots and kind(url) in seen):
            continue
        seen.add(kind(url))
        answer = page.goto(url)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        pages.append(url)
        waiting += [link for link in links(page) if kind(link) not in seen]
    return pages


def links(page: Page) -> list[str]:
    """Where the page leads to on this site. A list that is filtered already leads to no filter on top."""
    here = urlsplit(page.url)
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    whole = [urlsplit(urljoin(page.url, href)) for href in found]
    ours = [url for url in whole if (url.scheme, url.netloc) == (here.scheme, here.netloc)]
    further = [url for url in ours if not (here.query and url.query and url.path == here.path)]
    paths = [_short(url.path, url.query) for url in further if not NOT_PAGES.search(url.path)]
    return list(dict.fromkeys(paths))


def _short(path: str, query: str) -> str:
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in SAME]
    return f"{path}?{urlencode(pairs)}" if pairs else path
