"""Real requests to Django's own server, many at once, each answered on a thread and a connection of its own."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.test import Client

from accounts.models import User
from web.confirm import FIELD

from .fixtures import authorization

CSRF = "c" * 32
_SEEN = re.compile(rf'name="{FIELD}" value="([0-9a-f]+)"')
AT_ONCE = 12


class Sender:
    """Asks the server as a program with a token, or as a browser with a session."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def as_program(self, user: User) -> dict[str, str]:
        return {"Authorization": authorization(user), "Accept-Language": "en"}

    def as_browser(self, user: User) -> dict[str, str]:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        return {"Cookie": cookies, "Accept-Language": "en"}

    def call(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        return self.client.post(path, json=dict(body), headers=dict(headers))

    def press(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Response:
        return self.client.post(path, data={**fields, "csrfmiddlewaretoken": CSRF}, headers=dict(headers))


def press_on(http: Sender, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Response:
    """Also where the page asks before money leaves."""
    answer = http.press(path, fields, headers)
    seen = _SEEN.search(answer.text) if answer.is_success else None
    return http.press(path, {**fields, FIELD: seen[1]}, headers) if seen else answer


@contextmanager
def sender(url: str) -> Iterator[Sender]:
    limits = httpx.Limits(max_connections=AT_ONCE)
    with httpx.Client(base_url=url, limits=limits, timeout=httpx.Timeout(60, pool=120)) as client:
        yield Sender(client)
