"""Every kind of page that links lead to, with Django's test client. (`journeys/crawl.py` does it in a browser.)"""

import html
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client

# Files, what one leaves by, and pages that are for a script.
NO_PAGES = re.compile(r"/static/|/api/|/media/|/logout/|/i18n/|export|/jsi18n/|/sw\.js|/evidence/|_popup=")
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
# Parts of a query that change the order of the rows or the way back, not the page.
_SAME = {"next", "o", "all", "_changelist_filters"}
# In an address these differ between two pages of one kind.
_VARIES = re.compile(r"(?<=/)(AS|RF|DEMO)[-\w]*\d[-\w]*|\d+")


def kind(url: str) -> str:
    """The address without its numbers, and of the query only the names."""
    parts = urlsplit(url)
    return f"{_VARIES.sub('#', parts.path)}?{'&'.join(sorted({name for name, _value in parse_qsl(parts.query)}))}"


def visit(client: Client, *roots: str) -> Iterator[tuple[str, str]]:
    """(address, page) of all roots and of one page of each kind that they and the pages after them lead to."""
    waiting, seen = list(dict.fromkeys(roots)), {kind(root) for root in roots}
    while waiting:
        url = waiting.pop(0)
        for page, here in _open(client, url):
            yield url, page
            for link in links(page, here):
                if kind(link) not in seen:
                    seen.add(kind(link))
                    waiting.append(link)


def opened(client: Client, *urls: str) -> Iterator[tuple[str, str]]:
    """(address, page) of these alone."""
    for url in dict.fromkeys(urls):
        yield from ((url, page) for page, _here in _open(client, url))


def _open(client: Client, url: str) -> Iterator[tuple[str, str]]:
    """(page, where it led to); nothing where it is no page."""
    answer = client.get(url, follow=True)
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, url
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        yield answer.content.decode(), answer.redirect_chain[-1][0] if answer.redirect_chain else url


def links(page: str, here: str) -> Iterable[str]:
    """A list that is filtered already leads to no filter on top."""
    for href in _HREF.findall(page):
        url = urljoin(here, html.unescape(href)).partition("#")[0]
        parts, at = urlsplit(url), urlsplit(here)
        if parts.netloc or NO_PAGES.search(url) or (at.query and parts.query and parts.path == at.path):
            continue
        kept = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _SAME])
        yield f"{parts.path}?{kept}" if kept else parts.path
